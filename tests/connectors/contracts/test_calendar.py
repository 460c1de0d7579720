"""What every calendar driver promises, and what the embedded one adds: see ON_DISK_ALONE."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from connectors.calendar import Booking
from connectors.calendar.local import connect as embedded
from connectors.contract import PermanentError
from tests.connectors.contracts.houses import BOOKING, COMPANY, START, House, on_a_server

KIND = "calendar"
ON_DISK_ALONE = {
    "test_an_event_that_was_cancelled_stays_for_others_to_see",
    "test_a_broken_file_is_named_and_stops_nothing",
}
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff"),
    min_size=1,
)


def stored(house: House, key: str) -> Event:
    """Return the one event that another program finds there."""
    if house.server is not None:
        text = house.server.get(f"{key}.ics")
        assert text is not None
    else:
        text = (house.folder / "calendar" / f"{key}.ics").read_bytes().decode()
    (event,) = Calendar.from_ical(text).events
    return event


async def test_the_event_keeps_its_words_its_instant_and_its_zone(house: House) -> None:
    receipt = await house.do("calendar.book", BOOKING, "eff_01")
    event = stored(house, "eff_01")
    assert event["UID"] == receipt.id == "eff_01@firstmate.local"
    assert event["SUMMARY"] == BOOKING.title
    assert event["LOCATION"] == BOOKING.place
    assert event["DESCRIPTION"] == BOOKING.notes
    assert [str(who) for who in event.attendees] == ["mailto:ada@example.org"]
    assert (event.start, event.end) == (BOOKING.start, BOOKING.end)
    assert event["DTSTART"].params["TZID"] == "Europe/Warsaw"


async def test_without_a_zone_the_company_s_own_is_kept(house: House) -> None:
    await house.do("calendar.book", BOOKING.model_copy(update={"zone": None}), "eff_01")
    assert stored(house, "eff_01")["DTSTART"].params["TZID"] == "Europe/Berlin"


TIMES = {
    "title": WORDS,
    "zone": ZONES,
    "minute": st.integers(0, 5_000_000),
    "length": st.timedeltas(timedelta(minutes=1), timedelta(days=31)),
}
ON_A_SERVER_MAX = 12


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(**TIMES)
async def test_an_hour_the_clocks_repeat_or_skip_stays_the_same_instant(
    tmp_path_factory: pytest.TempPathFactory, **drawn: Any
) -> None:
    await kept(House(tmp_path_factory.mktemp("calendar"), embedded), "eff_01", **drawn)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=ON_A_SERVER_MAX,
)
@given(**TIMES)
async def test_on_a_server_it_stays_the_same_instant_too(
    tmp_path_factory: pytest.TempPathFactory, **drawn: Any
) -> None:
    await kept(House(tmp_path_factory.mktemp("calendar"), on_a_server), "eff_01", **drawn)


async def kept(
    house: House, key: str, *, title: str, zone: str, minute: int, length: timedelta
) -> None:
    """Book it and find the same words and instants."""
    start, length = START + timedelta(minutes=minute), timedelta(seconds=length.seconds or 60)
    booking = Booking(title=title, start=start, end=start + length, zone=zone)
    await house.do("calendar.book", booking, key)
    event = stored(house, key)
    assert event["SUMMARY"] == title
    assert isinstance(event.start, datetime) and isinstance(event.end, datetime)
    instants = [moment.astimezone(UTC) for moment in (event.start, event.end)]
    assert instants == [start, start + length]


async def test_a_preview_names_what_it_overlaps(house: House) -> None:
    await house.do("calendar.book", BOOKING, "eff_01")
    later = {
        "start": BOOKING.start + timedelta(minutes=30),
        "end": BOOKING.end + timedelta(hours=1),
    }
    preview = await house.operation("calendar.book").preview(BOOKING.model_copy(update=later))
    assert preview.notes[0] == (
        "overlaps: Gespräch über Größen, 2026-11-23 10:00 to 2026-11-23 11:00"
    )
    assert preview.facts["overlaps"] == 1


async def test_a_time_that_is_taken_comes_with_free_ones(house: House) -> None:
    operation = house.operation("calendar.book")
    assert (await operation.preview(BOOKING)).options == ()
    await house.do("calendar.book", BOOKING, "eff_01")
    asked, nearest, next_day = (await operation.preview(BOOKING)).options
    assert asked.says == ("2026-11-23 10:00 to 11:00, as asked; overlaps: Gespräch über Größen")
    assert (nearest.says, nearest.recommended) == ("2026-11-23 11:00 to 12:00, free", True)
    assert (next_day.says, next_day.recommended) == ("2026-11-24 10:00 to 11:00, free", False)
    moved = Booking.model_validate(BOOKING.model_dump() | dict(nearest.args))
    assert (await operation.preview(moved)).options == ()


async def test_an_event_that_begins_when_another_ends_overlaps_nothing(house: House) -> None:
    await house.do("calendar.book", BOOKING, "eff_01")
    after = {"start": BOOKING.end, "end": BOOKING.end + timedelta(hours=1)}
    preview = await house.operation("calendar.book").preview(BOOKING.model_copy(update=after))
    assert preview.facts["overlaps"] == 0


async def test_a_cancelled_event_takes_no_time(house: House) -> None:
    receipt = await house.do("calendar.book", BOOKING, "eff_01")
    await house.take_back("calendar.book", receipt, "eff_undo")
    preview = await house.operation("calendar.book").preview(BOOKING)
    assert preview.facts["overlaps"] == 0


async def test_an_event_that_was_cancelled_stays_for_others_to_see(house: House) -> None:
    receipt = await house.do("calendar.book", BOOKING, "eff_01")
    house.now += timedelta(hours=1)
    await house.take_back("calendar.book", receipt, "eff_undo")
    event = stored(house, "eff_01")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert event.start == BOOKING.start


def of_others(*lines: str) -> str:
    """A calendar file of another program, with one event."""
    begin = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:other", "BEGIN:VEVENT", f"UID:{lines[0]}"]
    end = ["DTSTAMP:20261101T090000Z", "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join([*begin, *lines, *end])


async def test_whole_days_and_floating_times_of_other_programs_count(house: House) -> None:
    house.put("fair.ics", of_others("SUMMARY:Messe", "DTSTART;VALUE=DATE:20261123"))
    lunch = of_others("SUMMARY:Lunch", "DTSTART:20261123T100000", "DURATION:PT1H")
    house.put("lunch.ics", lunch)
    preview = await house.operation("calendar.book").preview(BOOKING)
    assert preview.facts["overlaps"] == 2


async def test_an_event_that_repeats_counts_each_time_but_those_it_leaves_out(
    house: House,
) -> None:
    weekly = ["SUMMARY:Jour fixe", "DTSTART;TZID=Europe/Warsaw:20260105T103000", "DURATION:PT1H"]
    rule = ["RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Warsaw:20261130T103000"]
    house.put("weekly.ics", of_others(*weekly, *rule))
    operation = house.operation("calendar.book")
    first = await operation.preview(BOOKING)
    assert first.notes[0] == "overlaps: Jour fixe, 2026-11-23 10:30 to 2026-11-23 11:30"
    for weeks, overlaps in ((1, 0), (2, 1)):
        later = {name: getattr(BOOKING, name) + timedelta(weeks=weeks) for name in ("start", "end")}
        preview = await operation.preview(BOOKING.model_copy(update=later))
        assert preview.facts["overlaps"] == overlaps


async def test_a_broken_file_is_named_and_stops_nothing(house: House) -> None:
    folder = house.folder / "calendar"
    folder.mkdir()
    (folder / "broken.ics").write_bytes(b"\xff\xfenonsense")
    preview = await house.operation("calendar.book").preview(BOOKING)
    assert "broken.ics cannot be read, so its times are not known." in preview.notes
    assert not (await house.connector.check()).ok
    await house.do("calendar.book", BOOKING, "eff_01")


async def test_a_preview_says_what_a_person_should_know(house: House) -> None:
    house.now = BOOKING.start + timedelta(days=1)
    preview = await house.operation("calendar.book").preview(BOOKING)
    assert preview.title == "Book Gespräch über Größen · 2026-11-23 10:00"
    assert preview.text == BOOKING.notes
    assert "It starts in the past." in preview.notes
    assert "Nobody is invited yet: the attendees only stand in the event." in preview.notes


@pytest.mark.parametrize(
    "change",
    [
        {"end": BOOKING.start},
        {"end": BOOKING.start - timedelta(hours=1)},
        {"end": BOOKING.start + timedelta(days=32)},
        {"zone": "Mars/Olympus"},
        {"zone": "Europe"},
        {"zone": "../etc/passwd"},
        {"attendees": ("ada",)},
        {"attendees": ("ada@example.org\r\nSTATUS:CANCELLED",)},
        {"title": "a\r\nSTATUS:CANCELLED"},
        {"place": "a\nb"},
    ],
)
async def test_what_cannot_be_booked_is_refused(house: House, change: dict[str, object]) -> None:
    booking = BOOKING.model_copy(update=change)
    with pytest.raises(PermanentError):
        await house.operation("calendar.book").preview(booking)
    with pytest.raises(PermanentError):
        await house.do("calendar.book", booking, "eff_01")
    assert not [name for name in house.disk() if name.startswith(("calendar", "server"))]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Booking(title="x", start=datetime(2026, 11, 23, 9), end=START)  # noqa: DTZ001 the point


async def test_an_event_that_was_deleted_by_hand_cannot_be_cancelled(house: House) -> None:
    receipt = await house.do("calendar.book", BOOKING, "eff_01")
    house.remove("eff_01.ics")
    with pytest.raises(PermanentError, match="no longer in the calendar"):
        await house.take_back("calendar.book", receipt, "eff_undo")


def test_the_company_s_zone_is_a_real_one() -> None:
    assert COMPANY.local(START).tzinfo == ZoneInfo("Europe/Berlin")


async def test_a_title_that_a_reader_would_change_is_refused(house: House) -> None:
    with pytest.raises(PermanentError, match=r"The title of an event has a hidden character"):
        await house.do(
            "calendar.book", BOOKING.model_copy(update={"title": "\ufeffCall"}), "eff_01"
        )
