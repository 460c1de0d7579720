"""What came in, within the days a question names."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from agents.answers import earned
from memory.canon import booked, records
from memory.canon.records import Record
from memory.db import Reader
from memory.texts.when import Span

MAY = date(2027, 5, 1)
TODAY = date(2026, 11, 20)  # a Friday
SETTINGS = {"locale": "en_GB", "zone": "Europe/Berlin", "currency": "EUR"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "how much did I earn last month?",
            [
                "1 Oct 2026 to 31 Oct 2026: 135.00 EUR came in with 2 payments.",
                "Of it 30.00 EUR went back as refunds.",
            ],
        ),
        (
            "what came in this month?",
            [
                "1 Nov 2026 to 20 Nov 2026: 34.00 EUR came in with 2 payments.",
                "Of it 9.00 EUR went back as refunds.",
            ],
        ),
        (
            "revenue of the last quarter",
            ["1 Jul 2026 to 30 Sept 2026: no payment is on record."],
        ),
        (
            "Umsatz diese Woche",
            ["16 Nov 2026 to 20 Nov 2026: no payment is on record."],
        ),
        (
            "income on 22 October 2026",
            ["22 Oct 2026: 55.00 EUR came in with 1 payment."],
        ),
        ("what did we earn last year?", ["1 Jan 2025 to 31 Dec 2025: no payment is on record."]),
    ],
)
async def test_what_came_in_is_summed_for_the_days_that_are_named(
    company: tuple[Reader, dict[str, str]], said: str, told: list[str]
) -> None:
    assert earned.asked(said)
    assert await earned.lines(company[0], None, said, TODAY, SETTINGS) == told


async def test_without_days_this_month_and_this_year_are_told(
    company: tuple[Reader, dict[str, str]],
) -> None:
    reader, ids = company
    bob = await records.get(reader, ids["Bob Sample"])
    assert await earned.lines(reader, bob, "what did I earn with Bob?", TODAY, SETTINGS) == [
        "1 Nov 2026 to 20 Nov 2026: 25.00 EUR came in with 1 payment of Bob Sample.",
        "1 Jan 2026 to 20 Nov 2026: 80.00 EUR came in with 2 payments of Bob Sample.",
    ]


@pytest.mark.parametrize(
    "said", ["what did Ada order?", "when is the money due?", "who learned watercolour?"]
)
def test_other_questions_are_not_about_what_came_in(said: str) -> None:
    assert not earned.asked(said)


@pytest.mark.parametrize(
    "said",
    [
        "how many orders came in this week?", "when did Ada's mail come in?",
        "sind heute Anfragen reingekommen?", "when is my income tax due?",
    ],
)  # fmt: skip
def test_what_else_comes_in_is_no_money(said: str) -> None:
    assert not earned.asked(said)


def test_a_payment_counts_for_the_day_it_was_recorded_on_where_the_operator_is() -> None:
    night = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # in Berlin it is December already
    state = {"amount": "10.00", "currency": "EUR"}
    paid = Record.model_construct(state=state, at=night)
    november, december = Span(date(2026, 11, 1), date(2026, 11, 30)), Span(night.date(), MAY)
    assert "no payment" in next(earned._told([paid], november, "", SETTINGS))
    assert "10.00 EUR came in" in next(earned._told([paid], december, "", SETTINGS))
    assert booked.day_of(paid, ZoneInfo("Europe/Berlin")) == date(2026, 12, 1)
