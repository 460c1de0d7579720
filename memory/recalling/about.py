"""About: what is kept of a record, whether or not a question would find it."""

from collections.abc import Collection

import sqlalchemy as sa

from memory.beliefs import standing
from memory.db import Reader
from memory.recalling import scope
from memory.recalling.recall import KEPT, Recalled
from memory.schema.recall import archived, passages

GONE = ("withdrawn", "over")


async def newest(reader: Reader, record: str, most: int) -> list[Recalled]:
    """Return the newest passages about a record that stand, and are not secret; newest first."""
    within = await scope.read(reader, record=record, sensitivity="personal")
    query = sa.select(passages).where(*within.where()).order_by(passages.c.seq.desc())
    rows = await reader.rows(query.limit(most))
    stand = await standing.of(reader, [row.ref for row in rows])
    return [
        Recalled(**{name: row._mapping[name] for name in KEPT}, score=0.0, because="")
        for row in rows
        if stand.get(row.ref) not in GONE
    ]


async def kept(reader: Reader, refs: Collection[str]) -> bool:
    """Say whether any passage from these sources is still kept; what is forgotten has none."""
    for table in (passages, archived):
        query = sa.select(table.c.id).where(table.c.ref.in_(refs)).limit(1)
        if await reader.value(query) is not None:
            return True
    return False
