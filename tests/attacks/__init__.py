"""Our own attack collection: made from parts, a fresh one for every seed, run through the gate."""
