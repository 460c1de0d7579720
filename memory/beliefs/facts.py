"""Fact: what somebody said about a record, since when it holds, and when we learnt it.

A fact is a statement: never changed, only endorsed once and withdrawn once, each with its moment.
What is true of a moment is settled when it is read (memory/beliefs/statements.py), so that "what
did we believe on Monday?" has an exact answer. Nothing from outside is believed before the operator
says so, or two independent sources of record do.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from memory import events
from memory.beliefs.statements import (
    GUARDED,
    Author,
    Cardinality,
    Fact,
    as_of,
    current,
    get,
    history,
    many_voiced,
)
from memory.db import Tx, change, insert_once
from memory.schema.records import facts
from memory.texts import passages

__all__ = ["GUARDED", "Author", "Fact", "as_of", "current", "get", "history", "many_voiced"]

STYLE = "style"  # how the operator writes: facts about the company itself
PINNED = "always"  # what the operator always wants kept in mind
BELIEVED_FROM = ("owner", "document", "connector")
CONFIDENCE = {"owner": 1.0, "document": 0.95, "connector": 0.9, "client": 0.5, "agent": 0.3}
NOTE = "note"
WORDS = (NOTE, "decision", "constraint", "template")  # kept as they were said, and recalled
PINS_MAX = 12  # of one record, or of the company


class FullError(ValueError):
    """No more can be pinned; the message says what to do."""


async def learn(
    tx: Tx,
    attribute: str,
    value: Any,
    *,
    record: str | None,
    author: Author,
    source: str | None,
    cardinality: Cardinality = "many",
    unit: str | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    fact_id: str | None = None,
) -> str:
    """Write down what was said and return its id; it holds from `valid_from` on, else from now.

    What clients and agents say, and whatever an outside text is the source of, is only proposed.
    What the owner wants noted (`WORDS`) is also recalled, for as long as it holds: with `valid_to`
    until then, and some days later it goes for good (memory/forgetting/kept.py).
    """
    id = fact_id or tx.id("fct")
    told = None if source is None else await events.get(tx, source)
    outside = told is not None and told.trust == "outside"
    sure = author in BELIEVED_FROM and not outside
    row = {
        "id": id,
        "record": record,
        "attribute": attribute,
        "value": value,
        "unit": unit,
        "valid_from": valid_from or tx.now,
        "valid_to": valid_to,
        "recorded_at": tx.now,
        "believed": sure,
        "source": source,
        "author": author,
        "confidence": CONFIDENCE[author],
        "cardinality": cardinality,
        "status": "active" if sure else "proposed",
    }
    if await insert_once(tx, facts, row):
        if author == "owner" and attribute in WORDS:
            await passages.remember(
                tx, kind="note", ref=id, record=record, trust="operator",
                text=f"{attribute.capitalize()}: {value}",
            )  # fmt: skip
        await events.note(tx, "fact.learnt", source, fact=id, record=record, attribute=attribute)
    return id


async def endorse(tx: Tx, fact_id: str, cause: str) -> bool:
    """The operator says that it is so; from now on it has the owner's authority.

    False: it was withdrawn or endorsed before, or it says where money or mail goes, for which there
    are cards of their own.
    """
    can = facts.c.closed_at.is_(None) & facts.c.endorsed_by.is_(None)
    can &= facts.c.attribute.not_in(GUARDED)
    values = {"endorsed_at": tx.now, "endorsed_by": cause, "status": "active"}
    done = await change(tx, facts, {"id": fact_id}, can, **values)
    if done:
        await events.note(tx, "fact.endorsed", cause, fact=fact_id)
    return done


async def retract(tx: Tx, fact_id: str, cause: str | None) -> bool:
    """Withdraw a fact; it stays readable as history, and what stood before it holds again."""
    still_open = facts.c.closed_at.is_(None)
    values = {"closed_at": tx.now, "closed_by": cause, "status": "retracted"}
    done = await change(tx, facts, {"id": fact_id}, still_open, **values)
    if done:
        await passages.forget(tx, [fact_id])
        await events.note(tx, "fact.retracted", cause, fact=fact_id)
    return done


async def retract_source(tx: Tx, source: str, cause: str) -> list[str]:
    """Withdraw all that this event told us; what others say as well holds on. Return their ids."""
    mine = sa.select(facts.c.id).filter_by(source=source, closed_at=None)
    ids = [row.id for row in await tx.rows(mine.order_by(facts.c.recorded_at, facts.c.id))]
    return [id for id in ids if await retract(tx, id, cause)]


async def correct(tx: Tx, wrong: Fact, value: Any, cause: str, unit: str | None = None) -> str:
    """The operator says that it was wrong from the start: put this in its place; return its id.

    What was noted for a while ends when it did.
    """
    for id in wrong.support or (wrong.id,):
        await retract(tx, id, cause)
    return await learn(
        tx, wrong.attribute, value, record=wrong.record, author="owner", source=cause,
        cardinality=wrong.cardinality, unit=unit, valid_from=wrong.valid_from,
        valid_to=wrong.valid_to if wrong.attribute in WORDS else None,
    )  # fmt: skip


async def pin(tx: Tx, text: str, record: str | None, cause: str) -> str:
    """Keep in mind for good what the operator said; return its id. FullError: too much is."""
    if len(await current(tx, record, PINNED)) >= PINS_MAX:
        said = f"{PINS_MAX} things are kept in mind there already. Say “forget this” to one first."
        raise FullError(said)
    return await learn(tx, PINNED, text, record=record, author="owner", source=cause)
