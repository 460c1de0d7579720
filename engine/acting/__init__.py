"""Acting: an effect and its approval, the facts the rules look at, and the one gate."""
