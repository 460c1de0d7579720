"""/why of what is no effect: a message and its answer, a mail, a plan, one call to a model.

Each call with what it was given and by which score, the rule that let it go, what it cost, and
whether the checks let its answer through.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from engine.chat.messages import Bullets, Evidence, Facts, Fold, Heading, Msg, Para, Part, Span
from engine.drawing import model_told
from engine.planning import goals, tree, versions
from engine.why import explain
from engine.why.calls import Call
from engine.why.rerun import Checks, Led
from engine.why.subject import Subject
from memory import events, profile
from memory.db import Reader
from memory.schema.events import events as log
from memory.schema.work import effects
from memory.schema.work import goals as wishes

QUOTE_CHARS = 160
TEXT_CHARS = 3000
TITLE_CHARS = 190
NO_MODEL = "No language model was asked for this."
GONE = "not kept any more"
PART = "message.part"  # one wish of several: agents/hearing/parts.py
ENDS = 6  # digits of an id that tell it apart in what is said


async def told(reader: Reader, wanted: Subject, checks: Checks) -> Msg:
    """Return what can be said of it, with everything that models were asked for it."""
    settings = await profile.read(reader)
    if wanted.kind == "effect":
        return await explain.effect(reader, wanted.id)
    made = await wanted.calls(reader)
    title, cause = await _title(reader, wanted, made)
    parts: list[Part] = [Heading(text=f"Why: {title}")]
    parts += await _plan(reader, wanted)
    cost = sum((Decimal(one.row.cost) for one in made), Decimal(0))
    said = f"{_count(len(made), 'call')}, {words.cost(cost, settings['currency'])}"
    parts.append(explain.line_of("Language models", said if made else NO_MODEL))
    for one in made:
        led = None if (check := checks.get(one.purpose)) is None else await check(reader, one)
        parts += await _call(reader, one, led, settings, whole=wanted.kind == "reason")
    parts += await _came(reader, wanted)
    if wanted.kind == "goal":
        parts.append(await explain.timed(reader, wanted.id, settings))
    if wanted.kind == "event":
        parts.append(await explain.timed_event(reader, wanted.id, settings))
    if cause:
        parts.append(await explain.led(reader, cause, settings))
    parts.append(Para(spans=(Span(text=wanted.id, style="code"),)))
    parts.append(Facts(evidence=tuple(_evidence(wanted, made))))
    return Msg(key=f"why:{wanted.id}", summary=f"Why: {title}"[:TITLE_CHARS], parts=tuple(parts))


def _evidence(wanted: Subject, made: list[Call]) -> Iterator[Evidence]:
    """Yield what is quoted here, so that it goes with it: memory/forgetting/expiry.py."""
    refs = {wanted.id: "what was asked"}
    for one in made:
        refs |= {ref: "what was asked" for ref in (one.row.task, one.row.goal) if ref}
        refs |= {said.ref: said.kind for said in one.given.values()}
    yield from (Evidence(label=label, ref=ref) for ref, label in refs.items())


async def _title(reader: Reader, wanted: Subject, made: list[Call]) -> tuple[str, str]:
    """Return what it is in a few words, and the event that it is or came of; "": there is none."""
    if wanted.kind == "event":
        event = await events.get(reader, wanted.id)
        return ("?" if event is None else explain.said(event)), wanted.id
    if wanted.kind == "goal":
        goal = await goals.get(reader, wanted.id)
        return ("what was wanted" if goal is None else goal.text), "" if not goal else goal.asked_by
    row = made[0].row
    task = row.task if (row.task or "").startswith("evt_") else ""
    return f"{row.step}, {row.model or 'no model'}", task


async def _plan(reader: Reader, wanted: Subject) -> list[Part]:
    goal = await goals.get(reader, wanted.id) if wanted.kind == "goal" else None
    if goal is None:
        return []
    made = await versions.all_of(reader, goal.id)
    lines = (*(f"Plan: {one.because}" for one in made[-1:]), *versions.told(made))
    for_ = await tree.says_above(reader, goal.project)
    parts: list[Part] = [explain.line_of("State", goal.state)]
    parts += [explain.line_of("For", for_)] if for_ else []
    return [*parts, *([Bullets(items=lines)] if lines else [])]


async def _call(
    reader: Reader, call: Call, led: Led | None, settings: dict[str, Any], *, whole: bool
) -> list[Part]:
    row = call.row
    parts: list[Part] = [Bullets(items=tuple(_lines(call, led, settings)))]
    if row.verdict is not None:
        parts += await explain.rules_then(reader, row.verdict)
    if given := tuple(_given(call, led)):
        parts.append(Fold(title=f"What was recalled for it ({len(given)})", parts=(Bullets(
            items=given),)))  # fmt: skip
    if whole:
        parts += [_fold("What was sent", one["content"]) for one in call.sent]
        parts += [] if call.value is None else [_fold("What was answered", str(call.value))]
    return parts


def _lines(call: Call, led: Led | None, settings: dict[str, Any]) -> Iterator[str]:
    yield f"{model_told.line(call.row, settings['currency'])} · /why {call.row.id[-ENDS:]}"
    if call.row.verdict is not None:
        yield f"Policy: {explain.policy(call.row.verdict)}"
    if led is not None and call.value is not None:
        yield f"Checked: {led.gone or led.says}"


def _given(call: Call, led: Led | None) -> Iterator[str]:
    """Yield a line a passage: its score, where it is from, how it begins, whether it was named."""
    named = () if led is None else led.used
    for place, (id, score) in enumerate(call.row.recalled):
        said = call.given.get(id)
        if said is None:
            what = GONE
        else:
            text = " ".join(said.text.split())
            text = text if len(text) <= QUOTE_CHARS else f"{text[:QUOTE_CHARS]}…"
            what = f"{said.kind}{f' of {said.by}' if said.by else ''}: “{text}”"
        yield f"{place + 1} · {score:.2f} · {what}{' · named' if place in named else ''}"


async def _came(reader: Reader, wanted: Subject) -> list[Part]:
    """Return what became of it: the effects of a wish, the wishes of a message."""
    mine = sa.select(effects.c.id, effects.c.state, effects.c.action).order_by(effects.c.at)
    if wanted.kind == "goal":
        rows = await reader.rows(mine.where(effects.c.goal == wanted.id))
        came = [f"{one.action['operation']}: {one.state} · /why {one.id[-ENDS:]}" for one in rows]
    elif wanted.kind == "event":
        asked = sa.select(wishes.c.id, wishes.c.text, wishes.c.state)
        parts = sa.select(log.c.id).filter_by(kind=PART, cause=wanted.id)
        of = sa.or_(wishes.c.asked_by == wanted.id, wishes.c.asked_by.in_(parts))
        rows = await reader.rows(asked.where(of).order_by(wishes.c.at))
        came = [f"{one.text}: {one.state} · /why {one.id[-ENDS:]}" for one in rows]
    else:
        return []
    title = f"What came of it ({len(came)})"
    return [Fold(title=title, parts=(Bullets(items=tuple(came)),))] if came else []


def _fold(title: str, text: str) -> Part:
    shown = text if len(text) <= TEXT_CHARS else f"{text[:TEXT_CHARS]}…"
    return Fold(
        title=f"{title} ({len(text):,} characters)", parts=(Para(spans=(Span(text=shown),)),)
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
