"""Listening: what the operator said is kept as a passage once it was acted upon, never before.

Whom it names, and only if that is one, is whom it is about.
"""

from agents import parties
from agents.models.redacting import secret_in
from engine import learning, talk
from engine.house import House
from memory import events
from memory.events import Event
from policies.rules import RUNS_BY_ITSELF


async def keep(house: House, event: Event) -> None:
    """Keep the words of a message for recall, unless they look like a secret or a rule says no."""
    said = str(event.body.get("words", "")).strip()
    if event.trust != "operator" or not talk.is_talk(said) or secret_in(said, ()):
        return
    async with house.db.snapshot() as reader:
        verdict = await learning.judged(reader, house.book, "message", trust="operator", text=said)
        if verdict.outcome not in RUNS_BY_ITSELF:
            return
        found = await parties.find(reader, said)
    named = {one.ref for each in found for one in each.readings if one.ref}
    async with house.db.transaction() as tx:
        still = await events.get(tx, event.id)
        if still is not None and still.body.get("words") == event.body["words"]:  # not erased
            await talk.heard(tx, event, named.pop() if len(named) == 1 else None)
