"""Statements: what was said of a record, read as it stands at a moment of the world.

Read here, written in facts.py; what holds among several is settled by settling.py.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory.beliefs import settling
from memory.beliefs.settling import Held, Statement
from memory.canon import merging, records
from memory.db import Reader
from memory.redaction import ERASED
from memory.schema.events import events as log
from memory.schema.records import facts
from memory.schema.records import records as merged
from memory.texts.reach import rowid

Author = Literal["owner", "document", "connector", "client", "agent"]
Cardinality = Literal["one", "many"]
Ids = Sequence[str | None]
GUARDED = ("account", "email", "iban")  # where money and mail go: never believed by repetition


class Fact(BaseModel, frozen=True):
    """`record` None: about the operator or the company. `value` is any JSON value.

    `valid_to` is when it stopped to hold, `closed_by` what ended or withdrew it. `support` are the
    facts that say the same, this one among them.
    """

    id: str
    record: str | None
    attribute: str
    value: Any
    unit: str | None = None
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    source: str | None
    author: Author
    confidence: float = 1.0
    cardinality: Cardinality
    status: Literal["proposed", "active", "superseded", "retracted", "disputed"]
    support: tuple[str, ...] = ()


async def current(reader: Reader, record: str | None, attribute: str | None = None) -> list[Fact]:
    """Return what holds of a record now (None: of the company), the newest word first.

    Each says whether it is active, disputed or only proposed.
    """
    ids = [None] if record is None else await records.same(reader, record)
    return await _holding(reader, ids, attribute, reader.now, None)


async def as_of(
    reader: Reader,
    record: str | None,
    attribute: str | None = None,
    *,
    world: datetime,
    known: datetime | None = None,
) -> list[Fact]:
    """Return what held at the moment `world`, by all that we knew at the moment `known` (now)."""
    if record is None or known is None:
        ids = [None] if record is None else await records.same(reader, record)
    else:
        ids = await merging.same_at(reader, record, known)
    return await _holding(reader, ids, attribute, world, known)


async def history(reader: Reader, record: str | None, attribute: str | None = None) -> list[Fact]:
    """Return everything that was ever said of a record, oldest word first, as each stands now."""
    ids = [None] if record is None else await records.same(reader, record)
    rows = await _rows(reader, ids, attribute)
    found = {row.id: _withdrawn(row) for row in rows if row.closed_at is not None}
    for group in _groups(row for row in rows if row.closed_at is None):
        by_id = {row.id: row for row in group}
        settled = settling.each([_statement(row, None) for row in group], reader.now)
        found |= {held.id: _fact(by_id[held.id], held) for held in settled}
    return [found[row.id] for row in rows]


async def get(reader: Reader, fact_id: str) -> Fact | None:
    """Return a fact as it stands now, withdrawn or not."""
    row = await reader.row(sa.select(facts).filter_by(id=fact_id))
    if row is None:
        return None
    known = await history(reader, row.record, row.attribute)
    return next(fact for fact in known if fact.id == fact_id)


async def many_voiced(reader: Reader) -> list[tuple[str | None, str]]:
    """Return each record and attribute of which more than one value was said, oldest first."""
    values = sa.func.count(sa.func.distinct(sa.cast(facts.c.value, sa.Text)))
    stays = sa.func.coalesce(merged.c.merged_into, facts.c.record)
    query = sa.select(stays.label("stays"), facts.c.attribute).filter_by(cardinality="one")
    query = query.select_from(facts.outerjoin(merged, merged.c.id == facts.c.record))
    query = query.where(facts.c.closed_at.is_(None)).group_by(stays, facts.c.attribute)
    several = query.having(values > 1).order_by(sa.func.min(facts.c.recorded_at))
    return [(row.stays, row.attribute) for row in await reader.rows(several)]


async def never_believed(
    reader: Reader, before: datetime, among: Sequence[str] | None = None
) -> set[str]:
    """Return what was proposed until then and never more: neither endorsed nor confirmed.

    `among`: only of these facts.
    """
    proposed = sa.not_(facts.c.believed) & facts.c.endorsed_at.is_(None) & worded()
    old = sa.select(facts.c.id, facts.c.record, facts.c.attribute)
    old = old.where(proposed, facts.c.recorded_at <= before)
    wanted = await reader.rows(old if among is None else old.where(facts.c.id.in_(among)))
    found: set[str] = set()
    for record, attribute in {(row.record, row.attribute) for row in wanted}:
        ids = [None] if record is None else await records.same(reader, record)
        for group in _groups(await _rows(reader, ids, attribute)):
            known = settling.confirmed([_statement(row, None) for row in group])
            found |= {one.id for one in known if not one.believed}
    return found & {row.id for row in wanted}


def worded() -> sa.ColumnElement[bool]:
    """Return the condition that a fact still has its words."""
    return sa.cast(facts.c.value, sa.Text) != json.dumps(ERASED)


async def _holding(
    reader: Reader,
    ids: Ids,
    attribute: str | None,
    world: datetime,
    known: datetime | None,
) -> list[Fact]:
    rows = [row for row in await _rows(reader, ids, attribute) if _is_known(row, known)]
    found = []
    for group in _groups(rows):
        by_id = {row.id: row for row in group}
        settled = settling.at([_statement(row, known) for row in group], world)
        found += [(by_id[held.id], held) for held in settled]
    found.sort(key=lambda pair: (pair[0].recorded_at, pair[0].rowid_), reverse=True)
    return [_fact(row, held) for row, held in found]


async def _rows(reader: Reader, ids: Ids, attribute: str | None) -> list[sa.Row[Any]]:
    """Return what was ever said of these records, each with who told us, in the order it came."""
    told = (log.c.source.label("from_"), log.c.actor.label("who"))
    query = sa.select(rowid(facts).label("rowid_"), *facts.c, *told)
    query = query.select_from(facts.outerjoin(log, log.c.id == facts.c.source))
    query = query.where(facts.c.record.is_(None) if ids == [None] else facts.c.record.in_(ids))
    if attribute is not None:
        query = query.where(facts.c.attribute == attribute)
    return await reader.rows(query.order_by(facts.c.recorded_at, rowid(facts)))


def _groups(rows: Iterable[sa.Row[Any]]) -> list[list[sa.Row[Any]]]:
    """Put together what is settled together: of one value all that is said, of many the same."""
    by_attribute: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        by_attribute.setdefault(row.attribute, []).append(row)
    groups: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for name, said in by_attribute.items():
        is_one = any(row.cardinality == "one" for row in said)
        for row in said:
            groups.setdefault((name, "" if is_one else _said(row)), []).append(row)
    return list(groups.values())


def _is_known(row: sa.Row[Any], known: datetime | None) -> bool:
    """Say whether it had been said, and not withdrawn, by then."""
    if known is None:
        return row.closed_at is None
    return row.recorded_at <= known and (row.closed_at is None or row.closed_at > known)


def _statement(row: sa.Row[Any], known: datetime | None) -> Statement:
    endorsed = row.endorsed_at is not None and (known is None or row.endorsed_at <= known)
    of_record = (row.from_, row.who) if row.author in settling.OF_RECORD and row.from_ else None
    return Statement(
        id=row.id,
        said=_said(row),
        start=row.valid_from,
        end=row.valid_to,
        heard=(row.recorded_at, row.rowid_),
        order=(row.endorsed_at if endorsed else row.recorded_at, row.rowid_),
        rank=settling.OWNER if endorsed else settling.RANK[row.author],
        believed=row.believed or endorsed,
        of_record=of_record,
        guarded=row.attribute in GUARDED,
    )


def _said(row: sa.Row[Any]) -> str:
    return json.dumps([row.value, row.unit], sort_keys=True)


def _fact(row: sa.Row[Any], held: Held) -> Fact:
    ended = {"closed_at": None, "closed_by": held.by}
    standing = {"valid_to": held.end, "status": held.standing, "support": held.support}
    return Fact(**_columns(row) | ended | standing)


def _withdrawn(row: sa.Row[Any]) -> Fact:
    return Fact(**_columns(row), support=(row.id,))


def _columns(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in Fact.model_fields if name != "support"}
