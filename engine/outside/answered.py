"""Answered: what tools that only read said when they were asked for somebody by name or address."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from connectors.contract import ANSWER, Operation
from engine.outside import tools
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling.recall import Recalled
from memory.schema.work import effect_versions, effects
from policies.contracts import scalars

READS = ("read", "egress_read")
LOOKED_MAX, TEXT_CHARS_MAX = 200, 4000
BY = ("name", "email", "emails", "domain", "aliases")


async def about(
    reader: Reader, record: Record, most: int, operations: Mapping[str, Operation]
) -> list[Recalled]:
    """Return the newest answers that named this record in the question; somebody else's words.

    `by` is the tool, whose class among `operations` is that of its answers. Only tools that
    the operator says only read, and still says so, count.
    """
    known = [one.operation for one in await readers(reader)]
    newest = sa.and_(
        effect_versions.c.effect == effects.c.id, effect_versions.c.version == effects.c.version
    )
    query = (
        sa.select(effects.c.id, effects.c.action, effects.c.receipt, effects.c.done_at)
        .join(effect_versions, newest)
        .where(effect_versions.c.operation.in_(known), effects.c.state == "done")
        .order_by(effects.c.done_at.desc())
        .limit(LOOKED_MAX)
    )
    called = _called(record)
    return [
        _passage(row, record.id, operations.get(row.action["operation"]))
        for row in await reader.rows(query)
        if _asks_for(row.action["args"], called) and row.receipt["data"].get(ANSWER)
    ][:most]


async def kept(reader: Reader, record: Record, refs: Collection[str]) -> bool:
    """Say whether one of these is an answer about the record that is a source still."""
    return any(one.ref in refs for one in await about(reader, record, LOOKED_MAX, {}))


async def readers(reader: Reader) -> list[tools.Known]:
    """Return the tools that the operator says only read."""
    every = await tools.every(reader)
    return [one for one in every if one.state == "classified" and one.effect in READS]


def is_answer(one: Recalled) -> bool:
    """Say whether this is a tool's answer, and no passage of what is kept."""
    return one.id.startswith("eff_")


def _called(record: Record) -> set[str]:
    said = [value for name in BY for _, value in scalars({"it": record.state.get(name)})]
    return {str(value).casefold() for value in (record.name, *said) if value}


def _asks_for(args: Mapping[str, Any], called: Collection[str]) -> bool:
    return any(str(value).casefold() in called for _, value in scalars(args))


def _passage(row: sa.Row[Any], record: str, tool: Operation | None) -> Recalled:
    text = str(row.receipt["data"][ANSWER])[:TEXT_CHARS_MAX]
    return Recalled(
        id=row.id, ref=row.id, kind="artifact", text=text, score=0.0, at=row.done_at,
        trust="outside", sensitivity="personal" if tool is None else tool.data_class, record=record,
        by=row.action["operation"], because="",
    )  # fmt: skip
