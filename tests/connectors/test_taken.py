"""Which times a calendar file takes: repeats, exceptions, zones by other names, and bombs."""

from datetime import UTC, datetime

import pytest

from connectors.calendar import event, taken
from connectors.calendar.free import Span

WITHIN = Span(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC))


def calendar(*lines: str) -> str:
    """A calendar with one event."""
    begin, end = ["BEGIN:VCALENDAR", "BEGIN:VEVENT"], ["END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join([*begin, "UID:one", "SUMMARY:Jour fixe", *lines, *end])


def starts(*lines: str) -> list[str]:
    found = taken.meetings(calendar(*lines), WITHIN, "Europe/Berlin")
    return [f"{meeting.start:%Y-%m-%d %H:%M %Z}" for meeting in found]


def test_an_event_that_repeats_takes_each_of_its_times_on_its_own_wall_clock() -> None:
    assert starts(
        "DTSTART;TZID=Europe/Berlin:20250106T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Berlin:20261102T090000",
    ) == ["2026-10-19 09:00 CEST", "2026-10-26 09:00 CET"]  # fmt: skip


def test_one_time_that_was_moved_counts_where_it_is_now() -> None:
    moved = (
        "END:VEVENT", "BEGIN:VEVENT", "UID:one", "SUMMARY:Moved",
        "RECURRENCE-ID;TZID=Europe/Berlin:20261026T090000",
        "DTSTART;TZID=Europe/Berlin:20261027T150000", "DURATION:PT1H",
    )  # fmt: skip
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20261101T000000Z"
    assert starts("DTSTART;TZID=Europe/Berlin:20261019T090000", "DURATION:PT1H", rule, *moved) == [
        "2026-10-19 09:00 CEST", "2026-10-27 15:00 CET",
    ]  # fmt: skip


def test_a_zone_by_the_name_that_windows_gives_it_is_read() -> None:
    zone = "DTSTART;TZID=W. Europe Standard Time:20261026T090000"
    assert starts(zone, "DURATION:PT1H") == ["2026-10-26 09:00 CET"]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_what_was_cancelled_or_takes_no_time_is_left_out(line: str) -> None:
    assert starts("DTSTART:20261026T090000Z", "DURATION:PT1H", line) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20261026T090000Z", "RRULE:FREQ=SECONDLY"),
        ("DTSTART:19700101T090000Z", "RRULE:FREQ=MINUTELY"),
        (
            "DTSTART:20261026T090000Z",
            f"RRULE:FREQ=HOURLY;BYSECOND={','.join(map(str, range(60)))}",
        ),
        ("DTSTART:20261026T090000Z", "RRULE:FREQ=NEVER"),
        ("DTSTART;TZID=Europe:20261026T090000",),
        (),
    ],
)
def test_what_nobody_can_follow_is_said_to_be_unreadable(lines: tuple[str, ...]) -> None:
    with pytest.raises(event.UNREADABLE):
        starts(*lines)
