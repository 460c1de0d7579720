"""What payments are for: sure only where it is beyond doubt, else likely with reasons."""

from datetime import date
from decimal import Decimal

import pytest

from agents.banking import matching, references
from agents.banking.matching import Came, Claim
from memory.canon.booked import Told

ADA = ("Ada Example",)
MINE = (
    Claim("INV-2026-007", Decimal(360), "EUR", ADA, ("DE75512108001245126199",), None, "ada"),
    Claim("INV-2026-008", Decimal(40), "EUR", ADA, (), None, "ada"),
    Claim("INV-2026-009", Decimal(40), "EUR", ("Bruno Muster GmbH",), (), None, "bruno"),
    Claim("INV-2026-010", Decimal(40), "USD", ADA, (), None, "ada"),
)


def came(amount: str, name: str = "", text: str = "", iban: str = "", at: str = "1") -> Came:
    return Came(at, Decimal(amount), "EUR", date(2026, 11, 20), Told(name, iban, text))


@pytest.mark.parametrize(
    ("payment", "sure", "labels"),
    [
        (came("360", text="INV-2026-007"), True, ["INV-2026-007"]),
        (came("400", text="INV-2026-007 and INV-2026-008"), True, ["INV-2026-007 + INV-2026-008"]),
        (came("80", text="INV-2026-008, INV-2026-009"), False, ["INV-2026-008 + INV-2026-009"]),
        (came("360"), False, ["INV-2026-007"]),
        (came("40"), False, ["INV-2026-008", "INV-2026-009"]),
        (came("40", "Muster Bruno"), False, ["INV-2026-009", "INV-2026-008"]),
        (came("400", "Ada Example"), False, ["INV-2026-007 + INV-2026-008"]),
        (came("100", text="INV-2026-007"), False, ["INV-2026-007"]),
        (came("100", iban="DE75 5121 0800 1245 1261 99"), False, ["INV-2026-007"]),
        (came("100", "Ada Example"), False, []),
        (came("361", text="inv 2026 007"), False, ["INV-2026-007"]),
        (came("360", text="INV-2026-0071"), False, ["INV-2026-007"]),
        (came("7", text="INV-2026-0071"), False, []),
        (came("-40", text="INV-2026-008"), False, []),
    ],
)
def test_a_payment_finds_what_it_may_be_for(payment: Came, sure: bool, labels: list[str]) -> None:
    found = matching.find([payment], MINE)
    said = [match.label for each in found for match in each.matches]
    assert said[: len(labels)] == labels
    assert bool(said) == bool(labels)
    assert [each.sure for each in found] == ([sure] if labels else [])


def test_no_two_payments_are_sure_of_one_invoice() -> None:
    twice = [came("360", text="INV-2026-007", at=at) for at in "12"]
    found = matching.find(twice, MINE)
    assert [each.came.number for each in found if each.sure] == ["1"]
    assert [match.label for each in found[1:] for match in each.matches] == []


def test_a_part_and_too_much_say_what_stays() -> None:
    [[_, [part], _]] = matching.find([came("100", text="INV-2026-007")], MINE)
    assert (part.shares, part.rest) == ((("INV-2026-007", Decimal(100)),), 0)
    assert "260.00 EUR would stay open" in part.why
    [[_, [more], _]] = matching.find([came("400", text="INV-2026-007")], MINE)
    assert (more.rest, "40.00 EUR more than is owed" in more.why) == (40, True)


@pytest.mark.parametrize(
    ("number", "text", "wanted"),
    [
        ("INV-2026-007", "Rechnung INV 2026/007 danke", True),
        ("INV-2026-007", "INV-20 26-007", True),
        ("INV-2026-007", "XINV-2026-007", False),
        ("7", "invoice 7", True),
        ("7", "invoice 77", False),
        ("539007547034", "RF18 5390 0754 7034", True),
        ("539007547034", "RF19539007547034", False),
        ("539007547034", "RF18539007547034 vielen Dank", True),
        ("313947143000901", "21 00000 00003 13947 14300 09017", False),
        ("21000000000313947143000901", "210000000003139471430009017", True),
        ("21000000000313947143000901", "210000000003139471430009018", False),
    ],
)
def test_a_number_is_named_however_it_is_parted_or_referred_to(
    number: str, text: str, wanted: bool
) -> None:
    assert references.named(number, text) == wanted
