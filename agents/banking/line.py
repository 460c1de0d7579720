"""A line of a bank's statement, the same whichever form it came in, and the statement it is in.

A line becomes a payment (memory/canon/importing.py). Its number names it for good; its trace is
what the same line has in common in every form (docs/decisions/0049).
"""

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from connectors.contract import PermanentError
from connectors.money import in_words
from memory.canon import booked
from memory.canon.importing import Row
from memory.canon.kinds import account_key

ROWS_MAX = 20_000
SHOWN_DIGITS = 4
SHOWN_CHARS_MAX = 140  # of what the other side wrote
TEXT_CHARS_MAX = 1000
TRACED_CHARS = 60  # banks cut a reference off at different places behind these
MARK_CHARS = 16
MANY = f"The statement has more than {ROWS_MAX:,} lines. Send it in parts."
BROKEN = "I cannot read this statement. Ask the bank for CAMT.053, MT940, OFX or CSV."
WRONG_SUM = (
    "The lines of the statement for account {account} do not add up: it begins with {opening}, its "
    "lines make {moved}, and it ends with {closing}. So something is missing or doubled, and "
    "nothing was imported. Get the file from the bank again."
)
REVERSED = "the bank took a booking back"
_ID = re.compile(r"[\w./+-]{1,40}", re.ASCII)
_NO_ID = frozenset({"", "NONREF", "NOTPROVIDED", "0", "NONE"})
_AMOUNT = re.compile(r"[+-]?\d{1,15}(?:[.,](?:\d{0,2}|\d\d00))?", re.ASCII)  # “1,230” may be 1230
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NATIONAL = re.compile(r"(\d{8})/?(\d{1,10})(?:[A-Z]{3})?")  # a German bank's code and the account


class Line(NamedTuple):
    """A movement of money: a negative amount left the account.

    `written` is the amount as it stood there; `amount` is None where that is none. `booked` and
    `valued` are days (“2026-11-03”), or what stood there instead. `name`, `iban` and `text` are
    the other side's words. `id` is the bank's own of this line, "" where it gives none.
    """

    written: str
    currency: str
    booked: str | None
    valued: str | None = None
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end: str = ""
    id: str = ""
    reversal: bool = False

    @property
    def amount(self) -> Decimal | None:
        if _AMOUNT.fullmatch(self.written) is None:
            return None
        return Decimal(self.written.replace(",", "."))


class Statement(NamedTuple):
    """What a bank says of one account. `opening` and `closing`: None where it does not say."""

    form: str  # “camt”, “mt940”, “ofx”, “csv”
    account: str
    lines: tuple[Line, ...]
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None


class Own(NamedTuple):
    """What the operator said: what columns mean, by the mark of their head, and the own account.

    Account and currency are for a table that names none.
    """

    layouts: Mapping[str, Any] = MappingProxyType({})
    account: str = ""
    currency: str = ""


def rows(statements: Iterable[Statement]) -> list[Row]:
    """Return a payment for each line, in their order. PermanentError: what does not add up."""
    found: list[tuple[Statement, Line]] = []
    for one in statements:
        check(one)
        found += [(one, line) for line in one.lines]
        if len(found) > ROWS_MAX:
            raise PermanentError(MANY)
    if not found:
        raise PermanentError(BROKEN)
    numbers = _numbers(found)
    pairs = zip(found, numbers, strict=True)
    return [_row(at, one, line, number) for at, ((one, line), number) in enumerate(pairs, 1)]


def check(statement: Statement) -> None:
    """Say whether the lines lead from the opening to the closing balance. PermanentError."""
    opening, closing = statement.opening, statement.closing
    amounts = [line.amount for line in statement.lines]
    if opening is None or closing is None:
        return
    moved = sum((amount for amount in amounts if amount is not None), Decimal(0))
    if opening + moved != closing or None in amounts:
        said = {"opening": opening, "moved": moved, "closing": closing}
        told = {name: in_words(value, statement.currency) for name, value in said.items()}
        raise PermanentError(WRONG_SUM.format(account=shortened(statement.account), **told))


def shortened(account: str) -> str:
    """Return an account as it is shown: its last digits."""
    return f"…{account_key(account)[-SHOWN_DIGITS:]}"


def is_iban(account: str) -> bool:
    """Say whether an account is written as one of these, whether or not it exists."""
    return re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", account_key(account)) is not None


def same_account(account: str) -> str:
    """Return the account as it is the same in every form: the country's own part of it.

    “DE89 3704 0044 0532 0130 00”, “37040044/532013000” and “370400440532013000” are one.
    """
    key = account_key(account)
    if is_iban(key):
        return key[4:]
    national = _NATIONAL.fullmatch(key)
    return f"{national[1]}{national[2]:0>10}" if national else key


def text_of(data: bytes) -> str:
    """Return the text of a file: UTF-8, or what banks write besides."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def day(written: str) -> str | None:
    """Return the day of “20261120120000[+1:CET]”, “2026-11-20T10:00:00”, as the bank counts it."""
    plain = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", written)
    if plain is None:
        return written or None
    try:
        return date(*map(int, plain.groups())).isoformat()
    except ValueError:
        return written


def plain(*parts: str | None) -> str:
    """Return texts as one line, shortened."""
    return " ".join(" ".join(filter(None, parts)).split())[:TEXT_CHARS_MAX]


def unescaped(text: str) -> str:
    return html.unescape(text).strip()


def trace(statement: Statement, line: Line) -> str:
    """Return what the same line has in common in every form: account, day, amount, reference.

    The other side's name is left out: each form cuts it off elsewhere.
    """
    text = unicodedata.normalize("NFKD", line.text.casefold().translate(_LETTERS))
    bare = "".join(filter(str.isalnum, text))[:TRACED_CHARS]
    amount = line.written if line.amount is None else f"{line.amount:.2f}"
    currency = line.currency or statement.currency
    said = [same_account(statement.account), line.booked, amount, currency, bare]
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:MARK_CHARS]


def _numbers(found: Sequence[tuple[Statement, Line]]) -> Iterator[str]:
    """Yield what names each line for good: the account, shortened, and the bank's own id.

    Where the bank gives none, or gives one to several lines, the trace stands for it, and two
    that are equal in all are counted. An account's fingerprint tells two that end alike apart.
    """
    traces = [trace(one, line) for one, line in found]
    told = [(_account(one), line.id) for one, line in found]
    holders: dict[tuple[str, str], set[str]] = {}
    for key, mark in zip(told, traces, strict=True):
        holders.setdefault(key, set()).add(mark)
    seen: Counter[str] = Counter()
    for (account, id), mark in zip(told, traces, strict=True):
        if not account:
            yield ""
        elif id.upper() in _NO_ID:
            seen[mark] += 1
            yield f"{account}-{mark}.{seen[mark]}"
        elif len(holders[account, id]) > 1:
            yield f"{account}-{_short(id)}.{mark}"
        else:
            yield f"{account}-{_short(id)}"


def _account(statement: Statement) -> str:
    account = same_account(statement.account)
    if not account:
        return ""
    mark = hashlib.sha256(account.encode()).hexdigest()[:SHOWN_DIGITS]
    return f"{account[-SHOWN_DIGITS:]}-{mark}"


def _short(id: str) -> str:
    return id if _ID.fullmatch(id) else hashlib.sha256(id.encode()).hexdigest()[:MARK_CHARS]


def _row(at: int, statement: Statement, line: Line, number: str) -> Row:
    """Return a line as a payment; what is wrong with it is found when it is looked up.

    What the other side wrote is only shown: anybody can write there by sending a cent.
    """
    amount = f"{line.written[:20]}…" if line.amount is None else f"{line.amount:.2f}"
    state: dict[str, Any] = {
        "name": number, "number": number, "amount": amount,
        "currency": line.currency or statement.currency, "status": booked.STATEMENT,
        "paid_on": line.booked, "trace": f"{statement.form}-{trace(statement, line)}",
    }  # fmt: skip
    notes = (line.name, line.text, REVERSED if line.reversal else "")
    said = " · ".join(filter(None, notes))[:SHOWN_CHARS_MAX]
    told = booked.Told(line.name, line.iban, line.text, line.end_to_end, line.reversal)
    return Row(at, state, "payment", said, told)
