"""What came in, within the days a question names."""

from datetime import date

import pytest

from agents.answers import earned
from memory.canon import records
from memory.db import Reader

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
