"""The composition root: the only place that knows all parts."""

import asyncio
from collections import ChainMap
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from agents.hearing import unclear
from agents.hearing.front import Front
from agents.hearing.taking import Taking
from agents.models.door import Models
from agents.plans import plan_desk
from agents.plans.shelf import Shelf
from agents.playbooks import library
from agents.runner import Runner
from agents.specialists import roster
from agents.specialists.crew import Crew
from agents.specialists.enricher import Enricher
from agents.specialists.own_code import WithOwnCode
from agents.specialists.researcher import Researcher
from agents.specialists.roster import Roster
from agents.specialists.specialist import Specialist, by_rules
from bot import handlers, minds
from bot.commands import agents, board, forgetting, onboarding, templates
from bot.commands.aims import Aims
from bot.commands.autonomy import Autonomy
from bot.commands.basic import Commands
from bot.commands.books import BooksInChat
from bot.commands.enriching import Enriching
from bot.commands.facts import Knowing
from bot.commands.memories import Memories
from bot.commands.modes import Modes
from bot.commands.offpeak import Offpeak
from bot.commands.qualifying import Qualifying
from bot.commands.recording import Recording
from bot.commands.reminders import Reminders
from bot.commands.researching import Researching
from bot.commands.rules import Rules
from bot.commands.secrets import Secrets
from bot.commands.style import Styles
from bot.commands.tools import Tools
from bot.commands.trust import Trust
from bot.commands.verbs import VERBS, Verb
from bot.commands.who import Who
from bot.commands.why import Why
from bot.delivery import Delivery
from bot.remembering import Remembering
from bot.surfaces import Heard, Surface
from bot.tracing import Tracing
from bot.twins import Twins
from connectors import blobs, registry
from connectors.accounts import NONE, Accounts
from connectors.company import Company
from connectors.contract import PermanentError
from connectors.email import drivers
from engine.acting import refining
from engine.acting.taps import Person, Reply
from engine.alarms import bells
from engine.chat import conversations, outbox, tokens
from engine.chat.messages import Msg, pictured
from engine.desks import stop, undoing
from engine.flow import inbox, lanes
from engine.flow.durable import Durable
from engine.flow.schedule import Clock as AlarmClock
from engine.keeping import recounting
from engine.keeping.notebook import Notebook
from engine.outside.sources import Sources
from engine.outside.toolbox import Toolbox
from engine.planning import ledger, refinements
from engine.rules.house import House
from engine.rules.rulebook import Rulebook
from memory import cursors, lock, profile, upgrade
from memory.canon import fields
from memory.db import Clock, Database, system_clock
from policies import book
from policies.house import OPERATIONS
from policies.rules import Book

RULES = Path(__file__).parent.parent / "policies" / "defaults"
UNKNOWN_TAP = "This button is no longer known. Say /waiting to see what waits for you."


@dataclass(slots=True, repr=False)
class App:
    """One open data folder with everything that works on it."""

    folder: Path
    house: House
    front: Front
    runner: Runner
    durable: Durable
    alarms: AlarmClock
    delivery: Delivery
    surfaces: list[Surface]
    sources: Sources
    remembering: Remembering
    toolbox: Toolbox
    tracing: Tracing
    verbs: dict[str, Verb]
    held: IO[str]
    ended: asyncio.Future[str] = field(default_factory=asyncio.Future)

    @property
    def db(self) -> Database:
        return self.house.db

    async def start(self) -> None:
        """Resume what a crash left behind, then listen."""
        await forgetting.resume(self.house)
        await self.durable.launch()
        await onboarding.greet(self.db)
        await recounting.begin(self.db)
        self.remembering.start()
        self.delivery.start()
        self.alarms.start()
        self.sources.start()
        self.toolbox.start()
        self.tracing.start()
        for surface in self.surfaces:
            await surface.start(self)

    async def close(self) -> None:
        """Stop showing and listening first, then let what runs end; the next start shows it."""
        await self.delivery.close()
        for surface in self.surfaces:
            await surface.close()
        await self.sources.close()
        await self.toolbox.close()
        await self.tracing.close()
        self.alarms.stop()
        await self.durable.close()
        await self.runner.close()
        await self.remembering.close()
        await self.db.close()
        self.held.close()

    async def hear(self, heard: Heard) -> bool:
        """Store what a person sent; STOP takes hold in the same commit, ahead of every queue."""
        files = [
            {
                "name": file.name,
                "mime": file.mime,
                "digest": await asyncio.to_thread(blobs.put, self.house.blobs, file.data),
            }
            for file in heard.files
        ]
        body = {
            "words": heard.words,
            "text": heard.words,
            "others": list(heard.others),
            "files": files,
            "conv": heard.who.conv,
            "reply_to": heard.reply_to,
            "in_session": heard.in_session,
            "sent": list(heard.sent),
        }
        async with self.db.transaction() as tx:
            event = await inbox.receive(
                tx,
                "file.received" if files else "message.received",
                source=heard.who.surface,
                key=heard.key,
                trust="operator",
                actor=heard.who.user,
                body=body,
            )
            if event is not None and stop.is_said(heard.words):
                await stop.stop(tx, heard.who.user, event.id)
            if event is not None and heard.reply_to is not None:
                await refining.replied(tx, heard.who.conv, heard.reply_to, event.id)
        return event is not None

    async def tap(self, who: Person, key: str, token: str, values: dict[str, str]) -> Reply:
        """Carry out a button; the answer comes from the database."""
        async with self.db.snapshot() as reader:
            tap = await tokens.recognise(reader, token, who.conv, who.user)
        if tap is None or tap.action not in self.verbs:
            return Reply(UNKNOWN_TAP, refused=True)
        with lanes.under("now"):
            return await self.verbs[tap.action](self.house, tap, who, key, values)

    async def opened(self, who: Person, token: str) -> None:
        """Note that the form of this button was opened: what it is about stays as it is."""
        async with self.db.transaction() as tx:
            tap = await tokens.recognise(tx, token, who.conv, who.user)
            if tap is not None:
                await refinements.touch(tx, [tap.ref], None)

    def taking_in(self) -> AbstractContextManager[None]:
        """While it is entered no new work starts: what waits outside is stored first."""
        return self.durable.holding()

    async def person(self, surface: str, chat: str, user: str) -> Person | None:
        async with self.db.snapshot() as reader:
            known = await conversations.find(reader, surface, chat, user)
        return None if known is None else Person(user, surface, known.id)

    async def pair(self, surface: str, chat: str, user: str, code: str) -> Person | None:
        async with self.db.transaction() as tx:
            paired = await conversations.pair(tx, surface, chat, user, code)
        if paired is None:
            return None
        await onboarding.welcome(self.db, paired.id)
        return Person(user, surface, paired.id)

    async def picture(self, who: Person, card: str, digest: str) -> bytes | None:
        """Return a picture that this person's card shows; None for anything else kept here."""
        async with self.db.snapshot() as reader:
            shown = await outbox.get(reader, card)
        if shown is None or shown.conv not in (None, who.conv):
            return None
        if not any(file.digest == digest for file in pictured(shown.msg)):
            return None
        try:
            return await asyncio.to_thread(blobs.get, self.house.blobs, digest)
        except PermanentError:
            return None

    async def board(self) -> Msg:
        """Return what waits, what it cost and the rules, on one page."""
        return await board.board(self.house)

    async def cursor(self, name: str) -> str | None:
        async with self.db.snapshot() as reader:
            return await cursors.get(reader, name)

    async def save_cursor(self, name: str, value: str) -> None:
        async with self.db.transaction() as tx:
            await cursors.save(tx, name, value)

    def end(self, how: str) -> None:
        """Ask the host to close this folder: "quit", or "restart" to open what is chosen now."""
        with suppress(asyncio.InvalidStateError):
            self.ended.set_result(how)


async def open_app(
    folder: Path,
    surfaces_of: Callable[[Database, Path], list[Surface]],
    *,
    rules: Path | None = None,
    encoder: Path | None = None,
    clock: Clock = system_clock,
    switch: Callable[[str], None] | None = None,
    prepare: Callable[[Database], Awaitable[None]] | None = None,
    specialist: Specialist = by_rules,
    models: Callable[[House], Models] = minds.none,
    encoders: Callable[[House], minds.Encoders] = minds.no_encoders,
    chroma: str = "",
    otlp: str = "",
    accounts: Accounts = NONE,
) -> App:
    """Open a data folder. HeldError: another process has it. Book-, Fields-, SpecError: faults."""
    fields.load(folder)
    roster.of(folder)  # what needs no operations is found before anything is opened
    held = lock.hold(folder)
    upgrade.upgrade(folder / "firstmate.db")
    db = Database(folder / "firstmate.db", clock)
    if prepare is not None:
        await prepare(db)
    connected = registry.connected(folder, clock, await _company(db), accounts).operations
    own = undoing.with_undo((*connected.values(), *Notebook(db).operations()))
    toolbox = Toolbox(db, folder, {name.partition(".")[0] for name in own})
    await toolbox.open()
    crew = await Crew.opened(db, roster.of(folder, {**own, **toolbox.classes}))
    rulebook = Rulebook(_rules(rules or folder / "rules", own, toolbox, crew.roster))
    await rulebook.open(db)
    async with db.transaction() as tx:
        await ledger.settle_lost(tx)  # what a crash left open may have been billed
    house = House(db, ChainMap(own, toolbox.operations), rulebook, folder, crew.of, crew.daily)
    surfaces = surfaces_of(db, folder)
    remembering = Remembering(db, folder / "index", encoder, named=encoders(house), chroma=chroma)
    await remembering.open()
    playbooks, asking = library.load_folder(operations=_arguments(own)), models(house)
    shelf = Shelf(house, {playbook.id: playbook for playbook in playbooks})
    await shelf.open()
    hands = WithOwnCode(crew, specialist)
    made = handlers.of(house, playbooks, shelf, remembering, hands, asking)
    app = App(
        folder=folder,
        house=house,
        front=made.front,
        runner=made.runner,
        durable=Durable(db, made.handlers),
        alarms=AlarmClock(db, bells.BELLS),
        delivery=Delivery(db, surfaces),
        surfaces=surfaces,
        sources=Sources(house, drivers.sources(folder, clock, accounts.mail)),
        remembering=remembering,
        toolbox=toolbox,
        tracing=Tracing(db, otlp),
        verbs={},
        held=held,
    )
    _furnish(app, shelf, asking, crew, switch or (lambda _: None))
    return app


def _furnish(
    app: App, shelf: Shelf, models: Models, crew: Crew, switch: Callable[[str], None]
) -> None:
    """Give the front agent its commands and the buttons their verbs."""
    house, front = app.house, app.front
    setup = onboarding.Onboarding(app, shelf, switch)
    rules_in_chat = Rules(house, models)
    front.commands.update(Commands(house, shelf, models.limits).by_name() | setup.commands())
    for said in (
        rules_in_chat,
        Autonomy(house),
        Trust(house),
        Modes(house),
        Why(house),
        Offpeak(house),
        Reminders(house),
        Secrets(house),
        Who(house, app.remembering.recall),
        Knowing(house, front.asking),
        Recording(house),
        Aims(house),
        Twins(house, app.verbs),
        Tools(house, app.toolbox),
        BooksInChat(house),
        Memories(house, app.remembering.told),
        Researching(house, Researcher(app.remembering.search, models)),
        Qualifying(house, app.remembering.search),
        Enriching(house, Enricher(models)),
        Styles(house),
        trying := agents.of(app.runner.drafting, crew),
    ):
        front.commands.update(said.commands())
    app.verbs |= VERBS | setup.verbs() | shelf.verbs() | trying.verbs()
    app.verbs |= plan_desk.starting(models.limits)
    app.verbs |= templates.verbs(rules_in_chat.offered, rules_in_chat.context)
    taking = Taking(front.filling)
    app.verbs |= {"take": taking.take, "drop": taking.drop, "choose": front.filling.choose}
    app.verbs[unclear.ACTION] = front.unclear.tapped
    app.verbs |= {"remember": front.intake.remember}


async def _company(db: Database) -> Company:
    async with db.snapshot() as reader:
        return company_of(await profile.read(reader))


def company_of(settings: dict[str, Any]) -> Company:
    """Return the company as the drivers need to know it."""
    return Company(
        name=settings["company"],
        email=settings["email"] or "me@localhost.invalid",
        iban=settings["iban"] or None,
        currency=settings["currency"],
        zone=settings["zone"],
    )


def _rules(folder: Path, own: Any, toolbox: Toolbox, crew: Roster) -> Book:
    """Return the rules of the files. A tool's class may change, so no file is at fault for it."""
    files = [*sorted(RULES.glob("*.yaml")), *sorted(folder.glob("*.yaml"))]
    known = {name: operation.effect for name, operation in own.items()}
    classes = known | dict.fromkeys(toolbox.classes, "")
    loaded = book.load_files(files, classes, made=crew.texts())
    return replace(loaded, operations=ChainMap({**OPERATIONS, **known}, toolbox.classes))


def _arguments(operations: Any) -> dict[str, list[str]]:
    return {name: list(operation.args.model_fields) for name, operation in operations.items()}
