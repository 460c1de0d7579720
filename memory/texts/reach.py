"""Reach: which rows, events, passages and files are about a record, or name it.

A row belongs to it when it does so now or did in any logged change. Nothing is changed here.
"""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from memory.db import Reader
from memory.redaction import Depth, Needles, needles
from memory.schema import metadata
from memory.schema.events import events
from memory.schema.recall import archived, boxes, passages, vectors
from memory.schema.records import (
    artifact_versions,
    artifacts,
    facts,
    record_keys,
    record_versions,
    records,
)
from memory.schema.work import effect_versions
from memory.texts import archive

RowKey = tuple[str, tuple[Any, ...]]  # table, primary key

PAGE_ROWS = 500
DIGEST = re.compile(r"[0-9a-f]{64}")
_ANY_DIGEST = re.compile(rf"(?<![0-9a-f]){DIGEST.pattern}(?![0-9a-f])")
FILES = ("file", "digest")  # where the body of an event names a kept file
DERIVED = (passages, vectors, boxes, archived)  # from the rest; their words are looked at apart
TABLES = [table for table in metadata.sorted_tables if table not in (events, *DERIVED)]


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything erasing a record reaches."""

    record: str
    needles: Needles
    own: set[RowKey] = field(default_factory=set)  # about it, whatever they say
    named: set[RowKey] = field(default_factory=set)  # they name it
    events: set[str] = field(default_factory=set)  # about it, or they name it
    written: set[str] = field(default_factory=set)  # it wrote them itself
    files: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)  # files that something else needs too
    passages: Counter[str] = field(default_factory=Counter)  # how many by their source
    keys: set[RowKey] = field(default_factory=set)  # its own now, whoever had them before

    def depth_of_row(self, table: str, values: Mapping[str, Any]) -> Depth:
        """Return how deep to cut this row, or this logged change of it."""
        key = key_of(table, values)
        if key in self.own:
            return "all"
        return "texts" if key in self.named else "words"

    def is_key(self, values: Mapping[str, Any]) -> bool:
        """Is this row, or logged change, of `record_keys` one of its keys?"""
        return values["record"] == self.record or key_of(record_keys.name, values) in self.keys

    def depth_of_event(self, event_id: str) -> Depth:
        """Return how deep to cut the body of this event."""
        if event_id in self.written:
            return "prose"
        return "texts" if event_id in self.events else "words"


async def find(reader: Reader, record_id: str) -> Reach:
    """Search everything for a record, by all names, addresses and numbers it ever had. KeyError."""
    record = await reader.row(sa.select(records).filter_by(id=record_id))
    if record is None:
        raise KeyError(record_id)
    versions = await reader.rows(sa.select(record_versions.c.state).filter_by(record=record_id))
    known = [] if record.status == "erased" else [record.state, *(row.state for row in versions)]
    found = Reach(record_id, needles(record_id, known))
    async for event in pages(reader, events):
        _see_event(found, event)
    for table in TABLES:
        async for row in pages(reader, table):
            _see_row(found, table, row._mapping)
    await _see_artifacts(reader, found)
    await _see_passages(reader, found)
    return found


async def pages(
    reader: Reader, table: sa.TableClause, after: int = -1
) -> AsyncIterator[sa.Row[Any]]:
    """Yield all rows with their `rowid_`, some at a time, so that they can be changed meanwhile.

    Or only those whose `rowid_` is greater than `after`.
    """
    number = rowid(table)
    query = sa.select(number.label("rowid_"), *table.c).order_by(number).limit(PAGE_ROWS)
    while rows := await reader.rows(query.where(number > after)):
        for row in rows:
            yield row
        after = rows[-1].rowid_


def rowid(table: sa.TableClause) -> sa.ColumnElement[int]:
    """Return the database's own number of a row, which stays when the row's key changes."""
    if isinstance(table, sa.Table) and table.autoincrement_column is not None:
        return sa.type_coerce(table.autoincrement_column, sa.Integer)
    return sa.literal_column(f'"{table.name}".rowid', sa.Integer)


def _see_event(found: Reach, event: sa.Row[Any]) -> None:
    known = found.needles
    if event.trust == "outside" and known.sure.search(event.actor):
        found.written.add(event.id)
    about = event.body.get("record") == found.record
    if about or known.named_in([event.actor, event.key, event.body]):
        found.events.add(event.id)
    if event.trust == "outside":
        for digest, goes in _files(event.body, known, event.id in found.written):
            (found.files if goes else found.shared).add(digest)
    for name, values in event.changes:
        if known.named_in_row(metadata.tables.get(name), values):
            found.named.add(key_of(name, values))


def _see_row(found: Reach, table: sa.Table, values: Mapping[Any, Any]) -> None:
    key = key_of(table.name, values)
    about = values["id"] if table is records else values.get("record")
    if table in (records, record_versions, facts) and about == found.record:
        found.own.add(key)
    elif found.needles.named_in_row(table, values):
        found.named.add(key)
    if table is record_keys and about == found.record:
        found.keys.add(key)
    if table is records and key not in found.own and values["state"].get("document"):
        found.shared.add(values["state"]["document"])
    if table is effect_versions:  # painted from what it would send, so gone with its words
        for picture in values["preview"].get("pictures", ()):
            (found.files if key in found.named else found.shared).add(picture["digest"])


async def _see_artifacts(reader: Reader, found: Reach) -> None:
    """Artifacts about the record, or from what it wrote, go wholly; with each, its versions.

    So does what was only guessed from a version: a trait of style that an edit of theirs showed.
    """
    edits = set()
    async for row in pages(reader, artifacts):
        if row.about == found.record or row.about in found.written:
            found.own.add((artifacts.name, (row.id,)))
    async for row in pages(reader, artifact_versions):
        key = (artifact_versions.name, (row.artifact, row.number))
        whole = (artifacts.name, (row.artifact,))
        if whole in found.own:
            found.own.add(key)
            edits.add(row.cause)
        elif whole in found.named:
            found.named.add(key)
        if row.digest:
            goes = key in found.own or key in found.named
            (found.files if goes else found.shared).add(row.digest)
    async for row in pages(reader, facts):
        if row.author == "agent" and row.source in edits:
            found.own.add((facts.name, (row.id,)))


async def _see_passages(reader: Reader, found: Reach) -> None:
    gone = found.events | {key[0] for _, key in found.own | found.named if len(key) == 1}
    sources: Counter[str] = Counter()
    async for row in _all_passages(reader):
        sources[row.ref] += 1
        if row.record == found.record or found.needles.named_in([row.by, row.text]):
            gone.add(row.ref)
    found.passages.update({ref: count for ref, count in sources.items() if ref in gone})


async def _all_passages(reader: Reader) -> AsyncIterator[Any]:
    async for row in pages(reader, passages):
        yield row
    async for packed in archive.each(reader):
        yield packed


def digests(value: Any) -> Iterator[str]:
    """Yield every fingerprint of a file that a JSON value names, in whatever text of it."""
    return (match[0] for match in _ANY_DIGEST.finditer(json.dumps(value)))


def key_of(name: str, values: Mapping[Any, Any]) -> RowKey:
    table = metadata.tables.get(name)
    keys = [] if table is None else table.primary_key.columns.keys()
    return name, tuple(values.get(key) for key in keys)


def _files(value: Any, known: Needles, all_go: bool) -> Iterator[tuple[str, bool]]:
    """Yield each file named in the body of an event, and whether it goes.

    Of what the record wrote, all of them; of what others wrote, only those named beside it.
    """
    if isinstance(value, dict):
        goes = all_go or known.named_in(value)
        for name in FILES:
            if isinstance(digest := value.get(name), str) and DIGEST.fullmatch(digest):
                yield digest, goes
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _files(item, known, all_go)
