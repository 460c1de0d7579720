"""A list as people export it: CSV or vCards, a person each; bank statements, a payment each."""

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agents.banking import files as bank
from agents.banking.line import Own
from agents.incoming import contacts, loose
from connectors.contract import PermanentError
from memory.canon.importing import Row

COLUMNS = Path(__file__).with_name("columns.yaml")
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
MARKS = ",;\t|"
BYTES_MAX = 5_000_000
ROWS_MAX = 20_000
CELL_CHARS_MAX = 2000
OWN = "own."  # stands before a field of the operator's own
LARGE = f"The list is larger than {BYTES_MAX // 1_000_000} MB. Send it in parts."
MANY = f"The list has more than {ROWS_MAX:,} lines. Send it in parts."
NO_TABLE = "I cannot read a table in this file. Send it as CSV, with the names of its columns."
NO_NAMES = (
    "I know none of the columns as a name or an e-mail address. The first line must name them, "
    "like “Name, E-mail, Phone”."
)


def read(
    data: bytes, own: Mapping[str, str] | None = None, account: Own = bank.NOTHING
) -> tuple[list[Row], tuple[str, ...]]:
    """Return a person for each line, and the columns that are left out. PermanentError: why not.

    `own` is the operator's own fields by what a column of them may be called. `account` is
    for a bank's table, of which each line is a payment.
    """
    if bank.are(data):
        return bank.read(data, account), ()
    if len(data) > BYTES_MAX:
        raise PermanentError(LARGE)
    if contacts.are(data):
        return contacts.read(data)
    lines = list(_lines(_text(data)))
    if not lines:
        raise PermanentError(NO_TABLE)
    (_, head), *body = lines
    mine = {name: f"{OWN}{field}" for name, field in (own or {}).items()}
    fields = [(mine | _known()).get(" ".join(name.casefold().split()), "") for name in head]
    if len(body) > ROWS_MAX:
        raise PermanentError(MANY)
    if not {"name", "first_name", "last_name", "email"} & set(fields):
        if found := loose.rows(lines):
            return found, ()
        raise PermanentError(NO_NAMES)
    left = tuple(name for name, field in zip(head, fields, strict=True) if name and not field)
    return [_row(number, fields, cells) for number, cells in body if any(cells)], left


def _text(data: bytes) -> str:
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each line with its cells."""
    head = text.partition("\n")[0]
    mark = max(MARKS, key=head.count)  # the names of columns hold none of the other marks
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise PermanentError(f"{NO_TABLE} (Line {reader.line_num}: {error})") from None


def _row(number: int, fields: list[str], cells: list[str]) -> Row:
    """Return a line as a person; what is wrong with it is found when it is looked up."""
    given: dict[str, str] = {}
    for field, cell in zip(fields, cells, strict=False):
        if field and cell and not given.get(field):
            given[field] = cell[:CELL_CHARS_MAX]
    whole = " ".join(filter(None, (given.pop("first_name", ""), given.pop("last_name", ""))))
    own = {name.removeprefix(OWN): given.pop(name) for name in [*given] if name.startswith(OWN)}
    state: dict[str, Any] = {"name": whole or given.get("email", "")} | given
    state |= {"own": own} if own else {}
    alias = given.get("alias")
    state.pop("alias", None)
    return Row(line=number, state=state | ({"aliases": [alias]} if alias else {}))


@cache
def _known() -> dict[str, str]:
    said = yaml.safe_load(COLUMNS.read_text("utf-8"))
    return {name: field for field, names in said.items() for name in names}
