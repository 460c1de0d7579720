"""What became of what a model said that is no draft: of a plan, an answer, a mail that was read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.chat import outbox
from engine.chat.messages import Quote
from engine.keeping import recalls
from engine.planning import goals, suggestions, versions
from memory.db import Reader
from memory.schema import work

FROM_BELOW = "from the passages below"  # who wrote a paragraph above its quotations


@dataclass(frozen=True, slots=True)
class Decided:
    """What the operator did with it. `edited`: it was changed before it was taken."""

    edited: bool = False
    rejected: bool = False


async def of(reader: Reader, purpose: str, task: str) -> Decided | None:
    """Return what became of what a task was told. None: nobody decided about it yet."""
    return await OF[purpose](reader, task)


async def _plan(reader: Reader, goal_id: str) -> Decided | None:
    """A plan is taken with its start, changed by a note before that, refused if it is dropped."""
    found, goal = await versions.all_of(reader, goal_id), await goals.get(reader, goal_id)
    if goal is None or not found or (found[-1].offered and goal.state == "open"):
        return None
    edited = any(one.offered for one in found[:-1])
    return Decided(edited=edited, rejected=found[-1].offered)


async def _answer(reader: Reader, event: str) -> Decided | None:
    """An answer counts unless it did not hold, so that nobody saw it, or was not what was asked."""
    posted = await outbox.get(reader, f"asked:{event}")
    if posted is None:
        return None
    shown = any(isinstance(p, Quote) and p.who.endswith(FROM_BELOW) for p in posted.msg.parts)
    return Decided(rejected=not shown or await recalls.was_wrong(reader, event))


async def _mail(reader: Reader, event: str) -> Decided | None:
    """What a mail asks for is taken, perhaps with other words on its card, or put away."""
    states = {one.state for one in await suggestions.of_event(reader, event)}
    if "taken" not in states:
        return Decided(rejected=True) if "dropped" in states else None
    by_hand = (
        sa.select(work.effect_versions.c.version)
        .join(work.effects, work.effects.c.id == work.effect_versions.c.effect)
        .join(work.goals, work.goals.c.id == work.effects.c.goal)
        .where(work.goals.c.slots["mail"].as_string() == event)
        .where(work.effect_versions.c.author == "operator")
    )
    return Decided(edited=await reader.value(by_hand.limit(1)) is not None)


OF: Mapping[str, Callable[[Reader, str], Awaitable[Decided | None]]] = {
    "plan": _plan,
    "answer": _answer,
    "intake": _mail,
}
