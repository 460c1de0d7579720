"""Batch: similar open questions listed together, so that thirty take a few taps.

open ──tap──▶ decided (each item by its own approval, if it is still what was listed)
  └─asked again─▶ replaced

A list is a way to ask, never a decision of its own: what it holds stays open until it is answered.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine import approvals, batch_card, batch_items, doubts, outbox
from engine.approvals import Approval
from engine.batch_items import Question
from engine.batch_list import Batch
from engine.house import House
from memory import events, profile
from memory.db import Reader, Tx, change, insert, insert_all
from memory.ids import derived_id
from memory.schema.work import batch_items as items_table
from memory.schema.work import batches

TOGETHER_MIN = 3  # fewer similar questions are asked one by one
ITEMS_MAX = 10
LISTS_MAX = 3  # what waits beyond them is listed when the operator asks again
LOOKED_AT_MAX = 100


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of gathering: the ids of the approvals in lists, and the questions of a kind
    that has too few of them for a list, oldest first."""

    listed: frozenset[str]
    alone: tuple[Approval, ...]


async def gather(tx: Tx, house: House, conv: str, cause: str) -> Gathered:
    """List similar open questions together in this conversation.

    The same cause makes its lists once. Older lists of the conversation are replaced.
    """
    similar, alone = await _sorted(tx, house)
    made = sa.select(items_table.c.approval).join(batches, batches.c.id == items_table.c.batch)
    if before := await tx.rows(made.where(batches.c.cause == cause)):
        return Gathered(frozenset(row.approval for row in before), alone)
    await _replace(tx, conv, cause)
    lists = await _read(tx, _lists(similar))
    count = Counter(of for of, found in lists for _ in found)
    for place, (operation, found) in enumerate(lists):
        id = f"{derived_id('bat', cause)}.{place:02}"  # sorts as it is to be read
        verb = batch_items.verb(found[0])
        row = {"id": id, "operation": operation, "verb": verb, "conv": conv, "state": "open"}
        rows = await _open(tx, house, row, found, cause)
        items = await batch_items.items(tx, rows, found, house)
        await _draw(tx, Batch(id, conv, "open", verb, count[operation], items))
    return Gathered(frozenset(one.asked.id for _, found in lists for one in found), alone)


async def get(reader: Reader, house: House, batch_id: str) -> Batch | None:
    """Return the batch with every item as it stands now."""
    row = await reader.row(sa.select(batches).filter_by(id=batch_id))
    if row is None:
        return None
    held = sa.select(items_table).filter_by(batch=batch_id).order_by(items_table.c.position)
    rows = [dict(one._mapping) for one in await reader.rows(held)]
    asked = await approvals.get_all(reader, [one["approval"] for one in rows])
    found = await batch_items.questions(reader, asked)
    together = sa.select(batches.c.id).filter_by(cause=row.cause, operation=row.operation)
    count = sa.select(sa.func.count()).where(items_table.c.batch.in_(together))
    listed = int(await reader.value(count))
    items = await batch_items.items(reader, rows, found, house)
    return Batch(row.id, row.conv, row.state, row.verb, listed, items)


async def redraw(tx: Tx, house: House, batch_id: str) -> None:
    """Draw the batch's card as the database stands."""
    batch = await get(tx, house, batch_id)
    assert batch is not None
    await _draw(tx, batch)


async def pick(tx: Tx, batch_id: str, position: int, included: bool, cause: str) -> None:
    """Take an item into the list's yes, or leave it out."""
    row = {"batch": batch_id, "position": position}
    other = items_table.c.included.is_not(included)
    if await change(tx, items_table, row, other, included=included):
        await events.note(
            tx, "batch.toggled", cause, batch=batch_id, position=position, included=included
        )


async def close(tx: Tx, batch_id: str, told: Mapping[int, str], cause: str) -> None:
    """The list was answered; `told` says by position what that did."""
    if not await change(tx, batches, {"id": batch_id}, batches.c.state == "open", state="decided"):
        return
    for position, what in told.items():
        await change(tx, items_table, {"batch": batch_id, "position": position}, told=what)
    by_position = {str(position): what for position, what in told.items()}
    await events.note(tx, "batch.decided", cause, batch=batch_id, told=by_position)


async def _sorted(
    reader: Reader, house: House
) -> tuple[dict[str, list[Approval]], tuple[Approval, ...]]:
    """Return the open questions of each operation that has enough of them, and the others."""
    asked = await approvals.waiting(reader, LOOKED_AT_MAX)
    of = await batch_items.operations(reader, asked)
    by_operation: dict[str, list[Approval]] = defaultdict(list)
    for one in asked:
        by_operation[of[one.effect]].append(one)
    similar = {
        name: several
        for name, several in by_operation.items()
        if name in house.operations and len(several) >= TOGETHER_MIN
    }
    return similar, tuple(one for one in asked if of[one.effect] not in similar)


def _lists(similar: Mapping[str, list[Approval]]) -> list[tuple[str, list[Approval]]]:
    """Cut them into lists: every operation gets its first before any gets its second."""
    cut = [
        (at, name, asked[at : at + ITEMS_MAX])
        for name, asked in similar.items()
        for at in range(0, len(asked), ITEMS_MAX)
    ]
    kept = sorted(cut, key=lambda one: one[0])[:LISTS_MAX]
    return [(name, asked) for at, name, asked in cut if (at, name, asked) in kept]


async def _read(
    reader: Reader, lists: list[tuple[str, list[Approval]]]
) -> list[tuple[str, list[Question]]]:
    """Read what all the lists will hold at once."""
    found = iter(await batch_items.questions(reader, [one for _, asked in lists for one in asked]))
    return [(operation, [next(found) for _ in asked]) for operation, asked in lists]


async def _open(
    tx: Tx, house: House, row: dict[str, str], found: list[Question], cause: str
) -> list[dict[str, Any]]:
    """Write down a list; return the rows of its items."""
    await insert(tx, batches, row | {"cause": cause, "at": tx.now})
    settings = await profile.read(tx)
    roles = batch_items.roles(house, row["operation"])
    rows: list[dict[str, Any]] = []
    for position, one in enumerate(found, start=1):
        why = doubts.doubt(one.effect, one.asked, roles, one.shown, settings, tx.now)
        listed = {"approval": one.asked.id, "version": one.asked.version}
        place = {"batch": row["id"], "position": position, "included": not why, "why": why}
        rows.append(place | listed | {"digest": one.asked.digest, "told": ""})
    await insert_all(tx, items_table, rows)
    ids = [one.asked.id for one in found]
    what: dict[str, Any] = {"batch": row["id"], "operation": row["operation"], "approvals": ids}
    await events.note(tx, "batch.shown", cause, **what)
    return rows


async def _replace(tx: Tx, conv: str, cause: str) -> None:
    """Void the older lists of this conversation: one question has one list at a time."""
    query = sa.select(batches.c.id, batches.c.verb).filter_by(conv=conv, state="open")
    for row in await tx.rows(query):
        await change(tx, batches, {"id": row.id}, state="replaced")
        await events.note(tx, "batch.replaced", cause, batch=row.id)
        await _draw(tx, Batch(row.id, conv, "replaced", row.verb, 0, ()))


async def _draw(tx: Tx, batch: Batch) -> None:
    await outbox.post(tx, batch_card.draw(batch), batch.conv, priority=outbox.APPROVAL)
