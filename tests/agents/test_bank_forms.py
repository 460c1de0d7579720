"""Statements of banks: the same month in every form is the same, and the odd and hostile files."""

import io
import zipfile
from decimal import Decimal

import pytest

from agents.banking import camt, figures, files, line, mt940, sheet
from agents.banking.line import Own, Statement
from connectors.contract import PermanentError
from tests import bank

SEEDS = range(40, 46)
COMMA = sheet.Layout(
    booked="Buchungstag", valued="Wertstellung", name="Auftraggeber/Empfänger",
    text="Verwendungszweck", amount="Betrag", currency="Währung", decimal=",",
)  # fmt: skip


def learnt(data: bytes) -> Own:
    return Own({sheet.table_of(data).mark: COMMA.model_dump()})


def zipped(*members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, member in enumerate(members):
            archive.writestr(f"{at}.xml", member)
    return held.getvalue()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_month_in_every_form_gives_the_same_lines(seed: int) -> None:
    moves = bank.month(seed)
    wanted = [
        (f"{one.amount:.2f}", "EUR", one.day.isoformat(), one.name[:27], one.text) for one in moves
    ]
    table = bank.csv(moves)
    written = {
        **{f"camt {version}": bank.camt(moves, version) for version in (2, 4, 8)},
        "mt940": bank.mt940(moves), "ofx": bank.ofx(moves), "csv": table,
    }  # fmt: skip
    traces = set()
    for form, data in written.items():
        assert files.are(data), form
        rows = files.read(data, learnt(table))
        ordered = rows[::-1] if form == "csv" else rows
        found = [
            (*(str(row.state[name]) for name in ("amount", "currency", "paid_on")),
             row.told.name[:27], row.told.text)
            for row in ordered
        ]  # fmt: skip
        assert found == wanted, form
        traces.add(tuple(row.state["trace"].partition("-")[2] for row in ordered))
        assert len({row.state["number"] for row in rows}) == len(moves)
    assert len(traces) == 1


def test_a_table_without_ids_counts_lines_that_are_equal_in_all() -> None:
    data = bank.csv(bank.month(40))
    first, again = (files.read(data, learnt(data)) for _ in range(2))
    assert first == again
    traces = [row.state["trace"] for row in first]
    assert len(traces) - len(set(traces)) == 1


BATCH = """<?xml version="1.0" encoding="ISO-8859-1"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><Othr><Id>1234567</Id></Othr></Id></Acct>
<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-03</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<AmtDtls><TxAmt><Amt Ccy="EUR">10.00</Amt></TxAmt></AmtDtls>
<RltdPties><Dbtr><Nm>M\xfcller</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>INV-1</Ustrd><Ustrd> and more</Ustrd></RmtInf></TxDtls>
<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">{second}</Amt></TxAmt></AmtDtls>
<RmtInf><Strd><CdtrRefInf><Ref>210000000003139471430009017</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.000</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>
<BookgDt><DtTm>2026-11-04T00:00:00+01:00</DtTm></BookgDt><AddtlNtryInf>Fee</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_a_collected_booking_becomes_its_payments_where_they_add_up() -> None:
    one, two, back = files.read(BATCH.format(second="20.00").encode("latin-1"))
    assert [row.state["amount"] for row in (one, two, back)] == ["10.00", "20.00", "-5.00"]
    assert (one.told.name, one.told.text, one.told.end_to_end) == ("Müller", "INV-1 and more", "")
    assert two.told.text == "210000000003139471430009017"
    assert one.state["number"].endswith("-B1.1")
    assert back.told.reversal
    assert "the bank took a booking back" in back.said
    whole, _ = files.read(BATCH.format(second="19.00").encode("latin-1"))
    assert (whole.state["amount"], whole.state["number"][-3:]) == ("30.00", "-B1")


ODD = """:20:X
:25:NL91ABNA0417164300
:28C:1
:60F:D261031EUR10,00
:61:2612311231RC5,00NTRFNONREF//B-1
:86:/EREF/E-77//CNTP/DE75512108001245126199/INGDDEFF/Zoe Arc///REMI/USTD//Factuur
 INV-7/
:61:261101D,50NMSCNONREF
:86:Bank charges
for October
:61:261102RD1,00NTRFE2E-5
:86:166?00X?20EREF+E-9?21SVWZ+INV-8 and
 a long?22er word?30COBADEFF?31DE75512108001245126199?32Ada Exam?33ple
:62F:D261130EUR14,50
"""


def test_the_oddities_of_mt940_are_read() -> None:
    one, fee, back = mt940.read(ODD.encode())[0].lines
    assert (one.amount, one.booked, one.reversal) == (Decimal("-5.00"), "2026-12-31", True)
    assert (one.name, one.iban) == ("Zoe Arc", "DE75512108001245126199")
    assert (one.text, one.end_to_end, one.id) == ("Factuur INV-7", "E-77", "B-1")
    assert (fee.amount, fee.text, fee.id) == (Decimal("-0.50"), "Bank charges for October", "")
    assert (back.amount, back.name, back.end_to_end) == (Decimal(1), "Ada Example", "E-9")
    assert back.text.replace(" ", "") == "INV-8andalongerword"


@pytest.mark.parametrize("form", ["camt", "mt940", "csv"])
def test_lines_that_do_not_lead_to_the_closing_balance_are_refused(form: str) -> None:
    moves = bank.month(41)
    if form == "csv":
        head = "Buchungstag;Betrag;Saldo"
        data = f"{head}\n03.11.2026;-5,00;95,00\n02.11.2026;20,00;100,00\n".encode()
        layout = {"booked": "Buchungstag", "amount": "Betrag", "balance": "Saldo"}
        known = Own({sheet.table_of(data).mark: layout}, bank.IBAN, "EUR")
        assert len(files.read(data, known)) == 2
        with pytest.raises(PermanentError, match="do not add up"):
            files.read(data.replace(b"95,00", b"96,00"), known)
        return
    written = bank.camt(moves) if form == "camt" else bank.mt940(moves)
    amount = abs(moves[0].amount)
    shown = f"{amount}" if form == "camt" else f"{amount:.2f}".replace(".", ",") + "N"
    other = f"{amount + 1}" if form == "camt" else f"{amount + 1:.2f}".replace(".", ",") + "N"
    with pytest.raises(PermanentError, match="do not add up"):
        files.read(written.replace(shown.encode(), other.encode(), 1))


def test_an_archive_of_statements_is_read_as_one() -> None:
    moves = bank.month(42)
    data = zipped(bank.camt(moves[:9]), b"%PDF-1.7", bank.mt940(moves[9:]))
    assert files.are(data)
    assert len(files.read(data)) == len(moves)
    assert not files.are(zipped(b"%PDF-1.7"))


def hostile() -> dict[str, bytes]:
    entities = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    plain = bank.camt(bank.month(43)).decode()
    bomb = zipped(bank.camt([]), b"<Document camt.053" + b" " * 30_000_000)
    return {
        "entities": plain.replace("<Document", f"{entities}<Document", 1).encode(),
        "outside": plain.replace("<Document", f"{outside}<Document", 1).encode(),
        "deep": plain.replace("<Ntry>", "<A>" * 100_000, 1).encode(),
        "cut": plain[: len(plain) // 2].encode(),
        "large": plain.encode() + b" " * 50_000_000,
        "bomb": bomb,
        "many": zipped(*[bank.camt([])] * 101),
        "broken zip": zipped(plain.encode())[:200] + b"\0" * 900,
        "no end": bank.mt940(bank.month(43)) + b":61:" + b"9" * 100_000,
        "no type": bank.mt940(bank.month(43)).replace(b"N166NONREF", b"", 1),
        "lines that vanish": bank.mt940(bank.month(43))
        .replace(b"N166NONREF", b"", 1)
        .replace(b":62F:", b":64:"),
        "many 20": b":20:a\n:25:1\n" * 100_000,
    }


def test_hostile_files_end_in_one_sentence() -> None:
    for what, data in hostile().items():
        with pytest.raises(PermanentError) as told:
            files.read(data)
        assert str(told.value).endswith("."), what


def test_a_statement_in_no_known_encoding_is_no_crash() -> None:
    data = bank.camt(bank.month(44)).replace(b'"UTF-8"', b'"nonsense"')
    with pytest.raises(PermanentError):
        camt.read(data)


@pytest.mark.parametrize(
    ("written", "decimal", "wanted"),
    [
        ("1.234,56", ",", "1234.56"), ("1,234.56", ".", "1234.56"), ("-12,00 €", ",", "-12.00"),
        ("12.00-", ".", "-12.00"), ("(12.00)", ".", "-12.00"), ("12,00 S", ",", "-12.00"),
        ("12,00 H", ",", "12.00"), ("EUR 1 234,5", ",", "1234.5"), ("1'234.50", ".", "1234.50"),
        ("1.234", ",", "1234"), ("1.234", ".", None), ("1.23,4", ",", None), ("x", ",", None),
        ("12,34,56", ".", None), ("", ".", None), ("\u22125", ".", "-5"), ("+7,10", ",", "7.10"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written(written: str, decimal: str, wanted: str | None) -> None:
    assert figures.amount(written, decimal) == (None if wanted is None else Decimal(wanted))


def test_what_all_lines_show_decides_and_else_it_is_open() -> None:
    assert figures.order_of(["03/11/2026", "13/11/2026"]) == "day"
    assert figures.order_of(["03/11/2026", "11/13/2026"]) == "month"
    assert figures.unclear_days(["03/11/2026", "04/11/26"])
    assert not figures.unclear_days(["03.11.2026", "2026-04-11", "03/03/2026"])
    assert figures.decimal_of(["1.234", "5,5"]) == ","
    assert figures.decimal_of(["1.234", "12.345.678"]) == ","
    assert figures.unclear_decimals(["1.234", "5.678"])
    assert not figures.unclear_decimals(["12", "5"])
    assert figures.day("3/4/26", "month") == "2026-03-04"
    assert figures.day("31/2/2026", "day") == ""


def test_one_account_is_one_however_it_is_written() -> None:
    moves = bank.month(45)[:1]
    written = ("DE89 3704 0044 0532 0130 00", "37040044/532013000", "370400440532013000")
    found = {
        Statement("ofx", account, bank.statement(0, "ofx", moves).lines, "EUR")
        for account in written
    }
    assert len({line.rows([one])[0].state["number"] for one in found}) == 1
