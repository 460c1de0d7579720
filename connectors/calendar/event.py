"""One booked event as iCalendar text: made, read again, and read off as a receipt."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.calendar import TIME, Booking
from connectors.company import Company
from connectors.contract import Receipt

if TYPE_CHECKING:
    from icalendar import Calendar, Event

HOST = "firstmate.local"
PRODUCT = "-//Firstmate//Calendar//EN"
# What the libraries raise over files of others; OSError: a zone that names a folder of theirs.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError)


def made(booking: Booking, key: str, company: Company, now: datetime) -> "Event":
    """Return the event of a checked booking. No server invites anybody to it by itself."""
    from icalendar import Event, vCalAddress

    stamp = company.local(now)
    attendees = [vCalAddress(f"mailto:{address}") for address in booking.attendees]
    for attendee in attendees:
        attendee.params["SCHEDULE-AGENT"] = "NONE"  # RFC 6638: mail is sent by no server
    return Event.new(
        uid=uid(key),
        summary=booking.title,
        start=booking.start,
        end=booking.end,
        stamp=stamp,
        created=stamp,
        sequence=0,
        location=booking.place or None,
        description=booking.notes or None,
        attendees=attendees,
    )


def text(event: "Event") -> bytes:
    """Return a whole calendar with this event and the zones it needs."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def calendar(data: bytes | str) -> "Calendar":
    """Return the one calendar in a text; raises ValueError when it is none."""
    from icalendar import Calendar

    found = Calendar.from_ical(data)
    if not isinstance(found, Calendar):
        raise ValueError("not a calendar")  # what the parser raises too
    return found


def booked(data: bytes | str, key: str) -> "Event":
    """Return the event that was booked under this key. UNREADABLE: it is not in there."""
    for event in calendar(data).events:
        if event.get("UID") == uid(key):
            return event
    raise ValueError("another event")


def uid(key: str) -> str:
    return f"{key}@{HOST}"


def receipt(event: "Event", key: str, **data: Any) -> Receipt:
    """Read the receipt off the event, so looking later gives the same one."""
    return Receipt(
        id=str(event["UID"]),
        said=f"booked {event['SUMMARY']} · {event.start:{TIME}}",
        at=event.decoded("CREATED"),
        data={"key": key, **data},
    )


def cancelled(event: "Event") -> str:
    return f"cancelled {event['SUMMARY']} · {event.start:{TIME}}"
