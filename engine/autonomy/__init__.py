"""Autonomy: what may run by itself, by what evidence, and the rules that taps make."""
