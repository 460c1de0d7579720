"""Walks of a customer list: looked at line by line, imported by a tap, nothing overwritten."""

import asyncio

import pytest

from agents import tables
from bot.app import App
from connectors.contract import PermanentError
from memory import importing, records, verify
from tests.chat import Chat

LIST = """Name;E-Mail;Telefon;Lieblingsfarbe
Ada Example;ADA@example.org;+49 30 99;rot
Ada Example;;+49 30 77;
Nora Probe;nora@probe.example;+49 30 5;blau
Nora P.;nora@probe.example;;
;not an address;;
Bruno Muster;bruno@muster.example;+49 30 8;
"""
READ, CARD = "Read customers.csv", "Import “customers.csv”"


async def dropped(chat: Chat, text: str = LIST) -> str:
    await chat.drop(text.encode(), "customers.csv", "here are my customers")
    await chat.tap(READ, "Import as records…")
    return chat.text(CARD)


async def known(app: App, address: str) -> records.Record | None:
    async with app.db.snapshot() as reader:
        return await records.by_key(reader, "email", address)


async def test_a_list_is_looked_at_before_anything_is_written(app: App, chat: Chat) -> None:
    card = await dropped(chat)
    assert "1 would be new" in card
    assert "line 4: Nora Probe · nora@probe.example" in card
    assert "line 3: Ada Example (somebody is called Ada Example already)" in card
    assert "the same address stands in line 4" in card
    assert "“not an address” is not an e-mail address" in card
    assert "Left out are the columns Lieblingsfarbe." in card
    assert await known(app, "nora@probe.example") is None


async def test_what_is_recorded_stays_and_what_is_missing_is_filled_in(
    app: App, chat: Chat
) -> None:
    ada = await known(app, "ada@example.org")
    async with app.db.transaction() as tx:
        await records.revise(tx, ada.id if ada else "", None, phone="+49 30 1")
    card = await dropped(chat)
    assert "phone: +49301 stays, the list says +493099" in card
    reply = await chat.tap(CARD, "Import")
    assert reply.text.startswith("Imported: 1 new,")
    nora, ada = await known(app, "nora@probe.example"), await known(app, "ada@example.org")
    assert nora is not None
    assert ada is not None
    assert nora.state["phone"] == "+49305"
    assert ada.state["phone"] == "+49301"
    await chat.say("/history nora@probe.example")
    assert "Phone: — → +49305" in chat.last
    assert (await verify.verify(app.db)).faults == ()


async def test_the_same_list_again_adds_nothing(app: App, chat: Chat) -> None:
    await dropped(chat)
    await chat.tap(CARD, "Import")
    card = await dropped(chat)
    assert "would be new" not in card
    assert "There is nothing in it to add" in card


async def test_a_card_that_is_no_longer_true_imports_nothing(app: App, chat: Chat) -> None:
    await dropped(chat)
    async with app.db.transaction() as tx:
        await records.create(tx, "person", {"name": "N", "email": "nora@probe.example"}, None)
    reply = await chat.tap(CARD, "Import")
    assert reply.refused
    assert "the records changed" in reply.text.casefold()
    assert "nora@probe.example" in chat.text(CARD)


async def test_two_taps_at_once_import_once(app: App, chat: Chat) -> None:
    await dropped(chat)
    key = chat.key(CARD)
    token = chat.tokens[key, chat.button(key, "Import").label]
    replies = await asyncio.gather(chat.press(token), chat.press(token))
    assert sum(not reply.refused for reply in replies) == 1
    async with app.db.snapshot() as reader:
        people = await records.of_kind(reader, "person")
    assert [one.name for one in people].count("Nora Probe") == 1


async def test_what_was_cut_off_is_done_by_the_next_look(app: App, chat: Chat) -> None:
    rows, _ = tables.read(LIST.encode())
    async with app.db.transaction() as tx:  # as if the power went after the first portion
        await importing.take(tx, (await importing.sort(tx, rows))[:1], None)
    await dropped(chat)
    await chat.tap(CARD, "Import")
    assert await known(app, "nora@probe.example")


@pytest.mark.parametrize(
    ("data", "states"),
    [
        (b"Name,Email\nAda,a@b.example\n", [{"name": "Ada", "email": "a@b.example"}]),
        ("Vorname\tNachname\nJörg\tMüßig".encode("utf-16"), [{"name": "Jörg Müßig"}]),
        (
            "\ufeffE-Mail;Kunde\r\n\r\na@b.example;Ä".encode(),
            [{"email": "a@b.example", "name": "Ä"}],
        ),
        ("Name;Mail\nZoë;z@b.example".encode("cp1252"), [{"name": "Zoë", "email": "z@b.example"}]),
        (b'Name,Nickname\n"Example, Ada",Addi\n', [{"name": "Example, Ada", "aliases": ["Addi"]}]),
        (b"Email\na@b.example\n", [{"name": "a@b.example", "email": "a@b.example"}]),
    ],
)
def test_the_usual_shapes_of_a_list_are_read(data: bytes, states: list[dict[str, object]]) -> None:
    rows, _ = tables.read(data)
    assert [row.state for row in rows] == states


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cannot read a table"),
        (b"Colour,Size\nred,4\n", "none of the columns"),
        (b"Name\n" + b"x\n" * (tables.ROWS_MAX + 1), "more than 20,000 lines"),
        (b"x" * (tables.BYTES_MAX + 1), "larger than 5 MB"),
        (b'Name\n"' + b"x" * 200_000, "cannot read a table"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(PermanentError, match=why):
        tables.read(data)
