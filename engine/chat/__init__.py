"""Chat: what is said to the operator, to whom, and what a button carries."""
