"""The spans of a goal that has ended, for whoever watches with OpenTelemetry.

goal ─┬─ task ─┬─ model call
      │        └─ effect
Ids, kinds, durations and costs; never a word that anybody wrote: not what a server of tools calls
its tools and their arguments, either. The ids follow from ours, so what is sent twice is the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from engine.planning import goals
from engine.why import timeline
from memory import events
from memory.db import Reader
from memory.schema.events import events as log
from memory.schema.models import reasons
from memory.schema.tools import tools
from memory.schema.work import effects, outcomes, tasks
from memory.texts.reach import rowid

ENDED = ("goal.done", "goal.failed")
FAILED = ("failed", "unknown")
_FIELD = re.compile(r"(?<=[a-z])(?<!^shadow)\..*(?=/)")  # “draft.text/5”: which argument it is for
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Span:
    """`trace` of 32, `id` and `parent` of 16 hex digits; `parent` is "" at the root."""

    trace: str
    id: str
    parent: str
    name: str
    begun: datetime
    ended: datetime
    failed: bool = False
    about: Mapping[str, Value] = field(default_factory=dict)


async def ended(reader: Reader, after: int, most: int) -> list[tuple[int, str]]:
    """Return the next goals that ended after this place in the log, each with its own place."""
    query = sa.select(log.c.seq, log.c.goal).where(log.c.seq > after, log.c.kind.in_(ENDED))
    rows = await reader.rows(query.order_by(log.c.seq).limit(most))
    return [(row.seq, row.goal) for row in rows]


async def of_goal(reader: Reader, goal_id: str) -> list[Span]:
    """Return the spans of one goal, its root first; [] without the goal."""
    goal = await goals.get(reader, goal_id)
    outcome = await reader.row(sa.select(outcomes).filter_by(goal=goal_id))
    if goal is None or outcome is None:
        return []
    first = await timeline.trace(reader, goal)
    asked = await events.get(reader, first)
    trace, root = _hex(first, 32), _hex(goal_id, 16)
    about: dict[str, Value] = {"firstmate.goal": goal_id, "firstmate.message": first}
    about |= {"firstmate.outcome": outcome.kind, "firstmate.cost": float(outcome.cost)}
    begun = goal.at if asked is None else asked.at
    failed = not outcome.succeeded
    found = [Span(trace, root, "", "goal", begun, outcome.at, failed, about)]
    names = await _names(reader)
    found += await _effects(reader, goal_id, trace, names)
    found += await _models(reader, goal_id, trace, names)
    return [*found[:1], *await _tasks(reader, found, goal_id, outcome.at, names), *found[1:]]


async def _names(reader: Reader) -> dict[str, str]:
    """Return what stands for the tools of others, by the names that their servers gave them."""
    rows = await reader.rows(sa.select(tools.c.operation).distinct())
    return {row.operation: f"outside.{_hex(row.operation, 8)}" for row in rows}


async def _tasks(
    reader: Reader, found: list[Span], goal_id: str, end: datetime, names: Mapping[str, str]
) -> list[Span]:
    """Return a span a step; it lasts until the last thing that came of it."""
    root, spans = found[0], []
    query = sa.select(tasks).filter_by(goal=goal_id).order_by(tasks.c.position)
    for row in await reader.rows(query):
        id = _hex(row.id, 16)
        below = [one.ended for one in found if one.parent == id]
        about: dict[str, Value] = {"firstmate.task": row.id, "firstmate.agent": row.agent}
        about |= {"firstmate.operation": names.get(row.operation, row.operation)}
        about |= {"firstmate.state": row.state}
        failed = row.state == "failed"
        ended = max([*below, row.at]) if below else max(end, row.at)
        spans.append(Span(root.trace, id, root.id, "task", row.at, ended, failed, about))
    return spans


async def _effects(
    reader: Reader, goal_id: str, trace: str, names: Mapping[str, str]
) -> list[Span]:
    spans = []
    for row in await reader.rows(sa.select(effects).filter_by(goal=goal_id)):
        operation = str(row.action["operation"])
        about: dict[str, Value] = {
            "firstmate.effect": row.id,
            "firstmate.operation": names.get(operation, operation),
            "firstmate.state": row.state,
            "firstmate.verdict": row.verdict["outcome"],
        }
        id, parent, ended = _hex(row.id, 16), _hex(row.task, 16), row.done_at or row.at
        spans.append(Span(trace, id, parent, "effect", row.at, ended, row.state in FAILED, about))
    return spans


async def _models(reader: Reader, goal_id: str, trace: str, names: Mapping[str, str]) -> list[Span]:
    steps = await reader.rows(sa.select(tasks.c.id, tasks.c.operation).filter_by(goal=goal_id))
    theirs = {row.id for row in steps if row.operation in names}
    spans = []
    query = sa.select(reasons).filter_by(goal=goal_id).order_by(rowid(reasons))
    for row in await reader.rows(query):
        about: dict[str, Value] = {
            "firstmate.reason": row.id,
            "firstmate.agent": row.agent,
            "firstmate.step": _FIELD.sub("", row.step) if row.task in theirs else row.step,
            "firstmate.state": row.state,
            "firstmate.tier": row.tier,
            "gen_ai.request.model": row.model,
            "gen_ai.usage.input_tokens": row.tokens_in,
            "gen_ai.usage.output_tokens": row.tokens_out,
            "firstmate.cost": float(row.cost),
            "firstmate.cached": row.cached,
        }
        parent = _hex(row.task or goal_id, 16)
        begun = row.at - timedelta(milliseconds=row.ms)
        failed = row.state not in ("answered", "refused")
        spans.append(Span(trace, _hex(row.id, 16), parent, "model", begun, row.at, failed, about))
    return spans


def _hex(ours: str, digits: int) -> str:
    return sha256(ours.encode()).hexdigest()[:digits]
