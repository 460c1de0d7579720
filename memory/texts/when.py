"""When: the days a question speaks of, and whether a text tells a time or a number.

Own words and dates in five languages (data/time-words.toml), in microseconds: recall asks at every
question, and reads far more texts than would bear a real parser.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

WORDS = Path(__file__).parents[1] / "data" / "time-words.toml"
YEAR = r"(?:19|20)\d\d"
FADES_DAYS = 4.0  # this far from what was asked, a day counts half
VAGUE = {"day": 1.0, "month": 0.6, "year": 0.3}  # how much a span of about this length says

Asks = Literal["any", "when", "number"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    def nearness(self, day: date) -> float:
        """Return 1 for the day asked for, less for one beside it and for a longer span."""
        days = (self.last - self.first).days
        size = "day" if days < 8 else "month" if days < 100 else "year"
        gap = max((self.first - day).days, (day - self.last).days, 0)
        return VAGUE[size] / (1 + gap / FADES_DAYS)


def asks(question: str) -> Asks:
    """Say what kind of answer is wanted."""
    if _asks_when().search(question):
        return "when"
    return "number" if _asks_number().search(question) else "any"


def tells_time(text: str) -> bool:
    return _tells_time().search(text) is not None


def tells_number(text: str) -> bool:
    return _tells_number().search(text) is not None


def spans(text: str, today: date, *, ahead: bool = False) -> list[Span]:
    """Return the days the text speaks of, absolute ones first; nothing it only might mean.

    `ahead`: it speaks of what is to come, so its May is the next one and not the last.
    """
    found = [*_dates(text.lower()), *_relative(text.lower(), today, ahead)]
    return list(dict.fromkeys(found))


def _dates(text: str) -> Iterator[Span]:
    for year, month, day in re.findall(rf"\b({YEAR})-(\d\d)-(\d\d)\b", text):
        yield from _day(year, month, day)
    for day, month, year in re.findall(rf"\b(\d\d?)[./](\d\d?)[./]({YEAR})\b", text):
        yield from _day(year, month, day)
    named = False
    for match in _month().finditer(text):
        month = str(_months()[match["month"]])
        day, year = match["before"] or match["after"], match["year"]
        if day and year:
            yield from _day(year, month, day)
        elif year:
            yield _whole_month(int(year), int(month))
        named = named or bool(year)
    if not named:
        for year in re.findall(rf"(?<![\w.,/-])({YEAR})(?![\w/-]|[.,]\d)", text):
            yield Span(date(int(year), 1, 1), date(int(year), 12, 31))


def _day(year: str, month: str, day: str) -> Iterator[Span]:
    try:
        one = date(int(year), int(month), int(day))
    except ValueError:  # no such day: the question names none
        return
    yield Span(one, one)


def _whole_month(year: int, month: int) -> Span:
    first = date(year, month, 1)
    return Span(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _relative(text: str, today: date, ahead: bool) -> Iterator[Span]:
    words = _words()
    for match in _any_of(words["relative"]).finditer(text):
        first, last = words["relative"][match[0]]
        yield Span(today + timedelta(days=first), today + timedelta(days=last))
    for number, unit in (found for pair in _ago().findall(text) for found in _pairs(pair)):
        days = int(number) * int(words["units"][unit])
        middle = today - timedelta(days=days)
        slack = timedelta(days=int(words["units"][unit]) // 2)
        yield Span(middle - slack, middle + slack)
    yield from _months_alone(text, today, ahead)


def _months_alone(text: str, today: date, ahead: bool) -> Iterator[Span]:
    """A month without a year is the last one that has begun, or the next that is not over."""
    for match in _month().finditer(text):
        day, name = match["before"] or match["after"], match["month"]
        if match["year"] or (not day and not match["in"] and name in _words()["ambiguous_months"]):
            continue
        month = _months()[name]
        year = today.year - (month > today.month)
        if ahead:
            past = (month, int(day or 31)) < (today.month, today.day)
            year = today.year + past
        yield from _day(str(year), str(month), day) if day else [_whole_month(year, month)]


def _pairs(found: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from (pair for pair in (found[:2], found[2:]) if pair[0])  # type: ignore[misc]  # the pairs of a match are str


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text("utf-8"))


@cache
def _months() -> dict[str, int]:
    return {name: at for at, names in enumerate(_words()["months"], 1) for name in names}


@cache
def _month() -> re.Pattern[str]:
    """A month's name with what stands beside it: "3. Mai 2025", "May 3rd, 2025", "in May"."""
    names, ins = (
        "|".join(sorted(some, key=len, reverse=True)) for some in (_months(), _words()["in"])
    )
    return re.compile(
        rf"(?:\b(?P<in>{ins})\s+)?(?:\b(?P<before>\d\d?)(?:st|nd|rd|th|\.|º)?\s+(?:of\s+|de\s+)?)?"
        rf"\b(?P<month>{names})\b\.?(?:\s+(?P<after>\d\d?)(?:st|nd|rd|th)?\b(?!\d))?"
        rf"(?:,?\s+(?:de\s+)?(?P<year>{YEAR})\b)?"
    )


@cache
def _ago() -> re.Pattern[str]:
    units = "|".join(_words()["units"])
    before = rf"\b(?:vor|il y a|hace)\s+(\d{{1,3}})\s+({units})\b"
    return re.compile(rf"\b(\d{{1,3}})\s+({units})\s+ago\b|{before}")


@cache
def _asks_when() -> re.Pattern[str]:
    return _any_of(_words()["asks_when"])


@cache
def _asks_number() -> re.Pattern[str]:
    return _any_of(_words()["asks_number"])


@cache
def _tells_time() -> re.Pattern[str]:
    words = _words()
    two = [f"{a} {b}" for a in words["tells_time_before"] for b in words["tells_time_after"]]
    long_months = [name for name in _months() if len(name) > 3]
    return re.compile(
        _any_of([*words["tells_time"], *words["weekdays"], *long_months, *two]).pattern
        + rf"|\b{YEAR}\b",
        re.I,
    )


@cache
def _tells_number() -> re.Pattern[str]:
    return re.compile(_any_of(_words()["tells_number"]).pattern + r"|\d", re.I)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.I)
