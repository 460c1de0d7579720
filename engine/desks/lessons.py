"""Lessons: what the operator changed by hand, or said no to and why; kept for whoever drafts next.

Each is a fact about whom it concerned, with the exact difference, from the tap that taught it.
"""

from typing import Any

from engine.acting.effects import Effect
from engine.planning import edits
from engine.rules import learning
from memory import events
from memory.beliefs import facts
from memory.db import Tx
from memory.ids import derived_id
from policies.rules import RUNS_BY_ITSELF, Action, Book

PREFIX = "lesson."
EDITED, REJECTED = f"{PREFIX}edited", f"{PREFIX}rejected"


async def edited(tx: Tx, book: Book, effect: Effect, new: Action, cause: str) -> bool:
    """Keep what was changed by hand. False: the rules do not let it be remembered."""
    changed = edits.by_hand(effect.action, new)
    value = {"operation": new.operation, "effect": effect.id, "changed": changed}
    return await _keep(tx, book, EDITED, effect, value, cause)


async def rejected(tx: Tx, book: Book, effect: Effect, reason: str, cause: str) -> None:
    """Keep why it was not wanted."""
    value = {"operation": effect.action.operation, "effect": effect.id, "reason": reason}
    await _keep(tx, book, REJECTED, effect, value, cause)


async def _keep(
    tx: Tx, book: Book, kind: str, effect: Effect, value: dict[str, Any], cause: str
) -> bool:
    """Keep it where the rules let it be remembered; nobody is asked about a remark."""
    text = str(value)
    said = await learning.judged(tx, book, "fact", trust="operator", text=text, attribute=kind)
    if said.outcome not in RUNS_BY_ITSELF:
        await events.note(tx, "memory.refused", cause, what=kind, because=said.because)
        return False
    await facts.learn(
        tx,
        kind,
        value,
        record=effect.action.about,
        author="owner",
        source=cause,
        fact_id=derived_id("fct", kind, effect.id, effect.version, cause),
    )
    return True
