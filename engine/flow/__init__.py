"""Flow: what comes in, what is due, and what outlives the process."""
