"""What was found in somebody's words: a span of the text and how it can be read."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

SENTENCE_CHARS_MAX = 20_000  # further on, nothing is looked for; nothing is lost either
SLUG_CHARS_MAX = 50
SLUG_DIGEST_CHARS = 8

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Context:
    """How the operator writes, and what the words are about already.

    `about`: ids of records the situation names (the sender of the mail, its order).
    """

    now: datetime
    zone: str
    locale: str = "en"
    currency: str = "EUR"
    about: tuple[str, ...] = ()

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.zone))


class Candidate(BaseModel, frozen=True):
    """One reading. `value` is JSON; `more` are its named parts; `label` is what a button shows."""

    value: Any
    label: str
    ref: str | None = None  # a record
    more: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A span of the text, with one reading, several, or the reason why it has none."""

    start: int
    end: int
    readings: tuple[Candidate, ...] = ()
    fault: str = ""

    def overlaps(self, spans: "list[tuple[int, int]]") -> bool:
        return any(self.start < end and start < self.end for start, end in spans)


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared: no case, no accents. `capital`: it was written with one."""

    text: str
    start: int
    end: int
    capital: bool = field(default=False, compare=False)


def tokens(text: str) -> list[Token]:
    """Return the words of the text with their spans."""
    return [
        Token(fold(match[0]), match.start(), match.end(), match[0][0].isupper())
        for match in _WORD.finditer(text)
    ]


def fold(text: str) -> str:
    """Return the text without case and accents: “Müller” and “muller” are the same name."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def slug(text: str) -> str:
    """Return the text as a part of an address: “Müller & Co” is muller-co."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))[:SLUG_CHARS_MAX].strip("-")


def address(text: str) -> str:
    """Return its slug; of words without such a letter (“Новости”, “—”) a digest of them."""
    return slug(text) or sha256(text.casefold().encode()).hexdigest()[:SLUG_DIGEST_CHARS]


def blank(text: str, spans: "list[tuple[int, int]]") -> str:
    """Return the text with these spans blanked out; every other letter keeps its place."""
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text
