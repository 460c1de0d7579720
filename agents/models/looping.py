"""Looping: did a model fall into saying the same again and again? Pure.

Once begun a loop seldom ends by itself, so the end of a text tells as much as the whole.
"""

import re
from collections.abc import Sequence

UNIT = re.compile(r"\w{1,12}|[^\w\s]{1,12}")  # a word, a sign, or a piece of an endless one
GRAM = 4  # units
UNITS_MIN = 40  # what is shorter may repeat itself as it likes
TAIL = 120  # units
REPEATED_MAX = 0.6  # of the grams; a mail repeats few of them, a list of invoices up to half


def loops(text: str) -> bool:
    """Say whether a text, or its end, is mostly a repetition of itself."""
    units = UNIT.findall(text.casefold())
    return max(repeated(units), repeated(units[-TAIL:])) > REPEATED_MAX


def repeated(units: Sequence[str]) -> float:
    """Return which share of the grams stood there before: 0 to 1."""
    if len(units) < UNITS_MIN:
        return 0.0
    grams = list(zip(*(units[place:] for place in range(GRAM)), strict=False))
    return 1 - len(set(grams)) / len(grams)
