"""Keeping: what stays in memory, what leaves it at night, and the weekly review."""
