"""Embedded calendar driver: one .ics file per event in `calendar/`, for any program to open.

Files of other programs may lie there too; they are read for overlaps and never changed. Events
that repeat count once, at their first time.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from connectors import disk
from connectors.calendar import ROLES, Booking, checked, free
from connectors.calendar.free import Span
from connectors.company import Clock, Company
from connectors.contract import (
    Change,
    Connector,
    Health,
    Operation,
    Option,
    PermanentError,
    Preview,
    Receipt,
    Undo,
)

if TYPE_CHECKING:
    from icalendar import Calendar, Event

HOST = "firstmate.local"
PRODUCT = "-//Firstmate//Embedded calendar//EN"
UNDONE_BY = "X-FIRSTMATE-UNDONE-BY"
BACK = "Can be cancelled at any time."
UNINVITED = "Nobody is invited yet: the attendees only stand in the event."
UNREADABLE = (ValueError, OSError)  # OSError: a TZID that names a folder of the zone database
TIME = "%Y-%m-%d %H:%M"


class Meeting(NamedTuple):
    """A time that is taken; the end is no longer part of it."""

    title: str
    start: datetime
    end: datetime


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the calendar connector over the files in `folder/calendar`."""
    events = Events(folder / "calendar", clock, company)
    book = Operation(
        name="calendar.book",
        does="Book an event",
        verb="Book",
        args=Booking,
        effect="booking",
        roles=ROLES,
        run=disk.off_loop(events.book),
        preview=disk.off_loop(events.preview),
        find=disk.off_loop(events.find),
        undo=Undo(
            "compensation", BACK, disk.off_loop(events.cancel), disk.off_loop(events.find_cancelled)
        ),
        unknown_outcome="query",
    )
    return Connector("calendar", "local", (book,), disk.off_loop(events.check))


@dataclass(frozen=True, slots=True)
class Events:
    """The folder of .ics files."""

    folder: Path
    clock: Clock
    company: Company
    lock: threading.Lock = field(default_factory=threading.Lock)

    def meetings(self) -> tuple[list[Meeting], list[str]]:
        """Return the times that are taken, and the names of the files that cannot be read."""
        taken: list[Meeting] = []
        unread: list[str] = []
        for path in sorted(self.folder.glob("*.ics")):
            try:
                taken += self._taken(disk.read(path) or b"")
            except UNREADABLE:
                unread.append(path.name)
        return sorted(taken, key=lambda meeting: meeting.start), unread

    def preview(self, booking: Booking) -> Preview:
        booking = checked(booking, self.company.zone)
        fields = {
            "Start": f"{booking.start:{TIME}}",
            "End": f"{booking.end:{TIME}}",
            "Zone": booking.zone,
            "Attendees": ", ".join(booking.attendees),
            "Place": booking.place,
        }
        taken, unread = self.meetings()
        overlaps = [m for m in taken if m.start < booking.end and m.end > booking.start]
        notes = [
            f"overlaps: {m.title}, {_clock(m.start, booking)} to {_clock(m.end, booking)}"
            for m in overlaps
        ]
        notes += [f"{name} cannot be read, so its times are not known." for name in unread]
        notes += ["It starts in the past."] if booking.start < self.clock() else []
        notes += [UNINVITED] if booking.attendees else []
        return Preview(
            title=f"Book {booking.title} · {fields['Start']}",
            changes=tuple(Change(label, None, value) for label, value in fields.items() if value),
            text=booking.notes or None,
            notes=tuple(notes),
            facts={"overlaps": len(overlaps), "recipients": len(booking.attendees)},
            options=self._options(booking, taken, overlaps),
        )

    def book(self, booking: Booking, key: str) -> Receipt:
        with self.lock:
            if done := self._booked(key):
                return done
            event = self._event(checked(booking, self.company.zone), key)
            disk.write(self._path(key), _file(event))
            return _receipt(event, key)

    def find(self, key: str) -> Receipt | None:
        with self.lock:
            return self._booked(key)

    def cancel(self, receipt: Receipt, key: str) -> Receipt:
        with self.lock:
            if done := self._cancelled(key):
                return done
            booked = receipt.data["key"]
            event = self._read(booked)
            if event is None:
                raise PermanentError("The event is no longer in the calendar.")
            if event.get(UNDONE_BY):
                raise PermanentError("The event was already cancelled.")
            _cancel(event, disk.name_of(key), self.company.local(self.clock()))
            disk.write(self._path(booked), _file(event))
            return _cancelled_receipt(event, booked)

    def find_cancelled(self, key: str) -> Receipt | None:
        with self.lock:
            return self._cancelled(key)

    def check(self) -> Health:
        taken, unread = self.meetings()
        if unread:
            return Health(False, f"These calendar files cannot be read: {', '.join(unread)}.")
        return Health(True, f"The calendar is kept here and holds {len(taken)} events.")

    def _options(
        self, booking: Booking, taken: list[Meeting], overlaps: list[Meeting]
    ) -> tuple[Option, ...]:
        """Offer free times beside one that overlaps; the nearest is recommended."""
        wished = Span(booking.start, booking.end)
        busy = [Span(meeting.start, meeting.end) for meeting in taken]
        spans = free.others(wished, busy, self.clock()) if overlaps else []
        if not spans:
            return ()
        with_what = ", ".join(meeting.title for meeting in overlaps)
        first = Option(f"{_length(wished)}, as asked; overlaps: {with_what}", _times(wished))
        return first, *(
            Option(f"{_length(span)}, free", _times(span), recommended=span is spans[0])
            for span in spans
        )

    def _taken(self, data: bytes) -> Iterator[Meeting]:
        for event in _calendar(data).events:
            if event.get("STATUS") != "CANCELLED" and event.get("TRANSP") != "TRANSPARENT":
                start, end = self._moment(event.start), self._moment(event.end)
                yield Meeting(str(event.get("SUMMARY", "")), start, end)

    def _moment(self, when: date) -> datetime:
        """Return when something begins; whole days and floating times are the company's own."""
        zone = ZoneInfo(self.company.zone)
        if not isinstance(when, datetime):
            return datetime.combine(when, time(), zone)
        return when if when.tzinfo else when.replace(tzinfo=zone)

    def _booked(self, key: str) -> Receipt | None:
        event = self._read(key)
        return _receipt(event, key) if event else None

    def _cancelled(self, key: str) -> Receipt | None:
        disk.name_of(key)
        for path in self.folder.glob("*.ics"):
            if key.encode() in (disk.read(path) or b""):
                event = self._read(path.stem)
                if event and event.get(UNDONE_BY) == key:
                    return _cancelled_receipt(event, path.stem)
        return None

    def _read(self, key: str) -> "Event | None":
        """Return the event booked under this key, as it is now."""
        data = disk.read(self._path(key))
        if data is None:
            return None
        try:
            return next(e for e in _calendar(data).events if e.get("UID") == f"{key}@{HOST}")
        except (*UNREADABLE, StopIteration) as error:
            raise PermanentError(f"{key}.ics in the calendar cannot be read. Mend it.") from error

    def _event(self, booking: Booking, key: str) -> "Event":
        from icalendar import Event, vCalAddress

        now = self.company.local(self.clock())
        return Event.new(
            uid=f"{key}@{HOST}",
            summary=booking.title,
            start=booking.start,
            end=booking.end,
            stamp=now,
            created=now,
            sequence=0,
            location=booking.place or None,
            description=booking.notes or None,
            attendees=[vCalAddress(f"mailto:{address}") for address in booking.attendees],
        )

    def _path(self, key: str) -> Path:
        return self.folder / f"{disk.name_of(key)}.ics"


def _calendar(data: bytes) -> "Calendar":
    """Return the one calendar in a file; raises ValueError when it is none."""
    from icalendar import Calendar

    calendar = Calendar.from_ical(data)
    if not isinstance(calendar, Calendar):
        raise ValueError("not a calendar")  # what the parser raises too
    return calendar


def _file(event: "Event") -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _cancel(event: "Event", key: str, now: datetime) -> None:
    for name in ("STATUS", "SEQUENCE", "LAST-MODIFIED", UNDONE_BY):
        event.pop(name, None)
    event.add("STATUS", "CANCELLED")
    event.add("SEQUENCE", 1)
    event.add("LAST-MODIFIED", now)
    event.add(UNDONE_BY, key)


def _receipt(event: "Event", key: str) -> Receipt:
    """Read the receipt off the event, so looking later gives the same one."""
    return Receipt(
        id=str(event["UID"]),
        said=f"booked {event['SUMMARY']} · {event.start:{TIME}}",
        at=event.decoded("CREATED"),
        data={"key": key, "file": f"{key}.ics"},
    )


def _cancelled_receipt(event: "Event", key: str) -> Receipt:
    return Receipt(
        id=str(event["UID"]),
        said=f"cancelled {event['SUMMARY']} · {event.start:{TIME}}",
        at=event.decoded("LAST-MODIFIED"),
        data={"key": str(event[UNDONE_BY]), "undone": key},
    )


def _length(span: Span) -> str:
    same_day = span.start.date() == span.end.date()
    return f"{span.start:{TIME}} to {span.end:{'%H:%M' if same_day else TIME}}"


def _times(span: Span) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def _clock(moment: datetime, booking: Booking) -> str:
    return f"{moment.astimezone(booking.start.tzinfo):{TIME}}"
