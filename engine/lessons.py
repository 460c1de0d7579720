"""Lessons: what the operator changed by hand, or said no to and why; kept for whoever drafts next.

Each is a fact about whom it concerned, with the exact difference, from the tap that taught it.
"""

from typing import Any

from engine.effects import Effect
from memory import facts
from memory.db import Tx
from memory.ids import derived_id
from policies.rules import Action

PREFIX = "lesson."
EDITED, REJECTED = f"{PREFIX}edited", f"{PREFIX}rejected"


def by_hand(old: Action, new: Action) -> list[dict[str, Any]]:
    """Return what differs between two versions: field, before, after."""
    names = [name for name in new.args if new.args[name] != old.args.get(name)]
    return [{"field": n, "before": old.args.get(n), "after": new.args[n]} for n in names]


async def edited(tx: Tx, effect: Effect, new: Action, cause: str) -> None:
    """Keep what was changed by hand."""
    changed = by_hand(effect.action, new)
    value = {"operation": new.operation, "effect": effect.id, "changed": changed}
    await _keep(tx, EDITED, effect, value, cause)


async def rejected(tx: Tx, effect: Effect, reason: str, cause: str) -> None:
    """Keep why it was not wanted."""
    value = {"operation": effect.action.operation, "effect": effect.id, "reason": reason}
    await _keep(tx, REJECTED, effect, value, cause)


async def _keep(tx: Tx, kind: str, effect: Effect, value: dict[str, Any], cause: str) -> None:
    await facts.learn(
        tx,
        kind,
        value,
        record=effect.action.about,
        author="owner",
        source=cause,
        fact_id=derived_id("fct", kind, effect.id, effect.version, cause),
    )
