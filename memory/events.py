"""Event: something that happened. Append-only; nothing here updates or deletes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, Field

from memory.db import Reader, Tx
from memory.journal import jsonable
from memory.schema.events import events

Trust = Literal["operator", "system", "outside"]
CAUSES_MAX = 100


class Event(BaseModel, frozen=True):
    """One fact of history. `source` and `key` together are the outside world's name for it."""

    id: str
    kind: str
    source: str
    key: str
    trust: Trust
    actor: str = ""
    cause: str | None = None
    goal: str | None = None
    body: dict[str, Any] = Field(default_factory=dict)
    at: datetime


async def append(
    tx: Tx,
    kind: str,
    *,
    source: str,
    key: str,
    trust: Trust,
    actor: str = "",
    cause: str | None = None,
    goal: str | None = None,
    body: dict[str, Any] | None = None,
) -> Event | None:
    """Record what the outside told us. None: the same source already told us of it."""
    event = Event(
        id=tx.id("evt"),
        kind=kind,
        source=source,
        key=key,
        trust=trust,
        actor=actor,
        cause=cause,
        goal=goal,
        body=jsonable(body or {}),
        at=tx.now,
    )
    row = event.model_dump()
    statement = tx.dialect.insert(events).values({**row, "changes": []})
    if (await tx.conn.execute(statement.on_conflict_do_nothing())).rowcount != 1:
        return None
    tx.journal.note(row)
    return event


async def note(
    tx: Tx,
    kind: str,
    cause: str | None,
    *,
    goal: str | None = None,
    actor: str = "",
    trust: Trust = "system",
    **body: Any,
) -> Event:
    """Record something the system itself did, or was told to do, because of `cause`."""
    event = await append(
        tx,
        kind,
        source="engine",
        key=tx.id("own"),
        trust=trust,
        actor=actor,
        cause=cause,
        goal=goal,
        body=body,
    )
    assert event is not None  # its key is fresh
    return event


async def of_goal(reader: Reader, goal: str, kind: str) -> list[Event]:
    """Return a goal's events of this kind, oldest first."""
    query = sa.select(events).filter_by(goal=goal, kind=kind).order_by(events.c.seq)
    return [_event(row) for row in await reader.rows(query)]


async def get(reader: Reader, event_id: str) -> Event | None:
    row = await reader.row(sa.select(events).filter_by(id=event_id))
    return None if row is None else _event(row)


async def by_key(reader: Reader, source: str, key: str) -> Event | None:
    """Return the event that this source told us of under this name."""
    row = await reader.row(sa.select(events).filter_by(source=source, key=key))
    return None if row is None else _event(row)


async def causes(reader: Reader, event_id: str) -> list[Event]:
    """Return the chain of events that led here, newest first: the answer to `/why`."""
    chain: list[Event] = []
    next_id: str | None = event_id
    while next_id is not None and len(chain) < CAUSES_MAX:
        event = await get(reader, next_id)
        if event is None:
            break
        chain.append(event)
        next_id = event.cause
    return chain


async def newest(reader: Reader, *kinds: str) -> str | None:
    """Return the id of the newest event of these kinds."""
    query = sa.select(events.c.id).where(events.c.kind.in_(kinds)).order_by(events.c.seq.desc())
    id: str | None = await reader.value(query.limit(1))
    return id


async def newest_of_each(reader: Reader, kinds: Sequence[str]) -> tuple[int, ...]:
    """Return the place in the log of the newest event of each of these kinds; 0: there is none."""
    newest = [
        sa.select(sa.func.max(events.c.seq)).filter_by(kind=kind).scalar_subquery()
        for kind in kinds
    ]
    row = await reader.row(sa.select(*newest))
    return tuple(seq or 0 for seq in row or ())


async def of_kind(reader: Reader, *kinds: str) -> list[Event]:
    """Return every event of these kinds, oldest first."""
    mine = sa.select(events).where(events.c.kind.in_(kinds))
    rows = await reader.rows(mine.order_by(events.c.seq))
    return [_event(row) for row in rows]


async def about(reader: Reader, goal: str) -> list[Event]:
    """Return everything that happened for one goal, oldest first."""
    rows = await reader.rows(sa.select(events).filter_by(goal=goal).order_by(events.c.seq))
    return [_event(row) for row in rows]


def _event(row: sa.Row[Any]) -> Event:
    return Event(**{name: row._mapping[name] for name in Event.model_fields})
