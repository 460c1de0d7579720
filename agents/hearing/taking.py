"""The buttons of a suggestion: it is taken and becomes a goal, or it is put away."""

from dataclasses import dataclass

from agents.hearing.filling import Filling
from agents.playbooks import slots
from agents.playbooks.planner import Wish
from agents.reading import item
from agents.reading.words import Candidate
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat.tokens import Tap
from engine.planning import suggestions
from engine.rules.house import House
from memory.canon import records
from memory.db import Tx


@dataclass(frozen=True, slots=True)
class Taking:
    filling: Filling

    async def take(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """The operator takes a suggestion: it becomes a goal with a plan."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            offered = await suggestions.get(tx, tap.ref)
            if offered is None:
                return Reply(GONE, refused=True)
            if not await suggestions.settle(tx, offered.id, "taken", cause):
                return Reply(f"This was {offered.state} already.", refused=True)
            playbook = self.filling.playbooks[offered.playbook]
            kept = {n: Candidate.model_validate(v) for n, v in offered.slots.items()}
            why = f"You took the suggestion “{offered.title}”."
            wish = Wish(playbook, kept, (), why, offered.event)
            await _confirm_people(tx, kept, cause)
            missing = tuple(s.name for s in playbook.slots if s.name not in kept)
            await self.filling.go_on(tx, cause, tap.conv, wish, slots.Filled(missing=missing))
            await item.show(tx, offered.event, await item.conversation(tx, offered.event))
        return Reply("Taken. Here is the plan.")

    async def drop(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Not now: the suggestions of this mail are put away; the mail stays."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            for offered in await suggestions.of_event(tx, tap.ref):
                await suggestions.settle(tx, offered.id, "dropped", cause)
            await item.show(tx, tap.ref, await item.conversation(tx, tap.ref))
        return Reply("Put away. Nothing was done.")


async def _confirm_people(tx: Tx, values: dict[str, Candidate], cause: str) -> None:
    """Taking the suggestion says that the proposed customer is real."""
    for value in values.values():
        if value.ref is not None:
            await records.confirm(tx, value.ref, cause)
