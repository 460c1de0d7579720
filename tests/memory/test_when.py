"""When: which days a question speaks of."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.texts.when import Span, asks, spans, tells_number, tells_time

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Who came on May 3, 2023?", "2023-05-03", "2023-05-03"),
        ("am 3. Mai 2025", "2025-05-03", "2025-05-03"),
        ("le 5 juin 2024", "2024-06-05", "2024-06-05"),
        ("el 5 de mayo de 2024", "2024-05-05", "2024-05-05"),
        ("on 2024-02-29", "2024-02-29", "2024-02-29"),
        ("am 12.05.2023", "2023-05-12", "2023-05-12"),
        ("in December 2023", "2023-12-01", "2023-12-31"),
        ("im März", "2026-03-01", "2026-03-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("during 2022", "2022-01-01", "2022-12-31"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("vor 2 Wochen", "2026-11-04", "2026-11-10"),
        ("3 days ago", "2026-11-18", "2026-11-18"),
        ("last week", "2026-11-08", "2026-11-14"),
    ],
)
def test_days_are_read_in_several_languages(text: str, first: str, last: str) -> None:
    assert spans(text, TODAY) == [Span(date.fromisoformat(first), date.fromisoformat(last))]


@pytest.mark.parametrize(
    "text",
    ["may I go?", "they march to the shop", "it cost 2000.50", "31 February 2023", "INV-2023"],
)
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    assert spans(text, TODAY) == []


@given(st.text(max_size=80), st.dates())
def test_any_text_may_be_asked_on_any_day(text: str, today: date) -> None:
    for span in spans(text, today):
        assert span.first <= span.last


@given(st.dates(), st.dates(), st.dates())
def test_no_day_is_nearer_than_the_day_asked_for(first: date, last: date, day: date) -> None:
    span = Span(min(first, last), max(first, last))
    assert 0 < span.nearness(day) <= span.nearness(span.first) <= 1


def test_questions_for_a_time_and_for_a_number_are_known() -> None:
    assert [asks(said) for said in ("When was it?", "Wie viele kamen?", "Who came?")] == [
        "when", "number", "any",
    ]  # fmt: skip
    assert tells_time("We met last week") and not tells_time("We met")
    assert tells_number("the two of us") and not tells_number("all of us")
