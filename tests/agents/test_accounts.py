"""Accounts in a text: whole, spaced, in the middle of a sentence, mistyped; and what is none."""

import pytest

from agents.playbooks import slots
from agents.playbooks.library import load_folder
from agents.playbooks.routing import wishes
from agents.reading import accounts
from agents.reading.words import Context
from memory.db import Reader

Company = tuple[Reader, dict[str, str]]
PLAYBOOKS = load_folder()
PAY = next(playbook for playbook in PLAYBOOKS if playbook.id == "pay-bill")
ADAS = "DE02120300000000202051"


@pytest.mark.parametrize(
    "text",
    [
        ADAS,
        "to DE02 1203 0000 0000 2020 51 for INV-7",
        "IBAN: de02120300000000202051.",
        "DE02 1203 0000 0000 2020 51 FOR INV 7",
        "DE02-1203-0000-0000-2020-51, thanks",
    ],
)
def test_an_account_is_found_however_it_is_written(text: str) -> None:
    [found] = accounts.find(text)
    assert [reading.value for reading in found.readings] == [ADAS]
    assert "INV" not in text[found.start : found.end]
    assert "FOR" not in text[found.start : found.end]


def test_an_account_with_a_wrong_digit_says_so() -> None:
    [found] = accounts.find("pay Ada 40 EUR to DE02 1203 0000 0000 2020 52")
    assert found.fault == "“DE02 1203 0000 0000 2020 52” is no account: a digit may be wrong."


@pytest.mark.parametrize(
    "text", ["INV-2026-007", "order XY12ABCDEFGHIJKLMNO", "x" + ADAS, "40 EUR"]
)
def test_what_only_looks_like_an_account_is_none(text: str) -> None:
    assert accounts.find(text) == []


async def test_a_payment_is_read_with_its_account_and_number(
    company: Company, context: Context
) -> None:
    reader, _ = company
    text = f"pay Ada 120 EUR to {ADAS} for RE-2026/88"
    filled = await slots.fill(reader, text, PAY.slots, context)
    said = {name: value.value for name, value in filled.values.items()}
    assert said == {
        "customer": "Ada Example",
        "amount": "120.00",
        "iban": ADAS,
        "reference": "RE-2026/88",
    }


@pytest.mark.parametrize(
    ("mail", "asked"),
    [
        (f"please pay 40 EUR to {ADAS}", True),
        (f"{ADAS}\nThe amount is due in ten days.", True),
        ("Bitte überweisen Sie 40 EUR auf DE02 1203 0000 0000 2020 51.", True),
        ("please pay 40 EUR", False),
        (f"please refund me, my account is {ADAS}", False),
        (f"pay back my money to {ADAS}", False),
    ],
)
def test_a_mail_asks_for_payment_only_with_an_account_in_it(mail: str, asked: bool) -> None:
    assert ("pay-bill" in [playbook.id for playbook in wishes(mail, PLAYBOOKS)]) == asked
