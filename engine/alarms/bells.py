"""What happens when an alarm rings: a question expires or is asked again, a reminder, evening."""

from collections.abc import Mapping

from engine.acting import approvals, effects
from engine.alarms import evening
from engine.chat import outbox
from engine.chat.messages import say
from engine.desks import triage
from engine.drawing import cards
from engine.flow.schedule import Bell
from engine.keeping import review
from engine.models import shortage
from engine.objectives import strategy
from engine.rules import retention
from memory import events
from memory.db import Tx


async def arm(tx: Tx, cause: str | None) -> None:
    """Set what rings once a day or a week, by the operator's wall."""
    await evening.arm(tx, cause)
    await retention.arm(tx, cause)
    await review.arm(tx, cause)
    await strategy.arm(tx, cause)


async def expire(tx: Tx, ref: str, cause: str) -> None:
    """Nobody answered in time: it is not done, and that is said."""
    asked = await approvals.get(tx, ref)
    if asked is not None and asked.state == "open":
        await effects.end(tx, asked.effect, "expired", cause)


async def remind(tx: Tx, ref: str, cause: str) -> None:
    """Bring a question that still waits back to the bottom of every conversation."""
    asked = await approvals.get(tx, ref)
    if asked is None or asked.state != "open":
        return
    await approvals.wake(tx, asked.id, cause)
    await cards.show(tx, asked.effect)
    await outbox.show_everywhere_again(tx, cards.key(asked.effect, asked.version))


async def reminder(tx: Tx, ref: str, cause: str) -> None:
    """Say what the operator wanted to be reminded of."""
    set_ = await events.get(tx, ref)
    if set_ is not None:
        await outbox.post(tx, say(f"reminder:{ref}", f"⏰ {set_.body['text']}"))


BELLS: Mapping[str, Bell] = {
    "expire": expire,
    "remind": remind,
    "reminder": reminder,
    "aside": triage.set_aside,
    evening.KIND: evening.ring,
    retention.KIND: retention.ring,
    review.KIND: review.ring,
    shortage.KIND: shortage.ring,
    strategy.KIND: strategy.ring,
}
