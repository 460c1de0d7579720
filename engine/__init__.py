"""Durable work without a model: what comes in is an event, what goes out is an effect."""
