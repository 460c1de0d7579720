"""The text twin of every button: what can be tapped can also be written.

/ok CODE and /no CODE answer one card by its code; /tap LABEL presses the newest button so called.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agents.front import Command
from bot import telegram_forms as forms
from bot.delivery import buttons_of
from engine import approvals, outbox
from engine.desk import Person, Reply
from engine.house import House
from engine.messages import Button, Msg, say
from engine.tokens import Tap
from memory.events import Event

Verb = Callable[..., Awaitable[Reply]]
NO_CODE = "Write the card's code after it, like /{} {}. /waiting shows the cards."
NOTHING = "No open card has the code {}. /waiting shows what waits for you."
SEVERAL = "More than one open card ends with {}. Write one more letter of its code."
NO_BUTTON = "No button here is called “{}”."
WHICH = "Which one? {}"
NO_LABEL = "Write what the button says after it, like /tap Reject."


@dataclass(frozen=True, slots=True)
class Twins:
    """`verbs` are those of the buttons, by their action."""

    house: House
    verbs: dict[str, Verb]

    def commands(self) -> dict[str, Command]:
        return {"ok": self.ok, "no": self.no, "tap": self.tap}

    async def ok(self, event: Event, rest: str) -> Msg:
        """Say yes to the card with this code; what must be confirmed is written after the code."""
        code, _, confirm = rest.partition(" ")
        return await self._answer(event, "ok", "approve", code, {"confirm": confirm.strip()})

    async def no(self, event: Event, rest: str) -> Msg:
        """Say no to the card with this code."""
        return await self._answer(event, "no", "reject", rest.strip(), {})

    async def tap(self, event: Event, rest: str) -> Msg:
        """Press the newest button of this name; a form's values stand on the lines below it."""
        label, _, typed = rest.partition("\n")
        if not label.strip():
            return say(f"tap:{event.id}", NO_LABEL)
        found = await self._buttons(str(event.body["conv"]), label.strip().casefold())
        if not found:
            return say(f"tap:{event.id}", NO_BUTTON.format(label.strip()))
        if len({button.label for button in found}) > 1:
            names = " · ".join(dict.fromkeys(button.label for button in found))
            return say(f"tap:{event.id}", WHICH.format(names))
        button = found[0]
        try:
            values = forms.read(button.form, typed) if button.form and button.form.fields else {}
        except forms.FormError as error:
            return say(f"tap:{event.id}", str(error))
        return await self._press(event, button.action, button.ref, button.item, values)

    async def _buttons(self, conv: str, wanted: str) -> list[Button]:
        """Return the buttons of that name on the newest card that has one."""
        async with self.house.db.snapshot() as reader:
            cards = await outbox.latest(reader, conv)
        for card in reversed(cards):
            found = [b for b in buttons_of(card.msg) if wanted in b.label.casefold()]
            exact = [b for b in found if _bare(b.label) == wanted]
            if found:
                return exact or found
        return []

    async def _answer(
        self, event: Event, command: str, action: str, code: str, values: dict[str, str]
    ) -> Msg:
        async with self.house.db.snapshot() as reader:
            found = await approvals.by_code(reader, code)
            example = await approvals.waiting(reader, 1)
        if not code:
            shown = approvals.code(example[0].id) if example else "K7Q2"
            return say(f"twin:{event.id}", NO_CODE.format(command, shown))
        if len(found) != 1:
            said = SEVERAL if found else NOTHING
            return say(f"twin:{event.id}", said.format(code.upper()))
        return await self._press(event, action, found[0].id, "", values)

    async def _press(
        self, event: Event, action: str, ref: str, item: str, values: dict[str, Any]
    ) -> Msg:
        conv = str(event.body["conv"])
        who = Person(event.actor, conv.partition(":")[0], conv)
        tapped = Tap(action=action, ref=ref, item=item, conv=conv)
        reply = await self.verbs[action](self.house, tapped, who, f"twin:{event.id}", values)
        return say(f"twin:{event.id}", reply.text or "Done.")


def _bare(label: str) -> str:
    """Return a label without the sign before it."""
    return label.lstrip("✓✗✎⏰…↩↪■☑☐ ").casefold()
