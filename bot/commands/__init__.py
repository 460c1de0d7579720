"""Commands: what a person can say, and the taps that belong to it."""
