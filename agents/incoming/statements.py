"""A statement as banks export it for accounting programs: OFX or QFX, a payment for each line.

Its form is a handful of tags without nesting that matters, so it is read by them alone: no parser
of XML ever sees it, and nothing in it can be expanded or fetched (docs/decisions/0028).
"""

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.contract import PermanentError
from memory.canon.booked import STATEMENT
from memory.canon.importing import Row
from memory.canon.kinds import account_key

HEADS = (b"OFXHEADER", b"<?OFX", b"<?XML", b"<OFX>")
HEAD_BYTES = 2000
ROWS_MAX = 20_000
SHOWN_DIGITS = 4
TEXT_CHARS_MAX = 140
MANY = f"The statement has more than {ROWS_MAX:,} lines. Send it in parts."
BROKEN = "I cannot read this statement. Ask the bank for OFX, QFX or CSV."
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_TAG = re.compile(r"<(/?)([A-Za-z0-9.]{1,32})>([^<]{0,2000})")
_ID = re.compile(r"[\w.:/+-]{1,64}", re.ASCII)
_AMOUNT = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{0,2}0{0,2})?", re.ASCII)  # “1,234” may be 1234
_DAY = re.compile(r"\d{8}")


def are(data: bytes) -> bool:
    """Say whether these bytes are such a statement."""
    head = data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    return head.startswith(HEADS) and b"<OFX>" in head


def read(data: bytes) -> list[Row]:
    """Return a payment for each line of every account, in its order. PermanentError: why not."""
    rows: list[Row] = []
    for number, (account, currency, said) in enumerate(_lines(text_of(data)), 1):
        if number > ROWS_MAX:
            raise PermanentError(MANY)
        rows.append(row(number, account, currency, said))
    if not rows:
        raise PermanentError(BROKEN)
    return rows


def shortened(account: str) -> str:
    """Return an account as it is shown: its last digits."""
    return f"…{account_key(account)[-SHOWN_DIGITS:]}"


def text_of(data: bytes) -> str:
    """Return the text, its literal sections as plain ones."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    parts, at = [], 0
    while (start := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, start)) >= 0:
        parts += [text[at:start], html.escape(text[start + len(_OPEN) : end])]
        at = end + len(_CLOSE)
    return "".join([*parts, text[at:]])


def _lines(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield each line with its account and currency."""
    bank = account = currency = ""
    said: dict[str, str] | None = None
    for slash, tag, value in _TAG.findall(text):
        name, value = tag.upper(), html.unescape(value).strip()
        if name == "STMTTRN":
            if slash and said is not None:
                yield f"{bank}{account}", currency, said
            said = None if slash else {}
        elif slash:
            continue
        elif said is not None:
            said.setdefault(name, value)  # of two parties the first: who sent or got it
        elif name in ("STMTRS", "CCSTMTRS"):
            bank = account = currency = ""
        elif name == "CURDEF":
            currency = value
        elif name == "BANKID":
            bank = value
        elif name == "ACCTID":
            account = value


def row(number: int, account: str, currency: str, said: dict[str, str]) -> Row:
    """Return a line as a payment; what is wrong with it is found when it is looked up.

    What the other side wrote is only shown: anybody can write there by sending a cent.
    """
    id = _number(account, said.get("FITID", ""))
    told = " · ".join(filter(None, (said.get("NAME"), said.get("MEMO"))))[:TEXT_CHARS_MAX]
    state: dict[str, Any] = {
        "name": id, "number": id, "amount": _amount(said.get("TRNAMT", "")),
        "currency": said.get("CURSYM") or currency, "status": STATEMENT,
        "paid_on": _day(said.get("DTPOSTED", "")),
    }  # fmt: skip
    return Row(number, state, "payment", " ".join(told.split()))


def _number(account: str, id: str) -> str:
    """Return what names the line for good: the account, shortened, and the bank's own id of it.

    A few signs of the account's fingerprint tell two accounts that end alike apart.
    """
    if not account or not id:
        return ""
    mark = hashlib.sha256(account_key(account).encode()).hexdigest()
    kept = id if _ID.fullmatch(id) else hashlib.sha256(id.encode()).hexdigest()[:16]
    return f"{account_key(account)[-SHOWN_DIGITS:]}-{mark[:SHOWN_DIGITS]}-{kept}"


def _amount(written: str) -> str:
    """Return an amount with its sign; marked as cut where it is none, so that nothing reads it."""
    if _AMOUNT.fullmatch(written) is None:
        return f"{written[:20]}…"
    return f"{Decimal(written.replace(',', '.')):.2f}"


def _day(written: str) -> str | None:
    """Return the day of “20261120120000[+1:CET]”, as the bank counts it."""
    match = _DAY.match(written)
    if match is None:
        return written or None
    try:
        return date.fromisoformat(match[0]).isoformat()
    except ValueError:
        return written
