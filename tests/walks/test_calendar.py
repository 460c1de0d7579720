"""A meeting that is wished in the chat stands in the calendar of a real server, once, and goes."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar as Parsed
from icalendar import Event

from bot.app import App, open_app
from connectors import http
from connectors.accounts import Accounts
from connectors.contract import TransientError
from engine.flow import schedule
from engine.flow.durable import ATTEMPTS_MAX
from memory.copying.verify import verify
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers import calendars
from tests.peers.calendars import Calendar

TITLE = "Gespräch über Größen"
CARD, BOOK = f"Book {TITLE}", "Book Meeting with Ada"
WISH = "book a call with Ada on Monday at 14:00"
DENTIST = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:another program
BEGIN:VEVENT
UID:dentist
DTSTAMP:20261101T090000Z
DTSTART;TZID=Europe/Berlin:20261116T143000
DURATION:PT1H
RRULE:FREQ=WEEKLY
SUMMARY:Zahnarzt
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Office:
    app: App
    chat: Chat
    calendar: Calendar

    def events(self) -> list[Event]:
        """What another program finds in the calendar."""
        texts = self.calendar.items().values()
        return [event for text in texts for event in Parsed.from_ical(text).events]

    def move(self, before: str, after: str) -> None:
        """Move the one event to another time, as a calendar app does."""
        ((name, text),) = self.calendar.items().items()
        assert before in text
        self.calendar.put(name, text.replace(before, after))


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    yield
    calendars.stop()


@pytest.fixture
async def office(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    shutil.copytree(filled, tmp_path / "sample")
    chat, calendar = Chat(), calendars.shared().calendar()
    accounts = Accounts(calendar=calendar.account)
    app = await open_app(tmp_path / "sample", lambda db, f: [chat], clock=clock, accounts=accounts)
    await app.start()
    await chat.pair(app)
    yield Office(app, chat, calendar)
    await app.close()


async def test_a_meeting_is_wished_approved_kept_there_once_and_taken_back(office: Office) -> None:
    chat = office.chat
    await chat.say(WISH)
    await chat.tap("Book Meeting with Ada", "Edit", title=TITLE, zone="Europe/Warsaw")
    assert office.events() == []
    await chat.tap(CARD, "✓ Book")
    assert f"✓ booked {TITLE} · 2026-11-23 14:00" in chat.text(CARD)
    (event,) = office.events()
    assert (event["SUMMARY"], event["DTSTART"].params["TZID"]) == (TITLE, "Europe/Warsaw")
    assert event.start == datetime(2026, 11, 23, 13, tzinfo=UTC)
    await chat.tap(CARD, "Undo")
    await chat.tap(f"Take back: {CARD}", "✓ Take back")
    assert office.events() == []
    assert f"✓ cancelled {TITLE}" in chat.text(f"Take back: {CARD}")
    assert (await verify(office.app.db)).faults == ()


async def test_a_time_that_is_taken_on_the_server_comes_with_free_ones(office: Office) -> None:
    office.calendar.put("dentist.ics", DENTIST)
    await office.chat.say(WISH)
    card = office.chat.text("Book Meeting with Ada")
    assert "A: 2026-11-23 14:00 to 15:00, as asked; overlaps: Zahnarzt" in card
    assert "B (recommended): 2026-11-23 13:30 to 14:30, free" in card


async def test_what_was_moved_by_hand_is_asked_about_before_it_goes(office: Office) -> None:
    chat = office.chat
    await chat.say(WISH)
    await chat.tap(BOOK, "✓ Book")
    office.move("20261123T140000", "20261123T163000")
    await chat.tap(BOOK, "Undo")
    back = f"Take back: {BOOK}"
    assert "Start, changed since: [-2026-11-23 16:30 (was 2026-11-23 14:00)-]" in chat.text(back)
    assert "Somebody changed it since. Taking it back takes that away, too." in chat.text(back)
    office.move("20261123T163000", "20261123T170000")  # once more, while the card waits
    await chat.tap(back, "✓ Take back")
    assert "Start, changed since: [-2026-11-23 17:00 (was 2026-11-23 14:00)-]" in chat.text(back)
    assert len(office.events()) == 1
    await chat.tap(back, "✓ Take back")
    assert office.events() == []


async def test_what_somebody_put_there_while_a_card_waited_is_asked_about(office: Office) -> None:
    chat = office.chat
    await chat.say(WISH)
    office.calendar.put("dentist.ics", DENTIST)
    await chat.tap(BOOK, "✓ Book")
    assert "overlaps: Zahnarzt, 2026-11-23 14:30 to 2026-11-23 15:30" in chat.text(BOOK)
    assert [event["UID"] for event in office.events()] == ["dentist"]
    await chat.tap(BOOK, "✓ Book")  # all the same
    assert len(office.events()) == 2


async def test_a_server_that_is_away_is_said_and_tried_again(
    office: Office, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = office.chat
    await chat.say(WISH)
    with monkeypatch.context() as patch:
        patch.setattr(http, "request", nobody)
        await chat.tap(BOOK, "✓ Book")
        for _ in range(ATTEMPTS_MAX):
            clock.advance(minutes=1)
            await chat.settle()
    assert "✗ It did not happen: Nobody answers at cloud.example.com." in chat.text(BOOK)
    await chat.tap(BOOK, "Retry")
    assert "✓ booked Meeting with Ada" in chat.text(BOOK)
    assert len(office.events()) == 1


async def nobody(*_args: Any, **_more: Any) -> http.Answer:
    raise TransientError("Nobody answers at cloud.example.com.")
