"""What a person does with an outside tool: look at it, say what it does, take that back."""

from typing import Any

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.tokens import Tap
from engine.outside import tool_card, tools
from engine.outside.tools import Known
from engine.rules.house import House
from memory import profile
from memory.db import Tx

HOLDS = "It counts from now on. The card says what follows."
FORGOTTEN = "Its class is gone, so it does not run any more."
OTHER = "It is not as the card showed it any more; nothing was kept. Here is the new card."
WHAT = "Say what it does first; nothing was kept."
MONEY = "It moves money, so say which argument is how much. Without that no limit could hold it."


async def show(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Bring the card of a tool to the bottom."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        known = await tools.newest(tx, tap.ref)
        if known is None:
            return Reply(GONE, refused=True)
        await put(tx, house, known, who.conv)
    return Reply("Here it is.", tool_card.key(tap.ref))


async def classify(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep what the operator says that exactly this tool does."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        version, _, page = tap.item.partition(":")
        known = await _as_shown(tx, house, tap.ref, version, who)
        if isinstance(known, Reply):
            return known
        effect, roles = tool_card.read(known, int(page), values)
        if effect is None:
            return Reply(WHAT, refused=True)
        if effect == "money" and "amount" not in roles.values():
            return Reply(MONEY, refused=True)
        kept = await tools.classify(tx, known, effect, roles, who.user, cause)
        await put(tx, house, kept, who.conv)
    return Reply(HOLDS, tool_card.key(tap.ref))


async def forget(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take its class back."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        known = await _as_shown(tx, house, tap.ref, tap.item, who)
        if isinstance(known, Reply):
            return known
        await put(tx, house, await tools.forget(tx, known, who.user, cause), who.conv)
    return Reply(FORGOTTEN, tool_card.key(tap.ref))


async def put(tx: Tx, house: House, known: Known, conv: str) -> None:
    """Draw the card of a tool as it stands now, at the bottom of the conversation."""
    before = await tools.classified_before(tx, known)
    made = house.operations.get(known.operation)
    of = "personal" if made is None else made.data_class
    card = tool_card.draw(known, before, house.book, await profile.read(tx), of)
    await outbox.post(tx, card, conv)
    await outbox.show_again(tx, card.key, conv)


async def _as_shown(
    tx: Tx, house: House, operation: str, version: str, who: Person
) -> Known | Reply:
    """Return the tool if it still is the one on the card; else the new card is shown."""
    known = await tools.newest(tx, operation)
    if known is None:
        return Reply(GONE, refused=True)
    if str(known.version) != version:
        await put(tx, house, known, who.conv)
        return Reply(OTHER, tool_card.key(operation), refused=True)
    return known


VERBS: dict[str, Any] = {"tool": show, "tool.classify": classify, "tool.forget": forget}
