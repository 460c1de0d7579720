"""Batch: similar open questions listed together, so that thirty take a few taps.

open ──tap──▶ decided (each item by its own approval, if it is still what was listed)
  └─asked again─▶ replaced

A list is a way to ask, never a decision of its own: what it holds stays open until it is answered.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.acting import approvals
from engine.acting.approvals import Approval
from engine.chat import outbox
from engine.lists import batch_card, batch_items, doubts
from engine.lists.batch_items import Question
from engine.lists.batch_list import Batch
from engine.planning import refinements
from engine.rules.house import House
from memory import events, profile
from memory.db import Reader, Tx, change, insert_all
from memory.ids import derived_id
from memory.schema.work import batch_items as items_table
from memory.schema.work import batches

TOGETHER_MIN = 3  # fewer similar questions are asked one by one
ITEMS_MAX = 10
LISTS_MAX = 3  # what waits beyond them is listed when the operator asks again
LOOKED_AT_MAX = 50
Held = tuple[str, list[tuple[str, int]]]  # an operation, and the approvals with their versions


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of gathering: the ids of the approvals in lists, and the questions of a kind
    that has too few of them for a list, oldest first."""

    listed: frozenset[str]
    alone: tuple[Approval, ...]


async def gather(tx: Tx, house: House, conv: str, cause: str) -> Gathered:
    """List similar open questions together in this conversation.

    Lists that hold exactly these questions already come to the bottom; otherwise newer ones
    replace them. The same cause makes its lists once.
    """
    similar, alone = await _sorted(tx, house)
    lists = _lists(similar)
    listed = frozenset(one.id for _, asked in lists for one in asked)
    if await tx.row(sa.select(batches.c.id).filter_by(cause=cause)) is not None:
        return Gathered(listed, alone)
    before = await _held(tx, conv)
    wanted = [(operation, [(a.id, a.version) for a in asked]) for operation, asked in lists]
    if wanted == list(before.values()):
        for id in before:
            await outbox.show_again(tx, batch_card.key(id), conv)
        return Gathered(listed, alone)
    await _replace(tx, conv, cause)
    await _open(tx, house, conv, await _read(tx, lists), cause)
    return Gathered(listed, alone)


async def _held(reader: Reader, conv: str) -> dict[str, Held]:
    """Return what the open lists of this conversation hold, in their order."""
    item = items_table.c
    query = (
        sa.select(batches.c.id, batches.c.operation, item.approval, item.version)
        .join(items_table, item.batch == batches.c.id)
        .where(batches.c.conv == conv, batches.c.state == "open")
        .order_by(batches.c.id, item.position)
    )
    found: dict[str, Held] = {}
    for row in await reader.rows(query):
        _, held = found.setdefault(row.id, (row.operation, []))
        held.append((row.approval, row.version))
    return found


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
    asked = await approvals.waiting_for(reader, LOOKED_AT_MAX)
    by_operation: dict[str, list[Approval]] = defaultdict(list)
    for one, operation in asked:
        by_operation[operation].append(one)
    similar = {
        name: several
        for name, several in by_operation.items()
        if name in house.operations and len(several) >= TOGETHER_MIN
    }
    return similar, tuple(one for one, operation in asked if operation not in similar)


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
    tx: Tx, house: House, conv: str, lists: list[tuple[str, list[Question]]], cause: str
) -> None:
    """Write down these lists and draw them."""
    if not lists:
        return
    settings = await profile.read(tx)
    made: list[dict[str, Any]] = []
    rows: list[list[dict[str, Any]]] = []
    for place, (operation, found) in enumerate(lists):
        id = f"{derived_id('bat', cause)}.{place:02}"  # sorts as it is to be read
        about = {"id": id, "operation": operation, "verb": batch_items.verb(found[0])}
        made.append(about | {"conv": conv, "state": "open", "cause": cause, "at": tx.now})
        rows.append(_rows(id, found, batch_items.roles(house, operation), settings, tx.now))
    await insert_all(tx, batches, made)
    await insert_all(tx, items_table, [row for several in rows for row in several])
    await events.note(tx, "batch.shown", cause, batches=[one["id"] for one in made])
    await refinements.touch(tx, [each.asked.id for _, found in lists for each in found], cause)
    count = Counter(operation for operation, found in lists for _ in found)
    drawn = []
    for one, (operation, found), its in zip(made, lists, rows, strict=True):
        items = await batch_items.items(tx, its, found, house)
        batch = Batch(one["id"], conv, "open", one["verb"], count[operation], items)
        drawn.append(batch_card.draw(batch))
    await outbox.post_new(tx, drawn, conv, priority=outbox.WANTED)


def _rows(
    id: str,
    found: list[Question],
    roles: Mapping[str, str],
    settings: dict[str, Any],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the items of a list: what speaks against one leaves it out at first."""
    rows: list[dict[str, Any]] = []
    for position, one in enumerate(found, start=1):
        why = doubts.doubt(one.effect, one.asked, roles, one.shown, settings, now)
        listed = {"approval": one.asked.id, "version": one.asked.version}
        place = {"batch": id, "position": position, "included": not why, "why": why}
        rows.append(place | listed | {"digest": one.asked.digest, "told": ""})
    return rows


async def _replace(tx: Tx, conv: str, cause: str) -> None:
    """Void the older lists of this conversation: one question has one list at a time."""
    query = sa.select(batches.c.id, batches.c.verb).filter_by(conv=conv, state="open")
    if not (old := await tx.rows(query)):
        return
    for row in old:
        await change(tx, batches, {"id": row.id}, state="replaced")
    await events.note(tx, "batch.replaced", cause, batches=[row.id for row in old])
    for row in old:
        await _draw(tx, Batch(row.id, conv, "replaced", row.verb, 0, ()))


async def _draw(tx: Tx, batch: Batch) -> None:
    await outbox.post(tx, batch_card.draw(batch), batch.conv, priority=outbox.WANTED)
