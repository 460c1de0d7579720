"""Looping: did a model fall into saying the same again and again? Pure.

Once begun a loop seldom ends by itself, so the end of a text tells as much as the whole. Only
texts are looked at, each alone: an object says its fields with every step of a plan.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import from_json

UNIT = re.compile(r"\w{1,12}|[^\w\s]{1,12}")  # a word, a sign, or a piece of an endless one
COUNTER = re.compile(r"^\W*\d+[.):]\s", re.MULTILINE)  # before a line: it makes nothing new of it
GRAM = 4  # units
UNITS_MIN = 40  # what is shorter may repeat itself as it likes
TAIL = 120  # units
REPEATED_MAX = 0.77  # of the grams; a mail repeats few of them, a timetable up to three quarters
ALIKE_MIN = 12  # entries of a list of which three quarters are the same as others


def loops(text: str) -> bool:
    """Say whether a text, or its end, is mostly a repetition of itself."""
    units = UNIT.findall(COUNTER.sub("", text.casefold()))
    return max(repeated(units), repeated(units[-TAIL:])) > REPEATED_MAX


def repeated(units: Sequence[str]) -> float:
    """Return which share of the grams stood there before: 0 to 1."""
    if len(units) < UNITS_MIN:
        return 0.0
    grams = list(zip(*(units[place:] for place in range(GRAM)), strict=False))
    return 1 - len(set(grams)) / len(grams)


def answer_loops(text: str) -> bool:
    """Say whether a text in an answer loops, whole or as far as it came; or what is no JSON."""
    try:
        told = from_json(text, allow_partial="trailing-strings")
    except ValueError:
        return loops(text)
    return any(map(loops, _texts(told)))


def _texts(told: Any) -> Iterator[str]:
    """Yield every text in a JSON value, and each list that says nearly only the same as one."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        said = [json.dumps(one) for one in told if isinstance(one, str | list | dict)]
        if len(said) >= max(ALIKE_MIN, 4 * len(set(said))):
            yield " ".join(said)
    if isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _texts(one)
