"""Coming: what the days ahead hold: reminders, meetings, what is due."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agents.answers import days
from engine.chat import words
from engine.planning import doings
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.texts.when import Span

LISTED_MAX = 20
NONE = "Nothing is set{when}. A calendar of yours that I do not see may hold more."
LATE = ", overdue"
_WHEN = r"(?:today|tonight|tomorrow|this week|next week|this month|next month)"
_WANN = r"(?:heute|morgen|diese woche|nächste woche|diesen monat|nächsten monat)"
_ASKED = re.compile(
    r"\b(?:what(?:['\u2019]s| is| do (?:i|we) have)? (?:planned|scheduled|coming(?: up)?|due|ahead)"
    rf"|what(?:['\u2019]s| is) on(?: {_WHEN}| my (?:agenda|calendar|plate))"
    rf"|what do (?:i|we) have(?: to do)?(?: on)? {_WHEN}|do i have anything {_WHEN}"
    r"|(?:what|which|any|how many|when is|what is|what['\u2019]s)(?: are)?(?: my| the| our)?"
    r"(?: next| upcoming| open)? (?:(?P<reminders>reminders?)|(?P<meetings>meetings?|appointments?"
    r"|calls?)|(?:deadlines?|to-?dos?))"
    rf"|was (?:steht|ist|habe ich) (?:{_WANN} )?(?:an|geplant|vor|fällig)(?: {_WANN})?"
    r"|(?:welche|wann ist|was ist|habe ich)(?: mein\w*| der| die)?(?: nächste[nr]?)?"
    r" (?:(?P<erinnerungen>erinnerung(?:en)?)|(?P<termine>termine?|besprechung(?:en)?)))\b",
    re.IGNORECASE,
)


def asked(said: str) -> bool:
    """Say whether the question is about what is still to come, and on no particular matter."""
    return _ASKED.search(said) is not None


async def lines(reader: Reader, said: str, today: date, settings: dict[str, Any]) -> list[str]:
    """Return a line for what is set in the days it names; without any: all that is ahead."""
    match = _ASKED.search(said)
    assert match is not None
    spans = days.named(said, today, ahead=True)
    span = Span(today, date.max)
    if spans:
        span = Span(min(one.first for one in spans), max(one.last for one in spans))
    only = "reminders" if match["reminders"] or match["erinnerungen"] else ""
    only = "meetings" if match["meetings"] or match["termine"] else only
    zone, found = ZoneInfo(settings["zone"]), list[tuple[str, str]]()
    for kind, listed in (
        ("reminders", await doings.reminders(reader)),
        ("meetings", await doings.meetings(reader)),
    ):
        if only in ("", kind):
            found += [
                (
                    one.at.astimezone(zone).isoformat(),
                    f"{words.moment(one.at, settings)}: {one.text}",
                )
                for one in listed
                if span.first <= one.at.astimezone(zone).date() <= span.last
            ]
    if not only:
        late = Span(date.min, today - timedelta(days=1))
        found += await _due(reader, span, settings)
        found += await _due(reader, late, settings, LATE) if span.first <= today else []
    told = [text for _, text in sorted(found)]
    if not told:
        when = words.days(span.first, span.last, settings)
        return [NONE.format(when=f" for {when}" if spans else "")]
    more = len(told) - LISTED_MAX
    return [*told[:LISTED_MAX], *([f"and {more} more"] if more > 0 else [])]


async def _due(
    reader: Reader, span: Span, settings: dict[str, Any], how: str = ""
) -> list[tuple[str, str]]:
    tasks = await records.of_kind(reader, "task", limit=records.ALL, status="open")
    return list(_days(tasks, span, settings, how))


def _days(
    tasks: list[Record], span: Span, settings: dict[str, Any], how: str
) -> Iterator[tuple[str, str]]:
    for one in tasks:
        due = one.state.get("due_on")
        if due and span.first <= date.fromisoformat(due) <= span.last:
            day = words.written(date.fromisoformat(due), settings)
            yield due, f"{day}: {one.name} (task{how})"
