"""Texts: passages and traits of them, the archive of old ones, and what is about whom."""
