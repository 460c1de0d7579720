"""Relations: whom a record names, and who names it. “Ada works at Example GmbH” is a field of Ada.

So a relation is typed by its field, kept with every version, and taken back by going back.
"""

from typing import NamedTuple

import sqlalchemy as sa

from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader
from memory.schema.records import records as table

LISTED_MAX = 20


class Relation(NamedTuple):
    """How a record is related to the other: “works at”, “employs”."""

    says: str
    other: Record


async def of(reader: Reader, record: Record) -> list[Relation]:
    """Return what a record names, then what names it, newest first."""
    found = []
    for _, meant, id in kinds.named(record.kind, record.state):
        other = await records.get(reader, id)
        found += [Relation(meant.says, other)] if other is not None else []
    ids = await records.same(reader, record.id)
    for kind in kinds.KINDS:
        for field, meant in kinds.names(kind).items():
            if record.kind in meant.kinds:
                named = await _naming(reader, kind, field, ids)
                found += [Relation(meant.back, other) for other in named]
    return found


async def _naming(reader: Reader, kind: str, field: str, ids: list[str]) -> list[Record]:
    """Return the records whose field is, or holds, one of these ids."""
    said = table.c.state[field].as_string()
    query = sa.select(table).where(sa.or_(*(said.contains(id) for id in ids)))
    query = query.where(table.c.kind == kind, table.c.status.in_(("active", "proposed")))
    rows = await reader.rows(query.order_by(table.c.at.desc(), table.c.id).limit(LISTED_MAX))
    return [records.of_row(row) for row in rows]
