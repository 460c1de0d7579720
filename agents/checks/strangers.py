"""Strangers: names where nothing but their place tells them from other words.

A sentence may begin with a name, and German writes every noun with a capital. Such a word must
stand in the sources of its sentence, unless something says that it is a word like any other.
"""

import re

from agents.checks.clauses import stem
from agents.checks.language import is_common
from agents.checks.listed import listed
from agents.reading.words import fold

PREFIX_CHARS = 3  # “payment” and “pays”
_FIRST = re.compile(r"\A\W*(?P<first>[^\W\d_][^\W\d_'\u2019-]*)(?:['\u2019]s)?\s+(?P<next>\w+)")
_CAPITAL = re.compile(
    r"\b(?P<before>(?-i:[a-zäöüß]+))\s+(?P<word>(?-i:[A-ZÄÖÜÉ])[^\W\d_]{2,})\b(?!-)"
)
_ADJECTIVE = re.compile(r"(?:e[nmrs]?)$")
_WORDS = re.compile(r"[^\W\d_]+")
_NO_NAME = re.compile(
    r"(?:ing|ed|ly|tion|tions|ment|ments|ness|ity|ance|ence|ung|ungen|heit|keit|schaft|weise|ich"
    r"|tat|ment|ement|mente|cion|dad)$"
)


def stranger(text: str, known: str, *, german: bool) -> str:
    """Return a word that may name somebody whom `known` does not; "" where there is none."""
    words = [fold(word) for word in _WORDS.findall(known)]
    return _first(text, words) or (_bare_noun(text, words) if german else "")


def _bare_noun(text: str, known: list[str]) -> str:
    """Return a noun without an article, a preposition that holds one, or an adjective before it."""
    for match in _CAPITAL.finditer(text):
        before, word = fold(match["before"]), fold(match["word"])
        led = before in listed("articles") or _ADJECTIVE.search(before)
        if not led and not _NO_NAME.search(word) and not any(_same(word, one) for one in known):
            return match["word"]
    return ""


def _first(text: str, known: list[str]) -> str:
    found = _FIRST.match(text)
    if found is None or not found["first"][0].isupper() or found["first"].isupper():
        return ""
    first, behind = fold(found["first"]), found["next"]
    if is_common(first) or first in listed("beginning") or _NO_NAME.search(first):
        return ""
    if behind[0].isupper() or behind[0].isdigit() or _leads_on(fold(behind)):
        return ""
    return "" if any(_same(first, word) for word in known) else found["first"]


def _leads_on(word: str) -> bool:
    """Say whether a word shows that the one before it was no subject: “Altogether the hall …”."""
    return (is_common(word) or word in listed("beginning")) and word not in listed("verbs")


def _same(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    return stem(one) == stem(other) or (short >= PREFIX_CHARS and one[:short] == other[:short])
