"""Telegram: the surface, the door to the Bot API, cards, forms and what people send."""
