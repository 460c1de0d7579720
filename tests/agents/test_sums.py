"""Sums: money of records and calls stands in the evidence with its currency, as drafts write it."""

from typing import Any

import pytest

from agents.writing import sums
from memory.canon.kinds import KINDS, Money

SCOPE: dict[str, Any] = {
    "company": {"currency": "EUR"},
    "amount": {"value": "40", "currency": "USD"},
    "payment": {
        "id": "rec_1",
        "value": "rec_1",
        "amount": "55.00",
        "currency": "CHF",
        "number": "7",
    },
    "invoice": {"customer": {"budget": "900.00"}, "lines": [{"amount": "12.50"}]},
    "aim": {"to": "2000", "unit": "people"},
    "steps": {
        "pay": {"price": "5.00", "currency": "GBP", "result": {"answer": {"amount": "1042"}}},
        "guess": {"amount": "6.00", "currency": "USD"},
    },
}
AMOUNTS = frozenset({"amount", "price"})


def vouched(path: str) -> bool:
    return path != "steps.guess.currency"


@pytest.mark.parametrize(
    ("path", "value", "as_written"),
    [
        ("amount.value", "40", "40 USD"),
        ("payment.amount", "55.00", "55.00 CHF"),
        ("payment.value", "rec_1", "rec_1"),
        ("payment.number", "7", "7"),
        ("invoice.customer.budget", "900.00", "900.00 EUR"),
        ("invoice.lines.0.amount", "12.50", "12.50 EUR"),
        ("aim.to", "2000", "2000 people"),
        ("steps.pay.price", "5.00", "5.00 GBP"),
        ("steps.pay.result.answer.amount", "1042", "1042"),
        ("steps.guess.amount", "6.00", "6.00"),
        ("company.currency", "EUR", "EUR"),
    ],
)
def test_money_is_written_with_the_currency_beside_it(
    path: str, value: str, as_written: str
) -> None:
    assert sums.written(path, value, SCOPE, AMOUNTS, vouched) == as_written


def test_every_field_of_money_that_a_record_has_is_written_so() -> None:
    money = {
        field
        for kind in KINDS.values()
        for field, info in kind.model_fields.items()
        if any(mark in info.metadata for mark in Money.__metadata__)
    }
    assert {"amount", "total", "refunded"} <= money <= sums.OF_RECORDS
