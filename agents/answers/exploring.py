"""Exploring: a wish that is only to be looked into ends in findings with their sources.

No step is planned, so nothing can come of it but words; a rule denies whatever else would.
"""

from dataclasses import dataclass

from agents.answers import reports
from agents.answers.asking import Asking
from agents.playbooks.library import Playbook
from agents.reading import parties
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.planning import goals, mode_words
from engine.rules.house import House
from memory.events import Event
from memory.ids import derived_id
from memory.recalling import scope
from memory.recalling.recall import Recalled

FOUND = "I only looked; nothing was done. What I find about “{}”:"
WOULD = "To go on I would: {}. Nothing of it is planned yet."
TITLE_CHARS_MAX = 80
KIND, MINUTES = "findings", 2


@dataclass(frozen=True, slots=True)
class Exploring:
    house: House
    asking: Asking

    async def explore(self, event: Event, wish: str, playbook: Playbook | None) -> None:
        """Say what is known about a wish, and what would be done; the same event says it once."""
        conv, id = str(event.body["conv"]), derived_id("gol", event.id)
        said = str(event.body["words"])
        outcome = {"kind": KIND, "minutes_saved": MINUTES}
        about = {"values": {}, "said": [said], "mail": event.body.get("mail"), "outcome": outcome}
        title = f"Look into “{wish[:TITLE_CHARS_MAX]}”"
        async with self.house.db.transaction() as tx:
            await goals.open_goal(
                tx, id, title, asked_by=event.id, conv=conv, playbook=None, slots=about,
                mode=mode_words.EXPLORATORY,
            )  # fmt: skip
        await self.asking.answer(event, wish, FOUND.format(wish[:TITLE_CHARS_MAX]))
        would = playbook is not None and bool(playbook.steps)
        named = await self._named(wish) if would else None
        found = await self._remembered(wish, named)
        async with self.house.db.transaction() as tx:
            if named and (msg := await reports.about(tx, named, found, f"about:{event.id}")):
                await outbox.post(tx, msg, conv)
            if playbook is not None and would:
                steps = ", ".join(step.title.split(" ${")[0].lower() for step in playbook.steps)
                go = Button(label="Do it", action="explored", ref=id, style="ok")
                text = WOULD.format(f"{playbook.title} ({steps})")
                await outbox.post(tx, say(f"explored:{event.id}", text, buttons=((go,),)), conv)
            await goals.finish(tx, id, event.id, kind=KIND, succeeded=True, minutes_saved=MINUTES)

    async def _named(self, wish: str) -> str | None:
        """Return the one record of somebody whom the wish names."""
        async with self.house.db.snapshot() as reader:
            found = await parties.find(reader, wish)
        refs = {reading.ref for one in found for reading in one.readings}
        return refs.pop() if len(refs) == 1 else None

    async def _remembered(self, wish: str, record: str | None) -> list[Recalled]:
        if record is None:
            return []
        async with self.house.db.snapshot() as reader:
            within = await scope.about(reader, record)
        return await self.asking.remembering(wish, within)
