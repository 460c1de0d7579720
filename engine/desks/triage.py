"""Triage: everything that went wrong and is not settled, newest first, each with its way on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.acting import effects, refining
from engine.chat import outbox, words
from engine.chat.messages import LABEL_CHARS_MAX, Bullets, Button, Heading, Msg, Para, Span, say
from engine.desks import mending
from engine.drawing import cards, failures
from engine.flow import arrivals
from engine.planning import plans
from memory import events, profile
from memory.db import Reader, Tx, change
from memory.schema.work import work

LISTED_MAX = 10
TITLE_CHARS_MAX = 80
NOTHING = "Nothing went wrong that is not settled."
ASIDE = "set aside after three tries"
NOT_BETTER = "A better draft of “{title}” could not be written: {why}. The first one stands."
UNREADY = "could not be prepared"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong: what, its class in plain words, since when, what can be done."""

    ref: str
    title: str
    kind: str
    at: datetime


async def told(reader: Reader, key: str) -> Msg:
    """Return the list as one message."""
    found = await unsettled(reader)
    if not found:
        return say(key, NOTHING)
    settings = await profile.read(reader)
    listed = found[:LISTED_MAX]
    lines = [
        f"{number}. {one.title}: {one.kind}, {words.age(reader.now - one.at, settings)}"
        for number, one in enumerate(listed, 1)
    ]
    if len(found) > LISTED_MAX:
        lines.append(f"… and {len(found) - LISTED_MAX} more, older.")
    title = "1 thing went wrong" if len(found) == 1 else f"{len(found)} things went wrong"
    note = Para(spans=(Span(text="Each stays here until it is settled."),))
    parts = (Heading(text=title), Bullets(items=tuple(lines)), note)
    rows = tuple(_row(number, one) for number, one in enumerate(listed, 1))
    return Msg(key=key, summary=title, parts=parts, buttons=rows)


async def unsettled(reader: Reader) -> list[Trouble]:
    """Return what went wrong and waits for a look, newest first."""
    failed = [await _effect(reader, e) for e in await effects.in_state(reader, *effects.WENT_WRONG)]
    query = sa.select(work).filter_by(state="quarantined").order_by(work.c.due_at.desc())
    stuck = [await _work(reader, row) for row in await reader.rows(query)]
    aside = [
        Trouble(mending.ARRIVAL + a.key, f"Something from {a.key.partition(':')[0]}", ASIDE, a.at)
        for a in await arrivals.set_aside(reader)
    ]
    unready = [
        Trouble(task.id, _short(f"{task.title}: {task.error}"), UNREADY, at)
        for task, at in await plans.refused(reader)
    ]
    return sorted([*failed, *unready, *stuck, *aside], key=lambda one: one.at, reverse=True)


async def set_aside(tx: Tx, work_id: str, cause: str) -> None:
    """Work gave up: if a card told of it, the card says so from now on."""
    row = await tx.row(sa.select(work).filter_by(id=work_id, state="quarantined"))
    if row is not None and row.kind == refining.KIND:
        await _not_better(tx, row)
        return
    effect = None if row is None or row.kind != "perform" else await effects.get(tx, row.ref)
    if row is None or effect is None:
        return
    await change(tx, work, {"id": work_id}, state="done")
    await effects.fail(tx, effect.id, "interrupted", str(row.error), cause)
    shown = await effects.preview_of(tx, effect.id, effect.version)
    text = f"I could not carry out “{shown.title}” and set it aside. Its card says what you can do."
    look = Button(label="Show the card", action="show", ref=effect.id)
    await outbox.post(tx, say(f"quarantine:{work_id}", text, buttons=((look,),)))
    await outbox.show_everywhere_again(tx, cards.key(effect.id, effect.version))


async def _not_better(tx: Tx, row: sa.Row[Any]) -> None:
    """The better draft is given up, and nothing is left to try again: the first one stands."""
    await change(tx, work, {"id": row.id}, state="done")
    asked = await refining.broke(tx, row.ref)
    if asked is None:
        return
    shown = await effects.preview_of(tx, asked.effect, asked.version)
    text = NOT_BETTER.format(title=shown.title, why=str(row.error).rstrip("."))
    look = Button(label="Show the card", action="show", ref=asked.effect)
    await outbox.post(tx, say(f"quarantine:{row.id}", text, buttons=((look,),)))


async def _effect(reader: Reader, effect: effects.Effect) -> Trouble:
    shown = await effects.preview_of(reader, effect.id, effect.version)
    at = effect.tries[-1].at if effect.tries else effect.at
    kind = failures.KINDS[effect.failure or "refused"].says
    return Trouble(effect.id, _short(shown.title), kind, at)


async def _work(reader: Reader, row: sa.Row[Any]) -> Trouble:
    return Trouble(row.id, _short(await _about(reader, row)), ASIDE, row.due_at)


async def _about(reader: Reader, row: sa.Row[Any]) -> str:
    """Return what a piece of work was about, as a person would call it."""
    event = await events.get(reader, row.ref)
    if event is not None:
        said = str(event.body.get("words") or "a file or mail")
        return f"What came in: “{said}”" if event.body.get("words") else f"What came in: {said}"
    task = await plans.task(reader, row.ref)
    return f"Step: {task.title}" if task is not None else f"Work: {row.kind}"


def _row(number: int, one: Trouble) -> tuple[Button, ...]:
    if one.ref.startswith((mending.ARRIVAL, mending.WORK, mending.TASK)):
        retry = Button(label=f"{number}. Try again", action="again", ref=one.ref)
        drop = Button(label=f"{number}. Drop", action="abort", ref=one.ref, style="danger")
        return (retry, drop)
    label = f"{number}. {one.title}"
    label = label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 1]}…"
    return (Button(label=label, action="show", ref=one.ref),)


def _short(title: str) -> str:
    one = " ".join(title.split())
    return one if len(one) <= TITLE_CHARS_MAX else f"{one[: TITLE_CHARS_MAX - 1]}…"
