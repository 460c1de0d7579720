"""Traits: what can be seen of a passage when it is stored, so no question has to look again."""

import re
from enum import IntFlag

from memory.texts import when

ENDS_ASKING = re.compile(r"[?\uff1f\u061f]\s*(?:\[[^\]]*\]\s*)?$")  # a picture's caption may follow


class Traits(IntFlag):
    """Bits of `passages.traits`."""

    ASKS = 1
    ANSWERS = 2  # the passage before it, in one go with it, asks
    TELLS_TIME = 4
    TELLS_NUMBER = 8


def of(text: str, before: "Traits | None") -> Traits:
    """Return the traits of a text that follows one with the traits `before` (None: nothing)."""
    seen = Traits(0)
    if ENDS_ASKING.search(text):
        seen |= Traits.ASKS
    if before is not None and Traits.ASKS in before:
        seen |= Traits.ANSWERS
    if when.tells_time(text):
        seen |= Traits.TELLS_TIME
    if when.tells_number(text):
        seen |= Traits.TELLS_NUMBER
    return seen
