"""Daily alarms: once a day, or a week, at an hour on the operator's wall, set again when it rings.

set ──at its hour──▶ rings, and is set for the next day in the same transaction
A day that was slept through rings once, at the next start.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.flow import schedule
from memory import events, profile
from memory.db import Tx
from memory.schema.work import alarms


def next_ring(now: datetime, zone: str, at: time, weekday: int | None = None) -> datetime:
    """Return the next such hour on the wall of this zone, summer time or not.

    `weekday`: only on that day of the week, Monday is 0.
    """
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= at)
    ahead = 0 if weekday is None else (weekday - day.weekday()) % 7
    return datetime.combine(day + timedelta(days=ahead), at, local.tzinfo)


async def arm(
    tx: Tx, kind: str, at: time, cause: str | None, *, weekday: int | None = None
) -> None:
    """Set the next alarm of this kind; one that is due and has not rung yet stays."""
    due = next_ring(tx.now, await profile.get(tx, "zone"), at, weekday)
    row = await tx.row(sa.select(alarms).filter_by(key=kind, state="set"))
    if row is not None and (row.due_at <= tx.now or row.due_at == due):
        return
    noted = await events.note(tx, f"{kind}.set", cause, due_at=due)
    await schedule.set_alarm(tx, kind, due, kind, "", noted.id)


async def again(tx: Tx, kind: str, at: time, cause: str, *, weekday: int | None = None) -> None:
    """Set the alarm that rings now for the next day, or week."""
    due = next_ring(tx.now, await profile.get(tx, "zone"), at, weekday)
    await schedule.set_alarm(tx, kind, due, kind, "", cause)
