"""Walks of paying a bill: to an account you typed, that is known, or that a mail alone names."""

from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from bot.app import App
from memory import events
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from memory.schema.work import effects
from tests.chat import Chat
from tests.walks.test_refund import ledger

NEW = "DE44500105175407324931"
NEW_SPACED = "DE44 5001 0517 5407 3249 31"
ADAS = "DE02120300000000202051"
CARD = "Pay 120.00 EUR"
THEIRS = "Is this account theirs?"
WORDS = f"pay Ada 120 EUR to {NEW_SPACED} for INV-7"


def bill(name: str, address: str, iban: str = NEW_SPACED) -> bytes:
    text = f"Hello,\r\n\r\nplease pay invoice INV-7 of 120 EUR to {iban}.\r\n\r\n{name}\r\n"
    head = f"From: {name} <{address}>\r\nSubject: Invoice INV-7\r\nMessage-ID: <bill@x.example>"
    return f"{head}\r\n\r\n{text}".encode()


def files(app: App) -> list[list[str | None]]:
    """Return the account and amount of every transfer that waits to be uploaded."""
    trees = [ET.parse(path) for path in sorted((app.folder / "transfers").glob("[!.]*.xml"))]
    return [
        [[n.text for n in tree.iter() if n.tag.endswith(tag)][-1] for tag in ("IBAN", "InstdAmt")]
        for tree in trees
    ]


async def called(app: App, name: str) -> Record:
    async with app.db.snapshot() as reader:
        [found] = await records.called(reader, name, "person", "company")
        return found


async def wrong(app: App) -> tuple[object, ...]:
    return tuple((await verify.verify(app.db)).faults)


async def test_a_bill_is_paid_to_an_account_you_typed(app: App, chat: Chat) -> None:
    await chat.say(WORDS)
    card = chat.text(CARD)
    assert f"To account: {{+{NEW_SPACED}+}}" in card
    assert "Reference: {+INV-7+}" in card
    assert "Money moves when you upload the transfer file to your bank." in card
    assert "not with this account" in card  # typed, but nobody's yet: it is asked twice
    assert files(app) == []
    await chat.tap(CARD, "✓ Pay", confirm="120")
    assert "✓ paid 120.00 EUR to Ada Example" in chat.text(CARD)
    assert files(app) == [[NEW, "120.00"]]
    assert "expenses:bills" in ledger(app)
    await chat.tap(CARD, "Why?")
    why = chat.text("Why: Pay 120.00 EUR")
    assert f"iban = {NEW}: you typed it" in why
    assert await wrong(app) == ()


async def test_the_account_in_the_records_is_used_when_none_is_named(app: App, chat: Chat) -> None:
    await chat.say("zahle Ada 120 EUR für INV-7")
    await chat.tap(CARD, "✓ Pay")
    assert files(app) == [[ADAS, "120.00"]]


async def test_without_any_account_it_asks_and_never_guesses(app: App, chat: Chat) -> None:
    await chat.say("pay Bruno 120 EUR for INV-7")
    assert "To which account (IBAN)?" in chat.last
    await chat.say("DE44 5001 0517 5407 3249 32")
    assert "is no account: a digit may be wrong" in chat.last
    await chat.say(NEW)
    await chat.tap(CARD, "✓ Pay", confirm="120")
    assert files(app) == [[NEW, "120.00"]]


async def test_a_paid_bill_can_be_taken_back_while_its_file_is_here(app: App, chat: Chat) -> None:
    await chat.say("pay Ada 120 EUR for INV-7")
    await chat.tap(CARD, "✓ Pay")
    await chat.tap(CARD, "Undo")
    await chat.tap("Take back: Pay", "✓ Take back")
    assert files(app) == []
    assert ledger(app).count("taken back") == 1
    assert await wrong(app) == ()


async def test_the_same_bill_twice_is_seen(app: App, chat: Chat) -> None:
    await chat.say("pay Ada 120 EUR for INV-7")
    await chat.tap(CARD, "✓ Pay")
    await chat.say("pay Ada 120 EUR for INV-7")
    again = chat.text("Pay 120.00 EUR · Ada Example · waits")
    assert "The same was already done or is already waiting." in again
    assert "This looks like the payment of " in again


async def test_an_account_that_only_a_mail_names_is_refused_until_you_say_whose_it_is(
    app: App, chat: Chat
) -> None:
    await chat.drop(bill("Carla Neu", "carla@neu.example"))
    await chat.tap("Mail from Carla Neu", "Pay a bill")
    denied = chat.text(CARD)
    assert "You did not type this account, and it is not in your records." in denied
    assert "Compare it with an earlier bill or ask by phone; mails are forged." in denied
    form = chat.button(chat.key(CARD), THEIRS).form
    assert form is not None
    assert [field.id for field in form.fields] == ["whose", "last"]
    reply = await chat.tap(CARD, THEIRS, whose="Carla Neu", last="4931")
    assert reply.text.startswith(f"Kept: {NEW_SPACED} is the account of Carla Neu.")
    carla = await called(app, "Carla Neu")
    assert carla.state["iban"] == NEW
    assert files(app) == []  # the account was endorsed, nothing was paid
    card = chat.text(CARD)
    assert "[✓ Pay]" in card  # asked as money always is: the amount stands only in the mail
    await chat.tap(CARD, "✓ Pay", confirm="120")
    assert files(app) == [[NEW, "120.00"]]
    async with app.db.snapshot() as reader:
        [noted] = await events.of_kind(reader, "datum.endorsed")
    assert (noted.body["record"], noted.body["scheme"], noted.body["value"]) == (
        carla.id, "iban", NEW,
    )  # fmt: skip
    assert await wrong(app) == ()


async def test_a_changed_account_shows_both_and_stays_refused(app: App, chat: Chat) -> None:
    await chat.drop(bill("Ada Example", "ada@example.org"))
    await chat.tap("Mail from Ada Example", "Pay a bill")
    denied = chat.text(CARD)
    assert "Account of Ada Example: [-DE02 1203 0000 0000 2020 51-]{+DE44 5001" in denied
    assert "ask by phone, at a number you had before this mail" in denied
    said = {"whose": "Ada Example", "last": "4931"}
    reply = await chat.tap(CARD, THEIRS, **said)
    assert reply.refused
    assert "Ada Example has the account DE02 1203 0000 0000 2020 51 in your records" in reply.text
    assert (await called(app, "Ada Example")).state["iban"] == ADAS
    assert files(app) == []
    await chat.tap(CARD, THEIRS, **said, replaces="2051")
    assert (await called(app, "Ada Example")).state["iban"] == NEW
    await chat.tap(CARD, "✓ Pay", confirm="120")
    assert files(app) == [[NEW, "120.00"]]
    assert await wrong(app) == ()


@pytest.mark.parametrize(
    ("whose", "last", "said"),
    [
        ("Carla Neu", "4913", "These are not the last four characters of this account."),
        ("Carla Neu", "", "These are not the last four characters of this account."),
        ("", "4931", "Say whose account it is"),
        ("Nobody Known", "4931", "Nobody in your records is called Nobody Known."),
        ("Sam", "4931", "Several are called Sam."),
        ("Ada Example", "4931", "This would pay Carla Neu, not Ada Example."),
    ],
)
async def test_whoever_is_not_sure_keeps_nothing(
    app: App, chat: Chat, whose: str, last: str, said: str
) -> None:
    async with app.db.transaction() as tx:
        for number in (1, 2):
            twin = {"name": f"Sam {number}", "email": f"s{number}@x.example", "aliases": ["Sam"]}
            await records.create(tx, "person", twin, None)
    await chat.drop(bill("Carla Neu", "carla@neu.example"))
    await chat.tap("Mail from Carla Neu", "Pay a bill")
    reply = await chat.tap(CARD, THEIRS, whose=whose, last=last)
    assert reply.refused
    assert said in reply.text
    assert (await called(app, "Carla Neu")).state["iban"] is None
    assert THEIRS in chat.text(CARD)
    assert files(app) == []


async def test_an_account_of_somebody_else_is_not_kept_twice(app: App, chat: Chat) -> None:
    await chat.drop(bill("Carla Neu", "carla@neu.example"))
    await chat.tap("Mail from Carla Neu", "Pay a bill")
    async with app.db.transaction() as tx:
        await records.create(tx, "company", {"name": "Other Ltd", "iban": NEW_SPACED}, None)
    reply = await chat.tap(CARD, THEIRS, whose="Carla Neu", last="4931")
    assert reply.text == "This account stands in the record of Other Ltd. Nothing was kept."


async def test_the_button_of_an_older_card_does_nothing(app: App, chat: Chat) -> None:
    await chat.drop(bill("Carla Neu", "carla@neu.example"))
    await chat.tap("Mail from Carla Neu", "Pay a bill")
    old = chat.tokens[chat.key(CARD), chat.button(chat.key(CARD), THEIRS).label]
    await chat.press(old, whose="Carla Neu", last="4931")
    again = await chat.press(old, whose="Carla Neu", last="4931")
    assert again.refused
    async with app.db.snapshot() as reader:
        assert len(await events.of_kind(reader, "datum.endorsed")) == 1


async def test_what_is_refused_for_another_reason_too_offers_no_button(
    app: App, chat: Chat
) -> None:
    async with app.db.transaction() as tx:
        await records.create(tx, "person", {"name": "Eve\u202e Neu", "email": "e@x.example"}, None)
    await chat.drop(bill("Eve\u202e Neu", "e@x.example"))
    await chat.tap("Mail from", "Pay a bill")
    card = chat.text(CARD)
    assert "✗ Not done" in card
    assert THEIRS not in card


async def test_a_company_has_an_account_too(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        await records.create(tx, "company", {"name": "Papier GmbH", "iban": NEW_SPACED}, None)
    await chat.say("pay Papier GmbH 59.90 EUR for RE-88")
    await chat.tap("Pay 59.90 EUR · Papier GmbH", "✓ Pay")
    assert files(app) == [[NEW, "59.90"]]
    async with app.db.snapshot() as reader:
        [row] = await reader.rows(sa.select(effects))
    assert row.verdict["rules"] == ["money-asks"]  # the company is no stranger
