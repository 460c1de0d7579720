"""Walks of payments on a statement: told what they are for, in the ledger once, and undone."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.app import App
from connectors import blobs
from connectors.payments.ledger import Ledger
from memory.canon import records
from memory.canon.records import Record
from memory.copying import verify
from tests import bank
from tests.chat import Chat
from tests.peers.child import PACKAGES
from tests.peers.test_books import beancount_sums, hledger_sums
from tests.walks.test_refund import ledger, sent

DAY = date(2026, 11, 18)
CARD = "What the payments are for"


def came(amount: str, name: str, text: str, id: str, day: date = DAY) -> bank.Move:
    return bank.Move(day, Decimal(amount), name, text, id)


async def dropped(chat: Chat, *moves: bank.Move, name: str = "n.xml") -> str:
    await chat.drop(bank.camt(list(moves)), name)
    await chat.tap(f"Read {name}", "Import as records…")
    await chat.tap(f"Import “{name}”", "What are they for?")
    return chat.text(CARD)


async def issued(app: App, number: str, amount: str, who: str = "ada@example.org") -> None:
    """Issue an invoice to somebody, as the ledger's own operation does."""
    async with app.db.transaction() as tx:
        party = await records.by_key(tx, "email", who)
        assert party is not None
        state = {"name": number, "number": number, "total": amount, "currency": "EUR"}
        await records.create(tx, "invoice", state | {"customer": party.id}, None)
    operation = app.house.operation("invoices.issue")
    line = {"description": "Work", "quantity": "1", "unit_price": amount}
    args = {
        "number": number, "name": party.name, "email": who, "lines": [line], "currency": "EUR",
        "due": "2026-12-01",
    }  # fmt: skip
    await operation.run(operation.args.model_validate(args), f"issued-{number}")


async def one(app: App, kind: str, **state: str) -> Record:
    async with app.db.snapshot() as reader:
        [found] = await records.of_kind(reader, kind, **state)
    return found


def owed(app: App, number: str) -> Decimal:
    bill = Ledger(app.house.blobs).invoice(number)
    assert bill is not None
    return bill.left


async def test_an_invoice_is_sent_paid_on_the_statement_settled_and_in_the_books(
    app: App, chat: Chat, tmp_path: Path
) -> None:
    await chat.say("send Ada the invoice 7")
    await chat.tap("Send e-mail", "✓ Send")
    assert "INV-2026-007" in "".join(sent(app))
    card = await dropped(
        chat,
        came("360", "Ada Example", "Rechnung INV 2026/007", "A1"),
        came("-12.40", "Bank", "Fee", "A2"),
    )
    assert "1 name an invoice and bring exactly what is owed" in card
    assert "INV-2026-007, 360.00 EUR (its number and amount stand there)" in card
    assert owed(app, "INV-2026-007") == 360
    token = chat.tokens[chat.key(CARD), "Settle 1"]
    assert (await chat.press(token)).text == "I enter one payment in the ledger."
    assert (await chat.press(token)).refused
    assert owed(app, "INV-2026-007") == 0
    assert (await one(app, "invoice", number="INV-2026-007")).state["status"] == "paid"
    paid = await one(app, "payment", order="INV-2026-007")
    assert (paid.state["status"], paid.state["amount"]) == ("paid", "360.00")
    ada = await one(app, "person", name="Ada Example")
    assert paid.state["customer"] == ada.id
    assert ledger(app).count("INV-2026-007") >= 2
    assert "No payment of it fits" in await dropped(
        chat, came("360", "Ada Example", "Rechnung INV 2026/007", "A1"), name="again.xml"
    )
    await chat.say("/books")
    for file in chat.card("Your books").files:
        (tmp_path / file.name).write_bytes(blobs.get(app.house.blobs, file.digest))
    if shutil.which("hledger"):
        assert hledger_sums(tmp_path / "books.journal")
    if (PACKAGES / "beancount").is_dir():
        sums = beancount_sums(tmp_path / "books.beancount")
        assert ("Assets:Receivable", "EUR") not in sums or sums["Assets:Receivable", "EUR"] >= 0
    assert (await verify.verify(app.db)).faults == ()


async def test_what_was_settled_by_mistake_goes_back_to_the_statement(app: App, chat: Chat) -> None:
    move = came("360", "Ada Example", "INV-2026-007", "A1")
    await dropped(chat, move)
    await chat.tap(CARD, "Settle 1")
    await chat.say("/undo")
    assert owed(app, "INV-2026-007") == 360
    line = await one(app, "payment", status="on the statement")
    assert (line.state["order"], line.state["customer"]) == (None, None)
    assert "1 name an invoice" in await dropped(chat, move, name="again.xml")
    await chat.tap(CARD, "Settle 1")
    assert owed(app, "INV-2026-007") == 0


async def test_what_is_not_sure_is_asked_on_one_card_with_reasons(app: App, chat: Chat) -> None:
    await issued(app, "INV-50", "50.00")
    await issued(app, "INV-51", "50.00", "bruno@example.com")
    await issued(app, "INV-52", "70.00", "bruno@example.com")
    card = await dropped(
        chat,
        came("50", "Somebody", "thanks", "B1"),
        came("120", "Bruno Muster", "both invoices", "B2"),
        came("30", "Ada Example", "part of INV-50", "B3"),
        came("80", "Bruno Muster", "INV-52 and a tip", "B4"),
        came("1", "Nobody", "nothing", "B5"),
    )
    assert "A: INV-50, 50.00 EUR (the amount is the same" in card
    assert "INV-51, 50.00 EUR and INV-52, 70.00 EUR" in card
    assert "together they are the amount" in card
    assert (
        "INV-50, 30.00 EUR (its number stands there; its customer is named there; 20.00 EUR" in card
    )
    assert "10.00 EUR more than is owed" in card
    assert "line 5" not in card
    await chat.tap(CARD, "Line 2: A")
    assert (owed(app, "INV-51"), owed(app, "INV-52")) == (0, 0)
    assert (await one(app, "invoice", number="INV-51")).state["status"] == "paid"
    assert "settles: INV-51 50.00, INV-52 70.00" in ledger(app)
    await chat.tap(CARD, "Line 3: A")
    assert owed(app, "INV-50") == 20
    assert (await one(app, "invoice", number="INV-50")).state["status"] == "open"
    await chat.say("/undo")
    assert owed(app, "INV-50") == 50


async def test_what_is_paid_beyond_the_invoice_stays_to_the_customers_credit(
    app: App, chat: Chat
) -> None:
    await issued(app, "INV-60", "60.00")
    await dropped(chat, came("65", "Ada Example", "INV-60", "C1"))
    await chat.tap(CARD, "Line 1: A")
    assert owed(app, "INV-60") == 0
    assert "liabilities:prepaid" in ledger(app)
    assert "5.00 EUR are more than was owed" in "".join(
        chat.text(chat.shown[k].summary) for k in chat.order
    )


async def test_a_choice_on_an_old_card_is_refused_once_the_books_moved_on(
    app: App, chat: Chat
) -> None:
    await issued(app, "INV-70", "70.00")
    await dropped(chat, came("70", "Somebody", "thanks", "D1"))
    token = chat.tokens[chat.key(CARD), "Line 1: A"]
    await chat.say("Ada paid 70 EUR for invoice INV-70")
    assert owed(app, "INV-70") == 0
    assert (await chat.press(token)).refused
    assert ledger(app).count("order: INV-70") == 1
