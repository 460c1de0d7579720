"""Trust: how far each sort of thing came on the ladder, and by what evidence.

One line for each operation and the person it was for, in the last ninety days.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from engine.acting import streaks
from engine.acting.streaks import Like
from engine.autonomy import agreement
from engine.autonomy.ladder import OFFERED_AT, Standing, active, lets
from engine.drawing import always
from engine.rules.house import House
from memory.canon import records
from memory.db import Reader
from memory.schema.work import approvals, decisions, effect_versions, effects

DAYS = 90
RECORD = re.compile(r"rec_\w+")
KINDS_MAX = 100  # the newest
LOOKED_AT_MAX = 5000  # effects, the newest
RUNGS = ("runs by itself", "watched", "asks")


@dataclass(slots=True)
class Rung:
    """Where one sort of thing stands. `effect`: its effect class."""

    like: Like
    effect: str
    approved: int = 0
    changed: int = 0  # approved after a change
    rejected: int = 0
    undone: int = 0
    by_itself: int = 0
    streak: int = 0
    rule: Standing | None = None  # what lets it run, or is watched

    @property
    def stands(self) -> str:
        """Return one of RUNGS."""
        if self.rule is None:
            return "asks"
        return "watched" if self.rule.rule.shadow else "runs by itself"

    @property
    def may_climb(self) -> bool:
        return self.effect in always.OFFERED and bool(RECORD.fullmatch(self.like.counterpart))


async def ladder(reader: Reader) -> list[Rung]:
    """Return every sort of thing that was asked or ran, the highest rung first."""
    found: dict[Like, Rung] = {}
    for row in await _rows(reader):
        like, effect = Like(row.operation, row.counterpart), row.effect_class
        if row.undoes is not None or effect in ("read", "internal"):
            continue
        if like in found or len(found) < KINDS_MAX:
            _count(found.setdefault(like, Rung(like, effect)), row)
    own = await active(reader)
    for rung in found.values():
        rung.streak = await streaks.length(reader, rung.like)
        rung.rule = next((one for one in own if lets(one.rule, rung.like)), None)
    return sorted(found.values(), key=lambda rung: (RUNGS.index(rung.stands), -rung.streak))


def _count(rung: Rung, row: sa.Row[Any]) -> None:
    if row.answer == "reject":
        rung.rejected += 1
    elif row.answer == "approve" and row.version > 1:
        rung.changed += 1
    elif row.answer == "approve":
        rung.approved += 1
    elif row.state in ("done", "undone"):
        rung.by_itself += 1
    rung.undone += row.state == "undone"


async def said(reader: Reader, house: House, rung: Rung) -> str:
    """Return the line of a rung: what, for whom, where it stands and by what evidence."""
    operation = house.operations.get(rung.like.operation)
    does = rung.like.operation if operation is None else operation.does
    counterpart = rung.like.counterpart
    record = await records.get(reader, counterpart) if RECORD.fullmatch(counterpart) else None
    name = counterpart if record is None else record.name
    whom = f" · {name}" if name else ""
    return f"{does}{whom}: {await _stands(reader, house, rung)} {_evidence(rung)}".strip()


async def _stands(reader: Reader, house: House, rung: Rung) -> str:
    if rung.rule is not None and rung.stands == "watched":
        kept, rule = rung.rule
        seen = await agreement.agreement(reader, house, rule, kept.at)
        return f"I ask and watch; I would have done {seen.would}: {seen} ({rule.id})."
    if rung.rule is not None:
        return f"runs by itself within its bounds and tells you ({rung.rule.rule.id})."
    if not rung.may_climb:
        return "I ask each time, and never offer otherwise."
    missing = next((at for at in OFFERED_AT if at > rung.streak), None)
    if missing is None or rung.streak == 0:
        return "I ask each time."
    more = missing - rung.streak
    return f"I ask; after {more} more yes{'es' if more > 1 else ''} unchanged I offer a rule."


def _evidence(rung: Rung) -> str:
    counted = (
        (rung.streak, "in a row unchanged"),
        (rung.approved, "approved"),
        (rung.changed, "approved after a change"),
        (rung.rejected, "rejected"),
        (rung.by_itself, "by itself"),
        (rung.undone, "taken back"),
    )
    return ", ".join(f"{count} {what}" for count, what in counted if count)


async def _rows(reader: Reader) -> list[sa.Row[Any]]:
    of_version = sa.and_(
        approvals.c.effect == effects.c.id, approvals.c.version == effects.c.version
    )
    of_effect = sa.and_(
        effect_versions.c.effect == effects.c.id, effect_versions.c.version == effects.c.version
    )
    query = (
        sa.select(
            effects.c.version,
            effects.c.state,
            effects.c.undoes,
            effects.c.action["effect"].as_string().label("effect_class"),
            effect_versions.c.operation,
            effect_versions.c.counterpart,
            decisions.c.answer,
        )
        .join(effect_versions, of_effect)
        .join(approvals, of_version, isouter=True)
        .join(decisions, decisions.c.approval == approvals.c.id, isouter=True)
        .where(effects.c.at >= reader.now - timedelta(days=DAYS))
        .order_by(effects.c.at.desc())
        .limit(LOOKED_AT_MAX)
    )
    return list(await reader.rows(query))
