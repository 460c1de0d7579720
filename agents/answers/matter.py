"""Matter: what a question is about beside whom, and where a text speaks of it. Pure."""

import re
from collections.abc import Collection
from functools import cache, lru_cache
from pathlib import Path

from agents.answers.knowing import ATTRIBUTES
from agents.reading.words import fold
from memory.recalling.terms import telling, terms, words_of

WORDS_CACHED = 4096
SAME_CHARS = 6  # of words this long, the last letter may differ
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\s*\n+\s*")
WORDS = Path(__file__).parent / "asking-words.txt"  # how one asks: an answer need not repeat it
_ALIKE = tuple(re.compile(rf"\b(?:{words})s?\b", re.I) for _, words in ATTRIBUTES.values())

Matter = tuple[tuple[str, ...], ...]  # each word in all its forms


def of(question: str, names: str = "") -> Matter:
    """Return the words that carry what is asked, without those of the `names`."""
    known = set(_WORD.findall(fold(names)))
    known |= {f"{name}s" for name in known}
    left = [
        word
        for word in telling(words_of(question))
        if word not in _asking() and fold(word) not in known and len(word) > 1
    ]
    return tuple(map(_forms, left))


def share(text: str, matter: Matter) -> float:
    """Return how much of the matter the text speaks of, from 0 to 1."""
    if not matter:
        return 0.0
    words = set(_WORD.findall(fold(text)))
    return sum(any(_said(form, words) for form in forms) for forms in matter) / len(matter)


def excerpt(text: str, matter: Matter, chars: int) -> str:
    """Return the part of the text that says most of it, at most so many characters, marked as cut.

    It begins with a sentence; one that alone is too long is cut around nothing.
    """
    text = " ".join(part for part in _SENTENCE.split(text.strip()) if part)
    if len(text) <= chars:
        return text
    parts = [part for part in _SENTENCE.split(text) if part]
    best = max(range(len(parts)), key=lambda at: (share(parts[at], matter), -at))
    told = parts[best]
    for part in parts[best + 1 :]:
        if len(told) + len(part) + 1 > chars:
            break
        told = f"{told} {part}"
    cut = told if len(told) <= chars else f"{told[: chars - 1].rstrip()}"
    before = "… " if best else ""
    return f"{before}{cut}{'' if text.endswith(cut) else ' …'}"


def names_of(attribute: str, question: str) -> bool:
    """Say whether the question names this attribute, in any of its words."""
    words = ATTRIBUTES.get(attribute, ("text", re.escape(attribute)))[1]
    return re.search(rf"\b(?:{words})s?\b", question, re.IGNORECASE) is not None


@cache
def _asking() -> frozenset[str]:
    return frozenset(WORDS.read_text("utf-8").split())


@lru_cache(maxsize=WORDS_CACHED)
def _forms(word: str) -> tuple[str, ...]:
    """Return a word with its irregular forms, and with what else the same thing is called."""
    found = {fold(form.strip('"')) for form in terms(word)}
    for pattern in _ALIKE:
        if pattern.fullmatch(word):
            found |= {fold(one) for one in _WORD.findall(pattern.pattern) if len(one) > 3}
    return tuple(sorted(found))


def _said(word: str, words: Collection[str]) -> bool:
    return word in words or any(_same(word, other) for other in words)


def _same(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < 4:
        return False
    enough = shorter - 1 if shorter >= SAME_CHARS else shorter
    return one[:enough] == other[:enough]
