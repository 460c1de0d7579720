"""The timeline of a goal: from the message that asked for it to its outcome, in one order.

Nothing of it is kept: it is read from the events, whose causes chain, and the rows they speak of.
The trace is the first event of that chain; everything that came of a message is of one trace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from engine.planning import goals
from engine.planning.goals import Goal
from engine.why import calls
from memory import events
from memory.db import Reader
from memory.events import Event
from memory.schema.models import reasons
from memory.schema.work import approvals, decisions, effects, tasks

TOLD_MAX = 60
YOU, RULES = "you", "the rules"
STEPS = {  # of an effect or a task that came to none
    "effect.waiting": "asked you",
    "effect.approved": "may run",
    "effect.denied": "refused",
    "effect.running": "under way",
    "effect.done": "done",
    "effect.failed": "failed",
    "effect.unknown": "may have happened",
    "effect.undone": "taken back",
    "effect.rejected": "you said no",
    "effect.expired": "nobody answered",
    "effect.withdrawn": "withdrawn",
    "task.refused": "could not be prepared",
    "task.unneeded": "left out",
}
GOALS = {
    "goal.opened": "taken on",
    "playbook.chosen": "playbook chosen",
    "plan.made": "plan made",
    "goal.reopened": "taken up again",
    "goal.done": "the end: done",
    "goal.failed": "the end: not done",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `cost` in the company's currency, of a model call alone."""

    at: datetime
    what: str
    who: str
    cost: Decimal | None = None


async def trace(reader: Reader, goal: Goal) -> str:
    """Return the id of the first event of all that led to a goal."""
    chain = await events.causes(reader, goal.asked_by)
    return chain[-1].id if chain else goal.asked_by


async def of_goal(reader: Reader, goal_id: str) -> list[Moment]:
    """Return everything that led to a goal and came of it, oldest first; [] without the goal."""
    goal = await goals.get(reader, goal_id)
    if goal is None:
        return []
    led = await of_event(reader, goal.asked_by, goal_id)
    told = await _known(reader, goal_id)
    came = (_moment(one, told) for one in await events.about(reader, goal_id))
    return [*led, *(one for one in came if one is not None)]


async def of_event(reader: Reader, event: str, goal: str = "") -> list[Moment]:
    """Return what led to an event, itself, and what models were asked for these, oldest first.

    But not for this goal alone, of which there is more to tell.
    """
    before = await events.causes(reader, event)
    led = [Moment(one.at, one.kind.replace(".", " "), _actor(one)) for one in reversed(before)]
    led += [_called(row.at, row) for row in await calls.shared(reader, event, goal)]
    return sorted(led, key=lambda one: one.at)


def told(found: list[Moment], settings: dict[str, Any]) -> Iterator[str]:
    """Yield a line a moment: when, what, who, cost."""
    first: datetime | None = None
    for one in found[:TOLD_MAX]:
        when = words.moment(one.at, settings) if first is None else _since(one.at - first)
        first = first or one.at
        cost = "" if one.cost is None else f" · {words.cost(one.cost, settings['currency'])}"
        yield f"{when} · {one.what} · {one.who}{cost}"
    if len(found) > TOLD_MAX:
        yield f"… and {len(found) - TOLD_MAX} more"


def _since(passed: timedelta) -> str:
    """Return how long after the first: “+0.4 s”, “+3 min”, “+2 h”, “+4 d”."""
    s = passed.total_seconds()
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if s >= size:
            return f"+{s / size:.0f} {unit}"
    return f"+{s:.1f} s"


def _actor(event: Event) -> str:
    return {"operator": YOU, "outside": "somebody else"}.get(event.trust, "Firstmate")


@dataclass(frozen=True, slots=True)
class _Told:
    """The rows that a goal's events speak of, by id."""

    tasks: dict[str, sa.Row[Any]]
    effects: dict[str, sa.Row[Any]]
    reasons: dict[str, sa.Row[Any]]
    answered: dict[str, list[sa.Row[Any]]]  # decisions, by effect


async def _known(reader: Reader, goal_id: str) -> _Told:
    async def rows(*columns: sa.Column[Any]) -> dict[str, sa.Row[Any]]:
        query = sa.select(*columns).where(columns[0].table.c.goal == goal_id)
        return {row.id: row for row in await reader.rows(query)}

    mine = sa.join(decisions, approvals, decisions.c.approval == approvals.c.id).join(
        effects, approvals.c.effect == effects.c.id
    )
    query = sa.select(approvals.c.effect, decisions.c.at, decisions.c.channel).select_from(mine)
    answered: dict[str, list[sa.Row[Any]]] = {}
    for row in await reader.rows(query.where(effects.c.goal == goal_id)):
        answered.setdefault(row.effect, []).append(row)
    r = reasons.c
    return _Told(
        await rows(tasks.c.id, tasks.c.title, tasks.c.agent),
        await rows(effects.c.id, effects.c.task, effects.c.undoes),
        await rows(r.id, r.step, r.model, r.agent, r.state, r.cost),
        answered,
    )


def _moment(event: Event, told: _Told) -> Moment | None:
    """Return what an event of a goal says; None: nothing that a person need know."""
    if said := GOALS.get(event.kind):
        return Moment(event.at, said, "front")
    if (row := told.reasons.get(event.body.get("reason", ""))) is not None:
        return _called(event.at, row)
    if said := STEPS.get(event.kind):
        return _step(event, said, told)
    return None


def _called(at: datetime, row: sa.Row[Any]) -> Moment:
    what = f"{row.step}: {row.model or 'no model'}, {row.state.replace('_', ' ')}"
    return Moment(at, what, row.agent, Decimal(row.cost))


def _step(event: Event, said: str, told: _Told) -> Moment:
    """Return what became of a step, and who made it so."""
    effect = told.effects.get(event.body.get("effect", ""))
    task = told.tasks.get(event.body.get("task", "") if effect is None else effect.task)
    title, who = ("a step", "Firstmate") if task is None else (task.title, task.agent)
    if effect is not None and effect.undoes is not None:
        title, who = f"taking back: {title}", YOU
    if event.kind in ("effect.approved", "effect.denied"):
        who = RULES
        for one in told.answered.get(event.body.get("effect", ""), ()):
            if event.kind == "effect.approved" and one.at == event.at:
                said, who = f"you said yes on {words.surface(one.channel)}", YOU
    return Moment(event.at, f"{title}: {said}", who)
