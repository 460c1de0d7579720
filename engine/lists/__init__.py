"""Lists: similar questions in one card."""
