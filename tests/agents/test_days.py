"""The days a question names, whole and in the right year."""

from datetime import date

import pytest

from agents.answers import coming, days, done
from memory.texts.when import Span

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("what happened today?", date(2026, 11, 20), date(2026, 11, 20)),
        ("what is on tomorrow", date(2026, 11, 21), date(2026, 11, 21)),
        ("was ist gestern passiert?", date(2026, 11, 19), date(2026, 11, 19)),
        ("this week", date(2026, 11, 16), date(2026, 11, 22)),
        ("next week", date(2026, 11, 23), date(2026, 11, 29)),
        ("letzten Monat", date(2026, 10, 1), date(2026, 10, 31)),
        ("nächsten Monat", date(2026, 12, 1), date(2026, 12, 31)),
        ("next quarter", date(2027, 1, 1), date(2027, 3, 31)),
        ("this quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("in October 2025", date(2025, 10, 1), date(2025, 10, 31)),
        ("on 3 May 2026", date(2026, 5, 3), date(2026, 5, 3)),
    ],
)
def test_days_are_read_whole(said: str, first: date, last: date) -> None:
    assert days.named(said, TODAY) == [Span(first, last)]


@pytest.mark.parametrize("said", ["what happened?", "guten Morgen", "the year of the snake"])
def test_where_no_day_is_named_none_is_read(said: str) -> None:
    assert days.named(said, TODAY) == []


@pytest.mark.parametrize(
    "said",
    [
        "what's planned for this week?", "what do I have today?", "when is my next appointment?",
        "which reminders do I have?", "what is on my calendar?", "was steht morgen an?",
        "wann ist mein nächster Termin?", "welche Erinnerungen habe ich?", "any deadlines?",
    ],
)  # fmt: skip
def test_what_is_to_come_is_asked_in_many_ways(said: str) -> None:
    assert coming.asked(said)
    assert not done.asked(said)


@pytest.mark.parametrize(
    "said",
    [
        "what happened today?", "what did you do this week?", "what was done yesterday?",
        "what have you finished?", "was ist heute passiert?", "was hast du heute gemacht?",
    ],
)  # fmt: skip
def test_what_was_done_is_asked_in_many_ways(said: str) -> None:
    assert done.asked(said)
    assert not coming.asked(said)


@pytest.mark.parametrize(
    "said",
    [
        "what did Ada order?", "what is the price for the meeting room?", "when did Ada call?",
        "what did we agree on?", "who was at the meeting?", "what did the reminder say?",
    ],
)  # fmt: skip
def test_other_questions_are_left_to_memory(said: str) -> None:
    assert not coming.asked(said)
    assert not done.asked(said)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("what is planned in January?", date(2027, 1, 1), date(2027, 1, 31)),
        ("what meetings are there on 3 December?", date(2026, 12, 3), date(2026, 12, 3)),
        ("what is due on 3 November?", date(2027, 11, 3), date(2027, 11, 3)),
        ("was steht im November an?", date(2026, 11, 1), date(2026, 11, 30)),
        ("what is planned in January 2026?", date(2026, 1, 1), date(2026, 1, 31)),
        ("what was due yesterday?", date(2026, 11, 19), date(2026, 11, 19)),
    ],
)
def test_a_month_of_what_is_to_come_is_the_next_one(said: str, first: date, last: date) -> None:
    assert days.named(said, TODAY, ahead=True) == [Span(first, last)]


def test_of_two_days_that_are_named_both_count() -> None:
    both = [Span(TODAY, TODAY), Span(date(2026, 11, 21), date(2026, 11, 21))]
    assert days.named("what is planned today and tomorrow?", TODAY) == both
    assert days.named("was steht heute Morgen an?", TODAY) == both[:1]
