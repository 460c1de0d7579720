"""The text twin of every button: what can be tapped can also be written.

/ok CODE and /no CODE answer one card by its code; /tap LABEL presses the one button so called, on
the card that is replied to or on any. Where several have it, it asks which: nothing is guessed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agents.hearing.front import Command
from bot.delivery import buttons_of
from bot.telegram import forms
from engine.acting import approvals
from engine.acting.taps import Person, Reply
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Msg, asks_secret, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory.events import Event

Verb = Callable[..., Awaitable[Reply]]
NO_CODE = "Write the card's code after it, like /{} {}. /waiting shows the cards."
NOTHING = "No open card has the code {}. /waiting shows what waits for you."
SEVERAL = "More than one open card ends with {}. Write one more letter of its code."
NO_BUTTON = "No button here is called “{}”."
WHICH = "Which one? Write it again, as one of these:"
CHOICES_MAX = 12
NOT_IN_WORDS = "A password or key is typed only into its form on the local page. Nothing was kept."
NO_LABEL = "Write what the button says after it, like /tap Reject."


@dataclass(frozen=True, slots=True)
class Shown:
    """A button as it stands on a card; `card` is what that card is about."""

    button: Button
    card: str

    @property
    def name(self) -> str:
        """Its label without the sign before it."""
        return self.button.label.lstrip("✓✗✎⏰…↩↪■☑☐ ")

    @property
    def code(self) -> str:
        return approvals.code(self.button.ref)


@dataclass(frozen=True, slots=True)
class Twins:
    """Commands for `verbs`, which are those of the buttons by their action."""

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
        """Press the button of this name; a form's values stand on the lines below it."""
        label, _, typed = rest.partition("\n")
        if not label.strip():
            return say(f"tap:{event.id}", NO_LABEL)
        found = _named(await self._shown(event), label.strip().casefold())
        if not found:
            return say(f"tap:{event.id}", NO_BUTTON.format(label.strip()))
        if len(found) > 1:
            return _which(f"tap:{event.id}", found)
        button = found[0].button
        if asks_secret(button):
            return say(f"tap:{event.id}", NOT_IN_WORDS)
        try:
            values = forms.read(button.form, typed) if button.form and button.form.fields else {}
        except forms.FormError as error:
            return say(f"tap:{event.id}", str(error))
        return await self._press(event, button.action, button.ref, button.item, values)

    async def _shown(self, event: Event) -> list[Shown]:
        """Return the buttons of the card that is replied to; of all cards, when none is."""
        conv, message = str(event.body["conv"]), event.body.get("reply_to")
        async with self.house.db.snapshot() as reader:
            card = await outbox.shown_as(reader, conv, message) if message else None
            cards = [card] if card else await outbox.latest(reader, conv)
        shown = [
            Shown(b, card.msg.summary) for card in reversed(cards) for b in buttons_of(card.msg)
        ]
        return list({(s.button.action, s.button.ref, s.button.item): s for s in shown}.values())

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


def _named(shown: list[Shown], wanted: str) -> list[Shown]:
    """Return the buttons called so; the card's code may stand before the name."""
    code, _, name = wanted.partition(" ")
    for label, among in (
        (wanted, shown),
        (name.strip(), [one for one in shown if code and one.code.casefold() == code]),
    ):
        called = [one for one in among if label and label in one.name.casefold()]
        exact = [one for one in called if one.name.casefold() == label]
        if called:
            return exact or called
    return []


def _which(key: str, found: list[Shown]) -> Msg:
    """Ask which card is meant, with what to write for each."""
    lines = [
        " ".join(filter(None, ("/tap", one.code, one.name, "·", one.card)))
        for one in found[:CHOICES_MAX]
    ]
    if len(found) > CHOICES_MAX:
        lines.append(f"… and {len(found) - CHOICES_MAX} more; reply to the card you mean.")
    return Msg(
        key=key, summary=WHICH, parts=(say(key, WHICH).parts[0], Bullets(items=tuple(lines)))
    )
