"""Forgetting: what somebody wants gone, what was kept long enough, and the proof."""
