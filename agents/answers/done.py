"""Done: what was done within some days, by what came of each wish."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agents.answers import days
from engine.chat import words
from engine.planning import doings
from memory.db import Reader
from memory.texts.when import Span

LISTED_MAX = 20
NONE = "{when}: nothing was finished."
NOT = " · not done"
_DID = r"(?:do|done|achieved?|finish(?:ed)?|get done|got done|complete[d]?)"
_ASKED = re.compile(
    r"\b(?:what(?: all)? (?:has |was |is |has been |have been )?(?:happened|happening|going on)"
    rf"|what (?:was|were|has been|have been|got) {_DID}|what (?:did|have) (?:you|we|i) {_DID}"
    r"|was (?:ist|war) (?:\w+ ){0,3}?(?:passiert|geschehen|los)"
    r"|was (?:hast du|haben wir|habe ich|wurde) (?:\w+ ){0,3}?"
    r"(?:gemacht|getan|erledigt|geschafft))\b",
    re.IGNORECASE,
)


def asked(said: str) -> bool:
    """Say whether the question is about what was done, and on no particular matter."""
    return _ASKED.search(said) is not None


async def lines(reader: Reader, said: str, today: date, settings: dict[str, Any]) -> list[str]:
    """Return a line for each wish that ended in the days it names; without any: today."""
    spans = days.named(said, today) or [Span(today, today)]
    return [line for span in spans for line in await _of(reader, span, settings)]


async def _of(reader: Reader, span: Span, settings: dict[str, Any]) -> list[str]:
    zone = ZoneInfo(settings["zone"])
    since = datetime.combine(span.first, time(), zone)
    until = datetime.combine(span.last + timedelta(days=1), time(), zone)
    found = await doings.ended(reader, since, until)
    if not found:
        return [NONE.format(when=words.days(span.first, span.last, settings))]
    told = [
        f"{words.moment(one.at, settings)}: {one.text}{'' if one.succeeded else NOT}"
        for one in found[:LISTED_MAX]
    ]
    more = len(found) - LISTED_MAX
    return [*told, f"and {more} more"] if more > 0 else told
