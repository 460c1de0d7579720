"""Takes a sentence apart into known phrases, or says that one of its words is not known."""

import re
from collections.abc import Mapping

CHARS_MAX = 200
_BETWEEN = " ,:"
_ASKED = re.compile(r"[?\n>]")  # asked or quoted, so not said as a rule

Phrases = Mapping[str, re.Pattern[str]]


def compiled(phrases: Mapping[str, str]) -> Phrases:
    """Compile phrases by name; of those that fit at one place the first counts."""
    return {
        name: re.compile(rf"(?:{phrase})(?!\w)", re.IGNORECASE) for name, phrase in phrases.items()
    }


def taken_apart(words: str, phrases: Phrases) -> dict[str, re.Match[str]] | None:
    """Return the phrases by name; None if a word belongs to none, or a name occurs twice.

    What is called "filler" may occur often and says nothing.
    """
    text = words.strip().rstrip(".! ")
    if not text or len(text) > CHARS_MAX or _ASKED.search(text):
        return None
    found: dict[str, re.Match[str]] = {}
    at = 0
    while at < len(text):
        if text[at] in _BETWEEN:
            at += 1
            continue
        fits = ((name, phrase.match(text, at)) for name, phrase in phrases.items())
        name, match = next(((name, match) for name, match in fits if match), ("", None))
        if match is None or name in found:
            return None
        if name != "filler":
            found[name] = match
        at = match.end()
    return found
