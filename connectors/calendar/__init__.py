"""Calendar: what a booking is made of, and what every calendar driver promises.

An event keeps its instant and its zone. The UID follows from the key, so booking twice with one
key leaves one event. A cancelled event takes no time, and is not booked again under its key.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, Field

from connectors import addresses
from connectors.contract import (
    Change,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    Role,
    Undo,
)

ATTENDEES_MAX = 100
LENGTH_MAX = timedelta(days=31)
TITLE_MAX = 250
NOTES_MAX = 20_000
TIME = "%Y-%m-%d %H:%M"
BACK = "Can be cancelled at any time."


class Booking(BaseModel, frozen=True, extra="forbid"):
    """One event. `zone` (IANA) is the wall clock it is kept in; None: the company's."""

    title: str = Field(min_length=1, max_length=TITLE_MAX)
    start: AwareDatetime
    end: AwareDatetime
    zone: str | None = None
    attendees: tuple[str, ...] = Field(default=(), max_length=ATTENDEES_MAX)
    place: str = Field(default="", max_length=TITLE_MAX)
    notes: str = Field(default="", max_length=NOTES_MAX)


ROLES: dict[str, Role] = {
    "title": "title",
    "start": "when",
    "end": "when",
    "zone": "value",
    "attendees": "destination",
    "place": "value",
    "notes": "text",
}


def booking_with(
    *,
    run: Callable[[Booking, str], Awaitable[Receipt]],
    preview: Callable[[Booking], Awaitable[Preview]],
    find: Callable[[str], Awaitable[Receipt | None]],
    cancel: Callable[[Receipt, str], Awaitable[Receipt]],
    find_cancelled: Callable[[str], Awaitable[Receipt | None]],
    since: Callable[[Receipt], Awaitable[tuple[Change, ...]]] | None = None,
) -> Operation:
    """Return the operation that every calendar driver offers, over its own functions."""
    return Operation(
        name="calendar.book",
        does="Book an event",
        verb="Book",
        args=Booking,
        effect="booking",
        roles=ROLES,
        run=run,
        preview=preview,
        find=find,
        undo=Undo("compensation", BACK, cancel, find_cancelled, since),
        unknown_outcome="query",
    )


def checked(booking: Booking, zone: str) -> Booking:
    """Return the booking on the wall clock of its zone, or of the one given.

    Raises PermanentError when it ends before it starts, or names no zone or no address.
    """
    clock = _zone(booking.zone or zone)
    if not booking.start < booking.end <= booking.start + LENGTH_MAX:
        raise PermanentError("An event must end after it starts, and within 31 days.")
    for name, text in (("title", booking.title), ("place", booking.place)):
        addresses.single_line(text, f"The {name} of an event")
    return booking.model_copy(
        update={
            "start": booking.start.astimezone(clock),
            "end": booking.end.astimezone(clock),
            "zone": clock.key,
            "attendees": tuple(addresses.checked(address) for address in booking.attendees),
        }
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PermanentError(f"{name!r} is not a zone such as Europe/Berlin.") from error
