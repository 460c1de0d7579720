"""What amounts people write, and what they mean in which locale."""

from dataclasses import replace
from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from agents.reading import amounts
from agents.reading.words import Context
from tests.agents.conftest import NOW

CONTEXT = Context(NOW, "Europe/Berlin")


def labels(text: str, locale: str = "en", currency: str = "EUR") -> list[tuple[str, ...]]:
    context = replace(CONTEXT, locale=locale, currency=currency)
    return [tuple(r.label for r in found.readings) for found in amounts.find(text, context, [])]


@pytest.mark.parametrize(
    ("text", "locale", "currency", "meaning"),
    [
        ("refund 40 EUR", "en", "EUR", "40.00 EUR"),
        ("refund €40 now", "en", "EUR", "40.00 EUR"),
        ("1.250,00 €", "en", "EUR", "1250.00 EUR"),
        ("1,250.00", "de", "EUR", "1250.00 EUR"),
        ("1.250", "de", "EUR", "1250.00 EUR"),
        ("1,250", "en", "EUR", "1250.00 EUR"),
        ("12.50 €", "de", "EUR", "12.50 EUR"),
        ("12,50 €", "en", "EUR", "12.50 EUR"),
        ("1.250.000 EUR", "en", "EUR", "1250000.00 EUR"),
        ("1 250,00 €", "fr", "EUR", "1250.00 EUR"),
        ("40,- €", "de", "EUR", "40.00 EUR"),
        ("CHF 1\u2019250.00", "de_CH", "CHF", "1250.00 CHF"),
        ("₹1,25,000.00", "en_IN", "INR", "125000.00 INR"),
        ("$40", "en", "EUR", "40.00 USD"),
        ("$40", "en", "CAD", "40.00 CAD"),
        ("¥1,250", "en", "EUR", "1250 JPY"),
        ("40 usd", "en", "EUR", "40.00 USD"),
        ("40 euros", "en", "EUR", "40.00 EUR"),
        ("40 kr", "sv", "SEK", "40.00 SEK"),
        ("refund Ada 40.", "en", "EUR", "40.00 EUR"),
        ("invoice 7 250 EUR", "en", "EUR", "250.00 EUR"),
    ],
)
def test_an_amount_means_one_thing(text: str, locale: str, currency: str, meaning: str) -> None:
    assert labels(text, locale, currency) == [(meaning,)]


@pytest.mark.parametrize(("text", "locale"), [("1.250 EUR", "en"), ("1,250 EUR", "de")])
def test_a_mark_that_can_be_both_leaves_both_readings(text: str, locale: str) -> None:
    assert labels(text, locale) == [("1250.00 EUR", "1.25 EUR")]


@pytest.mark.parametrize(
    "text",
    ["forty", "40%", "40k", "#40", "INV-40", "40-50 EUR", "40 days", "40 BTC", "14:30", "1.2.3.4x"],
)
def test_what_counts_something_else_is_no_amount(text: str) -> None:
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-40 EUR", "below zero"),
        ("EUR -5", "below zero"),
        ("0 EUR", "is nothing"),
        ("9999999999999 EUR", "larger than any"),
        ("¥12.50", "not an amount of JPY"),
        ("1.25.50", "not an amount of EUR"),
    ],
)
def test_an_impossible_amount_says_why(text: str, fault: str) -> None:
    [found] = amounts.find(text, CONTEXT, [])
    assert fault in found.fault


def test_a_currency_beats_bare_numbers() -> None:
    assert labels("2 seats for 40 EUR") == [("40.00 EUR",)]


def test_a_number_that_belongs_to_something_else_is_not_read_again() -> None:
    assert amounts.find("pay 40", CONTEXT, [(4, 6)]) == []


@given(
    cents=st.integers(1, 10**9),
    place=st.sampled_from(
        [
            ("en", "EUR"), ("en_US", "USD"), ("en_GB", "GBP"), ("de", "EUR"), ("de_CH", "CHF"),
            ("fr", "EUR"), ("es", "EUR"), ("it", "EUR"), ("pl", "PLN"), ("sv", "SEK"),
            ("da", "DKK"), ("en_IN", "INR"), ("nl", "EUR"), ("en_CA", "CAD"), ("pt", "EUR"),
        ]
    ),
)  # fmt: skip
def test_what_the_locale_writes_is_read_back(cents: int, place: tuple[str, str]) -> None:
    locale, currency = place
    amount = Decimal(cents) / 100
    text = f"refund {format_currency(amount, currency, locale=locale)} today"
    assert labels(text, locale, currency) == [(f"{amount:.2f} {currency}",)]


@given(st.text(alphabet="0123456789.,'- €$EURkr%\u00a0x", max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in amounts.find(text, CONTEXT, []):
        assert bool(found.readings) != bool(found.fault)
