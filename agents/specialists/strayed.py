"""What a specialist wanted besides its task: kept where it can be seen, never done or asked."""

from dataclasses import dataclass

from agents.reading import item
from engine.planning import suggestions
from engine.planning.goals import Goal
from engine.planning.plans import Task
from memory import events
from memory.db import Database

LEFT = "What was wanted is not what was planned, so it was kept as a suggestion."


@dataclass(frozen=True, slots=True)
class Stray:
    """A call outside the plan: what it would have done, and how it left the plan."""

    title: str
    because: str


async def keep(db: Database, goal: Goal, task: Task, strays: list[Stray]) -> None:
    """Note each, and show them in the item of the mail that the goal is about."""
    if not strays:
        return
    mail = goal.slots["mail"]
    async with db.transaction() as tx:
        for stray in strays:
            noted = await events.note(
                tx,
                "call.unplanned",
                goal.asked_by,
                goal=goal.id,
                task=task.id,
                title=stray.title,
                because=stray.because,
            )
            if mail is not None:
                await suggestions.keep(tx, mail, stray.title, noted.id)
        if mail is not None:
            await item.show(tx, mail, await item.conversation(tx, mail))
