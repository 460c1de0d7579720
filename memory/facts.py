"""Fact: something known about a record, from a source, true from one moment to another.

Nothing is updated in place: a newer fact closes the older one and both stay readable.
"""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events, records
from memory.db import Reader, Tx, change, insert_once
from memory.schema.records import facts

Author = Literal["owner", "document", "connector", "client", "agent"]
STYLE = "style"  # how the operator writes: facts about the company itself


class Fact(BaseModel, frozen=True):
    """`record` None: about the operator or the company. `value` is any JSON value."""

    id: str
    record: str | None
    attribute: str
    value: Any
    valid_from: datetime
    recorded_at: datetime
    source: str | None
    author: Author
    status: str


async def learn(
    tx: Tx,
    attribute: str,
    value: Any,
    *,
    record: str | None,
    author: Author,
    source: str | None,
    cardinality: Literal["one", "many"] = "many",
    fact_id: str | None = None,
) -> str:
    """Write down a fact and return its id; for a one-valued attribute the older one is closed.

    What clients and agents say enters as proposed; the owner's and connectors' word is active.
    """
    status = "active" if author in ("owner", "document", "connector") else "proposed"
    id = fact_id or tx.id("fct")
    if cardinality == "one" and status == "active":
        await _supersede(tx, record, attribute, id)
    row = {
        "id": id,
        "record": record,
        "attribute": attribute,
        "value": value,
        "valid_from": tx.now,
        "recorded_at": tx.now,
        "source": source,
        "author": author,
        "cardinality": cardinality,
        "status": status,
    }
    if await insert_once(tx, facts, row):
        await events.note(tx, "fact.learnt", source, fact=id, record=record, attribute=attribute)
    return id


async def retract(tx: Tx, fact_id: str, cause: str | None) -> bool:
    """Close a fact because it was withdrawn; it stays readable as history."""
    still_open = facts.c.closed_at.is_(None)
    values = {"closed_at": tx.now, "closed_by": cause, "status": "retracted"}
    done = await change(tx, facts, {"id": fact_id}, still_open, **values)
    if done:
        await events.note(tx, "fact.retracted", cause, fact=fact_id)
    return done


async def current(reader: Reader, record: str | None, attribute: str | None = None) -> list[Fact]:
    """Return the open facts about a record (None: about the company), newest first."""
    query = sa.select(facts).where(facts.c.closed_at.is_(None), facts.c.record.is_(record))
    if record is not None:
        theirs = facts.c.record.in_(await records.same(reader, record))
        query = sa.select(facts).where(facts.c.closed_at.is_(None), theirs)
    if attribute is not None:
        query = query.where(facts.c.attribute == attribute)
    rows = await reader.rows(query.order_by(facts.c.recorded_at.desc(), facts.c.id.desc()))
    return [Fact(**{name: row._mapping[name] for name in Fact.model_fields}) for row in rows]


async def get(reader: Reader, fact_id: str) -> Fact | None:
    row = await reader.row(sa.select(facts).filter_by(id=fact_id))
    if row is None:
        return None
    return Fact(**{name: row._mapping[name] for name in Fact.model_fields})


async def _supersede(tx: Tx, record: str | None, attribute: str, by: str) -> None:
    for old in await current(tx, record, attribute):
        if old.status == "active" and old.id != by:
            values = {"closed_at": tx.now, "closed_by": by, "status": "superseded"}
            await change(tx, facts, {"id": old.id}, **values)
