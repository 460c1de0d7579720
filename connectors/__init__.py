"""Drivers: typed contracts on one side, the world on the other."""
