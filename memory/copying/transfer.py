"""Transfer: everything in a copy to come back to, and everything in open formats to leave with.

`memory/copying/restoring.py` makes a company of either again.
"""

import asyncio
import csv
import json
import re
import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory.canon.kinds import KINDS
from memory.copying import copies
from memory.copying.copies import RefusedError
from memory.db import BUSY_TIMEOUT_MS, Clock, Database, Reader
from memory.journal import GENESIS, jsonable
from memory.schema import metadata
from memory.schema.events import events
from memory.schema.recall import passages, vectors
from memory.schema.records import records

DATABASE = "firstmate.db"
FILES = "files"  # the folder of an export that holds the files
AT_ONCE = 500
COMMON = ("id", "status", "version", "at")  # the columns of every record, before its kind's own
FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s.,/()-]*$)")
STATE = [table for table in metadata.sorted_tables if table.info.get("journaled", True)]
BESIDES = [table for table in metadata.sorted_tables if table not in (events, vectors, *STATE)]
EXPORTED = (events, *STATE, *BESIDES)
DERIVED = {passages.c.embedded}  # made anew with the vectors
README = """\
Everything this company's Firstmate knows, up to {at}.

events.jsonl      The log: one event a line, oldest first, with what each changed and the hashes
                  that chain them. The last hash is
                  {head}.
records/KIND.csv  The records of a kind in their newest version, for a spreadsheet. A ' stands
                  before what a spreadsheet would run as a formula.
files/            Mails, books, calendar, posts and rules as they lie in the data folder; what came
                  as a file lies in files/blobs/ under its sha256, which "digest" and "file" name.
TABLE.jsonl       The tables, one row a line, exact; see below. Moments are in UTC.
manifest.json     The sha256 of every file, and how many rows each table has.

Ids name rows across the files: "cause" is the event that led to a row, "record" whom it is about.
Passwords and keys are not here. `firstmate import` makes the same company of this folder again.

The state, which the log explains:
{state}

How far Firstmate is with it, and what can be recalled (passages):
{besides}
"""


async def backup(db: Database, folder: Path, clock: Clock, extra: Sequence[Path] = ()) -> Path:
    """Copy the database, then the folders and files `extra`, to a new folder in `folder`.

    The database is of one moment and checked; what does not exist is left out. Its manifest
    holds the head of the log, for `verify`. Raises RefusedError.
    """
    target = folder / f"firstmate-{clock().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await asyncio.to_thread(_backup, db.path, target, extra)
    return target


async def export(db: Database, folder: Path, extra: Sequence[Path] = ()) -> None:
    """Write everything in open formats to a folder that is new or empty, with the files `extra`.

    The same company gives the same bytes. Raises RefusedError.
    """
    with copies.made(folder) as half:
        async with db.snapshot() as reader:
            rows = {table.name: await _table(reader, table, half) for table in EXPORTED}
            for kind in KINDS:
                await _kind(reader, kind, half / "records" / f"{kind}.csv")
            last = await reader.row(sa.select(events).order_by(events.c.seq.desc()).limit(1))
        at, head = (last.at.isoformat(), last.hash) if last else ("the beginning", GENESIS)
        (half / FILES).mkdir(mode=0o700)
        await asyncio.to_thread(copies.copy_all, extra, half / FILES)
        await asyncio.to_thread(_describe, half / "README.txt", at, head)
        await asyncio.to_thread(copies.seal, half, "export", at, head, rows)


def columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a table that an export holds."""
    return [column for column in table.c if column not in DERIVED]


def _backup(path: Path, target: Path, extra: Sequence[Path]) -> None:
    with copies.made(target) as half:
        copy = half / DATABASE
        copy.touch(mode=0o600)  # SQLite accepts an empty file and keeps its permissions
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as conn:
            conn.execute("VACUUM INTO ?", (str(copy),))
        head, rows = _inspect(copy)
        copies.copy_all(extra, half)
        copies.seal(half, "backup", target.name.removeprefix("firstmate-"), head, rows)


def _inspect(copy: Path) -> tuple[str, dict[str, int]]:
    """Check the copied database; return its head and the number of rows of its tables."""
    with closing(sqlite3.connect(copy)) as conn:
        [verdict] = conn.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise RefusedError(
                f"The database is damaged ({verdict}), so no backup was made. Keep the backups "
                "you have and start again from the newest of them."
            )
        rows = {
            name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in metadata.tables
        }
        head = conn.execute("SELECT hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    return head[0] if head else GENESIS, rows


async def _table(reader: Reader, table: sa.Table, folder: Path) -> int:
    """Write a table, also one without rows; return how many it has."""
    file, count = folder / f"{table.name}.jsonl", 0
    query = sa.select(*columns(table)).order_by(*table.primary_key)
    result = await reader.conn.stream(query)
    await asyncio.to_thread(_append, file, [])
    async for rows in result.partitions(AT_ONCE):
        await asyncio.to_thread(_append, file, [_line(row) for row in rows])
        count += len(rows)
    return count


def _line(row: sa.Row[Any]) -> dict[str, Any]:
    """Return a row in JSON's types; bytes as base64."""
    values = jsonable(dict(row._mapping))
    return {
        name: b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in values.items()
    }


def _append(file: Path, rows: list[dict[str, Any]]) -> None:
    # half a surrogate pair is no character; its escape is what JSON writes for it
    with file.open("a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


async def _kind(reader: Reader, kind: str, file: Path) -> None:
    query = sa.select(records).filter_by(kind=kind).order_by(records.c.id)
    fields = tuple(KINDS[kind].model_fields)
    result = await reader.conn.stream(query)
    await asyncio.to_thread(_append_csv, file, [[*COMMON, *fields]])
    async for rows in result.partitions(AT_ONCE):
        lines = [
            [getattr(row, name) for name in COMMON] + [row.state.get(name) for name in fields]
            for row in rows
        ]
        await asyncio.to_thread(_append_csv, file, lines)


def _append_csv(file: Path, lines: Iterable[list[Any]]) -> None:
    file.parent.mkdir(exist_ok=True, mode=0o700)
    with file.open("a", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        csv.writer(stream).writerows([_cell(value) for value in line] for line in lines)


def _cell(value: Any) -> str:
    """Return the value as text that no spreadsheet runs."""
    value = jsonable(value)
    if isinstance(value, dict):
        value = [f"{name}: {said}" for name, said in value.items()]
    text = "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if FORMULA.match(text) else text


def _describe(file: Path, at: str, head: str) -> None:
    state, besides = ("\n".join(map(_columns, tables)) for tables in (STATE, BESIDES))
    text = README.format(at=at, head=head, state=state, besides=besides)
    file.write_text(text, encoding="utf-8")


def _columns(table: sa.Table) -> str:
    """Say what a table's columns hold: text, integer, boolean, float, json or moment."""
    types = (f"{c.name} {type(c.type).__name__.lower()}" for c in columns(table))
    return f"  {table.name}: {', '.join(types)}"
