"""A month of a bank account, drawn from a seed and written in each form that banks give."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from agents.banking import line
from agents.banking.line import Line, Statement

IBAN = "DE89370400440532013000"
NAMES = ("Ada Example", "Müller & Söhne GmbH", "Zoë d'Arc", "Groß, Lena", "Bruno Muster")
TEXTS = (
    "Rechnung INV-{n}", "Überweisung für Auftrag {n}, vielen Dank und schöne Grüße aus München",
    "RF18 5390 0754 7034", "Miete", "000000000000000000000{n}", "",
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    day: date
    amount: Decimal
    name: str
    text: str
    id: str


def month(seed: int, count: int = 20) -> list[Move]:
    """Return movements in the order of their days; two of them are equal in all but the id."""
    draw = random.Random(seed)
    made = []
    for at in range(count):
        amount = Decimal(draw.randint(1, 250_000)) / 100 * draw.choice((1, 1, -1))
        day = date(2026, 11, 1) + timedelta(days=draw.randrange(30))
        text = draw.choice(TEXTS).format(n=draw.randint(100, 999))
        made.append(Move(day, amount, draw.choice(NAMES), text, f"2026{seed}{at:04}"))
    made.append(Move(made[0].day, made[0].amount, made[0].name, made[0].text, f"2026{seed}9999"))
    return sorted(made, key=lambda one: one.day)


def statement(seed: int, form: str, moves: list[Move]) -> Statement:
    """Return what each form should be read as."""
    lines = tuple(
        Line(
            f"{one.amount:.2f}", "EUR", one.day.isoformat(), one.day.isoformat(),
            one.name, "", one.text, "", one.id,
        )
        for one in moves
    )  # fmt: skip
    return Statement(form, IBAN, lines, "EUR")


def numbers(form: str, moves: list[Move]) -> list[str]:
    return [row.state["number"] for row in line.rows([statement(0, form, moves)])]


def camt(moves: list[Move], version: int = 8, opening: Decimal = Decimal(1000)) -> bytes:
    closing = opening + sum((one.amount for one in moves), Decimal(0))
    entries = "".join(_entry(one, version) for one in moves)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.0{version}">'
        f"<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', opening)}{_balance('CLBD', closing)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, amount: Decimal) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd></Bal>'
    )


def _entry(one: Move, version: int) -> str:
    sign, party = ("CRDT", "Dbtr") if one.amount > 0 else ("DBIT", "Cdtr")
    status = "BOOK" if version < 8 else "<Cd>BOOK</Cd>"
    name = f"<Nm>{escape(one.name)}</Nm>"
    name = name if version < 8 else f"<Pty>{name}</Pty>"
    told = f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>" if one.text else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(one.amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
        f"<Sts>{status}</Sts><BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{one.id}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<RltdPties><{party}>{name}</{party}></RltdPties>{told}</TxDtls></NtryDtls></Ntry>"
    )


def mt940(moves: list[Move], opening: Decimal = Decimal(1000)) -> bytes:
    """Return it as German banks write it, in Latin-1, the words in pieces of 27 letters."""
    closing = opening + sum((one.amount for one in moves), Decimal(0))
    lines = [":20:STARTUMS", f":25:{IBAN[4:12]}/{IBAN[12:]}", ":28C:00011/001"]
    lines.append(f":60F:{_signed(opening)[0]}261031EUR{_signed(opening)[1]}")
    for one in moves:
        sign, amount = _signed(one.amount)
        lines.append(f":61:{one.day:%y%m%d}{one.day:%m%d}{sign}{amount}N166NONREF//{one.id}")
        words = f"SVWZ+{one.text}"
        pieces = [words[at : at + 27] for at in range(0, len(words), 27)]
        told = "".join(f"?{20 + at}{piece}" for at, piece in enumerate(pieces))
        text = f":86:166?00GUTSCHRIFT{told}?32{one.name[:27]}"
        lines += [text[at : at + 65] for at in range(0, len(text), 65)]
    lines.append(f":62F:{_signed(closing)[0]}261130EUR{_signed(closing)[1]}")
    return "\r\n".join([*lines, "-", ""]).encode("latin-1")


def _signed(amount: Decimal) -> tuple[str, str]:
    return ("C" if amount >= 0 else "D"), f"{abs(amount):.2f}".replace(".", ",")


def ofx(moves: list[Move]) -> bytes:
    lines = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{one.day:%Y%m%d}<TRNAMT>{one.amount}<FITID>{one.id}"
        f"<NAME>{escape(one.name, quote=False)}<MEMO>{escape(one.text, quote=False)}</STMTTRN>"
        for one in moves
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR"
        f"<BANKACCTFROM><BANKID>{IBAN[4:12]}<ACCTID>{IBAN[12:]}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST>{lines}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode("cp1252")


HEAD = "Buchungstag;Wertstellung;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung"


def csv(moves: list[Move], head: str = HEAD) -> bytes:
    """Return it as a table without the bank's ids, the newest first, euros with a comma."""
    rows = []
    for one in reversed(moves):
        amount = f"{one.amount:,.2f}".translate(str.maketrans(",.", ".,"))
        cells = (f"{one.day:%d.%m.%Y}", f"{one.day:%d.%m.%y}", one.name, one.text, amount, "EUR")
        rows.append(";".join(f'"{cell}"' for cell in cells))
    above = f"Kontoauszug;;\nKonto;{IBAN};\n\n"
    return "\n".join([above + head, *rows, ""]).encode("latin-1")
