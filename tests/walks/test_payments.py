"""Walks of money that arrives: recorded in words, it settles, is known, and can go back."""

from bot.app import App
from memory.canon import records
from memory.canon.records import Record
from tests.chat import Chat
from tests.walks.test_refund import ledger


async def known(app: App, kind: str, **state: str) -> list[Record]:
    async with app.db.snapshot() as reader:
        return await records.of_kind(reader, kind, **state)


async def test_a_payment_recorded_in_words_can_be_refunded(app: App, chat: Chat) -> None:
    await chat.say("Bruno paid 80 EUR for order 1041")
    [paid] = await known(app, "payment", amount="80.00")
    [bruno] = await known(app, "person", name="Bruno Muster")
    assert (paid.state["customer"], paid.state["order"]) == (bruno.id, "1041")
    assert paid.name in chat.text("Record payment 80.00 EUR")
    await chat.say(f"refund {paid.name} 30 EUR")
    await chat.tap("Refund 30.00 EUR", "✓ Refund")
    assert "refunded 30.00 EUR" in chat.text("Refund 30.00 EUR")
    [after] = await known(app, "payment", number=paid.name)
    assert (after.state["refunded"], after.state["status"]) == ("30.00", "partly refunded")


async def test_a_payment_settles_the_invoice_it_names(app: App, chat: Chat) -> None:
    await chat.say("Ada paid 360 EUR for invoice 7")
    [invoice] = await known(app, "invoice", number="INV-2026-007")
    assert invoice.state["status"] == "paid"
    assert "Settles the invoice INV-2026-007" in chat.text("Record payment 360.00 EUR")
    await chat.say("/undo")
    [invoice] = await known(app, "invoice", number="INV-2026-007")
    [payment] = await known(app, "payment", order="INV-2026-007")
    assert (invoice.state["status"], payment.state["status"]) == ("open", "taken back")


async def test_two_payments_of_one_customer_on_one_day_are_two(app: App, chat: Chat) -> None:
    await chat.say("Bruno paid 80 EUR for order 1041")
    await chat.say("Bruno paid 20 EUR for order 1041")
    assert sorted(p.state["amount"] for p in await known(app, "payment", order="1041")) == [
        "20.00", "80.00", "89.00",
    ]  # fmt: skip
    assert ledger(app).count("Bruno Muster | payment PAY-2026-11-20-bruno-muster-") == 2
