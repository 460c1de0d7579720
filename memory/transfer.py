"""Transfer: everything in a copy to come back to, and everything in open formats to leave with."""

import asyncio
import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from datetime import UTC
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory.db import BUSY_TIMEOUT_MS, Clock, Database, Reader
from memory.journal import GENESIS, jsonable
from memory.kinds import KINDS
from memory.schema import metadata
from memory.schema.events import events
from memory.schema.records import records

DATABASE = "firstmate.db"
MANIFEST = "manifest.json"
AT_ONCE = 500
PASSES_MAX = 10  # over a folder that changes while it is copied
COMMON = ("id", "status", "version", "at")  # the columns of every record, before its kind's own
FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s.,/()-]*$)")
JOURNALED = [table for table in metadata.sorted_tables if table.info.get("journaled", True)]
README = """\
Everything this company's Firstmate knows, as of {now}.

events.jsonl      The log: one event a line, oldest first, with what each changed and the hashes
                  that chain them. The last hash is
                  {head}.
records/KIND.csv  The records of a kind in their newest version, for a spreadsheet. A ' stands
                  before what a spreadsheet would run as a formula.
TABLE.jsonl       The tables of the state, one row a line, exact. Moments are in UTC:
                  {tables}.

Ids name rows across the files: "cause" is the event that led to a row, "record" whom it is about.
"""


class RefusedError(Exception):
    """The copy was not made; the message says what to do."""


async def backup(db: Database, folder: Path, clock: Clock, extra: Sequence[Path] = ()) -> Path:
    """Copy the database, then the folders and files `extra`, to a new folder in `folder`.

    The database is of one moment and checked; what does not exist is left out.
    `manifest.json` holds the head of the log (for `verify`), the rows of each table and the
    sha256 of each file. Raises RefusedError.
    """
    target = folder / f"firstmate-{clock().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await asyncio.to_thread(_backup, db.path, target, extra)
    return target


async def export(db: Database, folder: Path) -> None:
    """Write everything in open formats to a folder that is new or empty. Raises RefusedError."""
    half = await asyncio.to_thread(_begin, folder)
    async with db.snapshot() as reader:
        for table in (events, *JOURNALED):
            await _table(reader, table, half / f"{table.name}.jsonl")
        for kind in KINDS:
            await _kind(reader, kind, half / "records" / f"{kind}.csv")
        await _readme(reader, half / "README.txt")
    await asyncio.to_thread(_finish, half, folder)


def _backup(path: Path, target: Path, extra: Sequence[Path]) -> None:
    half = _begin(target)
    copy = half / DATABASE
    copy.touch(mode=0o600)  # SQLite accepts an empty file and keeps its permissions
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as conn:
        conn.execute("VACUUM INTO ?", (str(copy),))
    about = _inspect(copy)
    for folder in extra:
        if target.resolve().is_relative_to(folder.resolve()):
            raise RefusedError(f"A backup cannot lie in {folder}, which it copies. Name another.")
        if folder.is_dir():
            _copy(folder, half / folder.name)
        elif folder.is_file():
            shutil.copy(folder, half / folder.name)
    files = {str(file.relative_to(half)): _sha256(file) for file in _files(half)}
    manifest = {"at": target.name.removeprefix("firstmate-"), **about, "sha256": files}
    (half / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    _finish(half, target)


def _begin(target: Path) -> Path:
    """Make the hidden folder to work in, beside the target. What an earlier try left goes."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(f"{target} is not empty and nothing is overwritten. Name a new folder.")
    target = target.resolve()
    half = target.with_name(f".{target.name}.firstmate-half")
    if half.exists():
        shutil.rmtree(half)
    half.mkdir(parents=True, mode=0o700)
    return half


def _finish(half: Path, target: Path) -> None:
    """Give the folder its name once every byte of it is on the disk."""
    for path in (*half.rglob("*"), half):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    half.rename(target)


def _inspect(copy: Path) -> dict[str, Any]:
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
    return {"head": head[0] if head else GENESIS, "rows": rows}


def _copy(source: Path, target: Path) -> None:
    """Copy a folder in which files may come and go: until nothing of it is missing."""
    target.mkdir(mode=0o700)
    for _ in range(PASSES_MAX):
        pairs = [(path, target / path.relative_to(source)) for path in sorted(source.rglob("*"))]
        missing = [(path, copy) for path, copy in pairs if not copy.exists()]
        if not missing:
            return
        for path, copy in missing:
            with suppress(FileNotFoundError):
                if path.is_dir():
                    copy.mkdir(mode=0o700)
                else:
                    shutil.copy2(path, copy)
    raise RefusedError(f"{source} changes faster than it can be copied. Stop Firstmate and repeat.")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


async def _table(reader: Reader, table: sa.Table, file: Path) -> None:
    result = await reader.conn.stream(sa.select(table).order_by(*table.primary_key))
    await asyncio.to_thread(_append, file, [])  # a table without rows has a file too
    async for rows in result.partitions(AT_ONCE):
        await asyncio.to_thread(_append, file, [jsonable(dict(row._mapping)) for row in rows])


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
    text = "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if FORMULA.match(text) else text


async def _readme(reader: Reader, file: Path) -> None:
    head = await reader.value(sa.select(events.c.hash).order_by(events.c.seq.desc()).limit(1))
    tables = ",\n                  ".join(table.name for table in JOURNALED)
    text = README.format(now=reader.now.isoformat(), head=head or GENESIS, tables=tables)
    await asyncio.to_thread(file.write_text, text, encoding="utf-8")
