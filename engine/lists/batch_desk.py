"""The desk of a batch: a yes, a no, a toggle, and the way back to the single cards.

Every yes goes through the item's own approval, as from its own card; all of a list happen together.
"""

from typing import Any

from engine.acting import approvals, effects
from engine.acting.approvals import Answer
from engine.acting.taps import GONE, Person, Reply, heard, not_open
from engine.chat import outbox
from engine.chat.tokens import Tap
from engine.desks import answering, stop
from engine.drawing import cards
from engine.lists import batches
from engine.lists.batch_list import APPROVED, HELD, REJECTED, Batch, Item
from engine.rules.house import House
from memory.db import Tx

DECIDED = "This list was decided already; it says what happened to each."
REPLACED = "You asked again since, so this list is void; the newer one is further down."
MOVED = "The list changed since you looked, so nothing was done. Look again, then tap."
OWN = "This one needs a yes of its own; tap “One by one”."
NONE_LEFT = "Nothing on this list waits any more."


async def approve(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes to exactly the items the button named."""
    return await _decide(house, tap, who, key, values, "approve")


async def reject(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No to exactly the items the button named."""
    return await _decide(house, tap, who, key, values, "reject")


async def toggle(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Leave an item out, or take it in; the totals follow."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        batch = await batches.get(tx, house, tap.ref)
        if batch is None or batch.state != "open":
            return _closed(batch)
        position, _, wanted = tap.item.partition(":")
        item = next((item for item in batch.items if str(item.position) == position), None)
        if item is None:
            return Reply(GONE, refused=True)
        if item.locked:
            return Reply(OWN, refused=True)
        if not item.settled:
            await batches.pick(tx, batch.id, item.position, wanted == "in", cause)
        await batches.redraw(tx, house, batch.id)
    if item.settled:
        return Reply(item.settled, refused=True)
    return Reply(f"{position} is {'taken in' if wanted == 'in' else 'left out'}.")


async def single(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Bring the single cards of what is still open to the bottom of the chat."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        batch = await batches.get(tx, house, tap.ref)
        if batch is None:
            return Reply(GONE, refused=True)
        waiting = [item for item in batch.items if item.open]
        for item in waiting:
            await outbox.show_again(tx, cards.key(item.effect, item.version), who.conv)
        await batches.redraw(tx, house, batch.id)
    return Reply("Here they are, one by one.") if waiting else Reply(NONE_LEFT, refused=True)


VERBS: dict[str, Any] = {
    "batch.approve": approve,
    "batch.reject": reject,
    "batch.toggle": toggle,
    "batch.single": single,
}


async def _decide(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], answer: Answer
) -> Reply:
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        batch = await batches.get(tx, house, tap.ref)
        if batch is None or batch.state != "open":
            return _closed(batch)
        named = _named(batch, tap.item)
        if named is None:
            await batches.redraw(tx, house, batch.id)
            return Reply(MOVED, refused=True)
        held = answer == "approve" and await stop.is_stopped(tx)
        said = HELD if held else APPROVED if answer == "approve" else REJECTED
        told = {i.position: await _answer(tx, house, i, who, cause, answer, said) for i in named}
        await batches.close(tx, batch.id, told, cause)
        await batches.redraw(tx, house, batch.id)
    return _reply(told, said)


def _named(batch: Batch, positions: str) -> list[Item] | None:
    """Return the items a button named. None: they are not what is picked now.

    What was settled elsewhere meanwhile is named still, so that the card can say so.
    """
    wanted = set(positions.split(","))
    named = [item for item in batch.items if str(item.position) in wanted]
    seen = tuple(item for item in named if not item.settled)
    return named if seen == batch.picked else None


async def _answer(
    tx: Tx, house: House, item: Item, who: Person, cause: str, answer: Answer, said: str
) -> str:
    """Answer one item as its own card would; return what happened."""
    asked = await approvals.get(tx, item.approval)
    assert asked is not None
    effect = await effects.get(tx, item.effect)
    assert effect is not None
    if (refusal := await not_open(tx, asked, effect, who, cause)) is not None:
        return refusal.text
    if item.settled:
        return item.settled
    answered = answering.yes if answer == "approve" else answering.no
    await answered(tx, house, asked, effect, who, cause)
    return said


def _closed(batch: Batch | None) -> Reply:
    if batch is None:
        return Reply(GONE, refused=True)
    return Reply(DECIDED if batch.state == "decided" else REPLACED, refused=True)


def _reply(told: dict[int, str], said: str) -> Reply:
    """Say in one sentence how many it did, and name the others."""
    others = [str(position) for position, what in told.items() if what != said]
    done = len(told) - len(others)
    text = f"{done} {said}." + (" Say /resume to go on." if said == HELD else "")
    if others:
        text += f" Not done: {', '.join(others)}; the list says why."
    return Reply(text, refused=said == HELD or bool(others))
