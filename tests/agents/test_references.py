"""What `${…}` stands for."""

from typing import Any

import pytest

from agents.playbooks.references import resolve, roots, scope
from agents.reading.words import Candidate
from memory.db import Reader

Company = tuple[Reader, dict[str, str]]
NAMES: dict[str, Any] = {
    "amount": {"value": "40.00", "currency": "EUR"},
    "who": {"value": "rec_1", "name": "Ada", "email": "ada@example.org", "phone": None},
    "tags": ["a", "b"],
    "count": 3,
}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("${who.email}", "ada@example.org"),
        ("${who}", "rec_1"),  # a slot stands for its value
        ("${amount}", "40.00"),
        ("${amount.currency}", "EUR"),
        ("${count}", 3),  # the type stays
        ("${tags}", ["a", "b"]),
        ("Meet ${who.name} with ${amount} ${amount.currency}", "Meet Ada with 40.00 EUR"),
        ({"draft": "reply"}, {"draft": "reply"}),
        ([{"to": "${who.email}"}, 7], [{"to": "ada@example.org"}, 7]),
        ("costs $5 {x} ${", "costs $5 {x} ${"),
    ],
)
def test_a_reference_gives_what_it_names(given: Any, found: Any) -> None:
    assert resolve({"it": given}, NAMES) == ({"it": found}, ())


def test_what_leads_nowhere_is_named() -> None:
    args = {
        "a": "${who.phone}",
        "b": "${nobody.name}",
        "c": "x ${who.iban} y",
        "d": "${who.name.x}",
    }
    assert resolve(args, NAMES)[1] == ("who.phone", "nobody.name", "who.iban", "who.name.x")


def test_what_is_optional_is_left_out() -> None:
    args = {"a": "${who.phone?}", "b": ["${who.phone?}"], "c": "x${who.phone?}"}
    assert resolve(args, NAMES) == ({"b": [], "c": "x"}, ())


def test_every_root_is_found() -> None:
    assert roots({"a": ["${x.y} and ${z?}"], "b": {"c": "${w}"}, "d": 4}) == {"x", "z", "w"}


async def test_a_record_brings_its_state_and_its_customer(company: Company) -> None:
    reader, ids = company
    payment = Candidate(value="PAY-1042", label="PAY-1042", ref=ids["PAY-1042"])
    names = await scope(reader, {"payment": payment})
    args = {
        "number": "${payment.number}",
        "left": "${payment.left}",
        "to": "${payment.customer.email}",
        "record": "${payment.customer}",
        "itself": "${payment}",
    }
    assert resolve(args, names)[0] == {
        "number": "PAY-1042",
        "left": "50.00",  # 80.00 paid, 30.00 refunded
        "to": "ada@example.org",
        "record": ids["Ada Example"],
        "itself": ids["PAY-1042"],
    }


async def test_defaults_fill_what_the_words_left_open(company: Company) -> None:
    reader, ids = company
    payment = Candidate(value="PAY-1042", label="PAY-1042", ref=ids["PAY-1042"])
    defaults = {
        "customer": "${payment.customer}",
        "amount": {"value": "${payment.left}", "currency": "${payment.currency}"},
        "nothing": "${payment.absent}",
    }
    names = await scope(reader, {"payment": payment}, defaults)
    args = {"to": "${customer.email}", "amount": "${amount}", "in": "${amount.currency}"}
    found = {"to": "ada@example.org", "amount": "50.00", "in": "EUR"}
    assert resolve(args, names) == (found, ())
    assert "nothing" not in names
    said = {
        "payment": payment,
        "amount": Candidate(value="5.00", label="", more={"currency": "EUR"}),
    }
    assert resolve(args, await scope(reader, said, defaults))[0]["amount"] == "5.00"


async def test_a_stranger_has_an_address(company: Company) -> None:
    reader, _ = company
    more = {"email": "new@example.com", "name": "new@example.com"}
    stranger = Candidate(value="new@example.com", label="new@example.com", more=more)
    names = await scope(reader, {"to": stranger}, None, {"today": "2026-11-20"})
    assert resolve({"to": "${to.email}", "on": "${today}"}, names)[0] == {
        "to": "new@example.com",
        "on": "2026-11-20",
    }
