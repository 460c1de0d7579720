"""Endorsing: whose address is it? Said once, it stands in that person's record from then on.

The datum is approved instead of the call; the call is judged anew by what is known now.
"""

from connectors.contract import PermanentError
from engine.acting import effects, gate, strangers
from engine.acting.taps import STALE, Person, Reply, opened
from engine.autonomy import ladder
from engine.chat.tokens import Tap
from engine.drawing import cards
from engine.drawing.face_buttons import NAME_CHARS_MAX
from engine.rules.house import House
from memory import events
from memory.canon import kinds, records
from memory.canon.records import Record, TakenError
from memory.db import Tx

KNOWN = "Everybody it goes to is in your records already, so the card stays as it is."
WHOSE = "Say whose address it is, by name. Nothing was kept."
SEVERAL = "Several people are called {name}. Write the whole name, as /who shows it."
TAKEN = "This address stands in another record that waits for your yes. Nothing was kept."
KEPT = "Kept: {address} is an address of {name}. Here is the new card."


async def endorse(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep the address that nobody had, and judge anew what goes there."""
    name = " ".join(values.get("whose", "").split())
    async with house.db.transaction() as tx:
        question = await opened(tx, tap, who, key, values)
        if isinstance(question, Reply):
            return question
        _, effect, cause = question
        shown = await effects.preview_of(tx, effect.id, effect.version)
        stranger = shown.facts.get("stranger")
        if not stranger:
            return Reply(KNOWN, refused=True)
        kept = await _keep(tx, stranger["address"], name, cause)
        if isinstance(kept, Reply):
            return kept
        await ladder.widened(tx, house, kept, stranger["address"], cause)
    action = strangers.vouched(effect.action, stranger["address"], kept.id)
    try:
        proposal = await gate.again(house, action, effect.goal, task=effect.planned_by, shown=shown)
    except PermanentError as error:
        return Reply(f"Kept, but the card stays as it is: {error}", refused=True)
    said = KEPT.format(address=stranger["address"], name=kept.name)
    async with house.db.transaction() as tx:
        if not await effects.revise(tx, effect, proposal, "operator", cause):
            return Reply(STALE, cards.key(effect.id, effect.version), refused=True)
    return Reply(said, cards.key(effect.id, effect.version + 1))


async def _keep(tx: Tx, address: str, name: str, cause: str) -> Record | Reply:
    """Put the address into the record of whoever is called so; a name nobody has is a new one."""
    holder = await records.by_key(tx, "email", address)
    if holder is not None and holder.status == "active":
        return holder  # kept meanwhile, from another card
    if not 0 < len(name) <= NAME_CHARS_MAX:
        return Reply(WHOSE, refused=True)
    found = await records.called(tx, name, "person")
    if len(found) > 1:
        return Reply(SEVERAL.format(name=name), refused=True)
    if holder is not None and not found:
        found = [holder]
    try:
        kept = await _with(tx, found[0] if found else None, address, name, cause)
    except TakenError:
        return Reply(TAKEN, refused=True)
    await events.note(tx, "datum.endorsed", cause, record=kept.id, scheme="email", value=address)
    return kept


async def _with(tx: Tx, old: Record | None, address: str, name: str, cause: str) -> Record:
    if old is None:
        return await records.create(tx, "person", {"name": name, "email": address}, cause)
    await records.confirm(tx, old.id, cause)
    if kinds.email_key(address) in await records.keys_of(tx, old.id, "email"):
        return old
    if not old.state.get("email"):
        return await records.revise(tx, old.id, cause, email=address)
    others = (*old.state.get("emails", ()), address)
    return await records.revise(tx, old.id, cause, emails=others)
