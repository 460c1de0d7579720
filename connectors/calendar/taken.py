"""Times that are taken: what stands in a calendar file within a stretch of time, repeats too."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import islice
from math import prod
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connectors.calendar import event
from connectors.calendar.free import Span

TIMES_MAX = 1000  # of one file within one stretch: nobody meets more often
EACH_DAY_MAX = 24  # what begins more often is no meeting, and takes too long to follow


class Meeting(NamedTuple):
    """A time that is taken; the end is no longer part of it."""

    title: str
    start: datetime
    end: datetime


def meetings(data: bytes | str, within: Span, zone: str) -> list[Meeting]:
    """Return what takes time within `within`; whole days and floating times are of `zone`.

    Raises event.UNREADABLE when the data is no calendar, or repeats in a way nobody can follow.
    """
    import recurring_ical_events

    here, calendar = ZoneInfo(zone), event.calendar(data)
    if any(_too_often(rule) for one in calendar.events for rule in one.rrules):
        raise ValueError("repeats more often than any meeting")
    query = recurring_ical_events.of(calendar)
    found = []
    for one in islice(query.after(within.start), TIMES_MAX):
        meeting = Meeting(
            str(one.get("SUMMARY", "")), _moment(one.start, here), _moment(one.end, here)
        )
        if meeting.start >= within.end:
            break
        if one.get("STATUS") != "CANCELLED" and one.get("TRANSP") != "TRANSPARENT":
            found.append(meeting)
    return found


def _too_often(rule: Mapping[str, Sequence[Any]]) -> bool:
    often = prod(len(rule.get(part, ())) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    return often > EACH_DAY_MAX or bool({"SECONDLY", "MINUTELY"} & {*rule.get("FREQ", ())})


def _moment(when: date, zone: ZoneInfo) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), zone)
    return when if when.tzinfo else when.replace(tzinfo=zone)
