"""The taps on the weekly look: one proposal is done as it was shown, or all is left as it is."""

from typing import Any

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import say
from engine.chat.tokens import Tap
from engine.objectives import aims, stopping, strategy
from engine.objectives.strategy import Proposal
from engine.rules.house import House
from memory import events
from memory.canon import records
from memory.canon.kinds import says as wrong
from memory.canon.records import Record
from memory.db import Tx
from memory.events import Event

OTHER = "“{name}” was changed since. Say /objectives to see how it stands."
TAKEN = "This is settled already."
NAMELESS = "A project needs a name; nothing was done."
DONE = {
    "move": "“{name}” ends on {value} now. The old version stays; /history goes back to it.",
    "lower": "“{name}” aims for {value} now. The old version stays; /history goes back to it.",
    "new": "The project “{value}” is recorded. Say “for project {value}: …” to begin.",
}


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Do this one proposal, if what it is about is still as it was."""
    try:
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            proposed = await events.get(tx, tap.ref)
            if proposed is None:
                return Reply(GONE, refused=True)
            one = Proposal(**proposed.body["proposals"][int(tap.item)])
            record = await records.get(tx, one.record)
            if record is None or record.version != one.version:
                name = record.name if record is not None else "It"
                return Reply(OTHER.format(name=name), refused=True)
            if one.kind == "stop":  # looked at first, on a card of its own
                asked = await stopping.card(tx, record, f"stop:{cause}")
                await outbox.post(tx, asked, who.conv)
                return Reply("", asked.key)
            value = values.get("name", "").strip() if one.kind == "new" else one.value
            if not value:
                return Reply(NAMELESS, refused=True)
            if not await _once(tx, proposed, tap.item, who, cause):
                return Reply(TAKEN, refused=True)
            await _do(tx, one, record, value, cause)
            said = DONE[one.kind].format(name=record.name, value=value)
            await outbox.post(tx, await strategy.card(tx, proposed))
            await outbox.post(tx, say(f"strategy:{proposed.id}:{tap.item}", said), who.conv)
    except ValueError as error:
        return Reply(wrong(error), refused=True)
    return Reply(said)


async def leave(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Nothing of it: what was seen is not said again before it changes."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        proposed = await events.get(tx, tap.ref)
        if proposed is None or not await _once(tx, proposed, "left", who, cause):
            return Reply(TAKEN, refused=True)
        await outbox.post(tx, await strategy.card(tx, proposed))
    return Reply(strategy.LEFT)


VERBS: dict[str, Any] = {"strategy.take": take, "strategy.leave": leave}


async def _do(tx: Tx, one: Proposal, record: Record, value: str, cause: str) -> None:
    match one.kind:
        case "move":
            until: dict[str, Any] = {aims.LAST_DAY[record.kind]: value}
            await records.revise(tx, record.id, cause, **until)
        case "lower":
            await records.revise(tx, record.id, cause, to=value)
        case "new":
            await records.create(tx, "project", {"name": value, "objective": record.id}, cause)


async def _once(tx: Tx, proposed: Event, item: str, who: Person, cause: str) -> bool:
    """Note that this was tapped. False: it was before, or all was left as it is."""
    if await events.by_key(tx, strategy.KIND, f"{proposed.id}:left") is not None:
        return False
    noted = await events.append(
        tx, "strategy.taken", source=strategy.KIND, key=f"{proposed.id}:{item}", trust="operator",
        actor=who.user, cause=cause, body={"proposed": proposed.id, "item": item},
    )  # fmt: skip
    return noted is not None
