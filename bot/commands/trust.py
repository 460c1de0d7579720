"""The command /trust: how far each sort of thing came, and what would take it further."""

from dataclasses import dataclass

from agents.hearing.front import Command
from bot.commands import autonomy
from engine.autonomy import trust
from engine.chat.messages import Bullets, Heading, Msg, Para, Part, Span, say
from engine.rules.house import House
from memory.events import Event

TITLE = "What I may do by myself"
LINES_MAX = 20
NOTHING = (
    "Nothing was asked in the last ninety days. What you approve five times in a row unchanged, "
    "for one person, I offer to do by myself."
)
NEVER = (
    "Money, access, what cannot be taken back and these rules are never offered. One edit, no, "
    "undo or “Not like this” ends a streak, and pauses the rule that let it run."
)
HEADINGS = {
    "runs by itself": "Runs by itself",
    "watched": "Watched: I ask, and compare",
    "asks": "I ask",
}


@dataclass(frozen=True, slots=True)
class Trust:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"trust": self.trust}

    async def trust(self, event: Event, rest: str) -> Msg:
        """Show the ladder with its evidence, the highest rung first."""
        key = f"trust:{event.id}"
        async with self.house.db.snapshot() as reader:
            rungs = await trust.ladder(reader)
            lines = [(r.stands, await trust.said(reader, self.house, r)) for r in rungs[:LINES_MAX]]
            on = autonomy.said(await autonomy.is_on(reader))
        if not lines:
            return say(key, f"{NOTHING} {on}")
        parts: list[Part] = [Heading(text=TITLE), _para(on)]
        for rung, heading in HEADINGS.items():
            if some := tuple(line for stands, line in lines if stands == rung):
                parts += [Heading(text=heading), Bullets(items=some)]
        more = len(rungs) - len(lines)
        parts += [_para(f"{more} more that I ask about.")] if more > 0 else []
        return Msg(key=key, summary=TITLE, parts=(*parts, _para(NEVER)))


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
