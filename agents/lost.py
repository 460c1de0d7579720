"""What the operator wants and no playbook does: said plainly, with what can be done instead."""

from dataclasses import dataclass

from agents.library import Playbook
from engine import outbox
from engine.house import House
from engine.messages import Button, say
from memory import profile
from memory.events import Event


@dataclass(frozen=True, slots=True)
class Lost:
    house: House
    playbooks: dict[str, Playbook]

    async def wish(self, event: Event, said: str, guess: Playbook | None) -> None:
        """A wish that no playbook fits. Here a planner with a model may be asked for a plan."""
        await self.say(event, guess)

    async def say(self, event: Event, guess: Playbook | None) -> None:
        """Say that nothing was done, what can be, and what might be meant."""
        async with self.house.db.snapshot() as reader:
            switched = await profile.get(reader, "playbooks")
        able = [p for p in self.playbooks.values() if switched.get(p.id)]
        lines = "\n".join(f"• {p.says}" for p in able)
        part = (
            f"“{event.body['words']}”: " if "message" in event.body else ""
        )  # one wish of several
        text = (
            f"{part}I am not sure what you want, so I did nothing. I can:\n{lines}\n\n"
            f"{_question(guess)}"
        )
        async with self.house.db.transaction() as tx:
            await outbox.post(tx, say(f"reply:{event.id}", text), event.body.get("conv"))

    async def off(self, event: Event, playbook: Playbook) -> None:
        """Say that the playbook it asks for is switched off."""
        button = Button(label="Switch it on", action="playbook", ref=playbook.id, item="on")
        text = f"“{playbook.title}” is switched off, so this stays with you. Nothing was done."
        async with self.house.db.transaction() as tx:
            msg = say(f"off:{event.id}", text, buttons=((button,),))
            await outbox.post(tx, msg, event.body["conv"])


def _question(guess: Playbook | None) -> str:
    if guess is None:
        return "Which of these is it, or how else would you say it?"
    return f"Did you mean “{guess.title}”? Then say it like: {guess.examples[0]}"
