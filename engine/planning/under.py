"""Under which project a goal is: “for project Spring: write to Ada that …”.

It stands in the operator's own words of the goal, and is read from them when the goal is taken on.
"""

import re
from collections.abc import Iterable

from engine.planning import mode_words
from memory.canon import records
from memory.db import Reader

NAME_CHARS_MAX = 120
_HEAD = re.compile(
    r"\s*(?:please\s+|bitte\s+)?(?:for|under|in|within|für|im|unter)\s+(?:the\s+|das\s+|our\s+)?"
    rf"(?:project|projekt)\s+[“\"]?(?P<name>[^:“”\"\n]{{1,{NAME_CHARS_MAX}}}?)[”\"]?\s*:\s+(?=\S)",
    re.IGNORECASE,
)


def without(said: str) -> str:
    """Return a wish without the words that say for which project it is."""
    way, found = _head(said)
    return said if found is None else way + found.string[found.end() :]


def named(said: str) -> str:
    """Return the project that a wish names; "": none."""
    _, found = _head(said)
    return "" if found is None else found["name"].strip()


def last_named(said: Iterable[str]) -> str:
    """Return the project that was named last; "": none was."""
    return next((name for words in reversed(list(said)) if (name := named(words))), "")


def _head(said: str) -> tuple[str, re.Match[str] | None]:
    """Return what names the project, and how to go about the wish where that stands before it."""
    if (found := _HEAD.match(said)) is not None:
        return "", found
    _, rest = mode_words.heard(said)
    return said[: len(said) - len(rest)], _HEAD.match(rest)


async def project(reader: Reader, said: Iterable[str]) -> str | None:
    """Return the one project that words of the operator name, the last word first."""
    name = last_named(said)
    found = await records.called(reader, name, "project") if name else []
    return found[0].id if len(found) == 1 else None
