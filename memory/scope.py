"""Scope: where recall may look. What lies outside is never scored, in SQL or in a box.

A goal, a project and a record are read into what they stand for, once and before anything else, so
a scope is plain values: equal scopes find the same.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from memory import kinds, records
from memory.db import Reader
from memory.dialects import Dialect
from memory.passages import SENSITIVITIES, Kind, Sensitivity
from memory.schema.events import events
from memory.schema.recall import passages
from memory.schema.records import artifacts
from memory.schema.records import records as records_table
from memory.schema.work import goals

Limit = tuple[str, tuple[str, ...]]  # a column, and the values it may have


@dataclass(frozen=True, slots=True)
class Scope:
    """Which values some columns may have, all at once. No limits: everywhere."""

    limits: tuple[Limit, ...] = ()

    def where(self, table: sa.Table = passages) -> list[sa.ColumnElement[bool]]:
        """Return the limits as conditions on a table that has these columns."""
        return [table.c[name].in_(values) for name, values in self.limits]

    def sql(self, table: str, dialect: Dialect) -> tuple[str, list[str]]:
        """Return the same as SQL with its parameters."""
        said = (f"{table}.{name} IN ({dialect.listed[str]})" for name, _ in self.limits)
        return " AND ".join(said), [json.dumps(values) for _, values in self.limits]

    def holds(self, passage: Any) -> bool:
        return all(getattr(passage, name) in values for name, values in self.limits)


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

    `project` is a record: what is about it, its contents and its tasks; not its customer, who may
    have others. `goal`: what was asked, done and written for it. `sensitivity` is the most private
    class that may be told.
    """
    limits: list[Limit] = []
    if record is not None:
        limits.append(("record", tuple(await records.same(reader, record))))
    if project is not None:
        limits.append(("record", await _of_project(reader, project)))
    if goal is not None:
        limits.append(("ref", await _of_goal(reader, goal)))
    if conv is not None:
        limits.append(("conv", (conv,)))
    if kinds:
        limits.append(("kind", tuple(kinds)))
    if trusts:
        limits.append(("trust", tuple(trusts)))
    if sensitivity is not None:
        told = SENSITIVITIES[: SENSITIVITIES.index(sensitivity) + 1]
        limits.append(("sensitivity", told))
    return Scope(tuple(limits))


async def _of_project(reader: Reader, project: str) -> tuple[str, ...]:
    """Return the ids of a project and of the records that belong to it, with their former ones."""
    mine = await records.same(reader, project)
    c = records_table.c
    naming = [
        (c.kind == kind) & c.state[field].as_string().in_(mine)
        for kind in kinds.KINDS
        for field, meant in kinds.names(kind).items()
        if "project" in meant.kinds
    ]
    found = [row.id for row in await reader.rows(sa.select(c.id).where(sa.or_(*naming)))]
    parts = [each for one in found for each in await records.same(reader, one)]
    return _once([*mine, *parts])


async def _of_goal(reader: Reader, goal: str) -> tuple[str, ...]:
    """Return the events of a goal, what asked for it, and the artifacts about any of these."""
    asked = sa.select(goals.c.asked_by.label("id")).where(goals.c.id == goal)
    noted = sa.select(events.c.id).where(events.c.goal == goal)
    of_it = asked.union_all(noted)
    things = [row.id for row in await reader.rows(of_it) if row.id]  # type: ignore[arg-type]
    about = artifacts.c.about
    written = sa.select(artifacts.c.id).where((about == goal) | about.in_(of_it))
    return _once([*things, *(row.id for row in await reader.rows(written))])


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
