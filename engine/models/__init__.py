"""Models: what their calls cost, their circuits, rungs and trials."""
