"""Episode: what came of a goal, in one passage that recall finds: asked, planned, done, its end.

It is written in the transaction that ends the goal and again when something of it is taken back or
explained, always from the state and in the place of the one before: of each goal there is one.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from engine.planning import edits, versions
from memory import profile
from memory.canon import records
from memory.db import Reader, Tx
from memory.schema.work import approvals, decisions, effect_versions, effects, goals, outcomes
from memory.schema.work import tasks as tasks_table
from memory.texts import passages
from policies.rules import Action

KIND: passages.Kind = "episode"
ASKED_CHARS_MAX, VALUE_CHARS_MAX, EDITS_MAX = 160, 40, 3
NOTE = "records.note"
ENDS = {"declined": "not wanted", "failed": "failed", "stopped": "stopped halfway"}
LEFT = {"skipped": " (left out)", "failed": " (failed)", "compensated": " (taken back)"}


async def write(tx: Tx, goal_id: str) -> None:
    """Write what came of a goal that ended; a question that was only answered leaves nothing."""
    goal = await tx.row(sa.select(goals).filter_by(id=goal_id))
    outcome = await tx.row(sa.select(outcomes).filter_by(goal=goal_id))
    query = sa.select(tasks_table).filter_by(plan=versions.newest(goal_id))
    query = query.order_by(tasks_table.c.position)
    tasks = await tx.rows(query)
    if goal is None or outcome is None or not tasks:
        return
    mine = sa.select(effects).filter_by(goal=goal_id).order_by(effects.c.at, effects.c.id)
    found = await tx.rows(mine)
    said = [*await _asked(tx, goal, found), *_planned(tasks), *_done(found)]
    for effect in found:
        said += await _by_hand(tx, effect)
    end = _end(goal, outcome, (await profile.read(tx))["currency"])
    begins = "\n".join(said)[: passages.PIECE_CHARS - len(end) - 1]
    slots = goal.slots or {}
    await passages.remember(
        tx, kind=KIND, ref=goal_id, text=f"{begins}\n{end}", at=outcome.at,
        # a mail's words may stand in it, so it is trusted no more than the mail
        trust="outside" if slots.get("mail") else "system",
        record=await _about(tx, slots, found),
    )  # fmt: skip


async def _asked(reader: Reader, goal: sa.Row[Any], found: Sequence[sa.Row[Any]]) -> list[str]:
    """Return what was asked. What a note says stands in the note alone, and goes with it."""
    notes = [one.action["args"] for one in found if one.action["operation"] == NOTE]
    if notes and len(notes) == len(found):
        return [await _noted(reader, args) for args in notes]
    slots = goal.slots or {}
    asked = " ".join(slots.get("said", ()))
    lines = [goal.text]
    if asked:
        lines.append(f"You asked: “{_short(asked, ASKED_CHARS_MAX)}”")
    elif slots.get("mail"):
        lines.append("You took it from a mail.")
    hidden = await _said_in_notes(reader, [one.id for one in found])
    return [line for line in lines if not any(text in line for text in hidden)]


async def _noted(reader: Reader, args: dict[str, Any]) -> str:
    record = await records.get(reader, args["record"])
    sort = str(args.get("sort") or "note").capitalize()
    return sort if record is None else f"{sort} on {record.name}"


def _planned(tasks: Sequence[sa.Row[Any]]) -> Iterator[str]:
    if len(tasks) > 1:
        yield f"Planned: {'; '.join(one.title + LEFT.get(one.state, '') for one in tasks)}"


def _done(found: Sequence[sa.Row[Any]]) -> Iterator[str]:
    """Yield what the receipts say, and what of it was taken back."""
    for one in found:
        if one.receipt is not None and one.undoes is None:
            back = ", taken back later" if one.state == "undone" else ""
            yield f"Done: {one.receipt['said']}{back}"


async def _by_hand(reader: Reader, effect: sa.Row[Any]) -> list[str]:
    """Return what the operator changed of an effect, and why it was not wanted."""
    query = sa.select(effect_versions).filter_by(effect=effect.id)
    versions = await reader.rows(query.order_by(effect_versions.c.version))
    said = []
    for old, new in pairwise(versions):
        if new.author == "operator":
            pair = (Action.model_validate(each.action) for each in (old, new))
            told = effect.action["operation"] != NOTE  # what a note said is told by no edit either
            said += [_changed(each, told) for each in edits.by_hand(*pair)[:EDITS_MAX]]
    of = sa.join(decisions, approvals, decisions.c.approval == approvals.c.id)
    notes = sa.select(decisions.c.note).select_from(of).where(approvals.c.effect == effect.id)
    rows = await reader.rows(notes.where(decisions.c.note.is_not(None)))
    return said + [f"You said why not: {_short(row.note, ASKED_CHARS_MAX)}" for row in rows]


def _changed(edit: dict[str, Any], told: bool) -> str:
    field = edit["field"].replace("_", " ")
    if not told:
        return f"You changed its {field}."
    before, after = (
        _short(str(edit[side] or "—"), VALUE_CHARS_MAX) for side in ("before", "after")
    )
    return f"You changed {field}: {before} → {after}"


def _end(goal: sa.Row[Any], outcome: sa.Row[Any], currency: str) -> str:
    if goal.state == "open":
        return "It was taken up again."
    end = "done" if outcome.succeeded else ENDS.get(outcome.failure, "not done")
    value = f", {words.money(outcome.value, outcome.currency)}" if outcome.value else ""
    cost = Decimal(outcome.cost)
    paid = f", cost {words.cost(cost, currency)}" if cost else ""
    return f"Outcome: {outcome.kind.replace('_', ' ')} {end}{value}{paid}"


async def _about(reader: Reader, slots: dict[str, Any], found: Sequence[sa.Row[Any]]) -> str | None:
    """Return whom or what it was about: what its effects say, else its first record's customer."""
    abouts = (one.action.get("about") for one in found)
    refs = (value.get("ref") for value in slots.get("values", {}).values())
    for id in filter(None, (*abouts, *refs)):
        record = await records.get(reader, id)
        if record is not None:
            return str(record.state.get("customer") or record.id)
    return None


async def _said_in_notes(reader: Reader, effects: Sequence[str]) -> set[str]:
    """Return what notes say or said, which they tell themselves as long as they hold."""
    query = sa.select(effect_versions.c.action).where(effect_versions.c.effect.in_(effects))
    actions = [row.action for row in await reader.rows(query)]
    return {one["args"]["text"] for one in actions if one["operation"] == NOTE}


def _short(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
