"""What the operator wants and no playbook does: said plainly, with what can be done instead."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.hearing import listening
from agents.playbooks.library import Playbook
from agents.playbooks.routing import ROUTED_CHARS_MAX
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Fold, Para, Span, say
from engine.rules.house import House
from memory import profile
from memory.db import Reader
from memory.events import Event

NOT_SURE = "I am not sure what you want, so I did nothing."
ONLY_KEPT = "I am not sure what you want, so I did nothing but keep what you wrote."
LONG = (
    f"It has more than {ROUTED_CHARS_MAX:,} letters, of which I read the first for what you want. "
    "Write each wish in a line of its own, or in a message of its own."
)
NO_MODEL = "For other wishes I can make a plan with a language model; none is set up."

Buttons = tuple[tuple[Button, ...], ...]


def reply_key(event: str) -> str:
    """Return the name of what is answered to an event."""
    return f"reply:{event}"


async def able(reader: Reader, playbooks: Mapping[str, Playbook]) -> Fold:
    """Return what is switched on, folded: it is the same each time."""
    switched = await profile.get(reader, "playbooks")
    says = tuple(one.says for one in playbooks.values() if switched.get(one.id))
    listed = Bullets(items=says or ("nothing yet: /playbooks switches on what I may do",))
    return Fold(title=f"What I can do ({len(says)})", parts=(listed,))


@dataclass(frozen=True, slots=True)
class Lost:
    house: House
    playbooks: dict[str, Playbook]
    plan: Callable[[Event, str], Awaitable[bool]]  # takes a wish up; False: nobody can

    async def wish(self, event: Event, said: str, guess: Playbook | None) -> None:
        """A wish that no playbook fits: a planner with a model takes it up, where there is one."""
        if not await self.plan(event, said):
            await self.say(event, guess, NO_MODEL)

    async def say(
        self, event: Event, guess: Playbook | None, more: str = "", buttons: Buttons = ()
    ) -> None:
        """Say that nothing was done, what can be, and what might be meant."""
        async with self.house.db.snapshot() as reader:
            fold = await able(reader, self.playbooks)
        if len(str(event.body["words"])) > ROUTED_CHARS_MAX:
            more = f"{LONG} {more}".strip()
        part = f"“{event.body['words']}”: " if "message" in event.body else ""  # one of several
        not_sure = ONLY_KEPT if await listening.kept_soon(self.house, event) else NOT_SURE
        msg = say(reply_key(event.id), f"{part}{not_sure}\n\n{_question(guess)}", buttons=buttons)
        after = (Para(spans=(Span(text=more),)),) if more else ()
        msg = msg.model_copy(update={"parts": (*msg.parts, fold, *after)})
        async with self.house.db.transaction() as tx:
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
        return "How else would you say it?"
    return f"Did you mean “{guess.title}”? Then say it like: {guess.examples[0]}"
