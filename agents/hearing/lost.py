"""What the operator wants and no playbook does: said plainly, with what can be done instead."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.playbooks.library import Playbook
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.rules.house import House
from memory import profile
from memory.db import Reader
from memory.events import Event

NOT_SURE = "I am not sure what you want, so I did nothing. I can:"
NO_MODEL = "For other wishes I can make a plan with a language model; none is set up."

Buttons = tuple[tuple[Button, ...], ...]


def reply_key(event: str) -> str:
    """Return the name of what is answered to an event."""
    return f"reply:{event}"


async def able(reader: Reader, playbooks: Mapping[str, Playbook]) -> str:
    """Return what is switched on, a line each."""
    switched = await profile.get(reader, "playbooks")
    return "\n".join(f"• {one.says}" for one in playbooks.values() if switched.get(one.id))


@dataclass(frozen=True, slots=True)
class Lost:
    house: House
    playbooks: dict[str, Playbook]
    plan: Callable[[Event, str], Awaitable[bool]]  # takes a wish up; False: nobody can

    async def wish(self, event: Event, said: str, guess: Playbook | None) -> None:
        """A wish that no playbook fits: a planner with a model takes it up, where there is one."""
        if not await self.plan(event, said):
            await self.say(event, guess, f"\n\n{NO_MODEL}")

    async def say(
        self, event: Event, guess: Playbook | None, more: str = "", buttons: Buttons = ()
    ) -> None:
        """Say that nothing was done, what can be, and what might be meant."""
        async with self.house.db.snapshot() as reader:
            lines = await able(reader, self.playbooks)
        part = f"“{event.body['words']}”: " if "message" in event.body else ""  # one of several
        text = f"{part}{NOT_SURE}\n{lines}\n\n{_question(guess)}{more}"
        async with self.house.db.transaction() as tx:
            msg = say(reply_key(event.id), text, buttons=buttons)
            await outbox.post(tx, msg, event.body.get("conv"))

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
