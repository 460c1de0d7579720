"""The spans of what has ended, for whoever watches with OpenTelemetry: calls, and wishes.

message ─┬─ model call (a question, a mail, what heard several wishes)
         └─ goal ─┬─ task ─┬─ model call
                  │        └─ effect
A call is told once, when it came back; a wish with its tasks and effects, when it ended. What no
message and no alarm led to, as a probe, is a trace of its own.
Ids, kinds, durations and costs; never a word that anybody wrote: not what a server of tools calls
its tools and their arguments, either. The ids follow from ours, so what is sent twice is the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, get_args

import sqlalchemy as sa

from engine.models import model_calls
from engine.planning import goals
from engine.why import timeline
from memory import events
from memory.db import Reader
from memory.events import Event
from memory.schema.events import events as log
from memory.schema.models import reasons
from memory.schema.tools import tools
from memory.schema.work import effects, outcomes, tasks

ENDED = ("goal.done", "goal.failed")
CALLED = tuple(f"model.{state}" for state in get_args(model_calls.State))
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


@dataclass(frozen=True, slots=True)
class Due:
    """Something that ended at this place in the log: the goal, or the call of this reason."""

    seq: int
    event: str
    goal: str | None
    reason: str | None


async def due(reader: Reader, after: int, most: int) -> list[Due]:
    """Return what ended next after this place in the log."""
    query = sa.select(log).where(log.c.seq > after, log.c.kind.in_((*ENDED, *CALLED)))
    rows = await reader.rows(query.order_by(log.c.seq).limit(most))
    return [Due(row.seq, row.id, row.goal, row.body.get("reason")) for row in rows]


async def of(reader: Reader, found: Sequence[Due]) -> list[Span]:
    """Return the spans of what ended, each once, before them those of what led to them."""
    names, spans = await _names(reader), list[Span]()
    for one in found:
        if one.reason is not None:
            spans += await of_call(reader, one.event, one.reason, names)
        elif one.goal is not None:
            spans += await of_goal(reader, one.goal, names)
    return list({(one.trace, one.id): one for one in spans}.values())


async def of_goal(
    reader: Reader, goal_id: str, names: Mapping[str, str] | None = None
) -> list[Span]:
    """Return the spans of one goal, its root first; [] without the goal.

    `names`: what stands for the tools of others; None: it is read.
    """
    goal = await goals.get(reader, goal_id)
    outcome = await reader.row(sa.select(outcomes).filter_by(goal=goal_id))
    if goal is None or outcome is None:
        return []
    names = await _names(reader) if names is None else names
    first = await timeline.trace(reader, goal)
    asked = await events.get(reader, first)
    trace, id = _hex(first, 32), _hex(goal_id, 16)
    about: dict[str, Value] = {"firstmate.goal": goal_id, "firstmate.message": first}
    about |= {"firstmate.outcome": outcome.kind, "firstmate.cost": float(outcome.cost)}
    parent = "" if asked is None else _hex(first, 16)
    failed = not outcome.succeeded
    whole = Span(trace, id, parent, "goal", goal.at, outcome.at, failed, about)
    came = await _effects(reader, goal_id, trace, names)
    steps = await _tasks(reader, [whole, *came], goal_id, outcome.at, names)
    return [*([] if asked is None else [_root(asked)]), whole, *steps, *came]


async def of_call(reader: Reader, event: str, reason: str, names: Mapping[str, str]) -> list[Span]:
    """Return the span of one call to a model, before it that of what led to it; `event` notes it.

    It lies below its step, else below its wish, else below the message or alarm itself.
    """
    row = await reader.row(sa.select(reasons).filter_by(id=reason))
    if row is None:
        return []
    goal = None if row.goal is None else await goals.get(reader, row.goal)
    first = await _first(reader, event if goal is None else goal.asked_by)
    if first is None or first.id == event:
        return [_call(row, _hex(event, 32), "", "", names)]
    step = await reader.row(sa.select(tasks.c.id, tasks.c.operation).filter_by(id=row.task))
    above = first.id if goal is None else goal.id if step is None else step.id
    operation = "" if step is None else step.operation
    call = _call(row, _hex(first.id, 32), _hex(above, 16), operation, names)
    return [_root(first), call]


async def _first(reader: Reader, event: str) -> Event | None:
    """Return the first event of all that led to one, or itself."""
    chain = await events.causes(reader, event)
    return chain[-1] if chain else None


def _root(event: Event) -> Span:
    """Return the span of what all began with. It is over at once: what comes of it has no end."""
    about: dict[str, Value] = {"firstmate.message": event.id}
    trace, id = _hex(event.id, 32), _hex(event.id, 16)
    return Span(trace, id, "", event.kind, event.at, event.at, about=about)


async def _names(reader: Reader) -> dict[str, str]:
    """Return what stands for the tools of others, by the names that their servers gave them."""
    rows = await reader.rows(sa.select(tools.c.operation).distinct())
    return {row.operation: f"outside.{_hex(row.operation, 8)}" for row in rows}


async def _tasks(
    reader: Reader, found: list[Span], goal_id: str, end: datetime, names: Mapping[str, str]
) -> list[Span]:
    """Return a span a step; it lasts until the last thing that came of it."""
    whole, spans = found[0], []
    query = sa.select(tasks).filter_by(goal=goal_id).order_by(tasks.c.position)
    for row in await reader.rows(query):
        id = _hex(row.id, 16)
        below = [one.ended for one in found if one.parent == id]
        about: dict[str, Value] = {"firstmate.task": row.id, "firstmate.agent": row.agent}
        about |= {"firstmate.operation": names.get(row.operation, row.operation)}
        about |= {"firstmate.state": row.state}
        failed = row.state == "failed"
        ended = max([*below, row.at]) if below else max(end, row.at)
        spans.append(Span(whole.trace, id, whole.id, "task", row.at, ended, failed, about))
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


def _call(
    row: sa.Row[Any], trace: str, parent: str, operation: str, names: Mapping[str, str]
) -> Span:
    about: dict[str, Value] = {
        "firstmate.reason": row.id,
        "firstmate.agent": row.agent,
        "firstmate.step": _FIELD.sub("", row.step) if operation in names else row.step,
        "firstmate.state": row.state,
        "firstmate.tier": row.tier,
        "gen_ai.request.model": row.model,
        "gen_ai.usage.input_tokens": row.tokens_in,
        "gen_ai.usage.output_tokens": row.tokens_out,
        "firstmate.cost": float(row.cost),
        "firstmate.cached": row.cached,
    }
    begun = row.at - timedelta(milliseconds=row.ms)
    failed = row.state not in ("answered", "refused")
    return Span(trace, _hex(row.id, 16), parent, "model", begun, row.at, failed, about)


def _hex(ours: str, digits: int) -> str:
    return sha256(ours.encode()).hexdigest()[:digits]
