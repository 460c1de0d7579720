"""Embedded calendar driver: one .ics file per event in `calendar/`, for any program to open.

Files of other programs may lie there too; they are read for overlaps and never changed.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from connectors import disk
from connectors.calendar import Booking, booking_with, checked, event, look, taken
from connectors.calendar.event import UNREADABLE
from connectors.calendar.free import Span
from connectors.calendar.taken import Meeting
from connectors.company import Clock, Company
from connectors.contract import Connector, Health, PermanentError, Preview, Receipt

if TYPE_CHECKING:
    from icalendar import Event

UNDONE_BY = "X-FIRSTMATE-UNDONE-BY"
MONTH = timedelta(days=31)
ELSEWHERE = "It stands in a calendar on a server, and none is set up now. Take it out there."


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the calendar connector over the files in `folder/calendar`."""
    events = Events(folder / "calendar", clock, company)
    book = booking_with(
        run=disk.off_loop(events.book),
        preview=disk.off_loop(events.preview),
        find=disk.off_loop(events.find),
        cancel=disk.off_loop(events.cancel),
        find_cancelled=disk.off_loop(events.find_cancelled),
    )
    return Connector("calendar", "local", (book,), disk.off_loop(events.check))


@dataclass(frozen=True, slots=True)
class Events:
    """The folder of .ics files."""

    folder: Path
    clock: Clock
    company: Company
    lock: threading.Lock = field(default_factory=threading.Lock)

    def meetings(self, within: Span) -> tuple[list[Meeting], list[str]]:
        """Return the times that are taken, and the names of the files that cannot be read."""
        found: list[Meeting] = []
        unread: list[str] = []
        for path in sorted(self.folder.glob("*.ics")):
            try:
                found += taken.meetings(disk.read(path) or b"", within, self.company.zone)
            except UNREADABLE:
                unread.append(path.name)
        return sorted(found, key=lambda meeting: meeting.start), unread

    def preview(self, booking: Booking) -> Preview:
        booking = checked(booking, self.company.zone)
        return look.preview(booking, *self.meetings(look.around(booking)), self.clock())

    def book(self, booking: Booking, key: str) -> Receipt:
        with self.lock:
            if done := self._booked(key):
                return done
            made = event.made(checked(booking, self.company.zone), key, self.company, self.clock())
            disk.write(self._path(key), event.text(made))
            return _receipt(made, key)

    def find(self, key: str) -> Receipt | None:
        with self.lock:
            return self._booked(key)

    def cancel(self, receipt: Receipt, key: str) -> Receipt:
        with self.lock:
            if done := self._cancelled(key):
                return done
            booked = receipt.data["key"]
            found = self._read(booked)
            if found is None and "href" in receipt.data:
                raise PermanentError(ELSEWHERE)
            if found is None:
                raise PermanentError("The event is no longer in the calendar.")
            if found.get(UNDONE_BY):
                raise PermanentError("The event was already cancelled.")
            _cancel(found, disk.name_of(key), self.company.local(self.clock()))
            disk.write(self._path(booked), event.text(found))
            return _cancelled_receipt(found, booked)

    def find_cancelled(self, key: str) -> Receipt | None:
        with self.lock:
            return self._cancelled(key)

    def check(self) -> Health:
        now = self.clock()
        ahead, unread = self.meetings(Span(now, now + MONTH))
        if unread:
            return Health(False, f"These calendar files cannot be read: {', '.join(unread)}.")
        return Health(True, f"The calendar is kept here; {len(ahead)} events begin within a month.")

    def _booked(self, key: str) -> Receipt | None:
        found = self._read(key)
        return _receipt(found, key) if found else None

    def _cancelled(self, key: str) -> Receipt | None:
        disk.name_of(key)
        for path in self.folder.glob("*.ics"):
            if key.encode() in (disk.read(path) or b""):
                found = self._read(path.stem)
                if found and found.get(UNDONE_BY) == key:
                    return _cancelled_receipt(found, path.stem)
        return None

    def _read(self, key: str) -> "Event | None":
        """Return the event booked under this key, as it is now."""
        data = disk.read(self._path(key))
        if data is None:
            return None
        try:
            return event.booked(data, key)
        except UNREADABLE as error:
            raise PermanentError(f"{key}.ics in the calendar cannot be read. Mend it.") from error

    def _path(self, key: str) -> Path:
        return self.folder / f"{disk.name_of(key)}.ics"


def _cancel(found: "Event", key: str, now: datetime) -> None:
    for name in ("STATUS", "SEQUENCE", "LAST-MODIFIED", UNDONE_BY):
        found.pop(name, None)
    found.add("STATUS", "CANCELLED")
    found.add("SEQUENCE", 1)
    found.add("LAST-MODIFIED", now)
    found.add(UNDONE_BY, key)


def _receipt(found: "Event", key: str) -> Receipt:
    return event.receipt(found, key, file=f"{key}.ics")


def _cancelled_receipt(found: "Event", key: str) -> Receipt:
    return Receipt(
        id=str(found["UID"]),
        said=event.cancelled(found),
        at=found.decoded("LAST-MODIFIED"),
        data={"key": str(found[UNDONE_BY]), "undone": key},
    )
