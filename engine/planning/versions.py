"""Plan version: what a goal's plan was, and why it was made anew. The newest one counts.

offered ──the operator starts it──▶ started ──a newer version──▶ replaced
                                       └──they stop it──▶ halted (what it left out stays undone)
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change
from memory.schema.work import goals, plans

RECENT = 200


class Version(BaseModel, frozen=True):
    """`proposed`: a model's plan as it was checked (`agents/plans/plan_wish.py`), else None.

    `foretold`: by step, what the rules said of it in advance (`agents/plans/foretold.py`).
    `texts`: what a model may cost that writes them (`engine/models/affording.py`).
    """

    id: str
    goal: str
    version: int
    because: str
    proposed: dict[str, Any] | None
    foretold: dict[str, Any] | None
    texts: dict[str, Any] | None = None
    started_at: datetime | None
    cause: str
    at: datetime

    @property
    def offered(self) -> bool:
        """Say whether it waits for the operator to start it."""
        return self.started_at is None

    def step(self, key: str) -> dict[str, Any]:
        """Return a step of a model's plan as it was proposed."""
        steps = (self.proposed or {}).get("steps", ())
        return next(dict(step) for step in steps if step["key"] == key)


def newest(goal_id: str) -> sa.ScalarSelect[Any]:
    """Return the id of the goal's newest plan, for a query."""
    query = sa.select(plans.c.id).filter_by(goal=goal_id).order_by(plans.c.version.desc())
    return query.limit(1).scalar_subquery()


async def of_goal(reader: Reader, goal_id: str) -> Version | None:
    """Return the newest version of a goal's plan."""
    found = await all_of(reader, goal_id)
    return found[-1] if found else None


async def all_of(reader: Reader, goal_id: str) -> list[Version]:
    """Return every version of a goal's plan, the first one first."""
    query = sa.select(plans).filter_by(goal=goal_id).order_by(plans.c.version)
    rows = await reader.rows(query)
    return [Version(**{n: row._mapping[n] for n in Version.model_fields}) for row in rows]


async def ended_well(reader: Reader) -> list[str]:
    """Return the goals that a model planned and that were done, the newest first."""
    query = sa.select(goals.c.id).join(plans, plans.c.goal == goals.c.id).distinct()
    query = query.where(plans.c.proposed.is_not(None), goals.c.state == "done")
    rows = await reader.rows(
        query.add_columns(goals.c.at).order_by(goals.c.at.desc()).limit(RECENT)
    )
    return [row.id for row in rows]


async def foretell(tx: Tx, version: Version, foretold: dict[str, Any]) -> None:
    """Keep what the rules say in advance, so that the card and a yes on it mean the same."""
    await change(tx, plans, {"id": version.id}, foretold=foretold)
    await events.note(tx, "plan.foretold", None, goal=version.goal, plan=version.id)


async def price(tx: Tx, version: Version, texts: dict[str, Any] | None) -> None:
    """Keep what its texts may cost as its card is to show it."""
    await change(tx, plans, {"id": version.id}, texts=texts)
    await events.note(tx, "plan.priced", None, goal=version.goal, plan=version.id)


async def waiting(reader: Reader) -> list[Version]:
    """Return the plans that wait for their start and whose texts cost something."""
    query = sa.select(plans.c.goal).join(goals, goals.c.id == plans.c.goal)
    query = query.where(plans.c.started_at.is_(None), goals.c.state == "open")
    rows = await reader.rows(query.distinct())
    newest = [await of_goal(reader, row.goal) for row in rows]
    return [one for one in newest if one is not None and one.offered and one.texts]


async def start(tx: Tx, version: Version, cause: str) -> bool:
    """The operator wants it. False: it was started before."""
    if not await change(
        tx, plans, {"id": version.id}, plans.c.started_at.is_(None), started_at=tx.now
    ):
        return False
    await events.note(tx, "plan.started", cause, goal=version.goal, plan=version.id)
    return True


async def halt(tx: Tx, goal_id: str, cause: str) -> None:
    """The operator stops the newest plan: what it leaves out from here on stays undone.

    One that is stopped already stays stopped by what did it first.
    """
    plan = await of_goal(tx, goal_id)
    first = plans.c.halted.is_(None)
    if plan is not None and await change(tx, plans, {"id": plan.id}, first, halted=cause):
        await events.note(tx, "plan.halted", cause, goal=goal_id, plan=plan.id)


async def resume(tx: Tx, goal_id: str, stop: str, cause: str) -> None:
    """The operator takes this stop of a plan back; one that another stopped stays so."""
    plan = await of_goal(tx, goal_id)
    stopped = plans.c.halted == stop
    if plan is not None and await change(tx, plans, {"id": plan.id}, stopped, halted=None):
        await events.note(tx, "plan.resumed", cause, goal=goal_id, plan=plan.id)


async def halted(reader: Reader, goal_id: str) -> bool:
    """Say whether the newest plan of a goal was stopped."""
    query = sa.select(plans.c.halted).filter_by(id=newest(goal_id))
    return await reader.value(query) is not None


def told(found: list[Version]) -> list[str]:
    """Say how often a plan was made anew, and why each time; nothing of one that never was."""
    if len(found) < 2:
        return []
    times = "once" if len(found) == 2 else f"{len(found) - 1} times"
    lines = [f"The plan was made anew {times}."]
    return lines + [f"Version {one.version}: {one.because}" for one in found]
