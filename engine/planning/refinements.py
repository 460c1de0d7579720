"""Refinement: a better draft that is being written while the first one is asked about already.

awaited ──it comes──▶ came: the card becomes the next version, in its place
  ├──a tap, a form, a reply, a list──▶ begun ──it comes──▶ left: the operator had begun to decide
  └──▶ none (nobody wrote one) │ refused (by the rules) │ stopped (by STOP) │ late (it was settled)
       │ broken (writing it failed three times)

short (models gave it up for money alone) ──there is money──▶ awaited
  └──a tap, a form, a reply, a list──▶ forgone
"""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa

from memory import events
from memory.db import Reader, Tx, change, insert_once
from memory.schema.work import refinements

End = Literal[
    "came", "left", "none", "refused", "stopped", "late", "broken", "short", "forgone"
]  # fmt: skip
State = Literal["awaited", "begun"] | End
OPEN: tuple[State, ...] = ("awaited", "begun")
SHORT: State = "short"
BEGINS: dict[State, State] = {"awaited": "begun", "short": "forgone"}  # with a touch
SAYS: dict[State, str] = {
    "awaited": "a better draft is being written",
    "begun": "a better draft is being written; it will be left out, for you began to decide",
    "came": "a better draft came before you began, and took its place",
    "left": "a better draft came after you began to decide, so it was left out",
    "none": "no better draft was written",
    "refused": "the rules refuse the better draft, so this one stayed",
    "stopped": "STOP came, so the better draft was left out",
    "late": "it was settled before a better draft came",
    "broken": "writing a better draft went wrong three times, so this one stayed",
    "short": "a better draft was not written: the money for models did not allow for it",
    "forgone": "you began to decide before there was money for a better draft",
}


async def expect(tx: Tx, approval: str, effect: str, cause: str) -> None:
    """A better draft of what this question is about will come, if it comes in time."""
    row = {"approval": approval, "effect": effect, "state": "awaited", "at": tx.now}
    if await insert_once(tx, refinements, row):
        await events.note(tx, "refinement.awaited", cause, approval=approval, effect=effect)


async def touch(tx: Tx, refs: Sequence[str], cause: str | None) -> None:
    """The operator has begun to decide about these questions, or effects: they stay as they are."""
    about = refinements.c.approval.in_(refs) | refinements.c.effect.in_(refs)
    query = sa.select(refinements.c.approval, refinements.c.state).where(about)
    for row in await tx.rows(query.where(refinements.c.state.in_(BEGINS))):
        state = BEGINS[row.state]
        await change(tx, refinements, {"approval": row.approval}, state=state)
        await events.note(tx, f"refinement.{state}", cause, approval=row.approval)


async def lack(tx: Tx, approval: str, effect: str, cause: str) -> None:
    """The models gave up a better draft for money alone: it waits for that."""
    row = {"approval": approval, "effect": effect, "state": SHORT, "at": tx.now}
    if await insert_once(tx, refinements, row):
        await events.note(tx, "refinement.short", cause, approval=approval, effect=effect)


async def again(tx: Tx, approval: str, cause: str) -> bool:
    """There is money now for the better draft. False: it does not wait for any."""
    row, still = {"approval": approval}, refinements.c.state == SHORT
    if not await change(tx, refinements, row, still, state="awaited", ended_at=None):
        return False
    await events.note(tx, "refinement.again", cause, approval=approval)
    return True


async def end(tx: Tx, approval: str, state: End, cause: str | None) -> bool:
    """Note what came of it, once. False: it had ended, or none was awaited."""
    still = refinements.c.state.in_(OPEN)
    row = {"approval": approval}
    if not await change(tx, refinements, row, still, state=state, ended_at=tx.now):
        return False
    await events.note(tx, f"refinement.{state}", cause, approval=approval)
    return True


async def of(reader: Reader, approval: str) -> State | None:
    """Return how the better draft of a question stands; None: none was ever awaited."""
    query = sa.select(refinements.c.state).filter_by(approval=approval)
    found: State | None = await reader.value(query)
    return found


async def of_effect(reader: Reader, effect: str) -> dict[str, State]:
    """Return how the better drafts of an effect stand, by the question they are for."""
    rows = await reader.rows(sa.select(refinements).filter_by(effect=effect))
    return {row.approval: row.state for row in rows}


async def unseen(reader: Reader, effect: str) -> bool:
    """Say whether what a model wrote for an effect is on none of its cards."""
    found = await of_effect(reader, effect)
    return bool(found) and "came" not in found.values()
