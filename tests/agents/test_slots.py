"""Blanks filled from the operator's words, against real records."""

from dataclasses import replace

import pytest

from agents.playbooks.library import Slot
from agents.playbooks.slots import Filled, fill
from agents.reading.words import Context
from memory.db import Reader

Company = tuple[Reader, dict[str, str]]

PERSON = Slot(name="person", type="person", required=True, ask="Who?")
INVOICE = Slot(name="invoice", type="invoice", required=True, ask="Which invoice?")
PAYMENT = Slot(name="payment", type="payment", required=True, ask="Which payment?")
ORDER = Slot(name="order", type="order", required=True, ask="Which order?")
AMOUNT = Slot(name="amount", type="money", required=True, ask="How much?")
AT = Slot(name="at", type="when", required=True, ask="When?")
TEXT = Slot(name="text", type="text", required=True, rest=True, ask="What?")
ABOUT = Slot(name="about", type="record")


def refs(filled: Filled) -> dict[str, str | None]:
    return {name: value.ref for name, value in filled.values.items()}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("write to Ada Example today", "Ada Example"),
        ("write to ADA example", "Ada Example"),
        ("write to Ada", "Ada Example"),
        ("write to ada", "Ada Example"),  # nobody writes capitals in a chat
        ("write to Ada's office", "Ada Example"),
        ("schreib Adas Büro", "Ada Example"),
        ("ada@example.org wrote", "Ada Example"),
        ("ask ADA@Example.org", "Ada Example"),
        ("call bobby", "Bob Sample"),
        ("call bjorn muller", "Björn Müller"),
        ("call Müller", "Björn Müller"),
        ("call Ann Twin", "Ann Twin"),
    ],
)
async def test_a_person_is_found_by_what_they_are_called(
    company: Company, context: Context, text: str, name: str
) -> None:
    reader, ids = company
    assert refs(await fill(reader, text, [PERSON], context)) == {"person": ids[name]}


async def test_namesakes_are_a_choice(company: Company, context: Context) -> None:
    reader, ids = company
    filled = await fill(reader, "write to Ann", [PERSON], context)
    assert filled.values == {}
    found = {candidate.ref for candidate in filled.ambiguous["person"]}
    assert found == {ids["Ann Twin"], ids["Ann Other"]}
    assert {"Ann Twin · ann.one@example.org"} <= {c.label for c in filled.ambiguous["person"]}


@pytest.mark.parametrize(
    "text", ["Write to nobody", "Well, what may come", "Adamant people", "On 3 May 2027"]
)
async def test_words_that_only_look_like_a_name_find_nobody(
    company: Company, context: Context, text: str
) -> None:
    reader, _ = company
    filled = await fill(reader, text, [AT, PERSON], context)
    assert "person" in filled.missing


async def test_an_unknown_address_is_a_stranger_not_a_fault(
    company: Company, context: Context
) -> None:
    reader, _ = company
    filled = await fill(reader, "write to new@example.com", [PERSON], context)
    assert filled.values["person"].ref is None
    assert filled.values["person"].more["email"] == "new@example.com"


async def test_a_name_nobody_has_is_said_where_a_pattern_expects_one(
    company: Company, context: Context
) -> None:
    reader, _ = company
    text = "note on Zed: call Ada"
    filled = await fill(reader, text, [PERSON], context, {"person": (8, 11)})
    assert "“Zed”" in filled.wrong["person"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("send invoice INV-2026-007", "INV-2026-007"),
        ("send inv-2026-007", "INV-2026-007"),
        ("send invoice 7", "INV-2026-007"),
        ("send invoice #7", "INV-2026-007"),
        ("send invoice no. 7", "INV-2026-007"),
        ("send INV-7", "INV-2026-007"),
        ("send invoice 2026-017", "INV-2026-017"),
        ("Rechnung Nr. 17 bitte", "INV-2026-017"),
        ("7", "INV-2026-007"),  # the answer to "which invoice?"
        ("send Ada the October invoice", "INV-2026-007"),  # not the one of 2025, nor Bob's
        ("send Ada the invoice from October 2025", "INV-2025-044"),
        ("die Oktober-Rechnung von Ada", "INV-2026-007"),
        ("send Ada her latest invoice", "INV-2026-017"),
        ("send Bob his invoice", "INV-2026-031"),  # he has only one
    ],
)
async def test_an_invoice_is_found_by_number_month_or_customer(
    company: Company, context: Context, text: str, number: str
) -> None:
    reader, ids = company
    customer = PERSON.model_copy(update={"required": False})
    filled = await fill(reader, text, [customer, INVOICE], context)
    assert refs(filled)["invoice"] == ids[number]


async def test_a_month_of_several_customers_is_a_choice(company: Company, context: Context) -> None:
    reader, ids = company
    filled = await fill(reader, "send the October invoice", [INVOICE], context)
    found = {candidate.ref for candidate in filled.ambiguous["invoice"]}
    assert found == {ids["INV-2026-007"], ids["INV-2026-031"]}


async def test_an_invoice_of_somebody_else_is_not_taken(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "send Bob invoice 7", [PERSON, INVOICE], context)
    assert "somebody else" in filled.wrong["invoice"]


async def test_a_number_nobody_has_is_said(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "send invoice 99", [INVOICE], context)
    assert "“invoice 99”" in filled.wrong["invoice"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("refund PAY-1042", "PAY-1042"),
        ("refund order 1042", "PAY-1042"),  # the payment of the order
        ("refund Ada 40 EUR", "PAY-1042"),  # her only one
        ("refund payment 88", "PAY-88"),
    ],
)
async def test_a_payment_follows_from_its_order_or_customer(
    company: Company, context: Context, text: str, number: str
) -> None:
    reader, ids = company
    customer = PERSON.model_copy(update={"required": False})
    filled = await fill(reader, text, [customer, PAYMENT], context)
    assert refs(filled)["payment"] == ids[number]


async def test_what_only_looks_like_a_number_does_not_stop_the_rest(
    company: Company, context: Context
) -> None:
    reader, ids = company
    text = "refund Ada her payment, 40 EUR; INV-2026-007 was paid twice (covid-19, payment: 40 EUR)"
    filled = await fill(reader, text, [PERSON, PAYMENT], context)
    assert refs(filled)["payment"] == ids["PAY-1042"]
    filled = await fill(reader, "refund PAY-99", [PAYMENT], context)
    assert "“PAY-99”" in filled.wrong["payment"]


@pytest.mark.parametrize("said", ["her", "the customer", "ihr"])
async def test_a_stand_in_is_who_the_situation_is_about(
    company: Company, context: Context, said: str
) -> None:
    reader, ids = company
    about = replace(context, about=(ids["Ada Example"],))
    text = f"tell {said} that we are late"
    groups = {"person": (5, 5 + len(said))}
    assert refs(await fill(reader, text, [PERSON], about, groups)) == {"person": ids["Ada Example"]}
    assert "person" in (await fill(reader, text, [PERSON], context, groups)).wrong


async def test_several_open_payments_are_a_choice(company: Company, context: Context) -> None:
    reader, ids = company
    filled = await fill(reader, "refund Bob", [PERSON, PAYMENT], context)
    found = {candidate.ref for candidate in filled.ambiguous["payment"]}
    assert found == {ids["PAY-88"], ids["PAY-89"]}


async def test_what_was_refunded_already_is_not_offered(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "refund Björn", [PERSON, PAYMENT], context)
    assert filled.missing == ("payment",)


async def test_the_situation_fills_what_the_words_leave_open(
    company: Company, context: Context
) -> None:
    reader, ids = company
    about = replace(context, about=(ids["Ada Example"], ids["1042"]))
    filled = await fill(reader, "refund it", [PERSON, PAYMENT], about)
    assert refs(filled) == {"person": ids["Ada Example"], "payment": ids["PAY-1042"]}
    assert filled.values["payment"].text == ""
    said = await fill(reader, "refund Björn", [PERSON], about)
    assert refs(said) == {"person": ids["Björn Müller"]}  # the words come first


async def test_a_mail_cannot_name_somebody_elses_payment(
    company: Company, context: Context
) -> None:
    reader, ids = company
    about = replace(context, about=(ids["Ada Example"],))
    filled = await fill(reader, "please refund PAY-88", [PAYMENT], about)
    assert "somebody else" in filled.wrong["payment"]


async def test_numbers_of_documents_and_moments_are_no_amounts(
    company: Company, context: Context
) -> None:
    reader, _ = company
    text = "refund payment 88 on Monday at 9"
    filled = await fill(reader, text, [PAYMENT, AMOUNT], context)
    assert filled.missing == ("amount",)
    filled = await fill(reader, "refund payment 88 20", [PAYMENT, AMOUNT], context)
    assert filled.values["amount"].label == "20.00 EUR"


async def test_an_amount_alone_answers_the_question(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "40", [AMOUNT], context)
    assert filled.values["amount"].value == "40.00"


@pytest.mark.parametrize(
    ("text", "reminder", "about"),
    [
        ("call the office on Friday at 9", "call the office", None),
        ("tomorrow at 9 pay the rent", "pay the rent", None),
        ("on Monday to send Ada her parcel", "send Ada her parcel", "Ada Example"),
        ("about invoice 7 on Monday at 9", "invoice 7", "INV-2026-007"),
        ("about invoice 99 on Monday", "invoice 99", None),  # a thought, not a reference
        ("pay 40 EUR to Bob on Monday", "pay 40 EUR to Bob", "Bob Sample"),
        ("ask Ann tomorrow", "ask Ann", None),  # two of them: no link, no question
    ],
)
async def test_the_rest_of_the_sentence_is_the_text(
    company: Company, context: Context, text: str, reminder: str, about: str | None
) -> None:
    reader, ids = company
    filled = await fill(reader, text, [AT, TEXT, ABOUT], context)
    assert filled.values["text"].value == reminder
    assert filled.missing == ()
    assert refs(filled).get("about") == (ids[about] if about else None)


async def test_a_moment_inside_the_text_stays_when_another_is_meant(
    company: Company, context: Context
) -> None:
    reader, _ = company
    text = "tomorrow at 9 about the talk on Monday"
    groups = {"at": (0, 13), "text": (20, 38)}
    filled = await fill(reader, text, [AT, TEXT], context, groups)
    assert filled.values["text"].value == "the talk on Monday"
    assert filled.values["at"].value == "2026-11-21T09:00:00+01:00"


async def test_two_moments_are_a_choice(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "call tomorrow at 9 or on Monday at 9", [AT], context)
    assert [c.value[:10] for c in filled.ambiguous["at"]] == ["2026-11-21", "2026-11-23"]


async def test_nothing_of_a_long_text_is_lost(company: Company, context: Context) -> None:
    reader, _ = company
    long = "word " * 40_000
    filled = await fill(reader, f"tomorrow {long}", [AT, TEXT], context)
    assert filled.values["text"].value == long.strip()


async def test_an_empty_message_only_misses(company: Company, context: Context) -> None:
    reader, _ = company
    filled = await fill(reader, "", [AT, TEXT, PERSON, INVOICE, AMOUNT, ABOUT], context)
    assert filled.missing == ("at", "text", "person", "invoice", "amount")
    assert not filled.wrong


async def test_a_filled_slot_survives_as_json(company: Company, context: Context) -> None:
    reader, _ = company
    text = "refund Ada 40 EUR on Monday"
    filled = await fill(reader, text, [PERSON, AMOUNT, AT, PAYMENT], context)
    assert Filled.model_validate_json(filled.model_dump_json()) == filled
    assert filled.values["amount"].text == "40 EUR"
