"""receive(): the one door in. A message, a mail, an alarm: stored once, then worked on."""

from typing import Any

import sqlalchemy as sa

from engine.flow.durable import open_work
from engine.flow.lanes import Lane
from memory import events
from memory.db import Reader, Tx
from memory.events import Event, Trust
from memory.schema.events import events as events_table

LANE: dict[str, Lane] = {"email.received": "today"}  # nobody waits for what comes by itself
WORK = {  # what an event sets going
    "message.received": "understand",
    "email.received": "understand",
    "file.received": "understand",
    "alarm.rang": "ring",
}


async def receive(
    tx: Tx,
    kind: str,
    *,
    source: str,
    key: str,
    trust: Trust,
    actor: str = "",
    body: dict[str, Any] | None = None,
    cause: str | None = None,
) -> Event | None:
    """Store what came in and queue the work on it, in one commit. None: we had it already.

    `source` and `key` are the outside world's own name for it (telegram, update 123), so a
    redelivery changes nothing. Only after the commit may the outside be told "received".
    """
    event = await events.append(
        tx, kind, source=source, key=key, trust=trust, actor=actor, body=body, cause=cause
    )
    if event is not None:
        await open_work(tx, WORK[kind], event.id, key=f"wrk_{event.id}", lane=LANE.get(kind, "now"))
    return event


async def recent(reader: Reader, conv: str, limit: int = 60) -> list[Event]:
    """Return what the operator sent in this conversation lately, oldest first."""
    theirs = sa.and_(
        events_table.c.kind.in_(["message.received", "file.received"]),
        events_table.c.body["conv"].as_string() == conv,
    )
    query = sa.select(events_table.c.id).where(theirs).order_by(events_table.c.seq.desc())
    found = [await events.get(reader, row.id) for row in await reader.rows(query.limit(limit))]
    return [event for event in reversed(found) if event is not None]


async def between(reader: Reader, conv: str, first: str, last: str) -> list[str]:
    """Return the operator's words in this conversation between two events, without these."""
    after, before = (
        sa.select(events_table.c.seq).filter_by(id=id).scalar_subquery() for id in (first, last)
    )
    theirs = sa.and_(
        events_table.c.kind == "message.received",
        events_table.c.body["conv"].as_string() == conv,
    )
    query = sa.select(events_table.c.id).where(
        theirs, events_table.c.seq > after, events_table.c.seq < before
    )
    found = [await events.get(reader, row.id) for row in await reader.rows(query)]
    said = [str(event.body.get("words", "")).strip() for event in found if event is not None]
    return [words for words in said if words]
