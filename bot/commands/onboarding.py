"""The first minutes: try with a sample company, or start with mine and one process.

new ──▶ sample (a folder of its own)
 └────▶ asking: zone → currency → one process ──▶ ready
"""

from collections.abc import Callable
from typing import Any, Protocol

from agents.hearing.front import Command
from agents.plans.shelf import Shelf
from bot.commands.basic import clean_setting, setting_fault
from bot.commands.sample import MAIL, SAMPLE
from bot.commands.switchboard import switches
from bot.surfaces import Attached, Heard
from engine.acting.taps import Person, Reply, heard
from engine.alarms import bells
from engine.chat import outbox, questions
from engine.chat.messages import Button, Heading, Msg, Para, Span, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from memory import profile
from memory.db import Database, Tx
from memory.events import Event

GREETING = "greeting"
SETTLED = "That is settled. /playbooks switches others on and off."
COMMON_ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "UTC")
COMMON_CURRENCIES = ("EUR", "USD", "GBP", "CHF")
PROCESSES = {
    "refunds": "Refunds and the mails that ask for them",
    "invoices": "Invoices and payments",
    "reminders": "Reminders",
    "meetings": "Meetings",
    "publishing": "Publishing",
    "mail": "Writing mails",
}
ALWAYS = ("knowledge",)  # looking things up changes nothing outside


class Host(Protocol):
    """What the onboarding needs of the app."""

    @property
    def db(self) -> Database: ...

    async def hear(self, heard: Heard) -> bool: ...

    def end(self, how: str) -> None: ...


async def greet(db: Database) -> None:
    """Say hello once in a new folder; in one that is set up, see that the evening will ring."""
    async with db.transaction() as tx:
        stage = await profile.get(tx, "stage")
        if stage == "new":
            await outbox.post(tx, greeting())
        elif stage == "ready":
            await bells.arm(tx, None)


async def welcome(db: Database, conv: str) -> None:
    """Show a newly paired person where things stand."""
    async with db.transaction() as tx:
        stage = await profile.get(tx, "stage")
        if stage == "new":
            await outbox.show_again(tx, GREETING, conv)
        else:
            text = "You are paired. Write what you want, forward a mail, or say /help."
            await outbox.post(tx, say(f"welcome:{conv}", text), conv)
            if await outbox.get(tx, SAMPLE) is not None:
                await outbox.show_again(tx, SAMPLE, conv)


def greeting() -> Msg:
    """Return the first card: two choices."""
    text = (
        "I run the office of a one-person company: you write, forward a mail or drop a file; I "
        "prepare, you decide. Nothing leaves without your yes. How do you want to begin?"
    )
    sample = Button(label="Try a sample company", action="setup.sample", style="ok")
    mine = Button(label="Start with mine", action="setup.mine")
    return Msg(
        key=GREETING,
        summary="Welcome. How do you want to begin?",
        parts=(Heading(text="Welcome aboard"), Para(spans=(Span(text=text),))),
        buttons=((sample, mine),),
    )


class Onboarding:
    """The verbs of the first minutes. `switch(folder)` chooses the folder to open next."""

    def __init__(self, host: Host, shelf: Shelf, switch: Callable[[str], None]) -> None:
        self._host = host
        self._shelf = shelf
        self._switch = switch

    def verbs(self) -> dict[str, Any]:
        return {
            "setup.sample": self.sample,
            "setup.mine": self.mine,
            "setup.zone": self.chosen,
            "setup.currency": self.chosen,
            "setup.process": self.process,
            "sample.mail": self.sample_mail,
            "playbook": self.playbook,
        }

    def commands(self) -> dict[str, Command]:
        return {"sample": self.leave, "setup": self.typed}

    async def sample(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Open the sample company, in a folder of its own."""
        async with house.db.transaction() as tx:
            await heard(tx, tap, who, key, values)
        self._switch("sample")
        self._host.end("restart")
        return Reply("Opening the sample company…")

    async def mine(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Begin with the operator's own company: ask the zone first."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            if await profile.get(tx, "stage") != "new":
                return Reply("Your company is set up already. /settings shows how.", refused=True)
            await profile.save(tx, cause, stage="asking")
            await self._ask_zone(tx, who.conv, cause)
        return Reply("Good. Three questions.")

    async def chosen(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """A zone or a currency was tapped."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            name = tap.action.partition(".")[2]
            await self._set(tx, name, tap.item, who.conv, cause)
        return Reply(f"{tap.item}.")

    async def process(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """The one process to begin with: only its playbooks are switched on."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            if await profile.get(tx, "stage") == "ready":
                return Reply(SETTLED, refused=True)
            on = {p.id: p.process in (tap.item, *ALWAYS) for p in self._shelf.listed}
            await profile.save(tx, cause, stage="ready", playbooks=on)
            able = "\n".join(f"• {p.says}" for p in self._shelf.listed if on[p.id])
            text = (
                f"Ready. I do {PROCESSES[tap.item].lower()}; everything else stays with you until "
                f"you switch it on with /playbooks.\n{able}\n\nForward a mail or write to begin. "
                "/settings names your company, its address and IBAN."
            )
            await outbox.post(tx, say("ready", text), who.conv)
        return Reply("Ready.")

    async def playbook(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Switch one playbook on or off; its data stays."""
        async with house.db.transaction() as tx:
            cause = await heard(tx, tap, who, key, values)
            switched = await profile.get(tx, "playbooks") | {tap.ref: tap.item == "on"}
            await profile.save(tx, cause, playbooks=switched)
            await outbox.post(tx, switches(self._shelf.listed, switched, "switchboard"), who.conv)
        return Reply(f"Switched {tap.item}.")

    async def sample_mail(
        self, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
    ) -> Reply:
        """Forward the sample customer's mail into the chat, as the operator would."""
        eml = Attached("forwarded.eml", "message/rfc822", MAIL.read_bytes())
        await self._host.hear(Heard(who=who, key=f"sample-mail:{key}", files=(eml,)))
        return Reply("Here is a customer's mail.")

    async def leave(self, event: Event, rest: str) -> Msg:
        """/sample off: back to the operator's own company."""
        if rest != "off":
            return say(f"sample:{event.id}", "Say /sample off to leave the sample company.")
        self._switch("company")
        self._host.end("restart")
        return say(
            f"sample:{event.id}",
            "Back to your own company. `firstmate demo --discard` throws the sample away.",
        )

    async def typed(self, event: Event, said: str) -> Msg | None:
        """A zone or currency was written instead of tapped."""
        conv = str(event.body["conv"])
        async with self._host.db.transaction() as tx:
            asked = await questions.open_in(tx, conv)
            if asked is None or asked.ref != "setup":
                return say(f"setup:{event.id}", "There is nothing to set up now.")
            name = str(asked.body["name"])
            fault = setting_fault(name, said.strip())
            if fault is not None:
                return say(f"setup:{event.id}", fault)
            await self._set(tx, name, clean_setting(name, said.strip()), conv, event.id)
        return None

    async def _set(self, tx: Tx, name: str, value: str, conv: str, cause: str) -> None:
        await profile.save(tx, cause, **{name: value})
        await bells.arm(tx, cause)
        if await profile.get(tx, "stage") == "ready":
            return
        if name == "zone":
            await self._ask_currency(tx, conv, cause)
        else:
            await self._ask_process(tx, conv, cause)

    async def _ask_zone(self, tx: Tx, conv: str, cause: str) -> None:
        from tzlocal import get_localzone_name

        zones = dict.fromkeys([get_localzone_name(), *COMMON_ZONES])
        rows = _rows("setup.zone", list(zones))
        text = "Which time zone do you live in? Tap one, or write another, like Asia/Tokyo."
        await self._ask(tx, "zone", text, rows, conv, cause)

    async def _ask_currency(self, tx: Tx, conv: str, cause: str) -> None:
        rows = _rows("setup.currency", list(COMMON_CURRENCIES))
        text = "Which currency do you count in? Tap one, or write its code, like SEK."
        await self._ask(tx, "currency", text, rows, conv, cause)

    async def _ask_process(self, tx: Tx, conv: str, cause: str) -> None:
        asked = await questions.open_in(tx, conv)
        if asked is not None:
            await questions.settle(tx, asked.id, "answered", cause)
        rows = tuple(
            (Button(label=process.capitalize(), action="setup.process", item=process),)
            for process in PROCESSES
        )
        lines = "\n".join(f"• {name.capitalize()}: {what}" for name, what in PROCESSES.items())
        text = f"Which one process do I take over first? The rest stays manual.\n{lines}"
        await outbox.post(tx, say("setup:process", text, buttons=rows), conv)

    async def _ask(self, tx: Tx, name: str, text: str, rows: Any, conv: str, cause: str) -> None:
        about = {"name": name, "text": text}
        await questions.ask(tx, conv, "setup", "setup", about, cause)
        await outbox.post(tx, say(f"setup:{name}", text, buttons=rows), conv)


def _rows(action: str, items: list[str]) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label=item[:24], action=action, item=item),) for item in items)
