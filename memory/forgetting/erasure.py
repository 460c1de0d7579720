"""Erasure: what `/forget` does. Somebody's words leave the state, the log and recall together.

The log keeps its order and its proof: a redacted event says so, and the event `record.erased`
holds the fingerprint of what is left of it. Backups made earlier still hold everything.
"""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import BUSY_TIMEOUT_MS, Database, Reader, Tx, change
from memory.dialects import postgres
from memory.journal import GENESIS, Entry
from memory.recalling import recall
from memory.redaction import REDACTS, Needles, fingerprint
from memory.schema import metadata
from memory.schema.events import events as log
from memory.schema.recall import full_text, passages
from memory.schema.records import record_keys, records
from memory.texts import archive, reach
from memory.texts.archive import Packed
from memory.texts.passages import stale_meaning
from memory.texts.reach import Reach, pages

AT_ONCE = 500
IN_USE = (
    "Erased, but {name} is still being read, so old pages of it remain on the disk. Close what "
    "reads it and repeat, or restart Firstmate."
)

NO_ROOM = (
    "Erased, but there is no room to write {name} anew, so old pages of it remain on the disk. "
    "Free as much space as it takes and repeat, or restart Firstmate."
)


class Erasure(BaseModel, frozen=True):
    """What erasing changes: rows by table, events of the log, and the files that belong to it.

    `files` are sha256 digests in hex; nothing that stays needs them.
    """

    record: str
    rows: dict[str, int]
    events: int
    files: tuple[str, ...]


class BusyError(Exception):
    """The file could not be rewritten, because somebody went on reading it."""


async def preview(reader: Reader, record_id: str) -> Erasure:
    """Return what `erase` would change. KeyError: no such record."""
    found = await reach.find(reader, record_id)
    redacted = [event async for _, event, _ in _cut_events(reader, found)]
    rows = [table.name async for table, _, _ in _cut_rows(reader, found)]
    return await _erasure(reader, found, rows, len(redacted))


async def erase(tx: Tx, record_id: str, cause: str | None) -> Erasure:
    """Erase a record: its names, addresses and numbers, and the texts about it. KeyError.

    What was noted earlier in this transaction is cut as well; what is written after it must not
    name the record again. After the commit, delete the files (the event `record.erased` names
    them too) and call `scrub`.
    """
    found = await reach.find(tx, record_id)
    left = await _redact_log(tx, found)
    rows = []
    async for table, rowid, cut in _cut_rows(tx, found):
        await tx.conn.execute(sa.update(table).where(reach.rowid(table) == rowid).values(cut))
        rows.append(table.name)
    done = await _erasure(tx, found, rows, len(left))
    _cut_noted(tx, found)
    await _cut_passages(tx, found)
    await _cut_strangers(tx, found.needles)
    await tx.conn.execute(sa.delete(record_keys).filter_by(record=record_id))
    await change(tx, records, {"id": record_id}, status="erased")
    event = await events.note(
        tx, "record.erased", cause, record=record_id, files=done.files, redacted=left
    )
    for ids in _portions(sorted(left)):
        redacted = sa.update(log).where(log.c.id.in_(ids))
        await tx.conn.execute(redacted.values(redacted_by=event.id))
    return done


async def gone_files(reader: Reader, done: str | None) -> tuple[str | None, set[str]]:
    """Return the newest erasure after the event `done`, and the files that went since then.

    Not those that came anew afterwards. None: there was none.
    """
    seq = sa.func.coalesce(sa.select(log.c.seq).filter_by(id=done).scalar_subquery(), 0)
    later = sa.select(sa.func.min(log.c.seq)).where(log.c.kind.in_(REDACTS), log.c.seq > seq)
    first = await reader.value(later)
    last, gone = None, set[str]()
    if first is None:
        return last, gone
    async for event in pages(reader, log, first - 1):
        if event.kind in REDACTS:
            last = event.id
            gone.update(event.body["files"])
        elif gone:
            gone.difference_update(reach.digests([event.body, event.changes]))
    return last, gone


async def scrub(db: Database) -> None:
    """Rewrite the file, so that no erased word is left in unused pages or the write-ahead log.

    For after the commit; again does no harm. Raises BusyError.
    """
    if db.server is None:
        try:
            async with db.alone():  # a large file takes longer than a writer waits for its lock
                await asyncio.to_thread(_scrub, db.path)
        except sqlite3.OperationalError as error:
            said = NO_ROOM if db.dialect.is_full(error) else IN_USE
            raise BusyError(said.format(name=db.path.name)) from error
        return
    try:
        await postgres.scrub(db.engine)
    except TimeoutError as error:
        raise BusyError(IN_USE.format(name="the database")) from error


async def _erasure(reader: Reader, found: Reach, rows: list[str], redacted: int) -> Erasure:
    keys = sa.select(sa.func.count()).select_from(record_keys).filter_by(record=found.record)
    rows += ["record_keys"] * int(await reader.value(keys))
    rows += ["passages"] * found.passages.total()
    files = tuple(sorted(found.files - found.shared))
    return Erasure(record=found.record, rows=Counter(rows), events=redacted, files=files)


async def _redact_log(tx: Tx, found: Reach) -> dict[str, str]:
    """Cut the log; return the fingerprint of what is left of each redacted event."""
    left: dict[str, str] = {}
    async for previous, event, cut in _cut_events(tx, found):
        statement = sa.update(log).filter_by(id=event["id"])
        if event["hash"] is None:  # noted in this transaction: sealed as it is now
            await tx.conn.execute(statement.values(cut))
        else:
            await tx.conn.execute(statement.values(**cut, salt=None))
            left[event["id"]] = fingerprint(previous, {**event, **cut})
    return left


async def _cut_events(
    reader: Reader, found: Reach
) -> AsyncIterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each event that changes: the hash before it, the event, and its columns after."""
    previous = GENESIS
    async for row in pages(reader, log):
        event = dict(row._mapping)
        cut = _cut_event(event, found) | {"changes": _cut_entries(event["changes"], found)}
        if any(event[name] != value for name, value in cut.items()):
            yield previous, event, cut
        previous = event["hash"]


def _cut_event(event: dict[str, Any], found: Reach) -> dict[str, Any]:
    known = found.needles
    depth = found.depth_of_event(event["id"])
    return {
        "key": known.sure.sub(known.mark, event["key"]),
        "actor": known.cut(event["actor"], "words"),
        "body": known.cut(event["body"], depth),
    }


def _cut_entries(entries: list[Entry], found: Reach) -> list[Entry]:
    """Cut logged changes as the rows they made; the record's keys go, here as there."""
    return [
        [name, found.needles.cut_row(table, values, found.depth_of_row(name, values))]
        for name, values in entries
        if name != record_keys.name or not found.is_key(values)
        for table in [metadata.tables.get(name)]
    ]


async def _cut_rows(
    reader: Reader, found: Reach
) -> AsyncIterator[tuple[sa.Table, int, dict[str, Any]]]:
    """Yield each row that changes: its table, its rowid, and the columns that change."""
    for table in reach.TABLES:
        async for row in pages(reader, table):
            values = {column.name: row._mapping[column.name] for column in table.c}
            cut = found.needles.cut_row(table, values, found.depth_of_row(table.name, values))
            if changed := {name: cut[name] for name in cut if cut[name] != values[name]}:
                yield table, row.rowid_, changed


def _cut_noted(tx: Tx, found: Reach) -> None:
    """Cut what this transaction noted so far and is sealed only at its end."""
    for event, entries in tx.journal.noted:
        event.update(_cut_event(event, found))
        entries[:] = _cut_entries(entries, found)
    tx.journal.pending[:] = _cut_entries(tx.journal.pending, found)


async def _cut_passages(tx: Tx, found: Reach) -> None:
    """Forget the passages about the record, and cut its single names out of the others."""
    for refs in _portions(sorted(found.passages)):
        await recall.forget(tx, refs)
    async for row in pages(tx, passages):
        said = {"text": row.text, "by": row.by}
        cut = found.needles.cut(said, "words")
        if cut != said:
            await tx.conn.execute(sa.update(passages).filter_by(seq=row.seq).values(cut))
            await stale_meaning(tx, [row.seq])
    await archive.cut(tx, partial(_cut_packed, found.needles))
    words = full_text
    async for row in pages(tx, words):
        both = {"text": row.text, "before": row.before}
        cut = found.needles.cut(both, "words")
        if cut != both:
            await tx.conn.execute(sa.update(words).where(words.c.rowid == row.rowid_).values(cut))
            await stale_meaning(tx, [row.rowid_])
    await tx.at_once(tx.dialect.words.tidy)


def _cut_packed(known: Needles, one: Packed) -> Packed:
    return one._replace(text=known.cut(one.text, "words"), by=known.cut(one.by, "words"))


async def _cut_strangers(tx: Tx, known: Needles) -> None:
    """Cut the words out of tables that are not ours: DBOS's checkpoints in the same file."""
    async for table in _strangers(tx):
        async for row in pages(tx, table):
            values = {column.name: row._mapping[column.name] for column in table.c}
            cut = {name: _cut_json(known, value) for name, value in values.items()}
            if cut != values:
                statement = sa.update(table).where(reach.rowid(table) == row.rowid_)
                await tx.conn.execute(statement.values(cut))


async def _strangers(reader: Reader) -> AsyncIterator[sa.TableClause]:
    texts = await reader.at_once(reader.dialect.texts)
    for name in texts.keys() - metadata.tables.keys():
        if not name.startswith(("sqlite_", "alembic_", full_text.name)):
            yield sa.table(name, *map(sa.column, texts[name]))


def _cut_json(known: Needles, text: Any) -> Any:
    """Cut a text that may be JSON, in which letters may be escaped."""
    if not isinstance(text, str):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return known.cut(text, "words")
    cut = known.cut(value, "words")
    return text if cut == value else json.dumps(cut)


def _portions(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _scrub(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as conn:
        conn.execute("VACUUM")
        busy, *_ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise BusyError(IN_USE.format(name=path.name))
