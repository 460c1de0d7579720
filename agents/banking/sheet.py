"""A bank's statement as a table (CSV): what its columns mean is asked once, then known by its head.

The order of day and month and the sign between euros and cents are seen from all lines; where all
of them leave it open, it is asked (docs/decisions/0049).
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel

from agents.banking import figures, line
from agents.banking.line import Line, Own, Statement
from connectors.contract import PermanentError

COLUMNS = Path(__file__).with_name("columns.yaml")
MARKS = ";,\t|"
HEAD_LINES_MAX = 40  # banks write who and when above the table
HEAD_BYTES = 16_000
CELLS_MAX = 60
PENDING = frozenset({"pending", "vorgemerkt", "umsatz vorgemerkt", "reserved", "declined"})
NO_TABLE = "I cannot read this table. Ask the bank for CAMT.053, MT940 or OFX."
NO_ACCOUNT = (
    "This table does not say which account it is of. Set yours once with /settings iban and its "
    "number, then tap again."
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
Open = Literal["columns", "days", "decimals"]  # what only the operator can say


class Layout(BaseModel, frozen=True, extra="forbid"):
    """What the columns of a table mean, by their names; "" is none.

    `days`: which comes first in “03/11/2026”; `decimal`: what stands before the cents.
    """

    booked: str = ""
    valued: str = ""
    amount: str = ""
    debit: str = ""
    credit: str = ""
    sign: str = ""
    currency: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end: str = ""
    id: str = ""
    account: str = ""
    balance: str = ""
    status: str = ""
    days: Literal["", "day", "month"] = ""
    decimal: Literal["", ",", "."] = ""

    @property
    def whole(self) -> bool:
        return bool(self.booked and (self.amount or self.debit or self.credit))


class Table(NamedTuple):
    """A table as it stands there: the head, what is above it, its lines as name → cell."""

    head: tuple[str, ...]
    above: str
    body: tuple[dict[str, str], ...]

    @property
    def mark(self) -> str:
        """Return what the head is known by."""
        return hashlib.sha256("\n".join(self.head).casefold().encode()).hexdigest()[:16]


class UnknownColumnsError(PermanentError):
    """Nobody has said yet what the columns of this table mean; `table` and a first guess."""

    def __init__(self, table: Table, guess: Layout) -> None:
        super().__init__("Say what the columns of this table mean, then I read it.")
        self.table, self.guess = table, guess


def are(data: bytes) -> bool:
    """Say whether these bytes are a table of movements: days and amounts, and no addresses."""
    cut = data[:HEAD_BYTES]
    if cut.startswith((b"PK", b"%PDF", b"<")) or b"\0" in cut:
        return False
    try:
        table = table_of(cut[: cut.rfind(b"\n") + 1] if len(data) > HEAD_BYTES else cut)
    except PermanentError:
        return False
    return _guess(table).whole and not any("mail" in name.casefold() for name in table.head)


def read(data: bytes, own: Own) -> list[Statement]:
    """Return the statement of each account. UnknownColumnsError: ask. PermanentError: why not."""
    table = table_of(data)
    if table.mark not in own.layouts:
        raise UnknownColumnsError(table, guess(table))
    layout = Layout.model_validate(own.layouts[table.mark])
    unsaid = opens(table, layout)
    if "columns" in unsaid:
        raise UnknownColumnsError(table, guess(table))
    seen = layout.model_copy(update=seen_in(table, layout))
    if opens(table, seen):
        raise UnknownColumnsError(table, seen)
    return statements(table, seen, own)


def guess(table: Table) -> Layout:
    """Return what the columns mean by their names, or by what stands in them."""
    made = _guess(table)
    return made.model_copy(update=seen_in(table, made))


def seen_in(table: Table, layout: Layout) -> dict[str, str]:
    """Return the order of days and the decimal sign, as far as the lines show them.

    What the operator said stands where the lines leave it open.
    """
    days = figures.order_of(cells(table, layout.booked, layout.valued))
    money = cells(table, layout.amount, layout.debit, layout.credit, layout.balance)
    decimal = figures.decimal_of(money)
    return {"days": days or layout.days, "decimal": decimal or layout.decimal}


def opens(table: Table, layout: Layout) -> tuple[Open, ...]:
    """Return what has to be asked before the table can be read."""
    names = {name for name in layout.model_dump(exclude={"days", "decimal"}).values() if name}
    if not layout.whole or not names <= set(table.head):
        return ("columns",)
    money = cells(table, layout.amount, layout.debit, layout.credit, layout.balance)
    found: list[Open] = []
    if not layout.days and figures.unclear_days(cells(table, layout.booked, layout.valued)):
        found.append("days")
    if not layout.decimal and figures.unclear_decimals(money):
        found.append("decimals")
    return tuple(found)


def statements(table: Table, layout: Layout, own: Own) -> list[Statement]:
    """Return the statement of each account that the table tells of."""
    accounts: dict[str, list[tuple[Line, Decimal | None]]] = {}
    named = _IBAN.search(table.above)
    usual = named[0] if named else own.account
    for row in table.body:
        if _counts(row, layout):
            account = row.get(layout.account, "") or usual
            if not account:
                raise PermanentError(NO_ACCOUNT)
            balance = figures.amount(row.get(layout.balance, ""), layout.decimal)
            accounts.setdefault(account, []).append((_line(row, layout), balance))
    return [_statement(account, found, own.currency) for account, found in accounts.items()]


def example(table: Table, layout: Layout, what: Open) -> str:
    """Return the first cell that leaves open what is asked."""
    if what == "days":
        days = cells(table, layout.booked, layout.valued)
        return next(filter(figures.unclear_day, days), "")
    money = cells(table, layout.amount, layout.debit, layout.credit, layout.balance)
    return next((each for each in money if "," in each or "." in each), "")


def cells(table: Table, *names: str) -> list[str]:
    return [row[name] for row in table.body for name in names if name and row.get(name)]


def _statement(account: str, found: Sequence[tuple[Line, Decimal | None]], usual: str) -> Statement:
    """Return a statement; with a balance beside each line it has to lead from first to last."""
    lines = tuple(each for each, _ in found)
    opening = closing = None
    for way in (found, found[::-1]):  # the oldest first, or the newest
        (first, begun), (_, ended) = way[0], way[-1]
        if first.amount is None or begun is None or ended is None:
            break
        opening, closing = begun - first.amount, ended
        if sum((each.amount or Decimal(0) for each in lines), opening) == closing:
            break
    currency = lines[0].currency or usual
    return Statement("csv", account, lines, currency, opening, closing)


def _counts(row: Mapping[str, str], layout: Layout) -> bool:
    """Leave out what is only announced, and sums and words below the table."""
    if row.get(layout.status, "").casefold() in PENDING:
        return False
    day = figures.day(row.get(layout.booked, ""), layout.days)
    return bool(day) or (bool(row.get(layout.booked)) and _money(row, layout) is not None)


def _line(row: Mapping[str, str], layout: Layout) -> Line:
    money = _money(row, layout)
    stood = row.get(layout.amount, "") or row.get(layout.credit, "") or row.get(layout.debit, "")
    booked, valued = row.get(layout.booked, ""), row.get(layout.valued, "")
    return Line(
        written=stood if money is None else f"{money:.2f}",
        currency=row.get(layout.currency, "").upper() or figures.currency(stood),
        booked=figures.day(booked, layout.days) or booked,
        valued=figures.day(valued, layout.days) or None,
        name=line.plain(row.get(layout.name)),
        iban=row.get(layout.iban, ""),
        text=line.plain(row.get(layout.text)),
        end_to_end=row.get(layout.end_to_end, ""),
        id=row.get(layout.id, ""),
    )


def _money(row: Mapping[str, str], layout: Layout) -> Decimal | None:
    """Return what moved, negative where it left."""
    if layout.amount:
        found = figures.amount(row.get(layout.amount, ""), layout.decimal)
        left = row.get(layout.sign, "").casefold() in figures.LEFT
        return -abs(found) if left and found is not None else found
    came = figures.amount(row.get(layout.credit, ""), layout.decimal)
    went = figures.amount(row.get(layout.debit, ""), layout.decimal)
    if came is None and went is None:
        return None
    return (came or Decimal(0)) - abs(went or Decimal(0))


def table_of(data: bytes) -> Table:
    """Return the table: its head is the first line that names what nearly every line has."""
    text = _decoded(data)
    mark = max(MARKS, key=lambda each: max(_counted(text, each), default=0))
    try:
        lines = [
            [cell.strip() for cell in cells]
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        ]
    except csv.Error:
        raise PermanentError(NO_TABLE) from None
    filled = [row for row in lines if any(row)]
    if len(filled) > line.ROWS_MAX + HEAD_LINES_MAX:
        raise PermanentError(line.MANY)
    at = next((n for n, row in enumerate(filled[:HEAD_LINES_MAX]) if _is_head(row)), None)
    if at is None or len(filled[at]) > CELLS_MAX:
        raise PermanentError(NO_TABLE)
    head = tuple(_named_apart(filled[at]))
    body = tuple(dict(zip(head, row, strict=False)) for row in filled[at + 1 :])
    above = "\n".join(" ".join(row) for row in filled[:at])
    return Table(head, above, body)


def _is_head(row: Sequence[str]) -> bool:
    """Say whether these are names: three at least, none of them a day, an amount, an account."""
    named = [cell for cell in row if cell]
    return len(named) >= 3 and not any(
        figures.is_day(cell) or figures.is_amount(cell) or _IBAN.fullmatch(cell) for cell in named
    )


def _named_apart(names: Iterable[str]) -> Iterable[str]:
    """Yield names of columns, two of one name told apart."""
    seen: Counter[str] = Counter()
    for at, name in enumerate(names, 1):
        plain = name or f"column {at}"
        seen[plain] += 1
        yield plain if seen[plain] == 1 else f"{plain} {seen[plain]}"


def _guess(table: Table) -> Layout:
    found: dict[str, str] = {}
    known = _known()
    for name in table.head:
        meaning = known.get(" ".join(name.casefold().split()), "")
        if meaning and meaning not in found:
            found[meaning] = name
    rest = [name for name in table.head if name not in found.values()]
    if "booked" not in found:
        found |= _first("booked", rest, table, figures.is_day)
    if not {"amount", "debit", "credit"} & found.keys():
        found |= _first("amount", rest, table, figures.is_amount)
    return Layout(**found)


def _first(meaning: str, names: Sequence[str], table: Table, fits: Any) -> dict[str, str]:
    """Return the first column all of whose cells fit."""
    for name in names:
        found = cells(table, name)
        if len(found) > len(table.body) // 2 and all(map(fits, found)):
            return {meaning: name}
    return {}


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return line.text_of(data)


def _counted(text: str, mark: str) -> list[int]:
    return [each.count(mark) for each in text.splitlines()[:HEAD_LINES_MAX]]


@cache
def _known() -> dict[str, str]:
    said = yaml.safe_load(COLUMNS.read_text("utf-8"))
    return {name: meaning for meaning, names in said.items() for name in names}
