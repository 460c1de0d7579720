"""Clauses: the pieces of a text that say one thing each, and the words in them that tell."""

import re

from agents.checks import dates
from agents.checks.language import is_common
from agents.reading.words import fold

STEM_CHARS = (
    4  # “comes” and “coming”, “kommt” and “kommen”; enough to find the clause that is meant
)
WORD_CHARS_MIN = 3
_ENDS = re.compile(
    r"[.!?;:,](?=\s|$)|[\n()\u2013\u2014]"
    r"|\b(?:and|but|because|although|und|aber|sondern|weil|obwohl|mais|parce|pero|sino|porque"
    r"|that|dass|que)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")


def clauses(text: str) -> list[str]:
    """Return the clauses of a text, roughly: what stands between two marks or joining words."""
    return [one for one in map(str.strip, _ENDS.split(text)) if one]


def stems(text: str) -> frozenset[str]:
    """Return how the words begin that tell what a text is about, and its numbers."""
    said = (word for word in _WORD.findall(text) if not is_common(word))
    return frozenset(
        word if word[0].isdigit() else stem(word)
        for word in said
        if word[0].isdigit() or len(word) >= WORD_CHARS_MIN
    )


def stem(word: str) -> str:
    """Return how a word begins; days of the week and months are the same in each language."""
    said = fold(word)
    if said in dates.WEEKDAYS:
        return f"weekday {dates.WEEKDAYS[said]}"
    if said in dates.LONG:
        return f"month {dates.LONG[said]}"
    return said[:STEM_CHARS].rstrip("s")
