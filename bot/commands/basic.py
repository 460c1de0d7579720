"""The commands: what a person can always say, with or without a model."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from babel.localedata import locale_identifiers
from babel.numbers import list_currencies

from agents.hearing import filling
from agents.hearing.front import Command
from agents.plans.shelf import Shelf
from agents.reading import parties
from bot.commands.switchboard import switches
from connectors.contract import PermanentError
from engine.acting import approvals, effects
from engine.alarms import bells
from engine.chat import conversations, outbox, questions
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Form,
    Heading,
    Input,
    Msg,
    Para,
    Part,
    Span,
    say,
)
from engine.desks import rich, stop, triage, undoing
from engine.drawing import cards
from engine.flow import durable, quiet
from engine.lists import batches
from engine.models import circuits, cost_told
from engine.models.model_calls import Limits
from engine.planning import tree
from engine.rules.house import House
from engine.why import explain
from memory import events, profile
from memory.canon import formats, records
from memory.canon.records import Record
from memory.db import Reader
from memory.events import Event

HELP = {
    "help": "what I can do",
    "waiting": "what waits for you",
    "triage": "what went wrong and is not settled",
    "why": "why I did or answered something: the newest, what you reply to, or /why and an id",
    "undo": "take back the newest thing that can be taken back",
    "stop": "hold everything at once; it holds until you say /resume",
    "resume": "go on, item by item",
    "mode": "how to go about a wish: /mode explore, deterministic, creative or usual, and a wish",
    "reminders": "what I shall remind you of, each with its way back",
    "policy": "the rules I follow; /policy add and your words, pause, resume, remove or back",
    "qualify": "how well somebody fits as a customer: points, each with where it stands",
    "enrich": "company, role, size and more of somebody, from what you have, each with its source",
    "research": "findings from your records, mails and notes, each with its source",
    "retention": "how long what is kept, and what would go tonight",
    "memory": "how well I remember: what was recalled, used and wrong, how fast, what it cost",
    "archive": "what was said long ago, packed away, and what would be tonight",
    "autonomy": "whether your own rules let anything run by itself: /autonomy off, /autonomy on",
    "trust": "how far each sort of thing came: asked, watched, by itself",
    "always": "make a rule of what you approved last, or /always and the end of its id",
    "plan": "make a plan for what no playbook does: /plan and your words",
    "playbooks": "what is switched on, and what stays with you",
    "tools": "tools of others: what each does is what you say; /tools NAME shows one",
    "do": "call such a tool: /do NAME argument=value",
    "cost": "what it cost",
    "offpeak": "when what nobody waits for is done: /offpeak 22-6, or off",
    "rich": "on Telegram: try tables and folds on a test card; /rich off ends them",
    "settings": "your zone, currency and company; /settings zone Europe/Berlin changes one",
    "retry": "try again what I set aside",
    "who": "what I know about somebody, an order or an invoice: /who NAME",
    "facts": "what is known of somebody, since when and from where: /facts NAME",
    "review": "what contradicts itself in what I know, with both sides",
    "record": "record what is there: /record new project Spring for Ada until 30 June",
    "objectives": "what you want to reach and how far it is; /objectives NAME shows one",
    "records": "how many records there are, and the newest of a kind",
    "history": "every version of a record: /history NAME",
    "books": "the books as files for hledger and beancount",
    "same": "make two records one: /same NAME and NAME; alone it asks who may be the same",
    "forget": "erase a person: /forget NAME",
    "agents": "what each agent did and cost; try a new prompt or model beside the one in use",
    "style": "how you write, from your edits: change or forget it, or /style closing Best",
    "secret": "enter a password or key on the local page: /secret NAME",
    "cancel": "drop the question I asked",
    "ok": "say yes to one card by its code: /ok K7Q2",
    "no": "say no to one card by its code: /no K7Q2",
    "tap": "press a button in words: /tap Later",
}
ELSEWHERE = (
    "plan",
    "playbooks",
    "qualify",
    "enrich",
    "research",
    "mode",
    "offpeak",
    "reminders",
    "policy",
    "retention",
    "memory",
    "archive",
    "autonomy",
    "trust",
    "always",
    "why",
    "secret",
    "who",
    "facts",
    "review",
    "record",
    "objectives",
    "records",
    "history",
    "books",
    "same",
    "agents",
    "style",
    "tools",
    "do",
    "ok",
    "no",
    "tap",
)  # commands made by others, or under another name
WAITING_MAX = 10
NO_QUESTION = "There is no open question. “undo” takes back what I did last."
SETTABLE = ("company", "email", "iban", "zone", "currency", "locale", "quiet")


@dataclass(frozen=True, slots=True)
class Commands:
    house: House
    shelf: Shelf
    limits: Limits

    def by_name(self) -> dict[str, Command]:
        """Return every command, by the word after the slash."""
        named = {name: getattr(self, name) for name in HELP if name not in ELSEWHERE}
        return named | {"playbooks": self.switchboard, "start": self.help}

    async def help(self, event: Event, rest: str) -> Msg:
        """List the commands and what can be said in words."""
        async with self.house.db.snapshot() as reader:
            switched = await profile.get(reader, "playbooks")
        said = tuple(p.says for p in self.shelf.listed if switched.get(p.id))
        lines = tuple(f"/{name}: {what}" for name, what in HELP.items())
        parts: list[Part] = [Heading(text="What I can do")]
        parts += [_para("In your own words:"), Bullets(items=said)] if said else []
        parts += [
            _para("Forward a mail or drop a file, and I read it. Commands:"),
            Bullets(items=lines),
        ]
        return Msg(key=f"help:{event.id}", summary="What I can do", parts=tuple(parts))

    async def waiting(self, event: Event, rest: str) -> None:
        """Bring what waits to the bottom: similar questions in lists, the others one by one."""
        conv = str(event.body["conv"])
        async with self.house.db.transaction() as tx:
            count = await approvals.open_count(tx)
            gathered = await batches.gather(tx, self.house, conv, event.id)
            listed, alone = len(gathered.listed), gathered.alone[:WAITING_MAX]
            for asked in reversed(alone):
                await outbox.show_again(tx, cards.key(asked.effect, asked.version), conv)
            failed = await effects.count_in(tx, "failed", "unknown")
            held = await effects.count_in(tx, "approved")
            lines = [_open(count, listed, len(alone))] if count else []
            lines += [f"{held} approved and not run yet."] if held else []
            lines += [f"{failed} went wrong and wait for a look."] if failed else []
            if count != listed or failed or held or not count:  # else the lists say it all
                text = "\n".join(lines) or "Nothing waits for you."
                await outbox.post(tx, say(f"waiting:{event.id}", text), conv)
        return

    async def triage(self, event: Event, rest: str) -> Msg:
        """List what went wrong and is not settled."""
        async with self.house.db.snapshot() as reader:
            return await triage.told(reader, f"triage:{event.id}")

    async def undo(self, event: Event, rest: str) -> Msg | None:
        """Take back one effect: the named one, or the newest that can be taken back."""
        async with self.house.db.snapshot() as reader:
            wanted = await explain.find(reader, rest) if rest else None
            done = await effects.get(reader, wanted) if wanted else None
            if done is None and not rest:
                done = await self._newest_undoable(await effects.in_state(reader, "done"))
        if done is None:
            return say(f"undo:{event.id}", "There is nothing that can be taken back.")
        try:
            await undoing.propose(self.house, done, event.id)
        except PermanentError as error:
            return say(f"undo:{event.id}", str(error))
        return None

    async def _newest_undoable(self, done: list[effects.Effect]) -> effects.Effect | None:
        can = [e for e in done if e.undoes is None and self._undoable(e)]
        newest = max(can, key=_when, default=None)
        if newest is None:
            return None
        same = [e for e in can if e.goal == newest.goal]  # not the note, but what it is about
        return max(same, key=lambda e: (e.action.effect != "internal", _when(e)))

    def _undoable(self, effect: effects.Effect) -> bool:
        operation = self.house.operations.get(effect.action.operation)
        return operation is not None and operation.undo.run is not None

    async def stop(self, event: Event, rest: str) -> Msg:
        """Report what STOP holds; it took hold when the word arrived."""
        async with self.house.db.transaction() as tx:
            running = await stop.stop(tx, event.actor, event.id)
        flight = f" In flight and no longer to be held: {len(running)}." if running else ""
        text = f"Stopped. Nothing starts, not after a restart either.{flight} /resume goes on."
        return say(f"stop:{event.id}", text)

    async def resume(self, event: Event, rest: str) -> Msg:
        """Lift STOP; what was approved before goes on item by item."""
        async with self.house.db.transaction() as tx:
            held = await stop.resume(tx, event.id)
            titles = [(await effects.preview_of(tx, e.id, e.version)).title for e in held]
        buttons = tuple(
            (Button(label=_label(f"Go on: {title}"), action="release", ref=effect.id),)
            for effect, title in zip(held[:WAITING_MAX], titles, strict=False)
        )
        lines = "".join(f"\n• {title}" for title in titles)
        waits = f" These were held; each waits for you:{lines}" if held else ""
        return say(f"resume:{event.id}", f"Going on.{waits}", buttons=buttons)

    async def switchboard(self, event: Event, rest: str) -> Msg:
        """Show what is switched on; each can be switched without losing data."""
        async with self.house.db.snapshot() as reader:
            switched = await profile.get(reader, "playbooks")
        return switches(self.shelf.listed, switched, f"playbooks:{event.id}")

    async def cost(self, event: Event, rest: str) -> Msg:
        """Say what it cost, per finished outcome."""
        async with self.house.db.snapshot() as reader:
            settings = await profile.read(reader)
            told = [await cost_told.told(reader, settings["currency"], self.limits.budget)]
            told += await tree.rolled_up(reader, settings["currency"])
            for circuit in await circuits.failing(reader):
                told.append(f"• {await circuits.told(reader, circuit)}")
        return say(f"cost:{event.id}", "\n".join(told))

    async def settings(self, event: Event, rest: str) -> Msg:
        """Show the settings, or change one."""
        name, _, value = rest.partition(" ")
        if rest and (name not in SETTABLE or not value.strip()):
            known = ", ".join(SETTABLE)
            return say(
                f"settings:{event.id}", f"Write /settings NAME VALUE, with NAME one of {known}."
            )
        if rest:
            fault = setting_fault(name, value.strip())
            if fault is not None:
                return say(f"settings:{event.id}", f"Not changed: {fault}")
            async with self.house.db.transaction() as tx:
                await profile.save(tx, event.id, **{name: clean_setting(name, value.strip())})
                await bells.arm(tx, event.id)
        async with self.house.db.snapshot() as reader:
            now = await profile.read(reader)
        lines = tuple(f"{one}: {now[one] or 'not set'}" for one in SETTABLE)
        note = "What the drivers use (company, email, iban, zone) counts from the next start on."
        parts = (Heading(text="Settings"), Bullets(items=lines), _para(note))
        return Msg(key=f"settings:{event.id}", summary="Settings", parts=parts)

    async def rich(self, event: Event, rest: str) -> Msg:
        """Ask on a test card whether rich messages can be read here; turn them off."""
        key, conv = f"rich:{event.id}", str(event.body["conv"])
        if not conv.startswith(f"{rich.SURFACE}:"):
            return say(key, rich.ONLY_TELEGRAM)
        if rest.casefold() != "off":
            return rich.test_card(key)
        async with self.house.db.transaction() as tx:
            await events.note(tx, "rich.ended", event.id, conv=conv)
            await conversations.show_rich(tx, conv, False)
        return say(key, rich.OFF)

    async def retry(self, event: Event, rest: str) -> Msg:
        """Set quarantined work out again."""
        async with self.house.db.transaction() as tx:
            count = await durable.retry(tx, rest, event.id)
        text = f"{count} set out again." if count else "Nothing was set aside under that name."
        return say(f"retry:{event.id}", text)

    async def forget(self, event: Event, rest: str) -> Msg:
        """Ask once more before a person is erased; the name must be typed."""
        if not rest:
            return say(f"forget:{event.id}", "Whom? Write /forget NAME or /forget ADDRESS.")
        async with self.house.db.snapshot() as reader:
            found = await _whom(reader, rest)
        if found is None:
            return say(f"forget:{event.id}", f"I have no single person called “{rest}”.")
        field = Input(id="confirm", label=f"Type {found.name} to erase", max_chars=200)
        form = Form(title="Erase for good", fields=(field,), submit="Erase")
        erase = Button(
            label="Erase for good", action="erase", ref=found.id, style="danger", form=form
        )
        text = (
            f"{found.name}: the record, notes, mails, files and what the log says of them become "
            "unreadable. The ledger and sent mail stay, the law asks for them. It cannot be undone."
        )
        return say(f"forget:{event.id}", text, buttons=((erase,),))

    async def cancel(self, event: Event, rest: str) -> None:
        """Drop the open question of this conversation."""
        async with self.house.db.transaction() as tx:
            if await questions.dropped_by(tx, event.id):
                return  # heard again after a crash: the next one is open by now
            conv = str(event.body["conv"])
            asked = await questions.open_in(tx, conv)
            text = "Dropped." if asked else NO_QUESTION
            await outbox.post(tx, say(f"cancel:{event.id}", text), conv)
            if asked is not None:
                await questions.settle(tx, asked.id, "dropped", event.id)
                await filling.ask_next(tx, conv, {p.id: p for p in self.shelf.listed}, event.id)


def setting_fault(name: str, value: str) -> str | None:
    """Return what is wrong with a setting in the operator's words; None when it is fine."""
    if name == "zone" and value not in available_timezones():
        return f"I know no time zone “{value}”. Write it like Europe/Berlin."
    if name == "currency" and not (len(value) == 3 and value.upper() in list_currencies()):
        return f"“{value}” is no currency code. Write it like EUR or USD."
    if name == "locale" and value not in locale_identifiers():
        return f"I know no language “{value}”. Write it like en, de or en_GB."
    if name == "email" and "@" not in value:
        return f"“{value}” is not an e-mail address."
    if name == "quiet":
        return quiet.fault(value)
    if name == "iban":
        try:
            formats.iban(value)
        except ValueError as error:
            return str(error)
    return None


def clean_setting(name: str, value: str) -> str:
    """Return the setting as it is kept."""
    if name == "currency":
        return value.upper()
    return formats.iban(value) if name == "iban" else value


async def _whom(reader: Reader, wanted: str) -> Record | None:
    known = await records.by_key(reader, "email", wanted)
    found = {reading.ref for f in await parties.find(reader, wanted) for reading in f.readings}
    if known is None and len(found) == 1:
        known = await records.get(reader, str(found.pop()))
    return known if known is not None and known.kind == "person" else None


def _when(effect: effects.Effect) -> datetime:
    return effect.done_at or effect.at


def _open(count: int, listed: int, alone: int) -> str:
    text = f"{count} wait for your yes or no."
    text += f" {listed} of them are in lists." if listed else ""
    later = count - listed - alone
    return text + (f" {later} more come after these." if later else "")


def _label(text: str) -> str:
    return text if len(text) <= LABEL_CHARS_MAX else f"{text[: LABEL_CHARS_MAX - 1]}…"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
