"""Batch: similar open questions listed together, so that thirty take a few taps.

open ──tap──▶ decided (each item by its own approval, if it is still what was listed)
  └─asked again─▶ replaced

A list is a way to ask, never a decision of its own: what it holds stays open until it is answered.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine import approvals, batch_card, doubts, effects, face, outbox, taps
from engine.approvals import Approval
from engine.batch_list import Batch, Item
from engine.effects import Effect
from engine.house import House
from memory import events, profile
from memory.db import Reader, Tx, change, insert
from memory.ids import derived_id
from memory.schema.work import batch_items, batches, effect_versions

TOGETHER_MIN = 3  # fewer similar questions are asked one by one
ITEMS_MAX = 10
LOOKED_AT_MAX = 100
CHANGED = "It changed since it was listed; its new card asks anew."
EXPIRED = "It expired before you answered."


async def gather(tx: Tx, house: House, conv: str, cause: str) -> set[str]:
    """List similar open questions together in this conversation; return the approvals listed.

    The same cause makes its lists once. Older lists of the conversation are replaced.
    """
    made = sa.select(batch_items.c.approval).join(batches, batches.c.id == batch_items.c.batch)
    if before := await tx.rows(made.where(batches.c.cause == cause)):
        return {row.approval for row in before}
    await _replace(tx, house, conv, cause)
    listed: set[str] = set()
    place = 0
    for operation, asked in (await _similar(tx, house)).items():
        opened = []
        for at in range(0, len(asked), ITEMS_MAX):
            id = f"{derived_id('bat', cause)}.{place:02}"  # sorts as it is to be read
            await _open(tx, house, id, operation, conv, asked[at : at + ITEMS_MAX], cause)
            opened.append(id)
            place += 1
        for id in opened:
            await redraw(tx, house, id)
        listed |= {one.id for one in asked}
    return listed


async def get(tx: Tx, house: House, batch_id: str) -> Batch | None:
    """Return the batch with every item as it stands now."""
    row = await tx.row(sa.select(batches).filter_by(id=batch_id))
    if row is None:
        return None
    query = sa.select(batch_items).filter_by(batch=batch_id).order_by(batch_items.c.position)
    roles = _roles(house, row.operation)
    items = tuple([await _item(tx, one, roles) for one in await tx.rows(query)])
    together = sa.select(batches.c.id).filter_by(cause=row.cause, operation=row.operation)
    count = sa.select(sa.func.count()).where(batch_items.c.batch.in_(together))
    return Batch(
        id=row.id,
        conv=row.conv,
        state=row.state,
        verb=await _verb(tx, items[0]),
        listed=int(await tx.value(count)),
        items=items,
    )


async def redraw(tx: Tx, house: House, batch_id: str) -> None:
    """Draw the batch's card as the database stands."""
    batch = await get(tx, house, batch_id)
    assert batch is not None
    await outbox.post(tx, batch_card.draw(batch), batch.conv, priority=outbox.APPROVAL)


async def pick(tx: Tx, batch_id: str, position: int, included: bool, cause: str) -> None:
    """Take an item into the list's yes, or leave it out."""
    row = {"batch": batch_id, "position": position}
    other = batch_items.c.included.is_not(included)
    if await change(tx, batch_items, row, other, included=included):
        await events.note(
            tx, "batch.toggled", cause, batch=batch_id, position=position, included=included
        )


async def close(tx: Tx, batch_id: str, told: Mapping[int, str], cause: str) -> None:
    """The list was answered; `told` says by position what that did."""
    if not await change(tx, batches, {"id": batch_id}, batches.c.state == "open", state="decided"):
        return
    for position, what in told.items():
        await change(tx, batch_items, {"batch": batch_id, "position": position}, told=what)
    by_position = {str(position): what for position, what in told.items()}
    await events.note(tx, "batch.decided", cause, batch=batch_id, told=by_position)


async def _similar(tx: Tx, house: House) -> dict[str, list[Approval]]:
    """Return the open questions of each operation that has enough of them, oldest first."""
    found: dict[str, list[Approval]] = defaultdict(list)
    for asked in await approvals.waiting(tx, LOOKED_AT_MAX):
        effect = await effects.get(tx, asked.effect)
        if effect is not None and effect.action.operation in house.operations:
            found[effect.action.operation].append(asked)
    return {name: asked for name, asked in found.items() if len(asked) >= TOGETHER_MIN}


async def _open(
    tx: Tx, house: House, id: str, operation: str, conv: str, asked: list[Approval], cause: str
) -> None:
    row = {"id": id, "operation": operation, "conv": conv, "state": "open", "cause": cause}
    await insert(tx, batches, row | {"at": tx.now})
    settings = await profile.read(tx)
    roles = _roles(house, operation)
    for position, one in enumerate(asked, start=1):
        effect = await effects.get(tx, one.effect)
        assert effect is not None
        shown = await _shown(tx, one.effect, one.version)
        why = doubts.doubt(effect, one, roles, shown, settings, tx.now)
        listed = {"approval": one.id, "version": one.version, "digest": one.digest}
        place = {"batch": id, "position": position, "included": not why, "why": why, "told": ""}
        await insert(tx, batch_items, place | listed)
    ids = [one.id for one in asked]
    await events.note(tx, "batch.shown", cause, batch=id, operation=operation, approvals=ids)


async def _replace(tx: Tx, house: House, conv: str, cause: str) -> None:
    """Void the older lists of this conversation: one question has one list at a time."""
    query = sa.select(batches.c.id).filter_by(conv=conv, state="open")
    for row in await tx.rows(query):
        await change(tx, batches, {"id": row.id}, state="replaced")
        await events.note(tx, "batch.replaced", cause, batch=row.id)
        await redraw(tx, house, row.id)


async def _item(tx: Tx, row: sa.Row[Any], roles: Mapping[str, str]) -> Item:
    asked = await approvals.get(tx, row.approval)
    assert asked is not None
    effect = await effects.get(tx, asked.effect)
    assert effect is not None
    shown = await _shown(tx, effect.id, row.version)
    earlier = (await _shown(tx, effect.id, row.version - 1))["text"] if row.version > 1 else ""
    args = effect.action.args
    return Item(
        position=row.position,
        approval=asked.id,
        effect=effect.id,
        version=row.version,
        digest=row.digest,
        title=str(shown["title"]),
        parts=face.content(shown, earlier or ""),
        included=row.included,
        locked=doubts.asks_twice(effect),
        why=row.why,
        settled=await _settled(tx, row, asked, effect),
        told=row.told,
        amounts=_amounts(args, roles),
        recipients=_recipients(effect, roles),
    )


async def _settled(tx: Tx, row: sa.Row[Any], asked: Approval, effect: Effect) -> str:
    """Return why the question can no longer be answered from its list; "" when it can."""
    if asked.state == "superseded" or (effect.version, effect.digest) != (row.version, row.digest):
        return CHANGED
    if asked.state != "open":
        return await taps.already(tx, asked)
    return EXPIRED if asked.expires_at <= tx.now else ""


async def _shown(reader: Reader, effect: str, version: int) -> dict[str, Any]:
    """Return the preview that was kept with this version."""
    query = sa.select(effect_versions.c.preview).filter_by(effect=effect, version=version)
    shown: dict[str, Any] = await reader.value(query)
    return shown


async def _verb(reader: Reader, item: Item) -> str:
    shown = await _shown(reader, item.effect, item.version)
    return str(shown["facts"].get("verb", "Approve"))


def _roles(house: House, operation: str) -> Mapping[str, str]:
    known = house.operations.get(operation)
    return {} if known is None else known.roles


def _recipients(effect: Effect, roles: Mapping[str, str]) -> frozenset[str]:
    """Return where it goes, or whom it concerns: money goes back to them."""
    named = _of_role(effect.action.args, roles, "destination")
    about = effect.action.about
    return frozenset(named or ([about] if about else []))


def _amounts(args: dict[str, Any], roles: Mapping[str, str]) -> tuple[tuple[Decimal, str], ...]:
    currency = str(args.get("currency") or "")
    return tuple((Decimal(value), currency) for value in _of_role(args, roles, "amount"))


def _of_role(args: dict[str, Any], roles: Mapping[str, str], role: str) -> list[str]:
    named = [args.get(name) for name, its in roles.items() if its == role]
    flat = [v for value in named for v in (value if isinstance(value, list) else [value])]
    return [str(value) for value in flat if value]
