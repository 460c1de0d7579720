"""Answering: a yes or a no to one question, and all that follows from it in the same commit."""

from engine.acting import approvals, effects
from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.acting.taps import Person
from engine.autonomy import ladder
from engine.rules.house import House
from memory.db import Tx


async def yes(
    tx: Tx, house: House, asked: Approval, effect: Effect, who: Person, cause: str
) -> None:
    """Approve exactly what was asked; it may earn the like of it a rule."""
    if await approvals.decide(tx, asked, "approve", who.user, who.surface, cause):
        await effects.settle(tx, asked, "approved", cause)
        await ladder.approved(tx, house, effect, who.conv)


async def no(
    tx: Tx, house: House, asked: Approval, effect: Effect, who: Person, cause: str
) -> None:
    """Reject it; what depended on it is withdrawn, and what let the like of it run is paused."""
    if await approvals.decide(tx, asked, "reject", who.user, who.surface, cause):
        await effects.settle(tx, asked, "rejected", cause)
        await ladder.doubted(tx, house, effect, "rejected", cause)
