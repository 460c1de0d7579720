"""Walks of a customer list: looked at line by line, imported by a tap, nothing overwritten."""

import asyncio

import pytest

from agents.incoming import loose, tables
from bot.app import App
from connectors.contract import PermanentError
from memory import profile
from memory.canon import importing, records
from memory.copying import verify
from tests.chat import Chat

LIST = """Name;E-Mail;Telefon;Lieblingsfarbe
Ada Example;ADA@example.org;+49 30 99;rot
Ada Example;;+49 30 77;
Nora Probe;nora@probe.example;+49 30 5;blau
Nora P.;nora@probe.example;;
;not an address;;
Bruno Muster;bruno@muster.example;+49 30 8;
"""
CARDS = """BEGIN:VCARD
VERSION:3.0
N:Probe;Nora;;;
FN:Nora Probe
EMAIL;TYPE=work:nora@probe.example
EMAIL;TYPE=home:n.p@home.example
TEL;TYPE=work:030 123456
TEL;TYPE=cell:+49 170 1234567
ORG:Probe GmbH;Sales
BDAY:1990-01-01
END:VCARD
BEGIN:VCARD
VERSION:4.0
N:Muster;Emil;;;
FN:Emil Muster
TEL;VALUE=uri:tel:+49-30-7654321
ORG:Nobody Ltd
END:VCARD
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


async def test_a_tap_that_comes_twice_at_once_imports_once(app: App, chat: Chat) -> None:
    await dropped(chat, "Name;Telefon\nZed Zebra;+49 30 901820\nYan Yak;+49 30 901821\n")
    token = chat.tokens[chat.key(CARD), "Import 2"]
    both = await asyncio.gather(*(app.tap(chat.who, f"at once {n}", token, {}) for n in range(2)))
    assert sorted(reply.refused for reply in both) == [False, True]
    async with app.db.snapshot() as reader:
        assert len(await records.called(reader, "Zed Zebra", "person")) == 1


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


async def test_contacts_of_a_telephone_are_imported_and_a_company_is_found(
    app: App, chat: Chat
) -> None:
    async with app.db.transaction() as tx:
        shop = await records.create(tx, "company", {"name": "Probe GmbH"}, None)
        await profile.save(tx, None, locale="de_DE", iban="")
    await chat.drop(CARDS.encode(), "contacts.vcf")
    await chat.tap("Read contacts.vcf", "Import as records…")
    card = chat.text("Import “contacts.vcf”")
    assert "2 would be new" in card
    assert "no company is recorded as Nobody Ltd" in card
    assert "Left out are the columns bday." in card
    await chat.tap("Import “contacts.vcf”", "Import")
    nora = await known(app, "nora@probe.example")
    assert nora is not None
    assert nora.name == "Nora Probe"
    assert nora.state["phone"] == "+4930123456"  # “030 123456”, dialled in Germany
    assert nora.state["phones"] == ["+491701234567"]
    assert nora.state["company"] == shop.id
    assert await known(app, "n.p@home.example") == nora


async def test_fields_of_ones_own_are_columns_of_a_list(app: App, chat: Chat) -> None:
    own = "person:\n  shoe_size: {type: number, label: Schuhgröße}\n  club: {type: yes_no}\n"
    (app.folder / "fields.yaml").write_text(own, encoding="utf-8")
    head = "Name;Mail;Schuhgröße;Club\n"
    card = await dropped(chat, f"{head}Ada E.;a@x.example;42;ja\nBob E.;b@x.example;big;no\n")
    assert "Schuhgröße: “big” is not a number" in card
    await chat.tap(CARD, "Import")
    ada = await known(app, "a@x.example")
    assert ada is not None
    assert ada.state["own"] == {"shoe_size": "42", "club": True}
    card = await dropped(chat, f"{head}Ada E.;a@x.example;43;ja\n")
    assert "shoe_size: 42 stays, the list says 43" in card
    await chat.say("/records")
    assert "person: Schuhgröße (number, personal)" in chat.last
    await chat.say("/who a@x.example")
    assert "Own: shoe_size: 42, club: True" in chat.text("What I know about Ada E.")
    (app.folder / "fields.yaml").write_text("person: 1", encoding="utf-8")
    await chat.say("/records")
    assert "person: it must name its fields" in chat.last


async def test_customers_pasted_into_the_chat_are_looked_at_like_a_file(
    app: App, chat: Chat
) -> None:
    await chat.say(
        "Here are my customers:\n"
        "- Nora Probe <nora@probe.example>, +49 30 1234567\n"
        "Emil Probe | emil@probe.example\n"
        "Somebody Else"
    )
    await chat.tap("A list of 3 lines, kept.", "Import as records…")
    card = chat.text("Import “your list”")
    assert "3 would be new" in card
    assert "line 1: Nora Probe · nora@probe.example" in card
    await chat.tap("Import “your list”", "Import")
    nora = await known(app, "nora@probe.example")
    assert nora is not None
    assert (nora.name, nora.state["phone"]) == ("Nora Probe", "+49301234567")
    await chat.say("/forget nora@probe.example")
    await chat.tap("Nora Probe: the record", "Erase", confirm="Nora Probe")
    kept = [path.read_bytes() for path in (app.folder / "blobs").rglob("*") if path.is_file()]
    assert [data for data in kept if b"nora@probe.example" in data] == []
    assert (await verify.verify(app.db)).faults == ()


async def test_an_address_that_several_read_makes_nobody_the_same(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        desk = {"name": "Nora Probe", "email": "info@probe.example"}
        await records.create(tx, "person", desk, None)
    card = await dropped(chat, "Name;Mail\nEmil Muster;info@probe.example\n")
    assert "1 have an address of somebody of another name" in card
    assert "info@probe.example belongs to Nora Probe" in card


async def test_who_may_be_somebody_recorded_is_asked_about_after_the_import(
    app: App, chat: Chat
) -> None:
    text = "Name;Mail;Telefon\nNora Probe;nora@probe.example;+49 30 1234567\n"
    await dropped(chat, f"{text}PROBE NORA;n.p@home.example;0049 30 1234567\n")
    reply = await chat.tap(CARD, "Import")
    assert "Of all records 1 pairs may be the same; /same asks about them." in reply.text
    await chat.say("/same")
    assert "the telephone is the same: +49301234567" in chat.text("Are these the same?")


@pytest.mark.parametrize(
    "said",
    ["Here are my customers", "here are my customers: Ada", "we have\nmany customers\nhere", "x"],
)
def test_what_is_no_list_is_none(said: str) -> None:
    assert loose.pasted(said) is None


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
        (
            b"Ada Example;ada@x.example;+49 30 1234567\nBob;;\n",
            [
                {"name": "Ada Example", "email": "ada@x.example", "emails": []}
                | {"phone": "+49 30 1234567", "phones": []},
                {"name": "Bob"},
            ],
        ),
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
        (b"BEGIN:VCARD\nFN;;;\n", "cannot read these contacts"),
        (b"Name\n" + b"x\n" * (tables.ROWS_MAX + 1), "more than 20,000 lines"),
        (b"x" * (tables.BYTES_MAX + 1), "larger than 5 MB"),
        (b'Name\n"' + b"x" * 200_000, "cannot read a table"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(PermanentError, match=why):
        tables.read(data)
