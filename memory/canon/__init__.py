"""Canonical records: kinds, keys, versions, who is the same as whom, what is imported."""
