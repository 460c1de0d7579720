"""Versions: what a record said at a moment, and back to what it said then.

Nothing is taken out: going back is one more version, with the words of an earlier one. What the
versions between brought goes with them: an address that came with one of them finds nobody again.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from memory import events
from memory.canon import keys, kinds, records
from memory.canon.merging import MERGED, SPLIT
from memory.canon.records import Record, Version
from memory.db import Reader, Tx
from memory.schema.events import events as log
from memory.schema.records import record_versions
from memory.schema.records import records as table


async def as_of(reader: Reader, record_id: str, moment: datetime) -> Version | None:
    """Return what was recorded then; of one that was merged by then, that of the other."""
    stayed = await _merged_by(reader, record_id, moment)
    if stayed is not None:
        return await as_of(reader, stayed, moment)
    query = sa.select(record_versions).filter_by(record=record_id)
    query = query.where(record_versions.c.at <= moment)
    row = await reader.row(query.order_by(record_versions.c.version.desc()).limit(1))
    return None if row is None else records.version(await _kind(reader, record_id), row)


async def get(reader: Reader, record_id: str, number: int) -> Version | None:
    """Return one version by its number."""
    row = await reader.row(sa.select(record_versions).filter_by(record=record_id, version=number))
    return None if row is None else records.version(await _kind(reader, record_id), row)


async def restore(tx: Tx, record_id: str, number: int, cause: str | None) -> Record:
    """Write a new version that says what version `number` said. KeyError: there is none.

    ValueError: it does not hold any more; TakenError: an address of it is another's by now.
    """
    wanted = await get(tx, record_id, number)
    now = await records.get(tx, record_id)
    if wanted is None or now is None or now.id != record_id:
        raise KeyError(record_id, number)
    said = whole(now.kind, wanted)
    record = await records.revise(tx, record_id, cause, again=True, **said)
    await keys.go_back(tx, record_id, number)
    made = record.version
    await events.note(tx, keys.RESTORED, cause, record=record_id, version=number, made=made)
    return record


def whole(kind: str, version: Version) -> dict[str, Any]:
    """Return every field of a version; what it did not know yet is empty. ValueError."""
    return kinds.model(kind, version.state).model_dump(mode="json")


async def _merged_by(reader: Reader, record_id: str, moment: datetime) -> str | None:
    """Return the record that this one was the same as at that moment."""
    query = sa.select(log.c.kind, log.c.body).where(log.c.kind.in_((MERGED, SPLIT)))
    query = query.where(log.c.body["merged"].as_string() == record_id, log.c.at <= moment)
    row = await reader.row(query.order_by(log.c.seq.desc()).limit(1))
    return str(row.body["record"]) if row is not None and row.kind == MERGED else None


async def _kind(reader: Reader, record_id: str) -> str:
    return str(await reader.value(sa.select(table.c.kind).filter_by(id=record_id)))
