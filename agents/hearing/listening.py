"""Listening: what the operator said is kept as a passage once it was acted upon, never before.

A wish is kept when its first card is out, so that no card waits for it. Whom the words name, and
only if that is one, is whom they are about; where they name nobody, the one project.
"""

from agents.hearing import parts, plain
from agents.models.keys import secret_in
from agents.reading import named, parties
from engine.chat import talk
from engine.flow.durable import Work
from engine.planning import goals, plans
from engine.rules import learning
from engine.rules.house import House
from memory import events
from memory.db import Reader
from memory.events import Event
from memory.ids import derived_id
from policies.rules import RUNS_BY_ITSELF


async def heard(house: House, event: Event) -> None:
    """Keep what was said, unless it became a plan, whose cards come first."""
    async with house.db.snapshot() as reader:
        goal = await goals.get(reader, derived_id("gol", event.id))
    if goal is None or goal.state != "open":
        await _keep(house, event)


async def planned(house: House, dispatched: Work) -> None:
    """Keep the words that a task came from; its card is out."""
    async with house.db.snapshot() as reader:
        task = await plans.task(reader, dispatched.ref)
        goal = None if task is None else await goals.get(reader, task.goal)
        event = None if goal is None else await events.get(reader, goal.asked_by)
        event = event and await parts.message(reader, event)
        kept = event is None or await talk.known(reader, event.id)
    if event is not None and not kept:
        await _keep(house, event)


async def _keep(house: House, event: Event) -> None:
    """Keep the words of a message for recall, unless they look like a secret or a rule says no."""
    if not await _worth_it(house, event):
        return
    async with house.db.snapshot() as reader:
        about, names_somebody = await _about(reader, str(event.body["words"]).strip())
    async with house.db.transaction() as tx:
        still = await events.get(tx, event.id)
        if still is not None and still.body.get("words") == event.body["words"]:  # not erased
            await talk.heard(tx, event, about, "personal" if names_somebody else None)


async def kept_soon(house: House, event: Event) -> bool:
    """Say whether the message that these words are of is kept once it was answered."""
    async with house.db.snapshot() as reader:
        whole = await parts.message(reader, event)
    return await _worth_it(house, whole)


async def _worth_it(house: House, event: Event) -> bool:
    told = not plain.tells_nothing(str(event.body.get("words", "")).strip())
    return told and await keeps(house, event)


async def keeps(house: House, event: Event) -> bool:
    """Say whether these are words that may be kept: no command, no secret, and by the rules."""
    said = str(event.body.get("words", "")).strip()
    if event.trust != "operator" or not talk.is_talk(said) or secret_in(said, ()):
        return False
    async with house.db.snapshot() as reader:
        verdict = await learning.judged(reader, house.book, "message", trust="operator", text=said)
    return verdict.outcome in RUNS_BY_ITSELF


async def _about(reader: Reader, said: str) -> tuple[str | None, bool]:
    """Return the record that the words are about, if it is one, and whether they name anybody."""
    found = await parties.find(reader, said)
    known = {one.ref for each in found for one in each.readings if one.ref}
    if found:
        return known.pop() if len(known) == 1 else None, True
    project = await named.project(reader, said)
    return None if project is None else project[2], False
