"""Why?: the button under what a model had a part in. Its verb is in bot/commands/why.py."""

from engine.chat.messages import Button

ACTION = "why.asked"


def why(ref: str) -> Button:
    """Return the button; `ref` is the wish or the event that is asked about."""
    return Button(label="Why?", action=ACTION, ref=ref)
