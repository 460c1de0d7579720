"""Figures: what is known of a measure, and since when; said by the operator, a system, or counted.

A figure is a fact about its objective or project, so it has its moment and its source, a wrong one
is corrected like any fact, and each stays readable.
"""

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.objectives.course import Point
from memory import profile
from memory.beliefs import facts
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.schema.records import record_versions
from memory.schema.work import effects

FIGURE = "figure"
COUNTED = {
    "revenue": "counted from the invoices that were paid since then",
    "orders": "counted from the orders since then",
    "posts": "counted from the posts published since then",
}


async def note(
    tx: Tx, record: Record, value: Decimal, cause: str, since: datetime | None = None
) -> str:
    """Keep what the operator says that it is; return the fact's id."""
    return await facts.learn(
        tx, FIGURE, f"{value.normalize():f}", record=record.id, author="owner", source=cause,
        cardinality="one", unit=record.state.get("unit"), valid_from=since,
    )  # fmt: skip


async def points(reader: Reader, record: Record) -> list[Point]:
    """Return every figure that counts, oldest first; where it began stands first."""
    began = await begin(reader, record)
    start = Decimal(record.state.get("start") or 0)
    if counted := record.state.get("counted"):
        moments = [one for one in await _COUNTS[counted](reader) if began <= one.at <= reader.now]
        sums = accumulate((one.value for one in moments), initial=start)
        at = [began, *(one.at for one in moments)]
        steps = [Point(*pair) for pair in zip(at, sums, strict=True)]
        return [*steps, Point(reader.now, steps[-1].value)]
    said = [one for one in await facts.history(reader, record.id, FIGURE) if counts(one)]
    found = sorted((Point(one.valid_from, Decimal(one.value)) for one in said), key=_at)
    if record.state.get("start") is not None and not (found and found[0].at <= began):
        return [Point(began, start), *found]
    return found


async def known(reader: Reader, record: Record) -> list[facts.Fact]:
    """Return the figure that holds now."""
    return await facts.current(reader, record.id, FIGURE)


def counts(fact: facts.Fact) -> bool:
    """Say whether a figure counts: believed, not withdrawn, and a number still."""
    if fact.status in ("retracted", "proposed"):
        return False
    try:
        return Decimal(str(fact.value)).is_finite()
    except InvalidOperation:
        return False


async def begin(reader: Reader, record: Record) -> datetime:
    """Return since when it is counted: its first day if it has one, else that of its record."""
    zone = await profile.get(reader, "zone")
    if starts_on := record.state.get("starts_on"):
        return at_place(date.fromisoformat(starts_on), zone)
    query = sa.select(sa.func.min(record_versions.c.at, type_=record_versions.c.at.type))
    at: datetime = await reader.value(query.filter_by(record=record.id))
    return at_place(at.astimezone(ZoneInfo(zone)).date(), zone)


def at_place(day: date, zone: str) -> datetime:
    """Return when a day begins at the company's place."""
    return datetime.combine(day, time(), ZoneInfo(zone))


async def _revenue(reader: Reader) -> list[Point]:
    """Return what was paid, in the company's currency, when its invoice was first seen as paid."""
    currency = await profile.get(reader, "currency")
    found = []
    for invoice in await records.of_kind(
        reader, "invoice", limit=records.ALL, status="paid", currency=currency
    ):
        seen = [v.at for v in await records.history(reader, invoice.id) if _paid(v.state)]
        found.append(Point(min(seen), Decimal(invoice.state["total"])))
    return sorted(found, key=_at)


async def _orders(reader: Reader) -> list[Point]:
    zone, found = await profile.get(reader, "zone"), []
    for order in await records.of_kind(reader, "order", limit=records.ALL):
        on = order.state.get("ordered_on")
        at = at_place(date.fromisoformat(on), zone) if on else await begin(reader, order)
        found.append(Point(at, Decimal(1)))
    return sorted(found, key=_at)


async def _posts(reader: Reader) -> list[Point]:
    posted = effects.c.action["operation"].as_string() == "cms.publish"
    query = sa.select(effects.c.done_at).where(posted, effects.c.state == "done")
    rows = await reader.rows(query.order_by(effects.c.done_at))
    return [Point(row.done_at, Decimal(1)) for row in rows]


def _paid(state: dict[str, Any]) -> bool:
    return bool(state.get("status") == "paid")


def _at(point: Point) -> datetime:
    return point.at


_COUNTS = {"revenue": _revenue, "orders": _orders, "posts": _posts}
