"""What Firstmate may do on its own: rules as data, judged by pure functions."""
