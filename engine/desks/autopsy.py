"""Autopsy: what happened, told from the event log: the first cause, what was done, what helps."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.acting import effects
from engine.acting.effects import Effect
from engine.chat import words
from engine.chat.messages import Bullets, Fold, Heading, Msg, Para, Part, Span
from engine.drawing import cards, failures
from engine.planning import plans
from engine.why import explain
from memory import events, profile
from memory.db import Reader
from memory.events import Event
from memory.schema.events import events as log
from memory.schema.work import work

STEPS_MAX = 30
WRONG = ("effect.missed", "effect.failed", "effect.unknown", "work.quarantined", "task.failed")
SAID = {
    "effect.waiting": "you were asked",
    "effect.approved": "approved",
    "effect.running": "first call",
    "effect.tried": "called again",
    "effect.missed": "the call brought no receipt",
    "effect.failed": "failed",
    "effect.unknown": "outcome unknown",
    "effect.done": "done",
    "effect.withdrawn": "withdrawn",
    "effect.undone": "taken back",
    "work.quarantined": "set aside after three tries",
    "work.retried": "set out again",
    "task.failed": "the step failed",
}


async def report(reader: Reader, effect_id: str) -> Msg | None:
    """Return the report of one effect that went wrong. None: there is no such effect."""
    effect = await effects.get(reader, effect_id)
    if effect is None:
        return None
    settings = await profile.read(reader)
    shown = await effects.preview_of(reader, effect.id, effect.version)
    story = await _story(reader, effect)
    first = next((event for event in story if event.kind in WRONG), None)
    title = f"What happened: {shown.title}"
    parts: list[Part] = [
        Heading(text=title),
        _line("First cause", _cause(first, settings)),
        _line("Done outside", await _receipts(reader, effect)),
        _line("Before", await _before(reader, effect, first, settings)),
        _line("What would prevent it", _prevent(effect, first)),
        Fold(title=f"Timeline ({len(story)} steps)", parts=(_timeline(story, settings),)),
    ]
    key = f"autopsy:{effect_id}:{effect.version}:{effect.state}:{len(effect.tries)}"
    return Msg(key=key, summary=title[:190], parts=tuple(parts))


async def _story(reader: Reader, effect: Effect) -> list[Event]:
    """Return what led to the effect and what became of it, and of what had to come before it."""
    chain = await events.causes(reader, effect.cause)
    ids = await _ancestors(reader, effect)
    own = [e for e in await events.about(reader, effect.goal) if _about(e) & ids]
    own += await _work(reader, ids)
    story = {event.id: event for event in (*chain, *own) if event.kind in {*SAID, *explain.KIND}}
    return sorted(story.values(), key=lambda event: (event.at, event.id))[-STEPS_MAX:]


async def _ancestors(reader: Reader, effect: Effect) -> set[str]:
    """Return the ids of the effect, its task, and all it comes after."""
    by_key = {task.key: task for task in await plans.of_goal(reader, effect.goal)}
    wanted = [task for task in by_key.values() if task.id == effect.task]
    ids = {effect.id}
    while wanted:
        task = wanted.pop()
        ids.add(task.id)
        before = await effects.of_task(reader, task.id)
        if before is not None and effect.undoes is None:
            ids.add(before.id)
        wanted += [by_key[name] for name in task.after if name in by_key]
    return ids


async def _work(reader: Reader, ids: set[str]) -> list[Event]:
    """Return when work on any of these was set aside."""
    query = sa.select(work.c.id).where(work.c.ref.in_(ids))
    mine = {row.id for row in await reader.rows(query)}
    aside = await events.of_kind(reader, "work.quarantined")
    return [event for event in aside if event.body.get("work") in mine]


def _about(event: Event) -> set[str]:
    return {str(event.body.get(name, "")) for name in ("effect", "task")} - {""}


def _cause(first: Event | None, settings: dict[str, Any]) -> str:
    if first is None:
        return "the log shows nothing that went wrong."
    return f"{words.moment(first.at, settings)}, {_told(first)}"


async def _receipts(reader: Reader, effect: Effect) -> str:
    """Say what of the same goal is done outside already; receipts only."""
    done = []
    for task in await plans.of_goal(reader, effect.goal):
        other = await effects.of_task(reader, task.id)
        if other is not None and other.id != effect.id and other.receipt is not None:
            done.append(other.receipt.said)
    return " · ".join(done) if done else "nothing else of this goal."


async def _before(
    reader: Reader, effect: Effect, first: Event | None, settings: dict[str, Any]
) -> str:
    """Say how often this operation failed in this way before, and when last."""
    failure, until = _failure(effect, first), reader.now if first is None else first.at
    times = await _same(reader, effect, failure, until)
    if not times:
        return "this never went wrong in this way before."
    count = "once" if len(times) == 1 else f"{len(times)} times"
    last = words.moment(times[-1], settings)
    return f"{effect.action.operation}, {failures.KINDS[failure].says}: {count}, last {last}."


async def _same(
    reader: Reader, effect: Effect, failure: failures.Failure, until: datetime
) -> list[datetime]:
    body = log.c.body
    query = (
        sa.select(log.c.at)
        .where(log.c.kind.in_(("effect.failed", "effect.unknown")), log.c.at < until)
        .where(body["operation"].as_string() == effect.action.operation)
        .where(body["failure"].as_string() == failure)
        .order_by(log.c.seq)
    )
    return [row.at for row in await reader.rows(query)]


def _failure(effect: Effect, first: Event | None) -> failures.Failure:
    if effect.failure is not None:
        return effect.failure
    kept = None if first is None else first.body.get("failure")
    return next((known for known in failures.KINDS if known == kept), "refused")


def _prevent(effect: Effect, first: Event | None) -> str:
    kind = failures.KINDS[_failure(effect, first)]
    return kind.prevent.format(operation=effect.action.operation)


def _timeline(story: list[Event], settings: dict[str, Any]) -> Bullets:
    lines = (f"{words.moment(event.at, settings)} · {_told(event)}" for event in story)
    return Bullets(items=tuple(lines) or ("Nothing is noted.",))


def _told(event: Event) -> str:
    """Return one event as a clause; what came from outside is quoted."""
    kind, body = event.kind, event.body
    said = SAID.get(kind) or explain.KIND.get(kind, kind)
    if body.get("failure") in failures.KINDS:
        said = f"{said} ({failures.KINDS[body['failure']].says})"
    text = body.get("error") or body.get("subject") or body.get("text") or ""
    return f"{said}: “{' '.join(str(text).split())[: cards.LABEL_CHARS_MAX * 4]}”" if text else said


def _line(label: str, text: str) -> Para:
    return Para(spans=(Span(text=f"{label}: ", style="bold"), Span(text=text)))
