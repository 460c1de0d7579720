"""Whose words are these? The origin of every argument, given only on positive evidence.

Nothing is followed through a model: it can rephrase anything. A value is the operator's because
the operator typed it, and without evidence it is the model's.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from policies.amounts import number_in, numbers_in
from policies.characters import suspicious
from policies.contracts import scalars
from policies.rules import Origin

_LOOSE_CHARS_MIN = 6  # shorter values are searched in outside text as whole words only
_JOINED_LEFT = frozenset("._-+@/'%&=#~\\")  # "x.a@b.com" goes on to the left of "a@b.com"
_JOINED_RIGHT = frozenset("._-+@/:%&=#~\\")
_GLUED_KINDS = frozenset({"Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn"})
_ACCOUNT_CHARS_MAX = 50
_ACCOUNT_OR_PHONE = re.compile(r"[a-z]{2}\d{2}[a-z0-9]{11,30}|\+\d{7,15}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Sources:
    """What there is to find evidence in, for one request.

    `operator` and `text` are texts to search in; `canonical` and `record` are whole values.
    Forwards, quotes, captions and pasted blocks belong into `text`, whoever sent them.
    """

    operator: tuple[str, ...] = ()  # typed by the operator in this request
    canonical: tuple[str, ...] = ()  # in the records before this request began
    record: tuple[str, ...] = ()  # typed fields a system of record returned in this run
    text: tuple[str, ...] = ()  # third-party text

    def and_more(self, record: tuple[str, ...] = (), text: tuple[str, ...] = ()) -> "Sources":
        """Return these and what a run brought besides; what was prepared is not prepared again."""
        more = replace(self, record=self.record + record, text=self.text + text)
        for name in ("_typed", "_known"):
            if name in self.__dict__:
                more.__dict__[name] = self.__dict__[name]
        return more

    def names(self, word: str) -> bool:
        """Say whether the operator's own words name this, with spaces for underscores."""
        return self._typed.hold(_Wanted(word.replace("_", " "))) or self._typed.hold(_Wanted(word))

    @cached_property
    def _typed(self) -> "_Texts":
        return _Texts(self.operator)

    @cached_property
    def _known(self) -> "_Values":
        return _Values(self.canonical)

    @cached_property
    def _returned(self) -> "_Values":
        return _Values(self.record)

    @cached_property
    def _outside(self) -> "_Texts":
        return _Texts(self.text)


def origins(args: Mapping[str, Any], sources: Sources) -> dict[str, Origin]:
    """Return the origin of every scalar, by its path ("to", "lines.0.amount").

    None and empty text say nothing and have no entry.
    """
    return {path: origin(value, sources) for path, value in scalars(args)}


def origin(value: Any, sources: Sources) -> Origin:
    """Return the best origin there is evidence for; a value with odd characters has none.

    Texts match as whole tokens (a@b.com is not inside a@b.com.evil.org), numbers and dates by
    value ("1.250,00 €" is 1250), accounts and phones without their spaces.
    """
    if isinstance(value, bool) or suspicious(str(value)):
        return "model"
    wanted = _Wanted(value)
    if not wanted.plain:
        return "model"
    if sources._typed.hold(wanted):
        return "operator"
    if sources._known.hold(wanted):
        return "canonical"
    if sources._returned.hold(wanted):
        return "record"
    return "text" if sources._outside.hint_at(wanted) else "model"


def known(value: Any, sources: Sources) -> bool:
    """Say whether the value was in the records before the request began, spelled plainly."""
    return not suspicious(str(value)) and sources._known.hold(_Wanted(value))


class _Wanted:
    """A value in every form in which it may have been written."""

    def __init__(self, value: Any) -> None:
        self.plain = _plain(value.isoformat() if isinstance(value, date) else str(value))
        self.number = number_in(self.plain)
        self.account = _account(self.plain)

    @cached_property
    def other_spelling(self) -> re.Pattern[str] | None:
        return _other_spelling(self.plain, self.account)

    @cached_property
    def bare(self) -> str:
        return _bare(self.plain)

    def places_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of every occurrence, whatever stands beside it."""
        at = text.find(self.plain)
        while at >= 0:
            yield at, at + len(self.plain)
            at = text.find(self.plain, at + 1)
        if self.other_spelling:
            yield from (match.span() for match in self.other_spelling.finditer(text))


class _Texts:
    """Texts to search in."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._texts = tuple(_plain(text) for text in texts)

    def hold(self, wanted: _Wanted) -> bool:
        """Say whether the value stands in a text as a token, a number or a date of its own."""
        if wanted.number is not None:
            return wanted.number in self._numbers
        return any(
            not _goes_on(text, start - 1, -1) and not _goes_on(text, end, 1)
            for text in self._texts
            for start, end in wanted.places_in(text)
        )

    def hint_at(self, wanted: _Wanted) -> bool:
        """Say whether the value stands there in any spelling: spaced out, inside a longer word."""
        if len(wanted.bare) >= _LOOSE_CHARS_MIN and any(wanted.bare in t for t in self._bare_texts):
            return True
        return self.hold(wanted)

    @cached_property
    def _bare_texts(self) -> tuple[str, ...]:
        return tuple(_bare(text) for text in self._texts)

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        return frozenset(number for text in self._texts for number in numbers_in(text))


class _Values:
    """Whole values, none of them to be searched in."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self._values = frozenset(map(_plain, values))

    @cached_property
    def _accounts(self) -> frozenset[str]:
        return frozenset(filter(None, map(_account, self._values)))

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        return frozenset(n for v in self._values if (n := number_in(v)) is not None)

    def hold(self, wanted: _Wanted) -> bool:
        return (
            wanted.plain in self._values
            or (wanted.account != "" and wanted.account in self._accounts)
            or (wanted.number is not None and wanted.number in self._numbers)
        )


def _plain(text: str) -> str:
    """Fold what looks the same; `lower`, not `casefold`: straße.de is not strasse.de."""
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(normal.lower().split())


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _account(plain: str) -> str:
    """Return an account or phone number without its spaces, "" for anything else."""
    if len(plain) > _ACCOUNT_CHARS_MAX:
        return ""
    together = plain.replace(" ", "")
    return together if _ACCOUNT_OR_PHONE.fullmatch(together) else ""


def _other_spelling(plain: str, account: str) -> re.Pattern[str] | None:
    """Return how accounts and phones look with spaces, and an ISO date as 1.12.2026."""
    if account:
        return re.compile("[ -]?".join(map(re.escape, account)))
    if _DATE.fullmatch(plain):
        year, month, day = (part.lstrip("0") for part in plain.split("-"))
        return re.compile(rf"0?{day}\.0?{month}\.{year}")
    return None


def _goes_on(text: str, at: int, step: int) -> bool:
    """Say whether the token continues there: a letter, perhaps behind joining characters."""
    joined = _JOINED_LEFT if step < 0 else _JOINED_RIGHT
    while 0 <= at < len(text):
        if text[at].isalnum() or unicodedata.category(text[at]) in _GLUED_KINDS:
            return True
        if text[at] not in joined:
            return False
        at += step
    return False
