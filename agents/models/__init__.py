"""The door to language models. What passes it was judged, paid for, redacted and checked."""
