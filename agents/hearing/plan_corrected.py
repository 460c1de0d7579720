"""A correction of a plan that a language model made: the plan is made anew, with it as a note."""

from collections.abc import Sequence

from agents.hearing import plain
from agents.hearing.correction_words import Correction
from engine.chat import outbox
from engine.chat.messages import say
from engine.flow.durable import open_work
from engine.planning import versions
from engine.planning.goals import Goal
from memory import events
from memory.db import Reader, Tx
from memory.events import Event
from memory.ids import derived_id

KIND = "plan.corrected"
SOURCE = "correction"
WORK = "plan"
THINKING = "I plan it anew; what is done stays."
SEVERAL = (
    "That may change several of your plans:\n{}\n\nI changed nothing. Say what is not meant, such"
    " as “not Friday, Monday”, or tap “✎ Edit in words” on its card."
)


def names(goal: Goal, told: Correction) -> bool:
    """Say whether the words surely correct this plan: what is not meant was said for it."""
    said = " ".join(goal.slots["said"]).casefold()
    names = told.other is not None or bool(told.old and told.old.casefold() in said)
    return names and bool(goal.slots.get("planned"))


async def offered(reader: Reader, last: Sequence[Goal], told: Correction) -> list[Goal]:
    """Return the plans that wait for their start, if the words say that they correct something.

    Whatever they name, nothing of such a plan has begun. A command behind a “no” is none of it.
    """
    if not told.sure or plain.command(told.new) != told.new:
        return []
    found = []
    for goal in last:
        version = await versions.of_goal(reader, goal.id)
        planned = version is not None and version.proposed is not None
        if planned and version is not None and version.offered and goal.state == "open":
            found.append(goal)
    return found


async def last(reader: Reader, goal: Goal) -> str | None:
    """Return what corrected the goal last."""
    corrected = await events.of_goal(reader, goal.id, KIND)
    return corrected[-1].cause if corrected else None


async def take(tx: Tx, event: Event, goal: Goal) -> None:
    """Have the plan made anew. The words stay where they are kept, and are forgotten there."""
    noted = await events.append(
        tx, KIND, source=SOURCE, key=event.id, trust=event.trust, actor=event.actor,
        cause=event.id, goal=goal.id, body={"ref": goal.id},
    )  # fmt: skip
    if noted is not None:
        await open_work(tx, WORK, noted.id, key=derived_id("wrk", WORK, noted.id))
        await outbox.post(tx, say(f"corrected:{event.id}", THINKING), goal.conv)


async def with_note(reader: Reader, event: Event) -> Event:
    """Return the event as a tap would be that brings its words as a note."""
    said = await events.get(reader, event.cause or "")
    note = "" if said is None else str(said.body.get("words", "")).strip()
    return event.model_copy(update={"body": {**event.body, "values": {"note": note}}})
