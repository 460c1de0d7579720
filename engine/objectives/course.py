"""Course: is something on its way to its target? A straight line, compared with days left. Pure.

The line goes from the first figure, at its moment, to the target at the end of the last day. The
newest figure is behind where it lacks more than a twentieth of the whole way on that line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

SLACK = 0.05  # of the whole way
STALE = timedelta(days=14)  # an older figure says nothing of now
WEEK = timedelta(weeks=1)
FAR = timedelta(days=2 * 365)  # an end further off is none
State = Literal["reached", "on course", "behind", "over", "no figures", "no date"]


@dataclass(frozen=True, slots=True)
class Point:
    """A figure, and when it was so."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True)
class Course:
    """`line`: where the straight line is at the newest figure; `pace`, `needed`: a week.

    State *over*: the last day has passed. What cannot be said yet is None.
    """

    state: State
    to: Decimal
    due: datetime | None = None
    first: Point | None = None
    last: Point | None = None
    line: Decimal | None = None
    pace: Decimal | None = None
    needed: Decimal | None = None

    @property
    def lacks(self) -> Decimal:
        """Return by how much the newest figure is off the line, always as a plain number."""
        if self.line is None or self.last is None:
            return Decimal(0)
        return abs(self.line - self.last.value)

    def ends_at_pace(self) -> datetime | None:
        """Return when the target is reached at the present pace; None: not within two years."""
        if not self.last or not self.pace:
            return None
        left = (self.to - self.last.value) / self.pace
        if left <= 0 or left > FAR / WEEK:
            return None
        return self.last.at + float(left) * WEEK

    def reached_at_pace(self) -> Decimal | None:
        """Return what will be there on the last day at the present pace; None: nobody can say."""
        if self.due is None or not self.last or not self.pace or self.due <= self.last.at:
            return None
        return rounded(self.last.value + self.pace * weeks(self.due - self.last.at), self.to)


def of(
    points: Sequence[Point], to: Decimal, due: datetime | None, now: datetime, *, down: bool = False
) -> Course:
    """Return the course of these figures, the oldest first."""
    if not points:
        return Course("no figures", to, due)
    first, last = points[0], points[-1]
    if last.value <= to if down else last.value >= to:
        return Course("reached", to, due, first, last)
    pace = None
    if last.at - first.at >= timedelta(days=1):
        pace = rounded((last.value - first.value) / weeks(last.at - first.at), to)
    if due is None:
        return Course("no date", to, due, first, last, pace=pace)
    whole = due - first.at
    gone = max(0.0, min((last.at - first.at) / whole, 1.0)) if whole > timedelta() else 1.0
    line = rounded(first.value + (to - first.value) * Decimal(str(gone)), to)
    left = due - max(now, first.at)
    needed = rounded((to - last.value) / weeks(left), to) if left > timedelta() else None
    way = to - first.value
    done = float((last.value - first.value) / way) if way else 0.0
    state: State = "behind" if done < gone - SLACK else "on course"
    if now >= due:
        state = "over"
    elif now - last.at > STALE:
        state = "no figures"
    return Course(state, to, due, first, last, line, pace, needed)


def weeks(span: timedelta) -> Decimal:
    return Decimal(str(max(span, timedelta(hours=1)) / WEEK))


def rounded(value: Decimal, like: Decimal) -> Decimal:
    """Return the number as fine as it makes sense beside a target: whole from twenty on."""
    return value.quantize(Decimal(1) if abs(like) >= 20 else Decimal("0.1"))
