"""The tree of what is wanted: objective → projects → goals → tasks, and what each cost so far."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.schema.models import costs
from memory.schema.work import goals, outcomes

LOOSE_MAX = 200


@dataclass(frozen=True, slots=True)
class Sums:
    """What came of some goals: how many ended well, in vain, or are open; their cost and minutes.

    `cost` is in the company's currency, open goals included.
    """

    done: int
    vain: int
    open: int
    cost: Decimal
    minutes: int

    def says(self, currency: str) -> str:
        """Return it in one line, as `/cost` and `/objectives` say it."""
        parts = [f"{self.done} done"]
        parts += [f"{self.vain} came to nothing"] if self.vain else []
        parts += [f"{self.open} open"] if self.open else []
        parts.append(words.cost(self.cost, currency))
        parts += [f"about {self.minutes} minutes saved"] if self.minutes else []
        return ", ".join(parts)


async def objectives(reader: Reader, *, ended: bool = False) -> list[Record]:
    """Return the objectives that are open, oldest first."""
    found = await records.of_kind(reader, "objective")
    return [one for one in reversed(found) if ended or one.state["status"] == "open"]


async def projects(reader: Reader, objective: str | None = None) -> list[Record]:
    """Return the projects, or those that serve an objective, oldest first."""
    found = reversed(await records.of_kind(reader, "project"))
    if objective is None:
        return list(found)
    same = await records.same(reader, objective)
    return [one for one in found if one.state.get("objective") in same]


async def goals_of(reader: Reader, project: str) -> list[sa.Row[Any]]:
    """Return the goals of a project, oldest first."""
    mine = goals.c.project.in_(await records.same(reader, project))
    return await reader.rows(sa.select(goals).where(mine).order_by(goals.c.at, goals.c.id))


async def loose(reader: Reader, conv: str) -> list[sa.Row[Any]]:
    """Return the open goals of a conversation that are done for no project, newest first."""
    query = sa.select(goals).filter_by(conv=conv, project=None, state="open")
    return await reader.rows(query.order_by(goals.c.at.desc(), goals.c.id).limit(LOOSE_MAX))


async def above(reader: Reader, project: str | None) -> tuple[Record | None, Record | None]:
    """Return the project of a goal, and the objective that it serves."""
    found = None if project is None else await records.get(reader, project)
    if found is None or not found.state.get("objective"):
        return found, None
    return found, await records.get(reader, found.state["objective"])


async def says_above(reader: Reader, project: str | None) -> str:
    """Return what a goal is done for: “project Spring, for the objective grow newsletter”."""
    mine, over = await above(reader, project)
    if mine is None:
        return ""
    return f"project {mine.name}" + (f", for the objective {over.name}" if over else "")


async def sums(reader: Reader, ids: Iterable[str]) -> Sums:
    """Add up what came of these goals."""
    wanted = list(ids)
    ended = await reader.rows(sa.select(outcomes).where(outcomes.c.goal.in_(wanted)))
    still = sa.select(goals.c.id).where(goals.c.id.in_(wanted), goals.c.state == "open")
    opened = {row.id for row in await reader.rows(still)}
    ended = [row for row in ended if row.goal not in opened]  # one taken up again has not ended
    spent = await reader.rows(sa.select(costs.c.amount).where(costs.c.goal.in_(wanted)))
    done = sum(1 for row in ended if row.succeeded)
    return Sums(
        done=done,
        vain=len(ended) - done,
        open=len(opened),
        cost=sum((Decimal(row.amount) for row in spent), Decimal(0)),
        minutes=sum(row.minutes_saved for row in ended),
    )


async def rolled_up(reader: Reader, currency: str) -> list[str]:
    """Return one line for each objective and each project that had goals, for `/cost`."""
    known = await projects(reader)
    by_project = {one.id: [row.id for row in await goals_of(reader, one.id)] for one in known}
    groups = [(f"project {one.name}", by_project[one.id]) for one in known]
    for objective in reversed(await objectives(reader, ended=True)):
        mine = await projects(reader, objective.id)
        ids = [id for one in mine for id in by_project[one.id]]
        groups.insert(0, (f"objective {objective.name}", ids))
    return [f"• {name}: {(await sums(reader, ids)).says(currency)}" for name, ids in groups if ids]
