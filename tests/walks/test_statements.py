"""Walks of a bank's statement: looked at line by line, each line recorded once, nothing settled."""

import random
from contextlib import suppress

import pytest

from agents.banking import files, ofx
from agents.incoming import tables
from bot.app import App
from bot.commands import importing
from connectors.contract import PermanentError
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.copying import verify
from memory.recalling.scope import Within
from tests.chat import Chat

HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

"""
ACCOUNT = "0532013000"
BODY = """<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>37040044<ACCTID>0532013000<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261130
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261103120000[+1:CET]<TRNAMT>119.00<FITID>2026110301
<NAME>Ada Example<MEMO>{memo}</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261104<TRNAMT>-20,50<FITID>2026110402
<NAME>Paper &amp; Co</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261103<TRNAMT>119.00<FITID>2026110301
<NAME>Ada Example<MEMO>{memo}</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261131<TRNAMT>much<FITID>2026110403<NAME>Bad</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"""
CARD = "Import “november.ofx”"


async def looked(chat: Chat, memo: str = "thanks", text: str = HEAD + BODY) -> str:
    await chat.drop(text.replace("{memo}", memo).encode("cp1252"), "november.ofx")
    await chat.tap("Read november.ofx", "Import as records…")
    return chat.text(CARD)


async def payments(app: App) -> list[Record]:
    async with app.db.snapshot() as reader:
        found = await records.of_kind(reader, "payment", status="on the statement")
    return sorted(found, key=lambda one: str(one.state["number"]))


async def test_a_statement_is_looked_at_and_each_line_recorded_once(app: App, chat: Chat) -> None:
    card = await looked(chat)
    assert "2 would be new" in card
    assert "line 1: 2026-11-03 · 119.00 EUR · account …3000 · Ada Example · thanks" in card
    assert "line 2: 2026-11-04 · -20.50 EUR · account …3000 · Paper & Co" in card
    assert "it stands in line 1 already" in card
    assert "3 cannot be read" not in card
    assert "“much…” is not an amount" in card
    assert ACCOUNT not in "".join(chat.text(chat.shown[key].summary) for key in chat.order)
    assert await payments(app) == []
    await chat.tap(CARD, "Import 2")
    first, second = await payments(app)
    assert (first.state["amount"], first.state["paid_on"]) == ("119.00", "2026-11-03")
    assert (second.state["amount"], second.state["refunded"]) == ("-20.50", "0.00")
    again = await looked(chat)
    assert "There is nothing in it to add" in again
    assert len(await payments(app)) == 2
    assert (await verify.verify(app.db)).faults == ()


async def test_what_the_other_side_wrote_is_shown_and_never_known(app: App, chat: Chat) -> None:
    await looked(chat, memo="new account DE75512108001245126199")
    assert "DE75512108001245126199" in chat.text(CARD)
    await chat.tap(CARD, "Import 2")
    async with app.db.snapshot() as reader:
        known = " ".join(await records.canonical_values(reader))
    assert "DE75512108001245126199" not in known
    assert "Paper & Co" not in known
    assert [one for one in await app.remembering.recall("DE75512108001245126199", Within())] == []


async def test_an_open_invoice_is_named_and_not_settled(app: App, chat: Chat) -> None:
    async with app.db.transaction() as tx:
        state = {"name": "INV-900", "number": "INV-900", "total": "119.00", "currency": "EUR"}
        invoice = await records.create(tx, "invoice", state, None)
    card = await looked(chat, memo="invoice INV-900, thank you")
    assert "may settle INV-900, 119.00 EUR: its number and amount stand there" in card
    await chat.tap(CARD, "Import 2")
    async with app.db.snapshot() as reader:
        assert await records.get(reader, invoice.id) == invoice


async def test_a_statement_in_xml_is_read_and_its_entities_are_not_expanded() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'boom'><!ENTITY b SYSTEM 'file:///etc/hostname'>]>"
    head = f'<?xml version="1.0"?>{bomb}<?OFX OFXHEADER="200" VERSION="211"?>'
    body = BODY.replace("{memo}", "&a;&b;<![CDATA[<AT&T>]]>")
    rows = files.read((head + body).encode())
    assert rows[0].said == "Ada Example · &a;&b;<AT&T>"
    assert ofx.are((head + body).encode())
    assert not ofx.are(b"Name;E-Mail")


@pytest.mark.parametrize("amount", ["1e999999999", "9" * 40, "١٢", "1.234,56", "1,234", ""])
async def test_what_is_no_plain_amount_is_left_out(amount: str) -> None:
    body = BODY.replace("<TRNAMT>119.00", f"<TRNAMT>{amount}")
    row = files.read((HEAD + body).encode())[0]
    with pytest.raises(ValueError, match="amount"):
        kinds.model("payment", row.state)


async def test_two_accounts_that_end_alike_are_told_apart() -> None:
    other = BODY.replace("0532013000", "9992013000")
    [one, *_], [two, *_] = (files.read((HEAD + body).encode()) for body in (BODY, other))
    assert one.state["number"] != two.state["number"]
    assert one.state["number"].startswith("3000-")


async def test_a_statement_without_lines_says_what_to_send() -> None:
    with pytest.raises(PermanentError, match="cannot read this statement"):
        files.read(b"OFXHEADER:100\n<OFX></OFX>")


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ownr><Nm>Me</Nm></Ownr></Acct>
<Bal><Amt Ccy="EUR">900.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">119.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-03</Dt></BookgDt><AcctSvcrRef>2026110301</AcctSvcrRef><Empty/>
<NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="USD">1.00</Amt></TxAmt></AmtDtls>
<RltdPties><Dbtr><Pty><Nm>Ada Example</Nm></Pty></Dbtr>
<Cdtr><Pty><Nm>Me</Nm></Pty></Cdtr></RltdPties>
<RmtInf><Ustrd>INV-900 &amp; co</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">20.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><DtTm>2026-11-04T10:00:00</DtTm></BookgDt><AcctSvcrRef>2026110402</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


async def test_a_statement_of_european_banks_is_read_alike() -> None:
    first, second = tables.read(CAMT.encode())[0]
    assert first.said == "Ada Example · INV-900 & co"
    assert first.state["number"].startswith("3000-")
    assert first.state["number"].endswith("-2026110301")
    wanted = {"amount": "119.00", "currency": "EUR", "paid_on": "2026-11-03"}
    assert {name: first.state[name] for name in wanted} == wanted
    assert (second.state["amount"], second.state["paid_on"]) == ("-20.50", "2026-11-04")
    assert kinds.model("payment", second.state).keys()


async def test_broken_statements_end_in_a_sentence() -> None:
    for text in (CAMT.partition("<Ntry>")[0], CAMT.replace("<Ntry>", "<A>" * 60), "<camt.053"):
        with pytest.raises(PermanentError):
            files.read(text.encode())


async def test_an_upload_of_european_banks_is_offered_to_be_imported(app: App, chat: Chat) -> None:
    await chat.drop(CAMT.encode(), "november.xml")
    await chat.tap("Read november.xml", "Import as records…")
    assert "line 1: 2026-11-03 · 119.00 EUR · account …3000" in chat.text("Import “november.xml”")


def damaged(text: str, chance: random.Random) -> bytes:
    """Return the text with some places cut, doubled, or written over."""
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(text))
        piece = text[at : at + chance.randint(1, 60)]
        new = chance.choice(["", piece * 2, "<", "</Ntry>", "&x;", "\x00", "/>", "<![CDATA["])
        text = text[:at] + new + text[at + len(piece) :] or "<"
    return text.encode(errors="replace")


async def test_a_damaged_statement_is_read_in_part_or_refused() -> None:
    chance, refused = random.Random(7), 0
    for number in range(1500):
        data = damaged(CAMT if number % 2 else HEAD + BODY, chance)
        try:
            rows = files.read(data)
        except PermanentError:
            refused += 1
            continue
        for row in rows:
            with suppress(ValueError):
                kinds.model("payment", row.state)
    assert 0 < refused < 1500


async def booked(app: App, **state: str) -> Record:
    """Book a payment of Ada's as the ledger reports one."""
    async with app.db.transaction() as tx:
        ada = await records.by_key(tx, "email", "ada@example.org")
        assert ada is not None
        usual = {"amount": "119.00", "currency": "EUR", "paid_on": "2026-11-06", "customer": ada.id}
        number = state.get("number", "PAY-7")
        return await records.create(
            tx, "payment", {"name": number, "number": number, **usual, **state}, None
        )


async def test_a_payment_that_was_booked_is_asked_about_and_not_recorded_again(
    app: App, chat: Chat
) -> None:
    mine = await booked(app)
    card = await looked(chat)
    assert "1 may be payments that you booked" in card
    assert "(may be PAY-7, 119.00 EUR, recorded for 6 November 2026)" in card
    await chat.tap(CARD, "Import 1")  # the other line; this one waits for the operator
    assert [one.state["amount"] for one in await payments(app)] == ["-20.50"]
    assert "Lines left open: 1;" in chat.text("Imported: 1")
    await looked(chat)
    token = chat.tokens[chat.key(CARD), "Line 1: that one"]
    assert (await chat.press(token)).text == importing.SAME
    assert (await chat.press(token)).refused
    assert [one.state["amount"] for one in await payments(app)] == ["-20.50"]
    async with app.db.snapshot() as reader:
        told = await records.get(reader, mine.id)
        assert told is not None
        assert await records.by_key(reader, "payment", told.state["statement"]) == told
    assert told.state | {"statement": None, "trace": None} == mine.state
    assert "it is a payment that you booked, as you said" in chat.text(CARD)
    assert "There is nothing in it to add" in await looked(chat)
    await chat.tap(CARD, "Line 1: it is not")
    async with app.db.snapshot() as reader:
        back = await records.get(reader, mine.id)
        assert back is not None
        assert back.state == mine.state
        assert await records.by_key(reader, "payment", told.state["statement"]) is None
    await chat.tap(CARD, "Line 1: another")
    assert len(await payments(app)) == 2
    assert (await verify.verify(app.db)).faults == ()


@pytest.mark.parametrize(
    ("state", "memo", "asked"),
    [
        ({"paid_on": "2026-11-08"}, "thanks", True),
        ({"paid_on": "2026-10-29"}, "thanks", True),
        ({"paid_on": "2026-11-09"}, "thanks", False),
        ({"amount": "119.01"}, "thanks", False),
        ({"currency": "USD"}, "thanks", False),
        ({"customer": "bruno"}, "thanks", False),
        ({"customer": "bruno"}, "for pay-7, thanks", True),
        ({"customer": "bruno"}, "for pay-77, thanks", False),
        ({"status": "on the statement"}, "thanks", False),
    ],
)
async def test_only_the_same_amount_near_its_day_of_the_same_party_is_asked_about(
    app: App, chat: Chat, state: dict[str, str], memo: str, asked: bool
) -> None:
    async with app.db.snapshot() as reader:
        bruno = await records.by_key(reader, "email", "bruno@example.com")
    assert bruno is not None
    await booked(app, **{name: bruno.id if v == "bruno" else v for name, v in state.items()})
    assert ("may be PAY-7" in await looked(chat, memo)) == asked


async def test_of_two_that_fit_the_nearer_is_named_and_each_for_one_line(
    app: App, chat: Chat
) -> None:
    await booked(app)
    near = await booked(app, number="PAY-8", paid_on="2026-11-02")
    twice = BODY.replace("<TRNAMT>-20,50", "<TRNAMT>119.00").replace(
        "Paper &amp; Co", "Ada Example"
    )
    card = await looked(chat, text=HEAD + twice)
    assert card.index("line 1: 2026-11-03") < card.index("may be PAY-8") < card.index("line 2")
    assert "(may be PAY-7" in card
    await chat.tap(CARD, "Line 2: that one")
    await chat.tap(CARD, "Line 1: another")
    async with app.db.snapshot() as reader:
        assert await records.get(reader, near.id) == near
    assert len(await payments(app)) == 1
