"""Shortage: what models gave up for money alone waits for money, and is taken up again.

refused for money ──a raise, the operator's midnight, the end of STOP──▶ looked at
   ├──there is money for it now──▶ a better draft is written; a step is prepared again
   └──there is none──▶ it waits on; after a raise that is said, with a way up

What was given up for anything else stays so: asking again would bring the same.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from engine.acting import refining
from engine.flow.durable import Work, open_work
from engine.models import affording, model_calls, queue_desk, rungs
from engine.models.model_calls import Came, Limits, Wanted
from engine.planning import left_out, plans, postponed, refinements, versions
from engine.planning.ledger import LEVELS, Level
from engine.planning.postponed import Kind, Postponed
from engine.rules.house import House
from memory import events, profile
from memory.db import Reader, Tx
from memory.events import Event
from memory.schema.models import reasons
from memory.schema.work import approvals, effects
from memory.schema.work import refinements as drafts
from memory.texts.reach import rowid

KIND = rungs.LOOK  # of the alarm, and of the work
TRIED_MAX = 20  # models that one wish asked
DRAFTS, TEXTS = "draft.", "compose."  # how the steps of calls begin that are taken up again
STEPS: Mapping[Kind, str] = {
    "plan": "plan",  # “plan/1”, and “plan.repair/1”, which mends it
    "answer": "answer/",
    "research": "research/",
    "enrich": "enrich/",
    "rule": "rule/",
}


@dataclass(frozen=True, slots=True)
class Lack:
    """What a call that was refused for money would have been paid from, and its ceiling."""

    goal: str | None
    agent: str
    ceiling: Decimal
    level: Level  # as it stood then

    async def over(self, reader: Reader, limits: Limits) -> bool:
        """Say whether there is more money for it than when it was refused."""
        stands = await rungs.standing(reader, limits.budget, self.goal, self.agent)
        return LEVELS.index(stands.level(self.ceiling)) < LEVELS.index(self.level)

    async def tell(self, tx: Tx, limits: Limits) -> None:
        """Say what is still too little; of each budget once, until it is raised."""
        stands = await rungs.standing(tx, limits.budget, self.goal, self.agent)
        await rungs.tell(tx, stands, self.ceiling)


async def gave_up(tx: Tx, wanted: Wanted, why: str, *, short: bool) -> None:
    """Note that there is no answer. Where only money was missing, look again after midnight."""
    came = Came(state="short" if short else "gave_up", why=why)
    await model_calls.note(tx, wanted, None, came)
    if short:
        await rungs.look_tomorrow(tx)


async def lack(reader: Reader, task: str, step: str) -> Lack | None:
    """Return what a task lacks whose newest call of these was given up for money; else None."""
    query = sa.select(reasons).filter_by(task=task).where(reasons.c.step.startswith(step))
    rows = await reader.rows(query.order_by(rowid(reasons).desc()).limit(1 + TRIED_MAX))
    if not rows or rows[0].state != "short":
        return None
    tried: list[dict[str, Any]] = [
        row.verdict["situation"]
        for row in takewhile(lambda row: row.state == "refused", rows[1:])
        if row.step == rows[0].step
    ]
    if not tried:
        return None
    cheapest = min(tried, key=lambda facts: float(facts.get("cost_ceiling", 0)))
    ceiling = Decimal(str(cheapest.get("cost_ceiling", 0)))
    return Lack(rows[0].goal, rows[0].agent, ceiling, cheapest["budget_level"])


async def ring(tx: Tx, ref: str, cause: str) -> None:
    """A new day has begun: what waited for its money has its turn when nobody waits."""
    await open_work(tx, KIND, cause, key=f"{KIND}:{cause}", lane="off_peak")


async def look(house: House, limits: Limits, work: Work) -> None:
    """Take up what there is money for. `work.ref`: the event because of which."""
    async with house.db.snapshot() as reader:
        cause = await events.get(reader, work.ref)
        raised = cause is not None and cause.kind == "tap.received"
        waits = [one async for one in _waiting(reader)]
    await _plans(house, limits, work.ref, raised=raised)
    await _offered(house, limits)
    for ref, task, found in waits:
        async with house.db.transaction() as tx:
            if await profile.get(tx, "stopped") is not None:
                return  # looked at again when that ends
            if not await found.over(tx, limits):
                if raised:
                    await found.tell(tx, limits)
                await rungs.look_tomorrow(tx)
            elif ref == task:
                await left_out.prepare_again(tx, task, work.ref)
            else:
                await refining.again(tx, ref, work.ref)


async def _offered(house: House, limits: Limits) -> None:
    """Say on the cards of plans that wait for their start what is left for them now."""
    async with house.db.snapshot() as reader:
        waits = await versions.waiting(reader)
    for one in waits:
        async with house.db.transaction() as tx:
            now = await versions.of_goal(tx, one.goal)
            if now is not None and now.offered and await affording.short(tx, limits, now):
                await rungs.look_tomorrow(tx)


async def _plans(house: House, limits: Limits, cause: str, *, raised: bool) -> None:
    """Have asked what waits: after a raise all, else what was put off until now."""
    async with house.db.snapshot() as reader:
        waits = await postponed.waiting(reader)
    for one in waits:
        async with house.db.transaction() as tx:
            if await profile.get(tx, "stopped") is not None:
                return
            if not raised and (one.due_at is None or one.due_at > tx.now):
                continue
            if await versions.halted(tx, one.goal):
                await postponed.drop(tx, one.event, cause)
                continue
            found = await _lacks(tx, one)
            if found is None or await found.over(tx, limits):
                await queue_desk.begin(tx, one, cause, at_once=raised)
            elif raised:
                await found.tell(tx, limits)
            else:
                stands = await rungs.standing(tx, limits.budget, found.goal, found.agent)
                await queue_desk.ask(tx, one, stands, found.ceiling)


async def ask(tx: Tx, limits: Limits, one: Postponed) -> bool:
    """Ask what shall become of what was given up for money. False: it was not, or of purpose.

    What has something to stand for it is not asked about where its budget is nothing every day.
    """
    found = await _lacks(tx, one)
    if found is None:
        return False
    stands = await rungs.standing(tx, limits.budget, found.goal, found.agent)
    if one.kind != "plan" and any(not purse.most for purse in stands.usual):
        return False
    await queue_desk.ask(tx, one, stands, found.ceiling)
    return True


async def offer(house: House, limits: Limits, event: Event, kind: Kind) -> bool:
    """Ask what shall become of a model's part in an answer, where money alone was missing."""
    conv = str(event.body["conv"])
    one = Postponed(event=event.id, kind=kind, goal="", card=f"waits:{event.id}", conv=conv)
    async with house.db.transaction() as tx:
        return await ask(tx, limits, one)


async def _lacks(reader: Reader, one: Postponed) -> Lack | None:
    return await lack(reader, one.goal or one.event, STEPS[one.kind])


async def _waiting(reader: Reader) -> AsyncIterator[tuple[str, str, Lack]]:
    """Yield what waits for money, the oldest first: a question or a step, its task, what it lacks.

    Of a plan that was stopped nothing does.
    """
    query = sa.select(drafts.c.approval, effects.c.task)
    query = query.join(effects, effects.c.id == drafts.c.effect)
    query = query.join(approvals, approvals.c.id == drafts.c.approval)
    query = query.where(drafts.c.state == refinements.SHORT, approvals.c.state == "open")
    for row in await reader.rows(query.order_by(drafts.c.at)):
        if (found := await lack(reader, row.task, DRAFTS)) is not None:
            yield row.approval, row.task, found
    for task, _ in reversed(await plans.refused(reader)):
        found = await lack(reader, task.id, TEXTS)
        if found is not None and not await versions.halted(reader, task.goal):
            yield task.id, task.id, found


async def draft_lacks(reader: Reader, task: str) -> bool:
    """Say whether the draft of a task was given up for money alone."""
    return await lack(reader, task, DRAFTS) is not None
