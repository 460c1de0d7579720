"""The command /autonomy: whether the operator's own rules let anything run by itself."""

from dataclasses import dataclass

from agents.hearing.front import Command
from engine.chat.messages import Msg, say
from engine.rules.house import House
from memory import profile
from memory.db import Reader
from memory.events import Event

NOW = {
    True: "Autonomy is on: your own rules let run by itself what they say.",
    False: "Autonomy is off: what a rule of yours would let run is asked. /autonomy on ends it.",
}
WANTED = {"on": True, "off": False}
HOW = "Write /autonomy off or /autonomy on. {}"
ASKED = "{} What was asked meanwhile still waits for your yes."


@dataclass(frozen=True, slots=True)
class Autonomy:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"autonomy": self.autonomy}

    async def autonomy(self, event: Event, rest: str) -> Msg:
        """Say how it stands, or turn it; it holds from this commit on, also after a restart."""
        key, wanted = f"autonomy:{event.id}", WANTED.get(rest.strip().casefold())
        async with self.house.db.transaction() as tx:
            on = await is_on(tx)
            if wanted is None:
                return say(key, HOW.format(said(on)) if rest.strip() else said(on))
            if wanted == on:
                return say(key, f"Nothing changed. {said(on)}")
            await profile.save(tx, event.id, autonomy=wanted)
        return say(key, ASKED.format(said(wanted)) if wanted else said(wanted))


async def is_on(reader: Reader) -> bool:
    return bool(await profile.get(reader, "autonomy"))


def said(on: bool) -> str:
    """Return the sentence of how it stands."""
    return NOW[on]
