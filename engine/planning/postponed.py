"""Postponed: what no model was paid for waits for the operator's word, or for tomorrow.

asked ──“Do it tomorrow”──▶ tomorrow ──after midnight──▶ taken
  ├──a raise that pays for it──▶ taken; where its money is short again it is asked anew
  └──“Drop it”──▶ dropped

The words stay with the event that brought them, and are forgotten there.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import words
from memory import events, profile
from memory.db import Reader, Tx, change, put
from memory.schema.work import postponed

Kind = Literal["plan", "answer", "research", "enrich", "rule"]
State = Literal["asked", "tomorrow", "taken", "dropped"]
WAITS: tuple[State, ...] = ("asked", "tomorrow")


class Postponed(BaseModel, frozen=True):
    """`event` wants it; a plan for `goal`, which may not be there yet. `card`: what says that."""

    event: str
    kind: Kind
    goal: str
    card: str
    conv: str | None
    state: State = "asked"
    due_at: datetime | None = None


async def ask(tx: Tx, one: Postponed) -> None:
    """It waits for the operator to say what is to become of it."""
    await put(tx, postponed, one.model_dump() | {"at": tx.now})
    await events.note(tx, "plan.short", one.event, wish=one.event, goal=one.goal)


async def put_off(tx: Tx, event: str, cause: str) -> bool:
    """Let it wait for the operator's midnight. False: it waits for that, or for nothing."""
    midnight = words.midnight(tx.now, await profile.read(tx))
    due = (midnight + timedelta(days=1)).astimezone(tx.now.tzinfo)
    return await _move(tx, event, ("asked",), "tomorrow", cause, due)


async def drop(tx: Tx, event: str, cause: str) -> bool:
    """Let it be. False: it does not wait any more."""
    return await _move(tx, event, WAITS, "dropped", cause)


async def take(tx: Tx, event: str, cause: str) -> bool:
    """Its turn has come. False: it does not wait any more."""
    return await _move(tx, event, WAITS, "taken", cause)


async def of(reader: Reader, event: str) -> Postponed | None:
    """Return what became of what an event wanted; None: it never had to wait."""
    row = await reader.row(sa.select(postponed).filter_by(event=event))
    return None if row is None else _one(row)


async def waiting(reader: Reader) -> list[Postponed]:
    """Return what waits, in the order it was asked for."""
    query = sa.select(postponed).where(postponed.c.state.in_(WAITS))
    rows = await reader.rows(query.order_by(postponed.c.at, postponed.c.event))
    return [_one(row) for row in rows]


def _one(row: sa.Row[Any]) -> Postponed:
    return Postponed(**{n: row._mapping[n] for n in Postponed.model_fields})


async def _move(
    tx: Tx, event: str, still: tuple[State, ...], state: State, cause: str,
    due: datetime | None = None,
) -> bool:  # fmt: skip
    stands = postponed.c.state.in_(still)
    if not await change(tx, postponed, {"event": event}, stands, state=state, due_at=due):
        return False
    await events.note(tx, f"plan.{state}", cause, wish=event)
    return True
