"""Postponed: a plan that no model was paid to make waits for the operator's word, or for tomorrow.

asked ──“Do it tomorrow”──▶ tomorrow ──after midnight──▶ taken
  ├──a raise that pays for it──▶ taken; where its money is short again it is asked anew
  └──“Drop it”──▶ dropped

The words stay with the event that brought them, and are forgotten there.
"""

from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import words
from memory import events, profile
from memory.db import Reader, Tx, change, put
from memory.schema.work import postponed

State = Literal["asked", "tomorrow", "taken", "dropped"]
WAITS: tuple[State, ...] = ("asked", "tomorrow")


class Postponed(BaseModel, frozen=True):
    """`event` wants a plan for `goal`, which may not be there yet. `card`: what says that."""

    event: str
    goal: str
    card: str
    conv: str | None
    state: State
    due_at: datetime | None


async def ask(tx: Tx, event: str, goal: str, card: str, conv: str | None) -> None:
    """It waits for the operator to say what is to become of it."""
    row = {"event": event, "goal": goal, "card": card, "conv": conv, "state": "asked"}
    await put(tx, postponed, row | {"due_at": None, "at": tx.now})
    await events.note(tx, "plan.short", event, wish=event, goal=goal)


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


async def waiting(reader: Reader) -> list[Postponed]:
    """Return what waits, in the order it was asked for."""
    query = sa.select(postponed).where(postponed.c.state.in_(WAITS))
    rows = await reader.rows(query.order_by(postponed.c.at, postponed.c.event))
    return [Postponed(**{n: row._mapping[n] for n in Postponed.model_fields}) for row in rows]


async def _move(
    tx: Tx, event: str, still: tuple[State, ...], state: State, cause: str,
    due: datetime | None = None,
) -> bool:  # fmt: skip
    stands = postponed.c.state.in_(still)
    if not await change(tx, postponed, {"event": event}, stands, state=state, due_at=due):
        return False
    await events.note(tx, f"plan.{state}", cause, wish=event)
    return True
