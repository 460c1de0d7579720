"""Hears until when something is to be kept in mind: “for two weeks”, “until 30 June”. Pure.

English and German. A day counts to its end; a time of day is exact.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agents.reading import moments
from agents.reading.datewords import HOURS
from agents.reading.words import Context

_COUNT = rf"\d{{1,4}}|an?|one|eine[mnr]?|ein|{'|'.join(HOURS)}"
_UNIT = (
    r"minuten?|minutes?|hours?|stunden?|days?|tag(?:en?)?|weeks?|wochen?|months?|monat(?:en?)?"
    r"|years?|jahr(?:en?)?"
)
_NEXT = r"(?:the next |die nächsten |den nächsten |das nächste |the following )?"
FOR = rf"(?:for |für )?{_NEXT}(?P<lasts>(?:{_COUNT}) (?:{_UNIT}))(?: lang)?"
UNTIL = r"(?:until|till|bis)(?: the| zum)? (?P<until>[^\n]+?)"
UNITS = {  # by its first letters; a month and a year are rather too long than too short
    "min": timedelta(minutes=1), "hou": timedelta(hours=1), "stu": timedelta(hours=1),
    "day": timedelta(days=1), "tag": timedelta(days=1), "wee": timedelta(weeks=1),
    "woc": timedelta(weeks=1), "mon": timedelta(days=31), "yea": timedelta(days=366),
    "jah": timedelta(days=366),
}  # fmt: skip
LAST = time(23, 59, 59)  # of a day
LONGEST = timedelta(days=20 * 366)
UNREAD = "I cannot read “{words}” as a time ahead. Write it like “for two weeks: …”."
TOO_LONG = (
    "That is no time I count in. Say how long from a minute to twenty years, or keep it for good."
)


class UnreadError(ValueError):
    """A time that cannot be read; the message says which."""


def end(lasts: str, until: str, context: Context) -> datetime:
    """Return when its time is over, as one of the two says; the other is "". UnreadError."""
    if not lasts:
        return _until(until, context)
    count, unit = lasts.casefold().split()
    number = int(count) if count.isdigit() else HOURS.get(count, 1)
    long = number * UNITS[unit[:3]]
    if not timedelta() < long <= LONGEST:
        raise UnreadError(TOO_LONG)
    return context.now + long


def _until(words: str, context: Context) -> datetime:
    words = f"until {words}"  # beside a word “30.6.” is a day
    found = moments.find(words, context)
    if len(found) != 1 or len(found[0].readings) != 1:
        fault = found[0].fault if len(found) == 1 else ""
        raise UnreadError(fault or UNREAD.format(words=words))
    [reading] = found[0].readings
    moment = datetime.fromisoformat(reading.value)
    if moments.is_day(words, context):
        moment = datetime.combine(moment.date(), LAST, ZoneInfo(context.zone))
    return moment.astimezone(UTC)
