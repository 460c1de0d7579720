"""Slack: the surface, the doors to its Web API and events, cards and what people send."""
