"""Calendar on a server (CalDAV): one resource per event, its name made of the key.

An event is made only where nothing stands yet (If-None-Match), and deleted only as it was seen
(If-Match). Taking back deletes it there; a note of that is kept in `calendar/taken-back/`, written
before, so that who looks later knows that it happened and under which key.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors import disk, http
from connectors.calendar import TIME, Booking, booking_with, checked, event, home, look, taken
from connectors.calendar.dav import Account, change, items, named, refused
from connectors.calendar.dav import look as ask
from connectors.calendar.event import UNREADABLE
from connectors.calendar.free import Span
from connectors.calendar.taken import Meeting
from connectors.company import Clock, Company
from connectors.contract import (
    Change,
    Connector,
    ConnectorError,
    Health,
    PermanentError,
    Preview,
    Receipt,
    TransientError,
)

if TYPE_CHECKING:
    from icalendar import Event

DATA = named("C", "calendar-data")
UTC_TIME = "%Y%m%dT%H%M%SZ"
QUERY = (
    '<?xml version="1.0" encoding="utf-8"?><C:calendar-query xmlns:D="DAV:" '
    'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop><C:filter>'
    '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{start}" '
    'end="{end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
)
GONE = "The event is no longer in the calendar."
TWICE = "The event was already cancelled."
ELSEWHERE = "It stands in another calendar than the one that is set up: {where}. Take it out there."
HERE = "the files of this machine"
NO_VERSION = "{where} gives no version of the event, so I do not delete it. Take it out there."
ANOTHER = "The event stands in the calendar already, but not where I put it."
MEANWHILE = "The event was changed in the calendar just now, so I left it. Look, then try again."
UNREAD = "What stands in the calendar in the event's place cannot be read as this event: {url}"


def connect(account: Account, folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the calendar connector over the account; `folder`: the data folder."""
    events = Events(account, folder / "calendar" / "taken-back", clock, company)
    book = booking_with(
        run=events.book,
        preview=events.preview,
        find=events.find,
        cancel=events.cancel,
        find_cancelled=events.find_cancelled,
        since=events.since,
    )
    return Connector("calendar", "caldav", (book,), events.check)


@dataclass(frozen=True, slots=True)
class Standing:
    """An event as it stands on the server, and the version that the server calls it by."""

    url: str
    event: "Event"
    etag: str


@dataclass(slots=True)
class Events:
    """One calendar on a server. `notes`: the folder that says what was taken back."""

    account: Account
    notes: Path
    clock: Clock
    company: Company
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    found: tuple[str, str] | None = None  # the calendar's address and name, once they are known
    seen: dict[str, str] = field(default_factory=dict)  # versions as last shown, by key

    async def preview(self, booking: Booking) -> Preview:
        booking = checked(booking, self.company.zone)
        known, unread = await self.meetings(look.around(booking))
        return look.preview(booking, known, unread, self.clock())

    async def meetings(self, within: Span) -> tuple[list[Meeting], list[str]]:
        """Return the times that are taken there, and the names of what cannot be read."""
        url = await self._calendar()
        span = {n: f"{at.astimezone(UTC):{UTC_TIME}}" for n, at in within._asdict().items()}
        answer = await ask(self.account, "REPORT", url, QUERY.format(**span), depth=1)
        if answer.status == 404:
            self.found = None  # it was deleted or renamed: the next call looks for it anew
        told = [(one.url, one.text(DATA)) for one in items(answer, url)]
        return await asyncio.to_thread(_meetings, told, within, self.company.zone)

    async def book(self, booking: Booking, key: str) -> Receipt:
        if done := await self._taken_back(key):
            return Receipt.model_validate(done["booked"])
        url = await self._url(key)
        made = event.made(checked(booking, self.company.zone), key, self.company, self.clock())
        body = await asyncio.to_thread(event.text, made)
        answer = await change(self.account, "PUT", url, {"if-none-match": "*"}, body)
        if answer.status == 412:  # it was booked before, or somebody put something else there
            standing = await self._standing(key)
            if standing is None:
                raise TransientError(MEANWHILE)
            return _receipt(standing, key)
        if "no-uid-conflict" in answer.text:  # moved there by hand, to another address
            raise PermanentError(ANOTHER)
        if answer.status not in (200, 201, 204):
            self.found = None
            raise refused(answer, url)
        return _receipt(Standing(url, made, ""), key)

    async def find(self, key: str) -> Receipt | None:
        if done := await self._taken_back(key):
            return Receipt.model_validate(done["booked"])
        standing = await self._standing(key)
        return None if standing is None else _receipt(standing, key)

    async def since(self, receipt: Receipt) -> tuple[Change, ...]:
        """Return what was changed there by hand since it was booked, and would be lost."""
        key = str(receipt.data["key"])
        standing = await self._standing(key)
        self.seen.pop(key, None)
        if standing is None or "shown" not in receipt.data:
            return ()
        self.seen[key] = standing.etag
        then, now = receipt.data["shown"], _shown(standing.event)
        return tuple(
            Change(
                f"{label}, changed since", f"{now[label] or '—'} (was {then[label] or '—'})", None
            )
            for label in then
            if then[label] != now.get(label)
        )

    async def cancel(self, receipt: Receipt, key: str) -> Receipt:
        async with self.lock:
            if done := await self.find_cancelled(key):
                return done
            booked = str(receipt.data["key"])
            url = await self._url(booked)
            if receipt.data.get("href") != url:
                where = receipt.data.get("href", HERE)
                raise PermanentError(ELSEWHERE.format(where=where))
            standing = await self._standing(booked)
            if standing is None:
                raise PermanentError(TWICE if await self._taken_back(booked) else GONE)
            if not standing.etag:
                raise PermanentError(NO_VERSION.format(where=http.host(url)))
            cancelled = Receipt(
                id=event.uid(booked),
                said=event.cancelled(standing.event),
                at=self.company.local(self.clock()),
                data={"key": key, "undone": booked},
            )
            await self._note(booked, receipt, cancelled)
            await self._delete(url, self.seen.pop(booked, standing.etag))
            return cancelled

    async def find_cancelled(self, key: str) -> Receipt | None:
        disk.name_of(key)
        for note in await asyncio.to_thread(_notes, self.notes):
            cancelled = Receipt.model_validate(note["cancelled"])
            if cancelled.data["key"] == key and await self._taken_back(cancelled.data["undone"]):
                return cancelled
        return None

    async def check(self) -> Health:
        try:
            self.found = None
            url = await self._calendar()
        except ConnectorError as error:
            return Health(False, str(error))
        assert self.found is not None
        return Health(True, f"“{self.found[1]}” at {http.host(url)}.")

    async def _delete(self, url: str, etag: str) -> None:
        answer = await change(self.account, "DELETE", url, {"if-match": etag})
        if answer.status == 412:
            raise PermanentError(MEANWHILE)
        if answer.status not in (200, 202, 204, 404, 410):  # gone is gone, whoever did it
            raise refused(answer, url)

    async def _standing(self, key: str) -> Standing | None:
        """Return the event booked under a key as it stands there; None: nothing is there."""
        url = await self._url(key)
        answer = await ask(self.account, "GET", url)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise refused(answer, url)
        try:
            found = await asyncio.to_thread(event.booked, answer.text, key)
        except UNREADABLE as error:
            raise PermanentError(UNREAD.format(url=url)) from error
        return Standing(url, found, answer.headers.get("etag", ""))

    async def _taken_back(self, booked: str) -> dict[str, Any] | None:
        """Return the note of an event that we took back, if it is gone there indeed."""
        path = self.notes / f"{disk.name_of(booked)}.json"
        data = await asyncio.to_thread(disk.read, path)
        if data is None or await self._standing(booked) is not None:
            return None
        note: dict[str, Any] = json.loads(data)
        return note

    async def _note(self, booked: str, receipt: Receipt, cancelled: Receipt) -> None:
        both = {"booked": receipt, "cancelled": cancelled}
        data = json.dumps({name: one.model_dump(mode="json") for name, one in both.items()})
        path = self.notes / f"{disk.name_of(booked)}.json"
        await asyncio.to_thread(disk.write, path, data.encode())

    async def _url(self, key: str) -> str:
        name = disk.name_of(key)
        return f"{await self._calendar()}{name}.ics"

    async def _calendar(self) -> str:
        if self.found is None:
            self.found = await home.find(self.account)
        return self.found[0]


def _meetings(
    told: list[tuple[str, str]], within: Span, zone: str
) -> tuple[list[Meeting], list[str]]:
    found: list[Meeting] = []
    unread: list[str] = []
    for url, text in told:
        try:
            found += taken.meetings(text, within, zone)
        except UNREADABLE:
            unread.append(url.rpartition("/")[2])
    return sorted(found, key=lambda meeting: meeting.start), unread


def _notes(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(disk.read(path) or b"{}") for path in sorted(folder.glob("*.json"))]


def _receipt(standing: Standing, key: str) -> Receipt:
    shown = _shown(standing.event)
    return event.receipt(standing.event, key, href=standing.url, shown=shown)


def _shown(found: "Event") -> dict[str, str]:
    """Return what a person sees of an event, to tell later whether somebody changed it."""
    return {
        "Title": str(found.get("SUMMARY", "")),
        "Start": f"{found.start:{TIME}}",
        "End": f"{found.end:{TIME}}",
        "Place": str(found.get("LOCATION", "")),
        "Notes": str(found.get("DESCRIPTION", "")),
    }
