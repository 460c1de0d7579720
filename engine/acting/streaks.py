"""Streak: how often in a row the operator approved the like of an action, unchanged.

The like is the same operation for the same person. An edit, a no, an undo or a complaint ends it.
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from memory import events
from memory.db import Reader, Tx
from memory.schema.events import events as log
from memory.schema.work import approvals, decisions, effect_versions

MAX = 50  # counted no further
ENDED = "streak.ended"
Why = Literal["edited", "rejected", "redirected", "undone", "complained"]


class Like(NamedTuple):
    """What counts as the like: `counterpart` is the fact of that name, "" for nobody or several."""

    operation: str
    counterpart: str


async def like(reader: Reader, effect: str, version: int) -> Like:
    """Return what a version of an effect is the like of."""
    said = effect_versions.c.operation, effect_versions.c.counterpart
    row = await reader.row(sa.select(*said).filter_by(effect=effect, version=version))
    assert row is not None
    return Like(row.operation, row.counterpart)


async def length(reader: Reader, of: Like) -> int:
    """Count the approvals in a row, the newest first, up to MAX; for nobody or several it is 0."""
    if not of.counterpart:
        return 0
    of_version = sa.and_(
        approvals.c.effect == effect_versions.c.effect,
        approvals.c.version == effect_versions.c.version,
    )
    query = (
        sa.select(effect_versions.c.author, decisions.c.answer)
        .join(approvals, approvals.c.id == decisions.c.approval)
        .join(effect_versions, of_version)
        .where(effect_versions.c.operation == of.operation)
        .where(effect_versions.c.counterpart == of.counterpart)
        .order_by(decisions.c.at.desc())
        .limit(MAX)
    )
    ended = await _ended(reader, of)
    if ended is not None:
        query = query.where(decisions.c.at > ended)
    count = 0
    for row in await reader.rows(query):
        if row.answer != "approve" or row.author == "operator":
            break
        count += 1
    return count


async def end(tx: Tx, of: Like, effect: str, why: Why, cause: str) -> None:
    """Note that one of the like was not right after all."""
    body: dict[str, Any] = of._asdict()
    await events.note(tx, ENDED, cause, effect=effect, why=why, **body)


async def _ended(reader: Reader, of: Like) -> datetime | None:
    """Return when the newest streak of the like ended."""
    query = (
        sa.select(log.c.at)
        .where(log.c.kind == ENDED)
        .where(log.c.body["operation"].as_string() == of.operation)
        .where(log.c.body["counterpart"].as_string() == of.counterpart)
        .order_by(log.c.seq.desc())
    )
    row = await reader.row(query.limit(1))
    return None if row is None else row.at
