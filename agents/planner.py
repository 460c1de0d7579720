"""The planner: from a wish with its blanks filled to a goal with a plan. A playbook, no model."""

from dataclasses import dataclass
from typing import Any

from agents.library import Playbook
from agents.words import Candidate
from engine import goals, plans
from memory import events
from memory.db import Tx

AGENTS = {  # who carries out which operation; all of them work by rules until minds arrive
    "email": "writer",
    "payments": "bookkeeper",
    "invoices": "bookkeeper",
    "calendar": "scheduler",
    "reminders": "scheduler",
    "cms": "publisher",
    "records": "librarian",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants, understood: which playbook, with which values, said by whom.

    `said`: the operator's own words so far. `mail`: the event it was read in, if it was.
    """

    playbook: Playbook
    values: dict[str, Candidate]
    said: tuple[str, ...]
    because: str
    mail: str | None = None


async def plan(tx: Tx, wish: Wish, goal_id: str, cause: str, conv: str | None) -> str:
    """Take the goal on and write its plan; the same goal id again changes nothing."""
    playbook = wish.playbook
    slots = {
        "values": {n: v.model_dump(mode="json") for n, v in wish.values.items()},
        "said": list(wish.said),
        "mail": wish.mail,
        "outcome": playbook.outcome.model_dump(),
    }
    title = title_of(wish)
    new = await goals.open_goal(
        tx, goal_id, title, asked_by=cause, conv=conv, playbook=playbook.id, slots=slots
    )
    goal = await goals.get(tx, goal_id)
    assert goal is not None
    if new and playbook.steps:
        noted = await events.note(tx, "playbook.chosen", cause, goal=goal_id, playbook=playbook.id)
        await plans.make(tx, goal, _steps(playbook), wish.because, noted.id)
    return goal_id


def title_of(wish: Wish) -> str:
    """Return the wish in a few words: “Refund · Ada Example · PAY-1042”."""
    labels = [value.label.partition(" · ")[0] for value in wish.values.values()]
    return " · ".join(dict.fromkeys([wish.playbook.title, *labels]))


def _steps(playbook: Playbook) -> tuple[plans.Step, ...]:
    return tuple(
        plans.Step(
            key=step.key,
            title=step.title,
            operation=step.operation,
            agent=AGENTS.get(step.operation.split(".")[0], "front"),
            args=step.args,
            after=step.after,
            why=step.why,
        )
        for step in playbook.steps
    )


def step_of(playbook: Playbook, key: str) -> Any:
    """Return the playbook's step of this key."""
    return next(step for step in playbook.steps if step.key == key)
