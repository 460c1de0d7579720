"""What lists hold, read in a few queries: questions that wait, and the items of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.acting import effects, taps
from engine.acting.approvals import Approval
from engine.acting.effects import Effect
from engine.drawing import face
from engine.lists import doubts
from engine.lists.batch_list import Item
from engine.rules.house import House
from memory.db import Reader
from memory.schema.work import effect_versions

CHANGED = "It changed since it was listed; its new card asks anew."
EXPIRED = "It expired before you answered."


@dataclass(frozen=True, slots=True)
class Question:
    """A version that is or was asked about, with what its card showed."""

    asked: Approval
    effect: Effect
    shown: dict[str, Any]  # the kept preview of the version asked about
    earlier: str  # the text of the version before it, "" when there is none


async def questions(reader: Reader, asked: Sequence[Approval]) -> list[Question]:
    """Return each approval with its effect and previews, in the same order."""
    acting = await effects.get_all(reader, {one.effect for one in asked})
    shown = await _previews(reader, asked)
    return [
        Question(
            asked=one,
            effect=acting[one.effect],
            shown=shown[one.effect, one.version],
            earlier=shown.get((one.effect, one.version - 1), {}).get("text") or "",
        )
        for one in asked
    ]


async def items(
    reader: Reader, rows: Sequence[Mapping[str, Any]], found: Sequence[Question], house: House
) -> tuple[Item, ...]:
    """Return the items of these rows of `batch_items`, each with its question, as they stand."""
    return tuple([await _item(reader, *each, house) for each in zip(rows, found, strict=True)])


def roles(house: House, operation: str) -> Mapping[str, str]:
    known = house.operations.get(operation)
    return {} if known is None else known.roles


def verb(question: Question) -> str:
    return str(question.shown["facts"].get("verb", "Approve"))


async def _previews(
    reader: Reader, asked: Sequence[Approval]
) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what was kept to show, by effect and version."""
    kept = effect_versions.c
    query = sa.select(kept.effect, kept.version, kept.preview)
    rows = await reader.rows(query.where(kept.effect.in_([one.effect for one in asked])))
    return {(row.effect, row.version): row.preview for row in rows}


async def _item(reader: Reader, row: Mapping[str, Any], found: Question, house: House) -> Item:
    effect, args = found.effect, found.effect.action.args
    its = roles(house, effect.action.operation)
    return Item(
        position=row["position"],
        approval=found.asked.id,
        effect=effect.id,
        version=row["version"],
        digest=row["digest"],
        title=str(found.shown["title"]),
        parts=face.content(found.shown, found.earlier),
        included=row["included"],
        locked=doubts.asks_twice(effect),
        why=row["why"],
        settled=await _settled(reader, row, found.asked, effect),
        told=row["told"],
        amounts=_amounts(args, its),
        recipients=_recipients(effect, its),
    )


async def _settled(reader: Reader, row: Mapping[str, Any], asked: Approval, effect: Effect) -> str:
    """Return why the question can no longer be answered from its list; "" when it can."""
    changed = (effect.version, effect.digest) != (row["version"], row["digest"])
    if changed or asked.state == "superseded":
        return CHANGED
    if asked.state != "open":
        return await taps.already(reader, asked)
    return EXPIRED if asked.expires_at <= reader.now else ""


def _recipients(effect: Effect, its: Mapping[str, str]) -> frozenset[str]:
    """Return where it goes, or whom it concerns: money goes back to them."""
    named = _of_role(effect.action.args, its, "destination")
    about = effect.action.about
    return frozenset(named or ([about] if about else []))


def _amounts(args: dict[str, Any], its: Mapping[str, str]) -> tuple[tuple[Decimal, str], ...]:
    currency = str(args.get("currency") or "")
    return tuple((Decimal(value), currency) for value in _of_role(args, its, "amount"))


def _of_role(args: dict[str, Any], its: Mapping[str, str], role: str) -> list[str]:
    named = [args.get(name) for name, one in its.items() if one == role]
    flat = [v for value in named for v in (value if isinstance(value, list) else [value])]
    return [str(value) for value in flat if value]
