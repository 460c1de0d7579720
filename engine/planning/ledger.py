"""Ledger: what language models cost. A call's ceiling is reserved before it leaves, then settled.

    reserved ──answer──▶ settled (what it cost)
       └──nobody knows, broken off, or a crash──▶ lost (the ceiling: it may have been billed)

What is reserved counts like what is spent, so of several calls at once none passes a budget unseen.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from engine.chat import words
from memory import events, profile
from memory.db import Database, Reader, Tx, change, insert
from memory.schema.models import costs

Level = Literal["normal", "thrifty", "frozen"]
THRIFTY_AT = Decimal("0.8")  # of a budget
NOTHING = Decimal(0)
LEVELS: tuple[Level, ...] = ("normal", "thrifty", "frozen")  # from rich to poor


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that models may cost, in the company's currency: a day, a goal, an agent a day.

    An agent that is not named has no budget of its own.
    """

    day: Decimal
    goal: Decimal
    agents: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spent:
    """What models cost: today, for one goal, and for one agent today; what is reserved included."""

    today: Decimal
    goal: Decimal = NOTHING
    agent: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Purse:
    """One budget that a call is paid from. `of`: "day", "goal:gol_1" or "agent:writer"."""

    of: str
    most: Decimal
    spent: Decimal

    def level(self, ceiling: Decimal) -> Level:
        """Return what it leaves for a call with this ceiling."""
        if self.spent + ceiling > self.most or 0 < self.most <= self.spent:
            return "frozen"
        return "thrifty" if 0 < self.most * THRIFTY_AT <= self.spent else "normal"


async def spent(
    reader: Reader, goal: str | None, agent: str = "", settings: dict[str, Any] | None = None
) -> Spent:
    """Return what is spent or reserved since the operator's midnight, and for a goal in all.

    `settings`: the profile, where the caller has read it.
    """
    settings = await profile.read(reader) if settings is None else settings
    query = sa.select(costs.c.agent, costs.c.amount)
    today = await reader.rows(query.where(costs.c.at >= words.midnight(reader.now, settings)))
    return Spent(
        _sum(today),
        await of_goal(reader, goal) if goal else NOTHING,
        _sum(row for row in today if row.agent == agent) if agent else NOTHING,
    )


def purses(so_far: Spent, budget: Budget, goal: str | None, agent: str) -> tuple[Purse, ...]:
    """Return what a call of this agent for this goal is paid from. Without a goal it is one."""
    found = [Purse("day", budget.day, so_far.today)]
    found.append(Purse(f"goal:{goal or ''}", budget.goal, so_far.goal))
    if agent in budget.agents:
        found.append(Purse(f"agent:{agent}", budget.agents[agent], so_far.agent))
    return tuple(found)


def level(found: Sequence[Purse], ceiling: Decimal) -> Level:
    """Return what all of them leave for a call with this ceiling; the poorest counts."""
    return max((one.level(ceiling) for one in found), key=LEVELS.index)


async def of_goal(reader: Reader, goal: str) -> Decimal:
    """Return what models cost for one goal so far."""
    return _sum(await reader.rows(sa.select(costs.c.amount).filter_by(goal=goal)))


async def of_task(reader: Reader, task: str) -> tuple[Decimal, tuple[str, ...]]:
    """Return what models cost for one task, and which were asked."""
    rows = await reader.rows(sa.select(costs.c.amount, costs.c.model).filter_by(task=task))
    return _sum(rows), tuple(dict.fromkeys(row.model for row in rows))


async def calls(reader: Reader, task: str | None, agent: str) -> int:
    """Return how often an agent asked models for a task, or asks now; what is no task has none."""
    query = sa.select(sa.func.count()).select_from(costs).filter_by(task=task, agent=agent)
    return 0 if task is None else int(await reader.value(query))


async def reserve(
    tx: Tx,
    *,
    task: str | None,
    goal: str | None,
    agent: str,
    tier: str,
    model: str,
    ceiling: Decimal,
) -> str:
    """Set the ceiling of one call aside; return the id to settle it by."""
    row = {"id": tx.id("cst"), "task": task, "goal": goal, "agent": agent, "tier": tier}
    row |= {"model": model, "ceiling": str(ceiling), "amount": str(ceiling)}
    await insert(tx, costs, {**row, "state": "reserved", "at": tx.now, "settled_at": None})
    await events.note(tx, "cost.reserved", None, goal=goal, cost=row["id"])
    return str(row["id"])


async def settle(tx: Tx, cost: str, amount: Decimal | None) -> None:
    """Note what a call cost. None: nobody knows, so its ceiling counts."""
    values = {"state": "lost"} if amount is None else {"state": "settled", "amount": str(amount)}
    still = costs.c.state == "reserved"
    if await change(tx, costs, {"id": cost}, still, settled_at=tx.now, **values):
        await events.note(tx, f"cost.{values['state']}", None, cost=cost)


@asynccontextmanager
async def held(db: Database) -> AsyncIterator[list[str]]:
    """Take the ids of what is reserved meanwhile; left by an error or a break, it counts in full.

    What was sent may have been billed, and nobody is left to say what it cost.
    """
    reserved, ended = list[str](), False
    try:
        yield reserved
        ended = True
    finally:
        if reserved and not ended:
            async with db.transaction() as tx:
                for cost in reserved:
                    await settle(tx, cost, None)


async def settle_lost(tx: Tx) -> int:
    """Let what a crash left reserved count in full; return how much that was. For the start."""
    left = await tx.rows(sa.select(costs.c.id).filter_by(state="reserved"))
    for row in left:
        await settle(tx, row.id, None)
    return len(left)


def _sum(rows: Iterable[sa.Row[Any]]) -> Decimal:
    """Add decimals up exactly, which SQLite's numbers would not."""
    return sum((Decimal(row.amount) for row in rows), NOTHING)
