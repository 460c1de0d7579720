"""Free times: when else a meeting of the same length could be, near to when it was wished. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

DAY_STARTS, DAY_ENDS = time(9), time(18)  # on the wall clock of the meeting
STEP = timedelta(minutes=30)
DAYS_MAX = 14
SATURDAY = 5


class Span(NamedTuple):
    """A stretch of time; the end is no longer part of it."""

    start: datetime
    end: datetime


def others(wished: Span, taken: Sequence[Span], now: datetime, count: int = 2) -> list[Span]:
    """Return free times of the same length: the nearest of the day itself, then one a working day.

    Each is the one nearest to the time of day that was wished, the later of two; none has begun.
    """
    found = [free for day in range(DAYS_MAX) if (free := _on(wished, day, taken, now))]
    return found[:count]


def _on(wished: Span, ahead: int, taken: Sequence[Span], now: datetime) -> Span | None:
    """Return the free time nearest to the wished one, so many days ahead."""
    wall = wished.start + timedelta(days=ahead)  # the same time on the wall clock
    if ahead and wall.weekday() >= SATURDAY:
        return None
    free = [
        span
        for span in _spans(wall, wished.end.astimezone(UTC) - wished.start.astimezone(UTC))
        if span.start > now and not any(t.start < span.end and t.end > span.start for t in taken)
    ]
    return min(free, key=lambda span: (abs(span.start - wall), span.start < wall), default=None)


def _spans(wall: datetime, length: timedelta) -> Iterator[Span]:
    """Yield every time of this length within the working hours of that day."""
    start = datetime.combine(wall, DAY_STARTS, wall.tzinfo)
    closes = datetime.combine(wall, DAY_ENDS, wall.tzinfo)
    while True:
        end = (start.astimezone(UTC) + length).astimezone(wall.tzinfo)
        if end > closes:
            return
        yield Span(start, end)
        start += STEP
