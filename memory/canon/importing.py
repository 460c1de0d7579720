"""Import: a list of people, or a bank's of payments, becomes records. What is recorded stays.

A line is known by its keys. Without one, a name that is recorded already is no proof that it is
the same person, so such a line is left to the operator.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from memory.canon import booked, fields, formats, kinds, linkage, records
from memory.canon.fields import Own
from memory.canon.records import Record
from memory.db import Reader, Tx

Fate = Literal["new", "booked", "adds", "known", "namesake", "shared", "wrong"]
YOURS = "it is a payment that you booked, as you said"
NO_ACCOUNT = "the statement does not say of which account it is"
FORMERLY = "it was imported from another of the bank's files"
NO_COMPANY = "no company is recorded as {name}"


class Row(NamedTuple):
    """A line of a list: its number in the file, and the fields it gives."""

    line: int
    state: dict[str, Any]
    kind: kinds.Kind = "person"
    said: str = ""  # what somebody else wrote beside it: shown, and not recorded
    told: booked.Told = booked.Told()  # the same in its parts


class Sorted(NamedTuple):
    """What would become of a line. `why`: what is wrong, or what differs and stays as it is."""

    row: Row
    fate: Fate
    name: str
    record: str | None = None
    adds: dict[str, Any] = {}  # noqa: RUF012  never changed
    why: str = ""


async def sort(
    reader: Reader,
    rows: Sequence[Row],
    country: str | None = None,
    own: dict[str, Own] | None = None,
) -> list[Sorted]:
    """Say of each line what would become of it; of two lines with one key the first counts.

    `country` (“DE”) is where a telephone number without one is read, `own` the operator's fields.
    """
    names = {name.casefold() for one in await _people(reader) for name in _called(one)}
    is_open = await records.of_kind(reader, "invoice", limit=records.ALL, status="open")
    seen: dict[kinds.Key, int] = {}
    money = [row for row in rows if row.kind == "payment"]
    books = await booked.books(reader, [row.state for row in money])
    found = []
    for row in rows:
        if row.kind == "payment":
            found.append(await _moved(reader, row, seen, is_open, books))
            continue
        try:
            row = _owned(_dialled(row, country), own or {})
        except ValueError as error:
            found.append(Sorted(row, "wrong", str(row.state.get("name") or ""), why=str(error)))
            continue
        found.append(await _sorted(reader, row, names, seen))
    return found


async def take(tx: Tx, found: Sequence[Sorted], cause: str | None) -> int:
    """Write what is new and what adds to a record; return how many records were written."""
    done = 0
    for one in found:
        if one.fate == "new":
            await records.create(tx, one.row.kind, one.row.state, cause)
        elif one.fate == "adds" and one.record is not None:
            await records.confirm(tx, one.record, cause)
            await records.revise(tx, one.record, cause, **one.adds)
        else:
            continue
        done += 1
    return done


async def _sorted(reader: Reader, row: Row, names: set[str], seen: dict[kinds.Key, int]) -> Sorted:
    name = str(row.state.get("name") or "")
    row, missing = await _employed(reader, row)
    try:
        typed = kinds.model("person", row.state)
    except ValueError as error:
        return Sorted(row, "wrong", name, why=kinds.says(error))
    keys = typed.keys()
    if earlier := next((seen[key] for key in keys if key in seen), None):
        return Sorted(row, "wrong", name, why=f"the same address stands in line {earlier}")
    seen.update(dict.fromkeys(keys, row.line))
    for scheme, value in keys:
        holder = await records.by_key(reader, scheme, value)
        if holder is not None and linkage.names_differ("person", row.state, holder.state):
            return Sorted(row, "shared", name, why=f"{value} belongs to {holder.name}")
        if holder is not None:
            return _beside(row, holder, typed.model_dump(mode="json"), missing)
    if name.casefold() in names:
        return Sorted(row, "namesake", name, why=f"somebody is called {name} already")
    return Sorted(row, "new", name, why=missing)


async def _moved(
    reader: Reader,
    row: Row,
    seen: dict[kinds.Key, int],
    is_open: Sequence[Record],
    books: booked.Books,
) -> Sorted:
    """Compare a line of a statement with the payment of its number, or of the same line elsewhere.

    The payment that was booked for it, or the invoice, is only named.
    """
    if not row.state["number"]:
        return Sorted(row, "wrong", row.said, why=NO_ACCOUNT)
    try:
        typed = kinds.model("payment", row.state)
    except ValueError as error:
        return Sorted(row, "wrong", row.said, why=kinds.says(error))
    [key] = typed.keys()
    if earlier := seen.get(key):
        return Sorted(row, "known", row.said, why=f"it stands in line {earlier} already")
    seen[key] = row.line
    if (holder := books.of_number(key[1])) is not None:
        return _recorded(row, holder)
    if (same := books.same_line(row.state)) is not None:
        return Sorted(row, "known", row.said, same.id, why=FORMERLY)
    state = typed.model_dump(mode="json")
    adds = {"statement": row.state["number"], "trace": row.state.get("trace")}
    twin = books.near_line(state) or await booked.twin(reader, state, row.said, books.untold)
    if twin is not None:
        books.take(twin)
        return Sorted(row, "booked", twin.name, twin.id, adds, _told(twin))
    return Sorted(row, "new", row.said, why=_settles(row, is_open))


def _recorded(row: Row, holder: Record) -> Sorted:
    """Return a line whose number is recorded, and what the record says otherwise."""
    if holder.state.get("statement"):
        return Sorted(row, "known", row.said, holder.id, why=YOURS)
    fields = ("amount", "currency", "paid_on")
    differs = [
        f"{name.replace('_', ' ')}: {holder.state[name]} stays, the list says {row.state[name]}"
        for name in fields
        if holder.state[name] != row.state[name]
    ]
    return Sorted(row, "known", row.said, holder.id, why="; ".join(differs))


def _told(twin: Record) -> str:
    amount = f"{twin.state['amount']} {twin.state['currency']}"
    return f"may be {twin.name}, {amount}, recorded for {booked.day_of(twin):%-d %B %Y}"


def _settles(row: Row, is_open: Sequence[Record]) -> str:
    """Return which open invoice a line may settle, and why; "" where none or several do."""
    state = row.state
    same = [
        one
        for one in is_open
        if (one.state["total"], one.state["currency"]) == (state["amount"], state["currency"])
    ]
    said = row.said.casefold()
    named = [one for one in is_open if booked.stands(one.state["number"].casefold(), said)]
    for found, why in (
        ([one for one in named if one in same], "its number and amount stand there"),
        (named, "its number stands there, the amount is another"),
        (same, "the amount is the same"),
    ):
        if len(found) == 1 and not state["amount"].startswith("-"):
            total = f"{found[0].state['total']} {found[0].state['currency']}"
            return f"may settle {found[0].state['number']}, {total}: {why}"
    return ""


def _dialled(row: Row, country: str | None) -> Row:
    """Return the line with its telephone numbers as somebody in this country dials them."""
    state = dict(row.state)
    if phone := state.get("phone"):
        state["phone"] = _phone(str(phone), country)
    if phones := state.get("phones"):
        state["phones"] = [_phone(str(each), country) for each in phones]
    return row._replace(state=state)


def _owned(row: Row, own: dict[str, Own]) -> Row:
    """Return the line with the operator's own fields as they are kept. ValueError."""
    if "own" not in row.state:
        return row
    return row._replace(state=row.state | {"own": fields.read_all(own, row.state["own"])})


def _phone(written: str, country: str | None) -> str:
    try:
        return formats.phone(written, country)
    except ValueError:
        return written  # what is wrong with it is said with the rest


async def _employed(reader: Reader, row: Row) -> tuple[Row, str]:
    """Return the line with its company as a record; a company nobody recorded is left out."""
    said = row.state.get("company")
    if not said:
        return row, ""
    found = await records.called(reader, str(said), "company")
    state = {name: value for name, value in row.state.items() if name != "company"}
    if len(found) == 1:
        return row._replace(state=state | {"company": found[0].id}), ""
    return row._replace(state=state), NO_COMPANY.format(name=said)


def _beside(row: Row, holder: Record, given: dict[str, Any], missing: str) -> Sorted:
    """Compare a line with the record that has its key: gaps are filled, the rest stays."""
    adds: dict[str, Any] = {}
    differs = [missing] if missing else []
    for field in row.state:
        mine, theirs = holder.state.get(field), given[field]
        if isinstance(mine, list):
            new = [each for each in theirs if each not in mine]
            adds |= {field: [*mine, *new]} if new else {}
        elif isinstance(theirs, dict):
            mine = mine or {}
            adds |= {field: theirs | mine} if theirs.keys() - mine.keys() else {}
            others = [name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name]]
            differs += [
                f"{name}: {mine[name]} stays, the list says {theirs[name]}" for name in others
            ]
        elif mine in (None, ""):
            adds[field] = theirs
        elif str(mine).casefold() != str(theirs).casefold():
            differs.append(f"{field}: {mine} stays, the list says {theirs}")
    fate: Fate = "adds" if adds or holder.status == "proposed" else "known"
    return Sorted(row, fate, holder.name, holder.id, adds, "; ".join(differs))


async def _people(reader: Reader) -> list[Record]:
    return await records.of_kind(reader, "person", limit=records.ALL)


def _called(one: Record) -> tuple[str, ...]:
    return (one.name, *one.state.get("aliases", ()))
