"""When else a meeting could be."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.calendar.free import Span, others

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday


def at(day: int, hour: int, minute: int = 0, *, length: int = 60, month: int = 11) -> Span:
    start = datetime(2026, month, day, hour, minute, tzinfo=BERLIN)
    return Span(start, start + timedelta(minutes=length))


def test_the_nearest_free_time_of_the_day_comes_first_then_the_next_working_day() -> None:
    wished = at(23, 14)
    assert others(wished, [at(23, 14)], NOW) == [at(23, 15), at(24, 14)]


def test_the_nearer_time_is_offered_and_of_two_equally_near_the_later() -> None:
    assert others(at(23, 13, 30), [at(23, 14, length=30)], NOW)[0] == at(23, 13)
    assert others(at(23, 14), [at(23, 14)], NOW)[0] == at(23, 15)  # 13:00 is as near


def test_a_full_day_is_passed_over_and_so_is_the_weekend() -> None:
    friday = at(27, 10)
    taken = [at(27, 9, length=9 * 60)]
    assert others(friday, taken, NOW) == [at(30, 10), at(1, 10, month=12)]


def test_nothing_is_offered_that_has_begun() -> None:
    now = datetime(2026, 11, 23, 16, 30, tzinfo=BERLIN)
    assert others(at(23, 14), [at(23, 14)], now)[0] == at(23, 17)
    late = datetime(2026, 11, 23, 17, 30, tzinfo=BERLIN)
    assert others(at(23, 14), [at(23, 14)], late)[0] == at(24, 14)


def test_what_is_longer_than_a_working_day_has_no_other_time() -> None:
    assert others(at(23, 9, length=600), [at(23, 9)], NOW) == []


def test_the_time_on_the_wall_stays_when_the_clocks_change() -> None:
    before = at(23, 10, month=10)  # a Friday; the clocks go back on Sunday
    found = others(before, [at(23, 9, length=9 * 60, month=10)], NOW - timedelta(days=60))
    assert [span.start.hour for span in found] == [10, 10]
    assert found[0].end.astimezone(UTC) - found[0].start.astimezone(UTC) == timedelta(hours=1)
