"""What is cut out of texts when somebody is forgotten: pure, the same for the state and the log.

Because both are cut alike, replaying the log still gives the state.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from memory.journal import canonical, jsonable

Depth = Literal["words", "texts", "prose", "all"]  # how much goes; see Needles.cut

ERASED = "[erased]"
TEXT_CHARS = 80  # what is longer is prose and may tell of somebody without the name
NEEDLE_BYTES_MIN = 3
DIGITS_MIN = 6
MARK_CHARS = 6
REDACTS = ("record.erased", "memory.expired", "log.rolled_back")  # they say which, and how
EVERYDAY = frozenset({"can", "may", "will"})  # names that would be found in every text
NAMES = ("name", "aliases")
ADDRESSES = ("email", "emails", "domain")
NUMBERS = ("phone", "phones", "iban", "vat_id")
WORDS = frozenset(
    {
        *("actor", "attribute", "because", "bundle", "by", "chat", "counterpart"),
        *("description", "error"),
        *("failure", "message", "name", "note", "says", "text", "title", "told", "unit", "user"),
        *("value", "why"),
    }
)  # the columns of words; the other text columns hold identifiers and states
FORMS: tuple[Literal["NFC"], Literal["NFD"]] = ("NFC", "NFD")
FIELD = re.compile("[a-z]+")  # of ours: forgetting Mark Price must leave "marks" and "price"
NEVER = r"(?!)"
SEPARATORS = r"[\s./()\u2010-\u2015-]*"  # what people write between the digits of a number


@dataclass(frozen=True, slots=True)
class Needles:
    """What names one record in a text, and the mark that stands there afterwards.

    `sure` finds what names nobody else: addresses, numbers, names of several words. `known` finds
    single names too ("Ada"). `parts` also finds each word of the full name, which is right only
    in texts that are surely about it. A text with none of `hints` and `digits` holds none of them.
    """

    mark: str
    hints: tuple[str, ...]
    digits: re.Pattern[str]
    sure: re.Pattern[str]
    known: re.Pattern[str]
    parts: re.Pattern[str]

    def named_in(self, value: Any) -> bool:
        """Does a text anywhere in this JSON value surely name the record?"""
        return any(self._near(text) and self.sure.search(text) for text in _texts(value))

    def named_in_row(self, table: sa.Table | None, row: Mapping[str, Any]) -> bool:
        """Does a row, or a logged change of one, surely name the record?"""
        return any(self.named_in(row[name]) for name in row if _reach(table, name, "words"))

    def cut(self, value: Any, depth: Depth) -> Any:
        """Return the JSON value without the needles.

        "words": only they go. "texts": so do long texts, wholly, and the parts of the name.
        "prose": so does whatever has a space in it. "all": every value goes, the shape stays.
        """
        if isinstance(value, dict):
            return {self._key(key, depth): self.cut(item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.cut(item, depth) for item in value]
        if depth == "all":
            return None if value is None else self.mark
        if not isinstance(value, str):
            return value
        long = len(value) > TEXT_CHARS or (depth == "prose" and len(value.split()) > 1)
        if depth != "words" and long:
            return ERASED
        return self._words(value, depth)

    def cut_row(
        self, table: sa.Table | None, row: Mapping[str, Any], depth: Depth
    ) -> dict[str, Any]:
        """Return a row, or a logged change of one, without the needles. None: a table of old."""
        return {
            name: self.cut(value, reach) if (reach := _reach(table, name, depth)) else value
            for name, value in row.items()
        }

    def _key(self, key: str, depth: Depth) -> str:
        return key if FIELD.fullmatch(key) else self._words(key, depth)

    def _words(self, text: str, depth: Depth) -> str:
        if not self._near(text):
            return text
        return (self.known if depth == "words" else self.parts).sub(self.mark, text)

    def _near(self, text: str) -> bool:
        """Is the text worth a search? Most are not, and this is far cheaper."""
        folded = _folded(text)
        return any(hint in folded for hint in self.hints) or bool(self.digits.search(folded))


def needles(record_id: str, states: Sequence[Mapping[str, Any]]) -> Needles:
    """Return what names this record, given every state it ever had."""
    names, addresses = _strings(states, NAMES), _strings(states, ADDRESSES)
    numbers = {number for number in _strings(states, NUMBERS) if len(_signs(number)) >= DIGITS_MIN}
    single = {name for name in names if _is_single(name)}
    turned = {_turned(name) for name in names - single if len(name.split()) > 1}
    words = {word for name in names for word in re.split(r"[\s,;]+", name) if word[:1].isupper()}
    words = set(filter(_can_name, words))
    sure = _patterns(numbers, _number) + _patterns(names - single | turned | addresses, _text)
    known = sure + _patterns(single, _text)
    return Needles(
        mark=f"[erased {record_id[-MARK_CHARS:]}]",
        hints=tuple(sorted(set(_hints(words | names | addresses)))),
        digits=re.compile("|".join(map(_spaced, numbers)) or NEVER),
        sure=_either(sure),
        known=_either(known),
        parts=_either(known + _patterns(words, _text)),
    )


def fingerprint(previous: str, event: Mapping[str, Any]) -> str:
    """Return the commitment to what is left of a redacted event and to its place in the chain.

    The event that redacted it holds this, so the chain guards what was redacted as well.
    """
    names = ("id", "kind", "source", "key", "trust", "actor", "cause", "goal", "body", "changes")
    left = [event[name] for name in (*names, "digest", "hash")]
    return hashlib.sha256(canonical([previous, jsonable(event["at"]), left]).encode()).hexdigest()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


@cache
def _reach(table: sa.Table | None, name: str, depth: Depth) -> Depth | None:
    """Return how much of this column goes; None where it holds no words."""
    column = None if table is None else table.c.get(name)
    if column is None or isinstance(column.type, sa.JSON):
        return depth
    if column.primary_key or not isinstance(column.type, sa.Text) or column.name not in WORDS:
        return None
    return "texts" if depth == "all" and name not in ("name", "text") else depth


def _strings(states: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> set[str]:
    """Return the values of these fields that are long enough to look for."""
    values = {
        text.strip() for state in states for name in fields for text in _texts(state.get(name))
    }
    return {value for value in values if _can_name(value)}


def _can_name(value: str) -> bool:
    return (
        len(value) > 1
        and len(value.encode()) >= NEEDLE_BYTES_MIN
        and any(sign.isalnum() for sign in value)
        and value.casefold() not in EVERYDAY
    )


def _is_single(name: str) -> bool:
    """Is it one word of a script that has words, like a first name? It may be anybody's."""
    return name.isalpha() and name.lower() != name.upper()


def _turned(name: str) -> str:
    """Return "Ada Example" as the lists have it: "Example, Ada"."""
    *first, last = name.split()
    return f"{last}, {' '.join(first)}"


def _patterns(needles: Iterable[str], pattern: Callable[[str], str]) -> list[str]:
    """Return the patterns, the longest first: what stands within another is found with it."""
    return [pattern(needle) for needle in sorted(needles, key=lambda text: (-len(text), text))]


def _text(needle: str) -> str:
    """Return the pattern of a text in any case and with either form of its accents."""
    forms = {unicodedata.normalize(form, needle) for form in FORMS}
    forms |= {form.casefold() for form in forms} | {form.upper() for form in forms}
    unlike = {form.lower(): form for form in sorted(forms)}
    return "|".join(
        _edged(form, r"\s+".join(re.escape(word) for word in form.split()))
        for form in unlike.values()
    )


def _number(number: str) -> str:
    """Return the pattern of a phone or account number, however it is spaced."""
    return _edged(_signs(number), f"(?:00)?{_spaced(number)}")


def _spaced(number: str) -> str:
    return SEPARATORS.join(map(re.escape, _folded(_signs(number))))


def _signs(number: str) -> str:
    return "".join(sign for sign in number if sign.isalnum())


def _hints(needles: Iterable[str]) -> Iterator[str]:
    """Yield, folded, the longest word of each needle."""
    for needle in needles:
        for form in FORMS:
            yield max(_folded(unicodedata.normalize(form, needle)).split(), key=len)


def _folded(text: str) -> str:
    return text.casefold().replace("\u0131", "i")  # to a pattern, the dotless i is an i


def _edged(needle: str, pattern: str) -> str:
    """Let it begin and end where words do: Ada is in "Ada's" and not in "Canada"."""
    before = r"(?<![^\W_])" if _makes_words(needle[0]) else ""
    after = r"(?![^\W_])" if _makes_words(needle[-1]) else ""
    genitive = r"(?:['\u2019]?s)?" if after and needle[-1].isalpha() else ""
    return before + pattern + genitive + after


def _makes_words(sign: str) -> bool:
    return sign.isdigit() or sign.lower() != sign.upper()


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or NEVER, re.IGNORECASE)
