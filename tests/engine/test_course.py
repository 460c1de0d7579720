"""The straight line: what is behind, from which day on, and what the pace still reaches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.objectives import course
from engine.objectives.course import Point

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
DUE = BEGIN + timedelta(days=100)


def points(*values: tuple[int, str]) -> list[Point]:
    return [Point(BEGIN + timedelta(days=day), Decimal(value)) for day, value in values]


@pytest.mark.parametrize(
    ("figures", "today", "state"),
    [
        ([], 0, "no figures"),
        ([(0, "100")], 0, "on course"),
        ([(0, "100"), (50, "600")], 50, "on course"),
        ([(0, "100"), (50, "551")], 50, "on course"),  # within a twentieth of the way
        ([(0, "100"), (50, "549")], 50, "behind"),
        ([(0, "100"), (50, "600")], 63, "on course"),  # at the figure's own moment
        ([(0, "100"), (50, "600")], 65, "no figures"),
        ([(0, "100"), (99, "900")], 100, "over"),
        ([(0, "100"), (30, "1100")], 100, "reached"),
    ],
)
def test_what_lacks_more_than_a_twentieth_of_the_way_is_behind(
    figures: list[tuple[int, str]], today: int, state: str
) -> None:
    now = BEGIN + timedelta(days=today, minutes=1)
    found = course.of(points(*figures), Decimal(1100), DUE, now)
    assert found.state == state


def test_what_is_to_fall_is_measured_downward() -> None:
    now = BEGIN + timedelta(days=50)
    behind = course.of(points((0, "40"), (50, "35")), Decimal(20), DUE, now, down=True)
    assert (behind.state, behind.line, behind.lacks) == ("behind", 30, 5)
    reached = course.of(points((0, "40"), (50, "20")), Decimal(20), DUE, now, down=True)
    assert reached.state == "reached"


def test_before_its_first_day_the_line_stands_where_it_begins() -> None:
    ahead = [Point(BEGIN + timedelta(days=40), Decimal(0)), Point(BEGIN, Decimal(0))]
    found = course.of(ahead, Decimal(10), DUE, BEGIN)
    assert (found.state, found.line, found.lacks) == ("on course", 0, 0)


def test_the_pace_says_when_it_is_reached_and_what_is_reached_in_time() -> None:
    now = BEGIN + timedelta(days=70)
    found = course.of(points((0, "0"), (70, "350")), Decimal(1000), DUE, now)
    assert (found.pace, found.needed) == (35, 152)
    assert found.ends_at_pace() == BEGIN + timedelta(days=70 + 130)
    assert found.reached_at_pace() == 500
    idle = course.of(points((0, "10"), (70, "10")), Decimal(1000), DUE, now)
    assert idle.ends_at_pace() is None


@given(
    first=st.integers(0, 10_000),
    to=st.integers(1, 10_000),
    last=st.integers(0, 10_000),
    days=st.integers(0, 400),
    whole=st.integers(0, 300),
)
def test_any_figures_have_a_course_whose_line_lies_between_the_first_and_the_target(
    first: int, to: int, last: int, days: int, whole: int
) -> None:
    now = BEGIN + timedelta(days=days)
    due = BEGIN + timedelta(days=whole)
    found = course.of(points((0, str(first)), (days, str(last))), Decimal(to), due, now)
    if found.line is not None:
        assert min(first, to) - 1 <= found.line <= max(first, to) + 1
    if found.state == "behind":
        assert last < to


def test_what_it_takes_a_week_counts_from_today_and_not_from_the_newest_figure() -> None:
    now = BEGIN + timedelta(days=60)
    found = course.of(points((0, "100"), (50, "600")), Decimal(1100), DUE, now)
    assert found.needed == Decimal(88)  # 500 in the forty days that are left


def test_an_end_that_is_further_off_than_two_years_is_none() -> None:
    now = BEGIN + timedelta(days=50)
    slow = course.of(points((0, "100"), (50, "108")), Decimal(1100), DUE, now)
    assert (slow.pace, slow.ends_at_pace()) == (1, None)
