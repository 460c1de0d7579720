"""Checks: what a specialist's file asks of its texts, beside what every draft is held against."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

WORDS_MIN, WORDS_MAX = 5, 2000
NEVER_MAX, PHRASE_CHARS_MAX = 40, 100
Language = Literal["en", "de", "fr", "es"]
Phrase = Annotated[str, Field(min_length=2, max_length=PHRASE_CHARS_MAX, pattern=r"\w")]
NAMES: dict[Language, str] = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


class Checks(BaseModel, frozen=True, extra="forbid"):
    """`words`: at most. `never`: phrases that stand nowhere in it. `judge`: one reads each text."""

    words: int | None = Field(default=None, ge=WORDS_MIN, le=WORDS_MAX)
    never: tuple[Phrase, ...] = Field(default=(), max_length=NEVER_MAX)
    language: Language | None = None
    judge: bool = False

    @property
    def says(self) -> tuple[str, ...]:
        """Return what is asked of a text, a short sentence each, for models and people."""
        return tuple(self._says())

    def _says(self) -> Iterator[str]:
        if self.words is not None:
            yield f"It has at most {self.words} words."
        if self.never:
            yield f"It never says {', '.join(f'“{one}”' for one in self.never)}."
        if self.language is not None:
            yield f"It is in {NAMES[self.language]}."
