"""Specialists: who does what, as files; and how their steps become calls."""
