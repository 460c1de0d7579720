"""Plan: the tasks a goal needs, in order. Tasks follow their effects; the goal follows its tasks.

pending ──▶ waiting (for you) ──▶ running ──▶ done ──▶ compensated (taken back)
   └──▶ skipped (denied, rejected, withdrawn) / failed

A step waits for those it comes after and for no other; each is turned to in the plan's order.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, Field

from engine.chat import outbox
from engine.chat.messages import Button, Msg, Para, Part, Progress, Span
from engine.flow.durable import open_work
from engine.planning import expecting, goals, plan_card, versions
from engine.planning.mode_words import SAYS
from memory import events
from memory.db import Reader, Tx, change, insert, insert_once
from memory.ids import derived_id
from memory.schema.work import effects, plans, tasks, work
from policies.rules import Origin

State = Literal["pending", "waiting", "running", "done", "failed", "skipped", "compensated"]
ENDED = ("done", "failed", "skipped", "compensated")
BACK = "compensate"  # the work of taking a plan back
SHOWN: dict[str, Any] = {"failed": "error", "skipped": "error"}


class Step(BaseModel, frozen=True):
    """One task to be: `args` may refer to slots and to other steps; an agent resolves them."""

    key: str
    title: str
    operation: str
    agent: str
    spec: str = ""  # the version of the agent's file
    args: dict[str, Any]
    origins: dict[str, Origin] | None = None  # by argument, the least trusted one it may have
    fixed: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # the only values it may have
    after: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()  # keys of steps that it says were done
    why: str = ""


class Task(BaseModel, frozen=True):
    id: str
    plan: str
    goal: str
    key: str
    position: int
    title: str
    operation: str
    agent: str
    spec: str
    args: dict[str, Any]
    origins: dict[str, Origin] | None
    fixed: dict[str, tuple[str, ...]] | None
    after: tuple[str, ...]
    reports: tuple[str, ...] | None
    without: tuple[str, ...] | None  # keys of steps that were left out before it
    tried: dict[str, Any] | None  # see engine/planning/by_hand.py
    by_hand: tuple[str, ...] | None
    state: str
    error: str | None


async def make(tx: Tx, goal: goals.Goal, steps: tuple[Step, ...], because: str, cause: str) -> str:
    """Write the first plan of a goal and set its tasks going. Again: nothing new."""
    plan = derived_id("pln", goal.id, 1)
    row = {"id": plan, "goal": goal.id, "version": 1, "because": because, "started_at": tx.now}
    if await write(tx, row | {"cause": cause}, steps):
        await draw(tx, goal.id)
        await turn_on(tx, goal.id)
    return plan


async def write(tx: Tx, row: dict[str, Any], steps: Sequence[Step], *, begins_at: int = 1) -> bool:
    """Write a plan (a row of `plans`) and its tasks; none is begun. False: it stands already."""
    if not await insert_once(tx, plans, row | {"at": tx.now}):
        return False
    for position, step in enumerate(steps, begins_at):
        id = derived_id("tsk", row["id"], step.key)
        what = step.model_dump(exclude={"why"})
        what |= {"after": list(step.after), "reports": list(step.reports)}
        fixed = {"id": id, "plan": row["id"], "goal": row["goal"], "state": "pending"}
        await insert(tx, tasks, what | fixed | {"position": position, "at": tx.now})
    why, count = row["because"], len(steps)
    await events.note(
        tx, "plan.made", row["cause"], goal=row["goal"], plan=row["id"], because=why, steps=count
    )
    return True


async def carry_over(tx: Tx, done: Sequence[str], plan: str, cause: str) -> None:
    """Let finished tasks stand first in a newer version of their plan."""
    for position, task_id in enumerate(done, 1):
        await change(tx, tasks, {"id": task_id}, plan=plan, position=position)
        await events.note(tx, "task.kept", cause, task=task_id, plan=plan)


async def task(reader: Reader, task_id: str) -> Task | None:
    row = await reader.row(sa.select(tasks).filter_by(id=task_id))
    return None if row is None else _task(row)


async def of_goal(reader: Reader, goal_id: str) -> list[Task]:
    """Return the tasks of the goal's newest plan, in its order."""
    query = sa.select(tasks).where(tasks.c.plan == versions.newest(goal_id))
    query = query.order_by(tasks.c.position)
    return [_task(row) for row in await reader.rows(query)]


async def may_run(reader: Reader, moving: Task) -> bool:
    """Are the tasks that must come first done?"""
    before = [t for t in await of_goal(reader, moving.goal) if t.key in moving.after]
    return all(t.state == "done" for t in before)


async def comes_later(reader: Reader, task_id: str) -> bool:
    """Say whether something that must come first is not done yet."""
    one = await task(reader, task_id)
    return one is not None and not await may_run(reader, one)


async def missed(reader: Reader, later: Task) -> Task | None:
    """Return the task that had to be done before this one and never will be.

    What failed when it was called may still be tried again.
    """
    came = {
        row.task for row in await reader.rows(sa.select(effects.c.task).filter_by(goal=later.goal))
    }
    for before in await of_goal(reader, later.goal):
        never = before.state in ("skipped", "compensated")
        if before.key in later.after and (never or _unprepared(before, came)):
            return before
    return None


def _unprepared(one: Task, came: set[str]) -> bool:
    return one.state == "failed" and one.id not in came


async def move(tx: Tx, task_id: str, state: State, cause: str, error: str | None = None) -> None:
    """Let a task follow its effect; then its dependents, the plan's card and the goal follow."""
    if not await change(tx, tasks, {"id": task_id}, tasks.c.state != state, state=state):
        return
    await change(tx, tasks, {"id": task_id}, error=error)
    moved = await task(tx, task_id)
    assert moved is not None
    await events.note(tx, f"task.{state}", cause, goal=moved.goal, task=task_id, error=error)
    if state == "done":
        await _release(tx, moved)
    elif state in ENDED:
        await _look_again(tx, moved)
    if state not in ENDED:
        await goals.reopen(tx, moved.goal, cause)
    else:
        await go_back(tx, moved.goal)
    await draw(tx, moved.goal)
    await _finish(tx, moved.goal, cause)


async def turn_on(tx: Tx, goal_id: str) -> None:
    """Turn to the next step that can be prepared, so that cards come in the plan's order.

    Those it comes after are prepared before it: what it says may quote them.
    """
    plan, planned = await versions.of_goal(tx, goal_id), await of_goal(tx, goal_id)
    if plan is None or plan.offered:
        return
    for step in planned:
        ready = step.state == "pending" and _ready(step, planned)
        if ready and await open_work(tx, "dispatch", step.id, key=derived_id("wrk", step.id)):
            return


async def prepared(tx: Tx, turned_to: Task) -> None:
    """A step has its card, or never will: turn to those that come after it, then to the next."""
    planned = await of_goal(tx, turned_to.goal)
    for later in planned:
        again = later.state == "pending" and turned_to.key in later.after
        if again and _ready(later, planned) and await _was_prepared(tx, later):
            await open_work(tx, "dispatch", later.id)
    await turn_on(tx, turned_to.goal)


async def entitle(tx: Tx, task_id: str, title: str) -> None:
    """Give a task the title its values make: “Refund 40.00 EUR”."""
    await change(tx, tasks, {"id": task_id}, title=title)


async def refused(reader: Reader) -> list[tuple[Task, datetime]]:
    """Return the tasks that could not be prepared, and since when, newest first."""
    asked = sa.select(effects.c.task)
    query = sa.select(tasks).filter_by(state="failed").where(tasks.c.id.not_in(asked))
    rows = await reader.rows(query.order_by(tasks.c.at.desc()))
    return [(_task(row), row.at) for row in rows]


async def after(reader: Reader, first: Task) -> list[Task]:
    """Return what comes right after this task, in the plan's order; nothing once it was replaced.

    A newer version of the plan may have steps with the same names, and waits for its own start.
    """
    now = await of_goal(reader, first.goal)
    return [one for one in now if first.key in one.after and one.plan == first.plan]


async def take_back(tx: Tx, goal_id: str, cause: str) -> bool:
    """Let what a plan did be taken back, from now on. False: there is no such plan."""
    plan = await versions.of_goal(tx, goal_id)
    if plan is None or not await change(tx, plans, {"id": plan.id}, back=cause):
        return False
    await events.note(tx, "plan.taken_back", cause, goal=goal_id, plan=plan.id)
    await go_back(tx, goal_id)
    return True


async def taking_back(reader: Reader, goal_id: str) -> str | None:
    """Return the event that asked to take a plan back; None: nobody did."""
    back = await reader.value(sa.select(plans.c.back).filter_by(id=versions.newest(goal_id)))
    return None if back is None else str(back)


async def go_back(tx: Tx, goal_id: str) -> None:
    """Where a plan is being taken back, have its next step back proposed."""
    if await taking_back(tx, goal_id) is not None:
        await open_work(tx, BACK, goal_id)


async def draw(tx: Tx, goal_id: str) -> None:
    """Show the plan as it stands; a plan of one step is told by its effect alone."""
    goal, all_tasks = await goals.get(tx, goal_id), await of_goal(tx, goal_id)
    plan = await versions.of_goal(tx, goal_id)
    if goal is None or plan is None or (len(all_tasks) < 2 and plan.proposed is None):
        return
    ended = all(t.state in ENDED for t in all_tasks)
    kind = goal.slots.get("outcome", {}).get("kind", "")
    cost = "" if ended else await expecting.on_plan(tx, kind)
    if plan.offered and not ended:
        await outbox.post(tx, plan_card.offered(goal, plan, cost), goal.conv)
        return
    steps = tuple(_step(t) for t in all_tasks)
    title = Para(spans=(Span(text="Plan: ", style="bold"), Span(text=goal.text)))
    why = Para(spans=(Span(text=plan.because, style="italic"),))
    done = sum(t.state == "done" for t in all_tasks)
    summary = f"Plan: {goal.text}"[:160] + f" · {done} of {len(steps)} done"
    parts: tuple[Part, ...] = (title, Progress(steps=steps), why)
    if goal.mode:
        parts = (*parts, Para(spans=(Span(text=f"Mode: {SAYS[goal.mode]}."),)))
    if cost:
        parts = (*parts, Para(spans=(Span(text=cost),)))
    if took := _took(tx.now - goal.at):
        parts = (*parts, Para(spans=(Span(text=f"{took} so far"),)))
    stop = Button(label="■ Stop this plan", action="halt", ref=goal_id)
    rows = (
        *plan_card.more(plan, tuple(t.state for t in all_tasks)),
        *(() if ended else ((stop,),)),
    )
    msg = Msg(key=plan_card.key(goal_id), summary=summary, parts=parts, buttons=rows)
    await outbox.post(tx, msg, goal.conv, priority=outbox.PROGRESS)


def _took(since: timedelta) -> str:
    """Return how long it took as a person says it; nothing below a minute."""
    minutes = int(since.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min" if minutes else ""
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"


def _ready(step: Task, planned: list[Task]) -> bool:
    """Say whether all it comes after is prepared, so that it can be."""
    return not any(one.state == "pending" for one in planned if one.key in step.after)


async def _was_prepared(reader: Reader, step: Task) -> bool:
    """Say whether a step was turned to before, and nobody is at it now."""
    query = sa.select(work.c.id, work.c.state).filter_by(kind="dispatch", ref=step.id)
    rows = await reader.rows(query)
    return bool(rows) and all(row.state == "done" for row in rows)


async def _release(tx: Tx, done: Task) -> None:
    """Set going what was approved and waited for this task, or needs to know what it brought."""
    for later in await after(tx, done):
        if await may_run(tx, later):
            if later.state == "pending":
                await open_work(tx, "dispatch", later.id)
            query = sa.select(effects.c.id).filter_by(task=later.id, state="approved")
            for row in await tx.rows(query):
                await open_work(tx, "perform", row.id)


async def _look_again(tx: Tx, ended: Task) -> None:
    """Let what waited to know what this task would bring be left out, if it never will."""
    for later in await after(tx, ended):
        if later.state == "pending" and await _was_prepared(tx, later):
            await open_work(tx, "dispatch", later.id)


async def _finish(tx: Tx, goal_id: str, cause: str) -> None:
    """End the goal when its last task has ended; the outcome says what kind of end it was."""
    from_plan = await of_goal(tx, goal_id)
    if any(t.state not in ENDED for t in from_plan):
        return
    goal = await goals.get(tx, goal_id)
    if goal is None:
        return
    ended = goal.slots.get("outcome", {})
    done = [t for t in from_plan if t.state == "done"]
    failed = [t for t in from_plan if t.state == "failed"]
    back = await taking_back(tx, goal_id) is not None
    stopped = len(done) < len(from_plan) and await versions.halted(tx, goal_id)
    amount = await _amount(tx, goal_id)
    if goal.slots.get("planned") and len(done) == len(from_plan):
        await open_work(tx, "shelve", goal_id, key=derived_id("wrk", "shelve", goal_id))
    await goals.finish(
        tx,
        goal_id,
        cause,
        kind=ended.get("kind", "work"),
        succeeded=bool(done) and not (failed or back or stopped),
        failure=_failure(bool(done), stopped=stopped, failed=bool(failed) or back),
        value=amount[0] if amount else None,
        currency=amount[1] if amount else None,
        minutes_saved=int(ended.get("minutes_saved", 0)),
    )


def _failure(done: bool, *, stopped: bool, failed: bool) -> str | None:
    """Return why a goal came to nothing; None: it did not. One that you stop halfway is stopped."""
    if failed:
        return "failed"
    if not done:
        return "declined"
    return "stopped" if stopped else None


async def _amount(tx: Tx, goal_id: str) -> tuple[Decimal, str] | None:
    for row in await tx.rows(sa.select(effects.c.action).filter_by(goal=goal_id, state="done")):
        args = row.action["args"]
        if "amount" in args and "currency" in args:
            return Decimal(str(args["amount"])), args["currency"]
    return None


def _step(t: Task) -> Progress.Step:
    return Progress.Step(title=t.title, state=SHOWN.get(t.state, t.state), detail=t.error or "")


def _task(row: sa.Row[Any]) -> Task:
    return Task(**{name: row._mapping[name] for name in Task.model_fields})
