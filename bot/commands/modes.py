"""The command /mode: how the last wish, or a new one, is gone about."""

from dataclasses import dataclass

from agents.hearing.front import Command
from engine.acting.taps import Person
from engine.chat.messages import Msg, say
from engine.desks import modes
from engine.planning import goals
from engine.planning.mode_words import NAMES
from engine.rules.house import House
from memory.events import Event

HOW = "Write /mode creative and your wish; or explore, deterministic, usual."
NONE = f"There is no open wish here. {HOW}"
UNKNOWN = "I know no mode “{}”. " + HOW


@dataclass(frozen=True, slots=True)
class Modes:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"mode": self.mode}

    async def mode(self, event: Event, rest: str) -> Msg | None:
        """Take a wish in a mode; without one, turn the last wish that is open, or say its mode."""
        key, conv = f"mode:{event.id}", str(event.body["conv"])
        name, _, wish = rest.strip().partition(" ")
        wanted = NAMES.get(name.casefold().rstrip(":"))
        if name and wanted is None:
            return say(key, UNKNOWN.format(name))
        who = Person(event.actor, conv.partition(":")[0], conv)
        async with self.house.db.transaction() as tx:
            if wanted is not None and wish.strip():
                await modes.said_anew(tx, wanted, wish.strip(), event.id, who)
                return None
            goal = await goals.open_in(tx, conv)
            if goal is None:
                return say(key, NONE)
            if wanted is None:
                return await modes.asked(tx, goal, key)
            return say(key, (await modes.turn(tx, goal, wanted, event.id, who)).text)
