"""Asked again: what you asked of a model, and nobody was paid for, is asked once more.

It goes the way it went, so it ends where the first did: in the same message, or on a card of its
own. Where money is short again it is asked about again.
"""

from agents.hearing import parts, plain
from agents.hearing.front import Front
from engine.flow.durable import Work
from engine.planning import postponed
from engine.rules.house import House

RULE = "/policy add "


async def work(house: House, front: Front, work: Work) -> None:
    """Ask anew what an event wanted. Of what was forgotten meanwhile nothing is asked."""
    async with house.db.snapshot() as reader:
        event, one = await parts.told(reader, work.ref), await postponed.of(reader, work.ref)
    if event is None or one is None or one.state != "taken":
        return
    said = str(event.body.get("words", "")).strip()
    if one.kind == "answer":
        await front.asking.answer(event, said)
    else:
        command = plain.command(said)
        rule = one.kind == "rule" and not command.startswith("/")
        await front.command(event, f"{RULE}{said}" if rule else command)
