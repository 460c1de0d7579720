"""Recounting: what came of goals that ended before there were episodes, written once for each.

start ──not all written yet──▶ work ──▶ a few goals in a short transaction ──▶ … ──▶ all written
The cursor moves with what was written, so whatever is cut off goes on where it stood.
"""

import asyncio

import sqlalchemy as sa

from engine.flow import durable
from engine.flow.durable import Work
from engine.planning import episodes
from engine.rules.house import House
from memory import cursors, events
from memory.db import Database, Tx
from memory.schema.work import outcomes

KIND = "recount"
CURSOR = "episodes"
ALL = "~"  # after every id
AT_ONCE = 20
PAUSE_S = 0.02


async def begin(db: Database) -> None:
    """Queue it, unless all of them are written."""
    async with db.transaction() as tx:
        if await cursors.get(tx, CURSOR) == ALL:
            return
        if await tx.value(sa.select(outcomes.c.goal).limit(1)) is None:
            await cursors.save(tx, CURSOR, ALL)
        elif await durable.open_work(tx, KIND, CURSOR, key="recount", lane="off_peak"):
            await events.note(tx, "episodes.due", None)


async def recount(house: House, work: Work) -> None:
    """Write what came of every goal that ended; one that has its episode keeps it."""
    while True:
        async with house.db.transaction() as tx:
            if not await _some(tx):
                return
        await asyncio.sleep(PAUSE_S)  # the chat has its turn


async def _some(tx: Tx) -> bool:
    """Write the next few; False: those were all."""
    last = await cursors.get(tx, CURSOR) or ""
    ended = sa.select(outcomes.c.goal).where(outcomes.c.goal > last)
    rows = await tx.rows(ended.order_by(outcomes.c.goal).limit(AT_ONCE))
    for row in rows:
        await episodes.write(tx, row.goal)
    await cursors.save(tx, CURSOR, rows[-1].goal if rows else ALL)
    return bool(rows)
