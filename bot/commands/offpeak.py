"""The command /offpeak: when what nobody waits for is done."""

from dataclasses import dataclass

from agents.hearing.front import Command
from engine.chat.messages import Msg, say
from engine.flow import offpeak, quiet
from engine.rules.house import House
from memory import profile
from memory.db import Reader
from memory.events import Event

HOURS = "Off-peak is {begin} to {end} o'clock: what nobody waits for is done then, and only then."
ANY = "Off-peak is any time: what nobody waits for is done while nothing else is to be done."
WAITS = "{count} of it waits."
WRONG = "“{}” are no hours. Write /offpeak 22-6, or /offpeak off for any time."


@dataclass(frozen=True, slots=True)
class Offpeak:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"offpeak": self.offpeak}

    async def offpeak(self, event: Event, rest: str) -> Msg:
        """Say the hours, or set them: “22-6”, “off”, or a sentence like “off-peak is 22 to 6”."""
        key = f"offpeak:{event.id}"
        hours = offpeak.said(rest) or rest.strip().casefold().replace(" to ", "-")
        if hours and (quiet.fault(hours) is not None or offpeak.never(hours)):
            return say(key, WRONG.format(rest.strip()))
        async with self.house.db.transaction() as tx:
            if hours:
                await profile.save(tx, event.id, **{offpeak.NAME: hours})
            return say(key, await _told(tx))


async def _told(reader: Reader) -> str:
    hours = str(await profile.get(reader, offpeak.NAME))
    begin, _, end = hours.partition("-")
    said = ANY if hours == quiet.OFF else HOURS.format(begin=begin, end=end)
    count = await offpeak.waiting(reader)
    return f"{said} {WAITS.format(count=count)}" if count else said
