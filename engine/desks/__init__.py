"""Desks: what a tap does, from the yes to the undo."""
