"""Pure functions that give one neutral message the shape of one surface."""
