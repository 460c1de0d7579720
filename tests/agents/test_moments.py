"""What moments people write, seen from three zones."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reading import moments
from agents.reading.words import Context
from tests.agents.conftest import NOW

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")


def read(
    text: str, now: str, zone: str = "Europe/Berlin", locale: str = "en", past: bool = False
) -> list[Any]:
    """Return the readings of every phrase, as local wall time."""
    local = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    context = Context(local.astimezone(UTC), zone, locale)
    found = moments.find(text, context, past=past)
    return [[reading.value[:16] for reading in each.readings] or each.fault for each in found]


FRIDAY = "2026-11-20T10:30"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("remind me on Monday at 9 about invoice 7", "2026-11-23T09:00"),
        ("on Friday at 9", "2026-11-27T09:00"),  # it is Friday, past nine
        ("on Friday at 11", "2026-11-20T11:00"),  # it is Friday, before eleven
        ("next Friday at 11", "2026-11-27T11:00"),
        ("tomorrow", "2026-11-21T09:00"),
        ("in two hours", "2026-11-20T12:30"),
        ("in half an hour", "2026-11-20T11:00"),
        ("in 3 days", "2026-11-23T09:00"),
        ("in 3 days at 14:00", "2026-11-23T14:00"),
        ("next Tuesday 14:30", "2026-11-24T14:30"),
        ("3 December", "2026-12-03T09:00"),
        ("on the 3rd of December at 5pm", "2026-12-03T17:00"),
        ("Dec 24", "2026-12-24T09:00"),
        ("3.12.2026 14:00", "2026-12-03T14:00"),
        ("2026-12-03 14:00", "2026-12-03T14:00"),
        ("20 November at 15:00", "2026-11-20T15:00"),
        ("19 November", "2027-11-19T09:00"),
        ("29 February", "2028-02-29T09:00"),
        ("at 9", "2026-11-21T09:00"),
        ("at 11", "2026-11-20T11:00"),
        ("at noon", "2026-11-20T12:00"),
        ("this evening", "2026-11-20T19:00"),
        ("tonight at 8", "2026-11-20T20:00"),
        ("tomorrow morning", "2026-11-21T09:00"),
        ("tomorrow at midnight", "2026-11-22T00:00"),
        ("the day after tomorrow at half past 9", "2026-11-22T09:30"),
        ("Friday 27 November 2026 at 10", "2026-11-27T10:00"),
        ("today at 3", "2026-11-20T15:00"),  # three in the night is past
        ("morgen um 9", "2026-11-21T09:00"),
        ("am Freitag um 9", "2026-11-27T09:00"),
        ("nächsten Montag um 10:30", "2026-11-23T10:30"),
        ("Freitag 9 Uhr", "2026-11-27T09:00"),
        ("am 3. Dezember um halb zehn", "2026-12-03T09:30"),
        ("übermorgen", "2026-11-22T09:00"),
        ("in zwei Stunden", "2026-11-20T12:30"),
        ("demain à 9h30", "2026-11-21T09:30"),
        ("le 3 décembre à 14h", "2026-12-03T14:00"),
        ("mañana a las 9", "2026-11-21T09:00"),
        ("el viernes a las 9", "2026-11-27T09:00"),
        ("pasado mañana", "2026-11-22T09:00"),
    ],
)
def test_a_phrase_is_a_moment_ahead_in_the_operators_zone(
    text: str, moment: str, zone: str
) -> None:
    assert read(text, FRIDAY, zone) == [[moment]]


def test_the_day_is_the_operators_day_not_the_servers() -> None:
    late = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # already Saturday in Kolkata
    [found] = moments.find("tomorrow at 8", Context(late, "Asia/Kolkata"))
    assert found.readings[0].value == "2026-11-22T08:00:00+05:30"


@pytest.mark.parametrize("text", ["tomorrow at 3", "Monday at 5"])
def test_an_early_hour_may_be_the_afternoon(text: str) -> None:
    [readings] = read(text, FRIDAY)
    assert [int(reading[11:13]) % 12 for reading in readings] == [int(text[-1])] * 2


@pytest.mark.parametrize("text", ["tomorrow at 3pm", "tomorrow at 15:00", "tomorrow at 3 p.m."])
def test_a_clear_hour_has_one_reading(text: str) -> None:
    assert read(text, FRIDAY) == [["2026-11-21T15:00"]]


def test_numbers_of_a_date_follow_the_locale() -> None:
    assert read("5/12/2027", FRIDAY, locale="en_US") == [["2027-05-12T09:00"]]
    assert read("5/12/2027", FRIDAY, locale="en_GB") == [["2027-12-05T09:00"]]
    assert read("5/12/2027", FRIDAY) == [["2027-12-05T09:00", "2027-05-12T09:00"]]
    assert read("13/12/2027", FRIDAY) == [["2027-12-13T09:00"]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("31 November", "not a day in the calendar"),
        ("2026-13-03", "not a day in the calendar"),
        ("Monday, 24 November 2026", "is not a Monday"),
        ("3 March 2020", "already past"),
        ("today at 8", "already past"),
        ("today", "already past"),
    ],
)
def test_what_cannot_be_says_why(text: str, fault: str) -> None:
    [found] = read(text, FRIDAY)
    assert fault in found


@pytest.mark.parametrize(
    "text",
    [
        "order 1042", "INV-2026-12-03", "at 40 EUR", "reduce it by 5 EUR", "version 3.12.1",
        "pages 9-10", "9 people", "at two companies", "I may do that", "half of them", "25:00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_left_alone(text: str) -> None:
    assert read(text, FRIDAY) == []


def test_two_moments_stay_two() -> None:
    assert len(read("tomorrow at 9 or on Monday at 10", FRIDAY)) == 2


def test_a_range_has_its_end() -> None:
    [found] = moments.find("Monday 14:00-15:30", Context(NOW, "Europe/Berlin"))
    assert found.readings[0].more["end"] == "2026-11-23T15:30:00+01:00"
    [alone] = moments.find("Monday 14:00", Context(NOW, "Europe/Berlin"))
    assert alone.readings[0].more["end"] == "2026-11-23T15:00:00+01:00"


def test_a_time_the_clocks_skip_moves_on_with_them() -> None:
    [[reading]] = read("28 March 2027 at 2:30", FRIDAY)
    assert reading == "2027-03-28T03:30"
    [[reading]] = read("14 March 2027 at 2:30", FRIDAY, "America/New_York")
    assert reading == "2027-03-14T03:30"


def test_a_time_the_clocks_show_twice_is_the_first_ahead() -> None:
    context = Context(datetime(2026, 10, 25, 0, 15, tzinfo=UTC), "Europe/Berlin")  # 02:15 summer
    [first] = moments.find("today at 02:30", context)
    assert first.readings[0].value == "2026-10-25T02:30:00+02:00"
    later = Context(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "Europe/Berlin")  # 02:45 summer
    [second] = moments.find("today at 02:30", later)
    assert second.readings[0].value == "2026-10-25T02:30:00+01:00"


def test_hours_pass_through_a_change_of_the_clocks() -> None:
    context = Context(datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Europe/Berlin")  # 00:00 summer
    [found] = moments.find("in 5 hours", context)
    assert found.readings[0].value == "2026-10-25T04:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-11-19"),
        ("on 3 November", "2026-11-03"),
        ("on 3 December", "2025-12-03"),
        ("on Monday", "2026-11-16"),
        ("today", "2026-11-20"),
        ("3 days ago", "2026-11-17"),
        ("gestern", "2026-11-19"),
    ],
)
def test_what_happened_lies_behind(text: str, day: str) -> None:
    [[reading]] = read(text, FRIDAY, past=True)
    assert reading[:10] == day


def test_what_happened_cannot_lie_ahead() -> None:
    assert "still to come" in read("tomorrow", FRIDAY, past=True)[0]


def test_text_without_a_relative_day_does_not_wake_dateparser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "dateparser", None)  # an import of it fails
    assert read("refund 40 EUR to Ada on Friday at 9", FRIDAY)
    with pytest.raises(ImportError):
        read("tomorrow", FRIDAY)


PHRASES = st.sampled_from(
    ["tomorrow", "on Monday", "Friday at 9", "at 9", "at 23:59", "in 2 hours", "3 December",
     "29 February", "next week", "at noon", "am Sonntag um 2:30 Uhr", "in 90 minutes"]
)  # fmt: skip


@given(
    phrase=PHRASES,
    minutes=st.integers(0, 4 * 365 * 24 * 60),
    zone=st.sampled_from(ZONES),
)
def test_every_moment_lies_ahead(phrase: str, minutes: int, zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for found in moments.find(phrase, Context(now, zone)):
        assert found.readings
        for reading in found.readings:
            moment = datetime.fromisoformat(reading.value)
            assert moment > now
            assert moment.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()


@given(st.text(alphabet="0123456789 :.-/hpam Frydi,nDcemb", max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in moments.find(text, Context(NOW, "Europe/Berlin")):
        assert bool(found.readings) != bool(found.fault)
