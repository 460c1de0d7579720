"""Days that a question names: today, this week, last month, in October. Pure."""

import re
from datetime import date, timedelta

from memory.texts import when
from memory.texts.when import Span

_THIS = r"this|the current|diese[nrsm]?"
_LAST = r"last|letzte[nrsm]?|vorige[nrsm]?|vergangene[nrsm]?"
_NEXT = r"next|(?:the )?coming|nächste[nrsm]?|kommende[nrsm]?"
_NAMED = re.compile(
    rf"\b(?:(?P<this>{_THIS})|(?P<last>{_LAST})|(?P<next>{_NEXT})) (?:(?P<week>week|woche)"
    r"|(?P<month>month|monat)|(?P<quarter>quarter|quartal)|(?P<year>year|jahr))\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:(?P<today>today|tonight|heute(?: morgen)?)|(?P<tomorrow>tomorrow|(?<!guten )morgen)"
    r"|(?P<yesterday>yesterday|gestern))\b",
    re.IGNORECASE,
)
_AWAY = {"today": 0, "tomorrow": 1, "yesterday": -1}


def named(said: str, today: date, *, ahead: bool = False) -> list[Span]:
    """Return the days a question speaks of, weeks, months, quarters and years whole.

    `ahead`: it asks for what is to come, so a month without its year is the next one.
    """
    if found := [_whole(match, today) for match in _NAMED.finditer(said)]:
        return found
    away = dict.fromkeys(_AWAY[str(match.lastgroup)] for match in _DAY.finditer(said))
    if away:
        each = (today + timedelta(days=days) for days in away)
        return [Span(day, day) for day in each]
    return when.spans(said, today, ahead=ahead)


def _whole(match: re.Match[str], today: date) -> Span:
    unit = next(unit for unit in ("week", "month", "quarter", "year") if match[unit])
    span = _around(unit, today)
    if match["last"]:
        return _around(unit, span.first - timedelta(days=1))
    return _around(unit, span.last + timedelta(days=1)) if match["next"] else span


def _around(unit: str, day: date) -> Span:
    """Return the week (from Monday), month, quarter or year that a day is in."""
    if unit == "week":
        first = day - timedelta(days=day.weekday())
        return Span(first, first + timedelta(days=6))
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    begins = (day.month - 1) // months * months + 1
    ends = begins + months
    after = date(day.year + (ends > 12), ends - 12 if ends > 12 else ends, 1)
    return Span(date(day.year, begins, 1), after - timedelta(days=1))
