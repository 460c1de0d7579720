"""Objectives: what is to be reached, how far it is, and the weekly look."""
