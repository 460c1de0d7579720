"""Bookkeeping: rows that only served (counts, kept answers, work that is done) go after their days.

rings at 3, with retention ──▶ a portion, in a short transaction ──▶ … ──▶ nothing is old
No event tells of them and none of them holds what happened, so no rule is asked.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from memory.db import Database, Reader
from memory.schema.models import answers
from memory.schema.recalls import recalls
from memory.schema.work import work
from memory.texts import lifetimes

AT_ONCE = 500  # rows in one transaction: 10 ms
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Sort:
    """Rows of a table that go when their days are over. `name`: as data/lifecycle.toml has it."""

    name: str
    nouns: tuple[str, str]
    key: sa.Column[str]
    since: sa.Column[datetime]
    only: sa.ColumnElement[bool] | None = None

    def old(self, now: datetime) -> sa.ColumnElement[bool]:
        over = self.since < now - lifetimes.of(self.name)
        return over if self.only is None else self.only & over


SORTS = (
    Sort("recalls", ("count of recall", "counts of recall"), recalls.c.id, recalls.c.at),
    Sort("answers", ("kept answer", "kept answers"), answers.c.key, answers.c.at),
    Sort("work", ("piece of work done", "pieces of work done"), work.c.id, work.c.due_at,
         work.c.state == "done"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """How many rows of a sort would go now, and when the oldest is from."""

    sort: Sort
    rows: int
    oldest: datetime | None


async def due(reader: Reader) -> list[Due]:
    """Count what would go now, sort by sort, without letting anything go."""
    found = []
    for sort in SORTS:
        mine = sa.select(sort.since).where(sort.old(reader.now)).order_by(sort.since)
        rows = await reader.value(sa.select(sa.func.count()).select_from(mine.subquery()))
        found.append(Due(sort, int(rows), await reader.value(mine.limit(1))))
    return found


async def sweep(db: Database) -> int:
    """Let go what is old, a portion at a time; return how many rows went."""
    gone = 0
    for sort in SORTS:
        went = AT_ONCE
        while went == AT_ONCE:
            async with db.transaction() as tx:
                some = sa.select(sort.key).where(sort.old(tx.now)).limit(AT_ONCE)
                mine = sa.delete(sort.key.table).where(sort.key.in_(some))
                went = (await tx.conn.execute(mine)).rowcount
            gone += went
            await asyncio.sleep(PAUSE_S)
    return gone
