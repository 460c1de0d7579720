"""Alarms: what happens when one rings, and the evening line."""
