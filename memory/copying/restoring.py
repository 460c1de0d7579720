"""Restoring: a company in a new folder, from a backup or from an export. All of it, or nothing.

Every file is compared with the manifest, the log is verified and replayed, and only then the
folder gets its name. What is derived (full text, vectors) is made anew from an export.
"""

import asyncio
import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory import upgrade
from memory.copying import copies, verify
from memory.copying.copies import Manifest, RefusedError
from memory.copying.transfer import AT_ONCE, DATABASE, EXPORTED, FILES, columns
from memory.db import Database, Tx
from memory.schema.columns import Moment
from memory.texts import archive, passages

FAULTS_SAID = 3


async def restore(backup: Path, target: Path) -> verify.Report:
    """Put a backup back as the data folder `target`, new or empty. Raises RefusedError."""
    manifest = await asyncio.to_thread(copies.opened, backup, "backup")
    with copies.made(target) as half:
        await asyncio.to_thread(_put, backup, half)
        (half / copies.MANIFEST).unlink()
        await asyncio.to_thread(upgrade.upgrade, half / DATABASE)
        return await _checked(half, manifest)


async def take_in(export: Path, target: Path) -> verify.Report:
    """Make an export a data folder again, `target`, new or empty. Raises RefusedError."""
    manifest = await asyncio.to_thread(copies.opened, export, "export")
    with copies.made(target) as half:
        await asyncio.to_thread(_put, export / FILES, half)
        await asyncio.to_thread(upgrade.upgrade, half / DATABASE)
        db = Database(half / DATABASE)
        try:
            async with db.transaction() as tx:
                for table in EXPORTED:
                    await _fill(tx, table, export / f"{table.name}.jsonl")
                await passages.write_words(tx, sa.true())
                await archive.write_words(tx)
        finally:
            await db.close()
        return await _checked(half, manifest)


async def _checked(folder: Path, manifest: Manifest) -> verify.Report:
    """Verify what was put there; RefusedError where it is not what the manifest says."""
    db = Database(folder / DATABASE)
    try:
        report = await verify.verify(db, manifest.head)
    finally:
        await db.close()
    faults = list(report.faults)
    if report.head != manifest.head:
        faults.insert(0, "The log does not end where the manifest says.")
    if faults:
        more = f" ({len(faults)} faults)" if len(faults) > FAULTS_SAID else ""
        raise RefusedError(f"Nothing was restored: {' '.join(faults[:FAULTS_SAID])}{more}")
    return report


async def _fill(tx: Tx, table: sa.Table, file: Path) -> None:
    with _lines(file) as lines:
        while some := await asyncio.to_thread(_rows, table, lines):
            await tx.conn.execute(sa.insert(table), some)


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[str]]:
    try:
        stream = file.open(encoding="utf-8")
    except FileNotFoundError:
        raise RefusedError(f"{file.name} is missing; {WRITTEN_BY_ANOTHER}") from None
    with stream:
        yield iter(stream)


def _rows(table: sa.Table, lines: Iterator[str]) -> list[dict[str, Any]]:
    return [_row(table, json.loads(line)) for line in islice(lines, AT_ONCE)]


def _row(table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its table takes it."""
    known = {column.name: column for column in columns(table)}
    if values.keys() != known.keys():
        raise RefusedError(f"{table.name} has other columns; {WRITTEN_BY_ANOTHER}")
    return {name: _value(column, values[name]) for name, column in known.items()}


def _value(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(column.type, Moment) and value is not None:
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.LargeBinary):
        return b64decode(value)
    return value


def _put(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)
    target.chmod(0o700)


WRITTEN_BY_ANOTHER = (
    "another version of Firstmate wrote this export. Import it with that one, then make a backup: "
    "that is brought to this version when it is restored."
)
