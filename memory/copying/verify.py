"""Verify: is the log whole and unchanged, and is the state exactly what the log says?

Replays the log into empty tables and compares them row by row. A chain cannot show that its own
end was cut off; a head remembered elsewhere can, so every backup holds one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import dialects
from memory.copying.replaying import repeat
from memory.db import Database
from memory.journal import GENESIS, body_digest, canonical, link
from memory.redaction import REDACTS, fingerprint
from memory.schema import metadata
from memory.schema.events import events

FAULTS_MAX = 100
AT_ONCE = 500
JOURNALED = [table for table in metadata.sorted_tables if table.info.get("journaled", True)]
Raw = dict[str, Any]  # a row as SQLite holds it


class Report(BaseModel, frozen=True):
    """The number of events, one sentence for each fault, the hash of the last event."""

    events: int
    faults: tuple[str, ...]
    head: str


async def verify(db: Database, head: str | None = None) -> Report:
    """Check the whole log and state as of one moment; `head` is a hash the log must contain."""
    async with db.snapshot() as reader:
        return await reader.conn.run_sync(_verify, head)


@dataclass(slots=True)
class _Reading:
    """The log as far as it was read."""

    head: str = GENESIS
    events: int = 0
    faults: list[str] = field(default_factory=list)
    redacted: dict[str, tuple[str, str]] = field(default_factory=dict)  # by which, fingerprint
    redactions: dict[str, Any] = field(default_factory=dict)  # what the redacting events promise


def _verify(conn: sa.Connection, head: str | None) -> Report:
    reading = _Reading()
    remembered = head in (None, GENESIS)
    engine = sa.create_engine("sqlite://")
    with engine.begin() as copy:
        metadata.create_all(copy, tables=JOURNALED)
        for row in _rows(conn, events):
            reading.events += 1
            if event := _parsed(row):
                _check(reading, event)
                _replay(reading, copy, event)
            else:
                reading.faults.append(f"Event {row['id']} cannot be read.")
            reading.head = str(row["hash"])
            remembered = remembered or row["hash"] == head
        reading.faults += _broken_redactions(reading)
        if not remembered:
            reading.faults.append(f"The log no longer holds {head}: its end was cut off.")
        for table in JOURNALED:
            reading.faults += _differences(table, _rows(conn, table), _rows(copy, table))
    engine.dispose()
    return Report(events=reading.events, faults=_listed(reading.faults), head=reading.head)


def _rows(conn: sa.Connection, table: sa.Table) -> Iterator[Raw]:
    """Yield the rows in the order of their keys, nothing interpreted: it may be damaged."""
    plain = dialects.of(conn).plain
    columns = [plain(column).label(column.name) for column in table.c]
    query = sa.select(*columns).order_by(*table.primary_key)
    for row in conn.execute(query, execution_options={"yield_per": AT_ONCE}).mappings():
        yield dict(row)


def _parsed(row: Raw) -> Raw | None:
    """Return the event with its content and moment read, or None where that is impossible."""
    try:
        body, changes = json.loads(row["body"]), json.loads(row["changes"])
        at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
    whole = isinstance(body, dict) and isinstance(changes, list)
    if not whole or any(isinstance(value, bytes) for value in row.values()):
        return None
    return row | {"body": body, "changes": changes, "at": at}


def _check(reading: _Reading, event: Raw) -> None:
    """Compare an event with its hashes, and these with the event before it."""
    id = event["id"]
    if event["kind"] in REDACTS:
        reading.redactions[id] = event["body"].get("redacted")
    if event["redacted_by"] is not None:
        reading.redacted[id] = (event["redacted_by"], fingerprint(reading.head, event))
        return
    if body_digest(str(event["salt"]), event["body"], event["changes"]) != event["digest"]:
        reading.faults.append(f"Event {id}: its content was changed after it was written.")
    if link(reading.head, event, event["digest"]) != event["hash"]:
        reading.faults.append(
            f"Event {id} does not follow the one before it: it was changed, or one before it was "
            "removed, added or moved."
        )


def _replay(reading: _Reading, copy: sa.Connection, event: Raw) -> None:
    """Do again what the event did to the state."""
    for entry in event["changes"]:
        try:
            repeat(copy, entry)
        except (sa.exc.SQLAlchemyError, KeyError, TypeError, ValueError):
            where = entry[0] if isinstance(entry, list) and entry else entry
            reading.faults.append(f"Event {event['id']}: its change of {where} cannot be repeated.")


def _broken_redactions(reading: _Reading) -> Iterator[str]:
    for id, (by, left) in reading.redacted.items():
        promised = reading.redactions.get(by)
        if not isinstance(promised, dict) or promised.get(id) != left:
            yield f"Event {id} says that it was redacted, but no redaction left it like this."


def _differences(table: sa.Table, state: Iterator[Raw], replayed: Iterator[Raw]) -> Iterator[str]:
    """Compare two streams of rows in the order of their keys."""
    both = merge(
        ((_order(table, row), "state", row) for row in state),
        ((_order(table, row), "log", row) for row in replayed),
        key=itemgetter(0),
    )
    for _, group in groupby(both, key=itemgetter(0)):
        sides = {side: row for _, side, row in group}
        row = sides.get("state") or sides["log"]
        name = f"{table.name} {'/'.join(str(row[column.name]) for column in table.primary_key)}"
        if "log" not in sides:
            yield f"{name}: no event ever wrote this row."
        elif "state" not in sides:
            yield f"{name}: the row is missing, although the log has it."
        else:
            for column in table.c:
                if not _same(column, row[column.name], sides["log"][column.name]):
                    yield f"{name}: {column.name} is not what the log says."


def _order(table: sa.Table, row: Raw) -> list[tuple[bool, bool, bool, Any]]:
    """Return the key as SQLite sorts it: nothing, numbers, texts, bytes."""
    values = [row[column.name] for column in table.primary_key]
    return [(v is not None, isinstance(v, bytes), isinstance(v, str), v) for v in values]


def _same(column: sa.Column[Any], left: Any, right: Any) -> bool:
    if left == right or not isinstance(column.type, sa.JSON):
        return bool(left == right)
    try:  # the same JSON may be written in two ways, and SQLite holds a bare number as a number
        one, other = json.loads(str(left)), json.loads(str(right))
    except ValueError:
        return False
    if all(isinstance(value, int | float) for value in (one, other)):
        return bool(one == other)
    return canonical(one) == canonical(other)


def _listed(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - FAULTS_MAX
    return (*faults[:FAULTS_MAX], *([f"… and {more} more."] if more > 0 else []))
