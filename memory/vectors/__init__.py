"""Vectors: the encoder, the index, and how they follow the texts."""
