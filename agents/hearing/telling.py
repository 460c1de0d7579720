"""The end of a playbook that only answers: the answer is its outcome."""

import time
from dataclasses import dataclass

from agents.answers import reports
from agents.playbooks.planner import Wish
from engine.chat import outbox
from engine.chat.messages import say
from engine.keeping import recalls
from engine.planning import goals
from engine.rules.house import House
from memory.events import Event
from memory.ids import derived_id
from memory.recalling import recall, scope


@dataclass(frozen=True, slots=True)
class Telling:
    house: House
    remembering: recall.Recall

    async def tell(self, event: Event, wish: Wish, conv: str | None = None) -> None:
        """Say what is known of what the wish is about, and end its goal; once."""
        if not wish.playbook.answer:
            return
        where = conv or event.body.get("conv")
        goal_id = derived_id("gol", event.id)
        async with self.house.db.snapshot() as reader:
            goal = await goals.get(reader, goal_id)
            ref = next((value.ref for value in wish.values.values() if value.ref), None)
            within = await scope.about(reader, ref)
        if goal is None or goal.state != "open":
            return
        began = time.monotonic()
        found = await self.remembering(" ".join(wish.said), within)
        ms = (time.monotonic() - began) * 1000
        async with self.house.db.transaction() as tx:
            msg = await reports.about(tx, ref, found, f"about:{event.id}") if ref else None
            told = msg or say(f"about:{event.id}", "I know nothing about that.")
            await outbox.post(tx, told, where)
            await recalls.all_told(tx, event.id, where, found if msg else (), ms)
            outcome = wish.playbook.outcome
            await goals.finish(
                tx, goal_id, event.id, kind=outcome.kind, succeeded=msg is not None,
                failure=None if msg else "unknown", minutes_saved=outcome.minutes_saved,
            )  # fmt: skip
