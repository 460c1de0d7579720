"""Terms: the words of a question, as full text is asked for them."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from memory.texts.passages import storable

DATA = Path(__file__).parents[1] / "data"
QUERY_WORDS_MAX = 64


def words_of(query: str) -> list[str]:
    """Return the words of a question in lower case, each once."""
    said = re.findall(r"[^\W_]+", storable(query).lower())[:QUERY_WORDS_MAX]
    return list(dict.fromkeys(said))


def telling(words: Iterable[str]) -> list[str]:
    """Return the words without those that any question has."""
    return [word for word in words if word not in _plain()]


def terms(query: str, names: Iterable[str] = ()) -> list[str]:
    """Return each word as a quoted phrase, which full text reads as words and never as operators.

    A word with signs in it ("INV-7", "Ada's") counts as a whole and by its parts, an irregular one
    in all its forms. Function words and names of speakers only where nothing else is left.
    """
    found: dict[str, None] = {}
    query = storable(query).replace('"', " ").replace("\0", " ").lower()
    for word in query.split()[:QUERY_WORDS_MAX]:
        parts = re.findall(r"[^\W_]+", word)
        if len(parts) > 1:
            parts = [word, *(part for part in parts if len(part) > 1)]
        found |= dict.fromkeys(parts)
    besides = telling(found)
    asked = [word for word in besides if not _names_it(word, names)] or besides or list(found)
    forms = [form for word in asked for form in (word, *_forms().get(word, ()))]
    return [f'"{form}"' for form in dict.fromkeys(forms)]


def _names_it(word: str, names: Iterable[str]) -> bool:
    return word.removesuffix("'s").removesuffix("\u2019s") in names


@cache
def _plain() -> frozenset[str]:
    """A question is full of them and an answer need not be: 2 points of R@10, measured."""
    return frozenset((DATA / "function-words.txt").read_text("utf-8").split())


@cache
def _forms() -> dict[str, list[str]]:
    """Say "buy" and "bought" is meant too: what a stemmer cannot know."""
    lines = (DATA / "irregular-words.txt").read_text("utf-8").splitlines()
    return {word: words for words in map(str.split, lines) for word in words}
