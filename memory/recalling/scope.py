"""Scope: where recall may look. What lies outside is never scored, in SQL or in a box.

A goal, a project and a record are read into what they stand for, once and before anything else, so
a scope is plain values: equal scopes find the same.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from memory.canon import kinds, records
from memory.db import Reader
from memory.dialects import Dialect
from memory.recalling import naming
from memory.schema.events import events
from memory.schema.recall import passages
from memory.schema.records import artifacts
from memory.schema.records import records as records_table
from memory.schema.work import goals
from memory.texts.passages import SENSITIVITIES, Kind, Sensitivity

Among = tuple[str, tuple[str, ...]]  # a column, and the values it may have
Limit = tuple[Among, ...]  # any of these


@dataclass(frozen=True, slots=True)
class Within:
    """Where somebody asks: in what all of these leave, see `read`. None given: everywhere."""

    record: str | None = None
    project: str | None = None
    goal: str | None = None
    sensitivity: Sensitivity | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which values some columns may have, all at once. No limits: everywhere."""

    limits: tuple[Limit, ...] = ()

    def where(self, table: sa.Table = passages) -> list[sa.ColumnElement[bool]]:
        """Return the limits as conditions on a table that has these columns."""
        return [sa.or_(*(table.c[name].in_(of) for name, of in limit)) for limit in self.limits]

    def sql(self, table: str, dialect: Dialect) -> tuple[str, list[str]]:
        """Return the same as SQL with its parameters."""
        listed = dialect.listed[str]
        said = (
            " OR ".join(f"{table}.{name} IN ({listed})" for name, _ in limit)
            for limit in self.limits
        )
        given = [json.dumps(values) for limit in self.limits for _, values in limit]
        return " AND ".join(f"({one})" for one in said), given

    def holds(self, passage: Any) -> bool:
        return all(
            any(getattr(passage, name) in values for name, values in limit) for limit in self.limits
        )


async def read(
    reader: Reader,
    *,
    record: str | None = None,
    project: str | None = None,
    goal: str | None = None,
    conv: str | None = None,
    kinds: Sequence[Kind] = (),
    trusts: Sequence[str] = (),
    sensitivity: Sensitivity | None = None,
) -> Scope:
    """Return the scope that all of these leave; what is not given limits nothing.

    `project` is a record: what is about it, its contents and its tasks, and whatever of its
    customer and the customer's people names one of these; the rest of theirs may be of another.
    `goal`: what was asked, done and written for it, and what came of it. `sensitivity` is the most
    private class that may be told.
    """
    limits: list[Limit] = []
    if record is not None:
        limits.append((("record", tuple(await records.same(reader, record))),))
    if project is not None:
        limits.append(await _of_project(reader, project))
    if goal is not None:
        limits.append((("ref", await _of_goal(reader, goal)),))
    if conv is not None:
        limits.append((("conv", (conv,)),))
    if kinds:
        limits.append((("kind", tuple(kinds)),))
    if trusts:
        limits.append((("trust", tuple(trusts)),))
    if sensitivity is not None:
        told = SENSITIVITIES[: SENSITIVITIES.index(sensitivity) + 1]
        limits.append((("sensitivity", told),))
    return Scope(tuple(limits))


async def about(reader: Reader, id: str | None) -> Within:
    """Return where to look for what is about a record; of a project, all that belongs to it."""
    record = None if id is None else await records.get(reader, id)
    if record is not None and record.kind == "project":
        return Within(project=record.id)
    return Within(record=id)


async def _of_project(reader: Reader, project: str) -> Limit:
    """Return a project with what belongs to it and what of its customer names one of these."""
    mine = await records.same(reader, project)
    mine_too = sa.select(records_table).where(records_table.c.id.in_(mine))
    named = [*await reader.rows(mine_too), *await _naming(reader, ("project",), mine)]
    parts = [each for one in named for each in await records.same(reader, one.id)]
    own = ("record", _once([*mine, *parts]))
    record = await records.get(reader, project)
    customer = None if record is None else record.state.get("customer")
    if customer is None:
        return (own,)
    called = [(row.kind, row.state["name"]) for row in named]
    told = await naming.sources(reader, called, await _people(reader, customer))
    return (own, ("ref", tuple(told)))


async def _people(reader: Reader, customer: str) -> list[str]:
    """Return a customer's ids; of a company, those of the people who work there as well."""
    found = await records.same(reader, customer)
    staff = await _naming(reader, ("company",), found)
    return [*found, *(row.id for row in staff if row.kind == "person")]


async def _naming(
    reader: Reader, named: Sequence[kinds.Kind], ids: Sequence[str]
) -> list[sa.Row[Any]]:
    """Return the records that name one of these by a field for records of these kinds."""
    c = records_table.c
    naming_ = [
        (c.kind == kind) & c.state[field].as_string().in_(ids)
        for kind in kinds.KINDS
        for field, meant in kinds.names(kind).items()
        if set(meant.kinds) & set(named)
    ]
    return await reader.rows(sa.select(records_table).where(sa.or_(*naming_)))


async def _of_goal(reader: Reader, goal: str) -> tuple[str, ...]:
    """Return a goal, its events, the mail and words that asked, and what was written for any."""
    asked = sa.select(goals.c.asked_by.label("id")).where(goals.c.id == goal)
    from_ = sa.select(goals.c.slots["mail"].as_string()).where(goals.c.id == goal)
    mail = await reader.value(from_)
    noted = sa.select(events.c.id).where(events.c.goal == goal)
    of_it = asked.union_all(noted)
    things = [row.id for row in await reader.rows(of_it) if row.id]  # type: ignore[arg-type]  # a union is a query, too
    about = artifacts.c.about
    written = sa.select(artifacts.c.id).where((about == goal) | about.in_(of_it))
    wrote = [row.id for row in await reader.rows(written)]
    return _once([goal, *([mail] if mail else []), *things, *wrote])


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
