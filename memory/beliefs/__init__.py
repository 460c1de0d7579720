"""Beliefs: what was said of records, by whom, and which of it holds when."""
