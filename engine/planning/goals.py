"""Goal: what the operator wants. Outcome: what came of it, one row for every goal that ended."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from engine.planning import episodes, ledger, under
from memory import events
from memory.db import Reader, Tx, change, insert_once, put
from memory.schema.events import events as log
from memory.schema.work import approvals, decisions, effects, goals, outcomes


class Goal(BaseModel, frozen=True):
    """`asked_by` is the event that asked for it; `slots` are the typed values it is about.

    `mode`: how it is gone about (engine/desks/modes.py); "" is the usual way.
    `project`: the record it is done for, if the words or a tap said so.
    """

    id: str
    text: str
    mode: str
    state: str
    asked_by: str
    conv: str | None
    playbook: str | None
    project: str | None
    slots: dict[str, Any]
    at: datetime


async def open_goal(
    tx: Tx,
    goal_id: str,
    text: str,
    *,
    asked_by: str,
    conv: str | None,
    playbook: str | None,
    slots: dict[str, Any],
    mode: str = "",
) -> bool:
    """Take on a goal. The same id again changes nothing."""
    row = {"id": goal_id, "text": text, "mode": mode, "state": "open"}
    about: dict[str, Any] = {
        "asked_by": asked_by,
        "conv": conv,
        "playbook": playbook,
        "slots": slots,
    }
    about["project"] = await under.project(tx, slots.get("said", ()))
    if not await insert_once(tx, goals, {**row, **about, "at": tx.now}):
        return False
    await events.note(tx, "goal.opened", asked_by, goal=goal_id, text=text, playbook=playbook)
    return True


async def get(reader: Reader, goal_id: str) -> Goal | None:
    row = await reader.row(sa.select(goals).filter_by(id=goal_id))
    return None if row is None else _goal(row)


async def mode_of(reader: Reader, goal_id: str) -> str:
    """Return how a goal is gone about, "" where nothing was said of it."""
    return str(await reader.value(sa.select(goals.c.mode).filter_by(id=goal_id)) or "")


async def go_about(tx: Tx, goal_id: str, mode: str, cause: str) -> None:
    """Go about an open goal in this way from now on."""
    if await change(tx, goals, {"id": goal_id}, goals.c.state == "open", mode=mode):
        await events.note(tx, "goal.mode", cause, goal=goal_id, mode=mode)


async def open_in(reader: Reader, conv: str) -> Goal | None:
    """Return the goal of a conversation that was taken on last and is still open."""
    query = sa.select(goals).filter_by(conv=conv, state="open")
    row = await reader.row(query.order_by(goals.c.at.desc(), goals.c.id.desc()).limit(1))
    return None if row is None else _goal(row)


async def before(
    reader: Reader, conv: str, event_id: str, since: datetime, limit: int
) -> list[Goal]:
    """Return the goals asked for in a conversation before this event, the newest first."""
    asked = sa.select(log.c.seq).filter_by(id=event_id).scalar_subquery()
    both = sa.join(goals, log, goals.c.asked_by == log.c.id)
    query = sa.select(goals).select_from(both).order_by(log.c.seq.desc()).limit(limit)
    recent = (goals.c.conv == conv, goals.c.at >= since, log.c.seq < asked)
    return [_goal(row) for row in await reader.rows(query.where(*recent))]


async def put_under(tx: Tx, goal_id: str, project: str | None, cause: str) -> bool:
    """Say for which project a goal is done; None: for none. False: it is so already."""
    other = goals.c.project.is_distinct_from(project)
    if not await change(tx, goals, {"id": goal_id}, other, project=project):
        return False
    await events.note(tx, "goal.put_under", cause, goal=goal_id, project=project)
    return True


async def reopen(tx: Tx, goal_id: str, cause: str) -> None:
    """What had ended goes on: a step that failed is tried again."""
    ended = goals.c.state != "open"
    if await change(tx, goals, {"id": goal_id}, ended, state="open"):
        await events.note(tx, "goal.reopened", cause, goal=goal_id)
        await episodes.write(tx, goal_id)


async def say_more(tx: Tx, goal_id: str, slots: dict[str, Any], cause: str) -> None:
    """Keep what the operator said since, and what it is about by now."""
    await change(tx, goals, {"id": goal_id}, slots=slots)
    await events.note(tx, "goal.told", cause, goal=goal_id)


async def finish(
    tx: Tx,
    goal_id: str,
    cause: str,
    *,
    kind: str,
    succeeded: bool,
    failure: str | None = None,
    value: Decimal | None = None,
    currency: str | None = None,
    minutes_saved: int = 0,
) -> bool:
    """End a goal with its outcome; one that was reopened gets a new one. False: it has ended."""
    state = "done" if succeeded else "failed"
    if not await change(tx, goals, {"id": goal_id}, goals.c.state == "open", state=state):
        return False
    row = {
        "goal": goal_id,
        "kind": kind,
        "value": None if value is None else str(value),
        "currency": currency,
        "succeeded": succeeded,
        "failure": failure,
        "minutes_saved": minutes_saved if succeeded else 0,
        "cost": str(await ledger.of_goal(tx, goal_id)),
        "touches": await _touches(tx, goal_id),
        "at": tx.now,
    }
    await put(tx, outcomes, row)
    await events.note(tx, f"goal.{state}", cause, goal=goal_id, outcome=kind, failure=failure)
    await episodes.write(tx, goal_id)
    return True


async def _touches(tx: Tx, goal_id: str) -> int:
    """Count how often the operator was needed: decisions, and versions written by hand."""
    asked = sa.join(decisions, approvals, decisions.c.approval == approvals.c.id)
    mine = sa.select(effects.c.id).filter_by(goal=goal_id)
    query = sa.select(sa.func.count()).select_from(asked).where(approvals.c.effect.in_(mine))
    return int(await tx.value(query))


def _goal(row: sa.Row[Any]) -> Goal:
    return Goal(**{name: row._mapping[name] for name in Goal.model_fields})
