"""Recall: a question becomes the passages that answer it."""
