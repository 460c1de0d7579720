"""The alarm clock: due moments are rows, APScheduler only looks at the wall."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.chat import tokens
from engine.flow import arrivals
from memory import cursors, events
from memory.db import Database, Tx, change, put
from memory.schema.work import alarms

LOOK_EVERY_S = 5
RING_MAX = 200
FORMS = "telegram:form:"  # a form behind a button, kept as long as the button's token

Bell = Callable[[Tx, str, str], Awaitable[None]]  # (tx, ref, cause)


async def set_alarm(tx: Tx, key: str, due_at: datetime, kind: str, ref: str, cause: str) -> None:
    """Ring `kind` for `ref` at this moment; the same key again moves the alarm."""
    row = {"key": key, "due_at": due_at, "kind": kind, "ref": ref, "state": "set"}
    await put(tx, alarms, row | {"cause": cause})


async def turn_off(tx: Tx, key: str) -> None:
    await change(tx, alarms, {"key": key}, alarms.c.state == "set", state="off")


async def tidy(db: Database) -> None:
    """Drop what can no longer be used: tokens that expired, forms nobody will fill in."""
    async with db.transaction() as tx:
        await tokens.sweep(tx)
        await arrivals.sweep(tx)
        await cursors.sweep(tx, FORMS, tx.now - tokens.LIVES)


class Clock:
    """Rings what is due, each alarm once, however often it looks."""

    def __init__(self, db: Database, bells: Mapping[str, Bell]) -> None:
        self._db = db
        self._bells = bells
        self._scheduler: Any = None

    async def ring_due(self) -> int:
        """Ring every alarm that is due, one transaction each; return how many rang."""
        async with self._db.snapshot() as reader:
            query = sa.select(alarms.c.key).filter_by(state="set")
            rows = await reader.rows(query.where(alarms.c.due_at <= reader.now).limit(RING_MAX))
        return sum([await self._ring(row.key) for row in rows])

    def start(self) -> None:
        """Look at the wall every few seconds, in the running loop."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.ring_due,
            "interval",
            seconds=LOOK_EVERY_S,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    async def _ring(self, key: str) -> bool:
        async with self._db.transaction() as tx:
            row = await tx.row(sa.select(alarms).filter_by(key=key, state="set"))
            if row is None or row.due_at > tx.now:
                return False
            await change(tx, alarms, {"key": key}, state="fired")
            rang = await events.note(tx, "alarm.rang", row.cause, alarm=key, due_at=row.due_at)
            await self._bells[row.kind](tx, row.ref, rang.id)
        return True
