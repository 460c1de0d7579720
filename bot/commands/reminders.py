"""The command /reminders: what I shall remind of, each with its way back."""

from dataclasses import dataclass

from agents.hearing.front import Command
from engine.chat import words
from engine.chat.messages import LABEL_CHARS_MAX, Button, Msg, say
from engine.planning import doings
from engine.rules.house import House
from memory import profile
from memory.events import Event

SHOWN_MAX = 20
NONE = "No reminder is set. “remind me on Friday at 9 about invoice 7” sets one."
NOT_HELD = "No reminder says “{}”."
SET = "Reminders that are set. A tap takes one back:"


@dataclass(frozen=True, slots=True)
class Reminders:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"reminders": self.reminders}

    async def reminders(self, event: Event, rest: str) -> Msg:
        """List the reminders that have not rung; of those that hold all of `rest`, if given."""
        key, wanted = f"reminders:{event.id}", rest.casefold().split()
        async with self.house.db.snapshot() as reader:
            settings = await profile.read(reader)
            every = await doings.reminders(reader)
        said = {one.key: f"{words.moment(one.at, settings)}: {one.text}" for one in every}
        held = {k: text for k, text in said.items() if all(w in text.casefold() for w in wanted)}
        shown = list((held or said).items())
        if not shown:
            return say(key, NONE)
        texts = {one.key: one.text for one in every}
        listed = list(enumerate(shown[:SHOWN_MAX], 1))
        rows = tuple(
            (Button(label=f"↩ {n} {texts[id]}"[:LABEL_CHARS_MAX], action="undo", ref=id),)
            for n, (id, _) in listed
        )
        top = SET if held else f"{NOT_HELD.format(rest)} {SET}"
        lines = "\n".join(f"{n}. {text}" for n, (_, text) in listed)
        more = f"\nand {len(shown) - SHOWN_MAX} more" if len(shown) > SHOWN_MAX else ""
        return say(key, f"{top}\n{lines}{more}", buttons=rows)
