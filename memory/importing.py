"""Import: a list of people becomes records. What is recorded stays; what is missing is filled in.

A line is known by its keys. Without one, a name that is recorded already is no proof that it is
the same person, so such a line is left to the operator.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from memory import kinds, records
from memory.db import Reader, Tx
from memory.records import Record

Fate = Literal["new", "adds", "known", "namesake", "wrong"]


class Row(NamedTuple):
    """A line of a list: its number in the file, and the fields it gives."""

    line: int
    state: dict[str, Any]


class Sorted(NamedTuple):
    """What would become of a line. `why`: what is wrong, or what differs and stays as it is."""

    row: Row
    fate: Fate
    name: str
    record: str | None = None
    adds: dict[str, Any] = {}  # noqa: RUF012  never changed
    why: str = ""


async def sort(reader: Reader, rows: Sequence[Row]) -> list[Sorted]:
    """Say of each line what would become of it; of two lines with one key the first counts."""
    names = {name.casefold() for one in await _people(reader) for name in _called(one)}
    seen: dict[kinds.Key, int] = {}
    return [await _sorted(reader, row, names, seen) for row in rows]


async def take(tx: Tx, found: Sequence[Sorted], cause: str | None) -> int:
    """Write what is new and what adds to a record; return how many records were written."""
    done = 0
    for one in found:
        if one.fate == "new":
            await records.create(tx, "person", one.row.state, cause)
        elif one.fate == "adds" and one.record is not None:
            await records.confirm(tx, one.record, cause)
            await records.revise(tx, one.record, cause, **one.adds)
        else:
            continue
        done += 1
    return done


async def _sorted(reader: Reader, row: Row, names: set[str], seen: dict[kinds.Key, int]) -> Sorted:
    name = str(row.state.get("name") or "")
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
        if holder is not None:
            return _beside(row, holder, typed.model_dump(mode="json"))
    if name.casefold() in names:
        return Sorted(row, "namesake", name, why=f"somebody is called {name} already")
    return Sorted(row, "new", name)


def _beside(row: Row, holder: Record, given: dict[str, Any]) -> Sorted:
    """Compare a line with the record that has its key: gaps are filled, the rest stays."""
    adds: dict[str, Any] = {}
    differs = []
    for field in row.state:
        mine, theirs = holder.state.get(field), given[field]
        if isinstance(mine, list):
            new = [each for each in theirs if each not in mine]
            adds |= {field: [*mine, *new]} if new else {}
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
