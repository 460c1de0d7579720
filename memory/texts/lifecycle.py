"""The life of a passage: hot at first, then packed away. What goes when is data/lifecycle.toml.

stored ──▶ hot: full text, vector, index ──its days are over, or there are too many──▶ archive
Whatever is forgotten goes from both. Nothing here is lost, so no rule is asked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx
from memory.schema.recall import passages as table
from memory.schema.recall import vectors
from memory.texts import archive, lifetimes, passages
from memory.texts.archive import Packed

PACKED = "memory.packed"


class Policy(BaseModel, frozen=True):
    """Days by kind of passage, how many may be hot, and below how many in them boxes are joined."""

    days: dict[str, float]
    hot: int
    join: int = 0


class Due(BaseModel, frozen=True):
    """A session that may be packed away: its first passage names it."""

    session: str
    last_at: datetime
    passages: int


@cache
def policy() -> Policy:
    told = lifetimes.read()
    return Policy(days=told["days"], hot=told["hot"]["passages"], join=told["boxes"]["join"])


async def due(reader: Reader, rules: Policy) -> list[Due]:
    """Return the sessions whose days are over, and the oldest of those that are too many."""
    c = table.c
    last, count = sa.func.max(c.at).label("last"), sa.func.count().label("passages")
    found = sa.select(c.session, c.kind, last, count).group_by(c.session, c.kind)
    rows = await reader.rows(found.order_by(c.session))
    sessions = []
    over = set()
    for name, kinds in groupby(rows, lambda row: str(row.session)):
        parts = list(kinds)
        if any(row.kind not in rules.days for row in parts):
            continue
        one = Due(
            session=name,
            last_at=max(row.last for row in parts),
            passages=sum(row.passages for row in parts),
        )
        sessions.append(one)
        ends = max(row.last + timedelta(days=rules.days[row.kind]) for row in parts)
        if ends <= reader.now:
            over.add(name)
    left = sum(row.passages for row in rows)
    going = []
    for one in sorted(sessions, key=lambda one: (one.session not in over, one.last_at)):
        if one.session not in over and left <= rules.hot:
            break
        left -= one.passages
        going.append(one)
    return going


async def pack(tx: Tx, sessions: Sequence[str], cause: str | None, limit: int | None = None) -> int:
    """Pack these sessions away; return how many passages went. A second time: none.

    With a limit no more than so many go, the first said first: call it until fewer go. Signals
    "forgotten" for each, because the index no longer holds it.
    """
    first = sa.select(table.c.seq).where(table.c.session.in_(sessions)).order_by(table.c.seq)
    rows = await tx.rows(
        sa.select(table, vectors.c.encoder, vectors.c.numbers)
        .outerjoin(vectors, vectors.c.seq == table.c.seq)
        .where(table.c.seq.in_(first.limit(limit)))
        .order_by(table.c.seq)
    )
    some = {row.seq: _packed(row) for row in rows}
    by_session: dict[str, list[Packed]] = {}
    for one in some.values():
        by_session.setdefault(one.session, []).append(one)
    topics: dict[str, list[Packed]] = {}
    for session in by_session.values():
        topics.setdefault(session[0].conv or session[0].record or "", []).extend(session)
    if rows:
        await passages.remove(tx, table.c.seq.in_(some))
    for topic, mine in topics.items():
        await archive.put(tx, topic, mine)
    if rows:
        await events.note(tx, PACKED, cause, passages=len(some), sessions=len(by_session))
    return len(some)


async def hot(reader: Reader) -> int:
    """Return how many passages the hot index holds."""
    return int(await reader.value(sa.select(sa.func.count()).select_from(table)))


def _packed(row: sa.Row[Any]) -> Packed:
    said = {name: getattr(row, name) for name in Packed._fields[:-2]}
    return Packed(**said, encoder=row.encoder or "", numbers=row.numbers or b"")
