"""/why: an effect, a wish, an answer or a call to a model, by id, its end, its card, its words.

What models answered is held once more against what they were given, by whoever let it through.
"""

from dataclasses import dataclass

from agents.hearing.front import Command
from bot.commands.rechecking import CHECKS
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, why_button
from engine.chat.messages import Msg, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from engine.why import asked, explain, subject
from engine.why.subject import Subject
from memory.db import Reader
from memory.events import Event

NOTHING = "Nothing was done yet."
UNKNOWN = "I find nothing that ends with “{}”."


@dataclass(frozen=True, slots=True)
class Why:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"why": self.why}

    async def why(self, event: Event, rest: str) -> Msg:
        """Explain what is named, or what the card replied to is about; else the newest effect."""
        async with self.house.db.snapshot() as reader:
            wanted = await _wanted(reader, event, rest.strip())
            if wanted is None:
                return say(f"why:{event.id}", UNKNOWN.format(rest) if rest else NOTHING)
            told = await asked.told(reader, wanted, CHECKS)
        return told.model_copy(update={"key": f"why:{event.id}"})


async def _wanted(reader: Reader, event: Event, rest: str) -> Subject | None:
    if rest:
        return await subject.find(reader, rest)
    on = await subject.answered(reader, event.body)
    newest = await explain.newest(reader) if on is None else None
    return on if newest is None else Subject("effect", newest)


async def tapped(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Explain what the card that was tapped is about."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        wanted = await subject.find(tx, tap.ref)
        if wanted is None:
            return Reply(GONE, refused=True)
        told = await asked.told(tx, wanted, CHECKS)
        await outbox.post(tx, told, who.conv)
    return Reply("", told.key)


VERBS = {why_button.ACTION: tapped}
