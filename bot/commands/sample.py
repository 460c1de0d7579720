"""The sample company: a small studio with customers, orders, payments and invoices, all invented.

It is filled through the same drivers and verbs as a real company, each with a key of its own, so
filling it twice (or after a crash half way) changes nothing.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.playbooks import library
from engine.alarms import bells
from engine.chat import outbox
from engine.chat.messages import Button, Heading, Msg, Para, Span
from engine.rules.house import House
from memory import profile
from memory.beliefs import facts
from memory.canon import records
from memory.db import Database, Tx
from memory.events import append

SAMPLE = "sample"  # its first card
MAIL = Path(__file__).parent / "samples" / "refund.eml"
COMPANY = {
    "company": "Studio Example",
    "email": "sam@studio-example.example",
    "iban": "DE89370400440532013000",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "locale": "en",
}
STYLE = {"greeting": "Dear {name},", "closing": "Warm wishes", "signature": "Sam · {company}"}
PEOPLE: tuple[dict[str, Any], ...] = (
    {"name": "Ada Example", "email": "ada@example.org", "iban": "DE02120300000000202051"},
    {"name": "Bruno Muster", "email": "bruno@example.com", "language": "de"},
    {"name": "Chloé Modèle", "email": "chloe@example.net"},
    {"name": "Dorota Wzór", "email": "dorota@example.edu"},
)
ORDERS = (  # number, customer, what, total, days ago
    ("1041", 1, "Colour theory, video course", "89.00", 30),
    ("1042", 0, "Watercolour for beginners", "120.00", 18),
    ("1043", 2, "Sketching people, live class", "240.00", 9),
)
INVOICES = (  # number, customer, what, total, months ago
    ("INV-2026-006", 1, "Workshop for your team", "950.00", 2),
    ("INV-2026-007", 0, "Private lessons in October", "360.00", 1),
    ("INV-2026-008", 2, "Private lessons in October", "180.00", 1),
)
WELCOME = (
    "This is Studio Example, an invented company in a data folder of its own. Nothing here reaches "
    "anybody. Read the mail of a customer who wants money back, or write things like “remind me "
    "on Friday at 9 about invoice 7”, “send Ada the October invoice”, “what do we know about "
    "Ada?”. Leave with /sample off; `firstmate demo --discard` throws it away."
)


async def fill(db: Database) -> None:
    """Fill an empty sample folder; a filled one stays as it is."""
    async with db.transaction() as tx:
        began = await append(
            tx, "sample.filled", source="sample", key="filled", trust="system", body={}
        )
        if began is None:
            return
        await _company(tx, began.id)
        people = [await _person(tx, person, began.id) for person in PEOPLE]
        await _orders(tx, people, began.id)
        await _invoices(tx, people, began.id)
        await outbox.post(tx, _welcome())


async def books(house: House) -> None:
    """Write the sample's payments and invoices into its ledger, through the drivers."""
    now = house.db.clock()
    for number, who, _, total, days in ORDERS:
        person = PEOPLE[who]
        args = {
            "payment": f"PAY-{number}", "order": number, "email": person["email"],
            "name": person["name"], "amount": total, "currency": "EUR",
            "date": (now - timedelta(days=days)).date().isoformat(), "iban": person.get("iban"),
        }  # fmt: skip
        await _run(house, "payments.record", args, f"sample-{number}")
    for number, who, what, total, months in INVOICES:
        person = PEOPLE[who]
        line = {"description": what, "quantity": "1", "unit_price": total}
        due = (now - timedelta(days=30 * months - 14)).date().isoformat()
        args = {
            "number": number, "name": person["name"], "email": person["email"],
            "lines": [line], "currency": "EUR", "due": due,
        }  # fmt: skip
        receipt = await _run(house, "invoices.issue", args, f"sample-{number}")
        async with house.db.transaction() as tx:
            known = await records.by_key(tx, "invoice", number)
            document = {"document": receipt.data["document"], "document_name": f"{number}.pdf"}
            if known is not None:
                await records.revise(tx, known.id, None, **document)


async def _run(house: House, name: str, args: dict[str, Any], key: str) -> Any:
    operation = house.operation(name)
    return await operation.run(operation.args.model_validate(args), key)


async def _company(tx: Tx, cause: str) -> None:
    on = {playbook.id: True for playbook in library.load_folder()}
    await profile.save(tx, cause, **COMPANY, stage="ready", playbooks=on)
    await bells.arm(tx, cause)
    for name, value in STYLE.items():
        await facts.learn(
            tx, f"{facts.STYLE}.{name}", value, record=None, author="owner", source=cause,
            cardinality="one",
        )  # fmt: skip


async def _person(tx: Tx, person: dict[str, Any], cause: str) -> str:
    return (await records.create(tx, "person", person, cause)).id


async def _orders(tx: Tx, people: list[str], cause: str) -> None:
    for number, who, what, total, days in ORDERS:
        on = (tx.now - timedelta(days=days)).date().isoformat()
        order = {
            "name": f"Order {number}", "number": number, "customer": people[who], "items": what,
            "total": total, "currency": "EUR", "ordered_on": on,
        }  # fmt: skip
        await records.create(tx, "order", order, cause)
        payment = {
            "name": f"PAY-{number}", "number": f"PAY-{number}", "customer": people[who],
            "order": number, "amount": Decimal(total), "currency": "EUR", "paid_on": on,
        }  # fmt: skip
        await records.create(tx, "payment", payment, cause)


async def _invoices(tx: Tx, people: list[str], cause: str) -> None:
    for number, who, _, total, months in INVOICES:
        first = tx.now.date().replace(day=1)
        for _ in range(months):
            first = (first - timedelta(days=1)).replace(day=1)
        invoice = {
            "name": number, "number": number, "customer": people[who], "total": total,
            "currency": "EUR", "issued_on": first.replace(day=28).isoformat(),
        }  # fmt: skip
        await records.create(tx, "invoice", invoice, cause)


def _welcome() -> Msg:
    button = Button(label="Read a customer's mail", action="sample.mail", style="ok")
    parts = (Heading(text="The sample company"), Para(spans=(Span(text=WELCOME),)))
    return Msg(key=SAMPLE, summary="The sample company is open.", parts=parts, buttons=((button,),))
