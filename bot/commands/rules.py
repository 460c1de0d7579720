"""The commands of the rules: /policy reads them out, hears and turns one, /always offers one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from agents.hearing.front import Command
from agents.models.door import Models
from agents.reading.words import Context
from agents.rules import rule_proposed, rules_heard
from agents.specialists import roster
from bot.commands import autonomy, templates
from connectors.contract import PermanentError
from engine.autonomy import always_desk, rule_desk
from engine.chat.messages import Bullets, Fold, Heading, Msg, Para, Part, Span, say
from engine.keeping import night
from engine.models import shortage
from engine.rules import own_rules, rule_offer, uses
from engine.rules.house import House
from engine.rules.own_rules import OwnRule, State
from engine.rules.rulebook import SOURCE
from engine.why import explain
from memory import profile
from memory.db import Reader, Tx
from memory.events import Event
from policies.book import BookError
from policies.house import EXPIRE
from policies.rules import STRICTNESS, Entry, sentence

TITLE = "The rules I follow"
HOW = (
    "Write /policy pause ID, /policy resume ID, /policy remove ID or /policy back ID; /policy add "
    "and your words make a new one, /policy template asks a few questions. {}"
)
NONE = "You have no rules of your own yet; “Always like this…” on what you approved makes one."
WORDS = (
    "I did not understand every word of that as a rule, so nothing was made. I know rules like:\n\n"
    "• ask me twice from 100 on\n"
    "• never mail before 8; ask me for meetings after 18\n"
    "• refunds up to 50 for known customers are fine\n"
    "• never mail strangers\n"
    "• ask me at the weekend\n"
    "• ask me for everything that goes to more than 5 people\n"
    "• no exclamation marks in mails; never say 'asap' in a mail\n"
    "• keep mails for 90 days; never forget invoices\n"
    "• never remember health data\n"
    "• never send customer data to a remote model; at most 2 EUR a day for models\n\n"
    "Write one after /policy add."
)
NOW: Mapping[State, str] = {
    "active": "It holds: {says}",
    "paused": "Paused, so it decides nothing: {says} /policy resume {id} puts it in force again.",
    "removed": "Removed, so it decides nothing: {says} /policy back {id} brings it back.",
}
WANTED: Mapping[str, State] = {"pause": "paused", "resume": "active", "remove": "removed"}
FROM: Mapping[str, tuple[State, ...]] = {
    "pause": ("active",),
    "resume": ("paused",),
    "remove": ("active", "paused"),
}
FIRST = "It has no version before this one. {now}"
ALREADY = "Nothing changed. {now}"
UNSOUND = "It can no longer hold: {faults}"
KEEPING = "What is kept, and how long"
TONIGHT = "What would go tonight at three, if nothing changes"
KEEP_HOW = (
    "Write “forget chat messages after 2 years”, “keep mails for 90 days” or “never forget "
    "invoices”. What came of it, your records and the ledger stay."
)
CONTRACTS = "What each agent may not do, by its contract"
NOTHING = "You have approved nothing yet; what you approve may become a rule."


@dataclass(frozen=True, slots=True)
class Rules:
    house: House
    models: Models

    def commands(self) -> dict[str, Command]:
        return {"policy": self.policy, "always": self.always, "retention": self.retention}

    async def policy(self, event: Event, rest: str) -> Msg | None:
        """Read the rules out, hear a new one, or turn one of the operator's own."""
        key = f"policy:{event.id}"
        if not rest:
            async with self.house.db.snapshot() as reader:
                return await self._listed(reader, key)
        verb, _, wanted = rest.partition(" ")
        if verb.casefold() == "add":
            return await self._said(event, wanted.strip())
        if verb.casefold() in ("template", "templates"):
            return templates.menu(key)
        async with self.house.db.transaction() as tx:
            found = await _named(tx, wanted.strip())
            if verb.casefold() not in (*WANTED, "back") or found is None:
                return say(key, HOW.format(await _which(tx)))
            return say(key, await self._turned(tx, verb.casefold(), found, event.id))

    async def always(self, event: Event, rest: str) -> Msg | None:
        """Offer a rule for the newest thing that was approved, or for the one that is named."""
        key = f"always:{event.id}"
        async with self.house.db.transaction() as tx:
            found = await explain.find(tx, rest) if rest else await always_desk.newest(tx)
            if found is None:
                return say(key, f"I find nothing that ends with “{rest}”." if rest else NOTHING)
            try:
                offered = await always_desk.offer(tx, self.house, found)
            except PermanentError as error:
                return say(key, str(error))
            await always_desk.show(tx, offered, str(event.body["conv"]))
        return None

    async def retention(self, event: Event, rest: str) -> Msg:
        """Say how long what is kept, and what would go tonight; nothing goes by asking."""
        async with self.house.db.snapshot() as reader:
            settings = await profile.read(reader)
            going = await night.tonight(reader, self.house.book, settings)
        said = tuple(e.rule.why for e in self.house.book.entries if e.rule.action == EXPIRE)
        tonight = (Heading(text=TONIGHT), Bullets(items=going))
        parts = (Heading(text=KEEPING), Bullets(items=said), *tonight, _para(KEEP_HOW))
        return Msg(key=f"retention:{event.id}", summary=KEEPING, parts=parts)

    async def _said(self, event: Event, said: str) -> Msg | None:
        """Offer the rule that the operator's own words say; looking back blocks nobody's write."""
        key = f"policy:{event.id}"
        try:
            async with self.house.db.snapshot() as reader:
                offered = await self.offered(reader, said)
            offered = offered or await self._proposed(said, event.id)
        except PermanentError as error:
            return say(key, rule_desk.CANNOT.format(error))
        except BookError as error:
            return say(key, rule_desk.refusal(error))
        if offered is None and await shortage.offer(self.house, self.models.limits, event, "rule"):
            return None
        if offered is None:
            return say(key, WORDS)
        if offered.stands:
            return say(key, always_desk.STANDS.format(says=offered.says, id=offered.rule.id))
        async with self.house.db.transaction() as tx:
            await rule_desk.show(tx, offered, str(event.body["conv"]), event.id)
        return None

    async def offered(self, reader: Reader, said: str) -> rule_offer.Offer | None:
        """Return the offer of the rule that words say; None: not every word was understood."""
        made = rules_heard.heard(said, await self.context(reader))
        if made is None:
            return None
        return await rule_offer.offer(
            reader, self.house, made.rule, made.says, made.given, made.until
        )

    async def context(self, reader: Reader) -> Context:
        """Return by what the operator's words are read."""
        settings = await profile.read(reader)
        return Context(reader.now, settings["zone"], settings["locale"], settings["currency"])

    async def _proposed(self, said: str, asked_in: str) -> rule_offer.Offer | None:
        """Return the offer of what a model makes of words that I do not know."""
        found = await rule_proposed.proposed(self.house, self.models, said, asked_in)
        if found is None:
            return None
        made, by = found
        async with self.house.db.snapshot() as reader:
            offered = await rule_offer.offer(reader, self.house, made.rule, made.says, made.given)
        return replace(offered, by=by)

    async def _turned(self, tx: Tx, verb: str, found: OwnRule, cause: str) -> str:
        """Change the rule and return the sentence of what now holds."""
        now = NOW[found.state].format(says=found.says, id=found.rule)
        try:
            if verb == "back":
                turned = await self.house.rulebook.back(tx, found, cause)
            elif found.state in FROM[verb]:
                turned = await self.house.rulebook.turn(tx, found, WANTED[verb], cause)
            else:
                return ALREADY.format(now=now)
        except BookError as error:
            return UNSOUND.format(faults=" ".join(fault.says for fault in error.faults))
        if turned is None:
            return FIRST.format(now=now)
        return NOW[turned.state].format(says=turned.says, id=turned.rule)

    async def _listed(self, reader: Reader, key: str) -> Msg:
        book, times = self.house.book, await uses.counted(reader)
        kept = await own_rules.every(reader)
        parts: list[Part] = [
            Heading(text=TITLE),
            _para(autonomy.said(await autonomy.is_on(reader))),
        ]
        parts += _own(kept, self.house.rulebook.aside, times)
        written = [entry for entry in book.entries if entry.source != SOURCE]
        for heading, entries in groupby(sorted(written, key=_place), key=_heading):
            lines = Bullets(items=tuple(_line(entry, times) for entry in entries))
            folded = heading == CONTRACTS
            parts += (
                [Fold(title=heading, parts=(lines,))] if folded else [Heading(text=heading), lines]
            )
        where = f"Rule book {book.bundle}. Your own files: rules/*.yaml in the data folder."
        parts.append(_para(f"{where} {HOW.format('')}".strip()))
        return Msg(key=key, summary=TITLE, parts=tuple(parts))


def _own(kept: list[OwnRule], aside: Mapping[str, str], times: Mapping[str, int]) -> Iterator[Part]:
    """Yield the operator's own rules as they stand, and folded away those that were removed."""
    live = [one for one in kept if one.state != "removed"]
    gone = [f"{one.says} ({one.rule})" for one in kept if one.state == "removed"]
    if live:
        yield Heading(text="Yours, made in the chat")
        yield Bullets(items=tuple(_own_line(one, aside, times) for one in live))
    if gone:
        yield Fold(title=f"Removed ({len(gone)})", parts=(Bullets(items=tuple(gone)),))


def _own_line(one: OwnRule, aside: Mapping[str, str], times: Mapping[str, int]) -> str:
    state = "Paused. " if one.state == "paused" else ""
    if one.rule in aside:
        state = f"Set aside, it decides nothing: {aside[one.rule]} "
    return f"{state}{one.says} ({one.rule}, version {one.version}{_times(one.rule, times)})"


def _line(entry: Entry, times: Mapping[str, int]) -> str:
    return f"{sentence(entry.rule)}{_times(entry.rule.id, times)}"


def _times(rule: str, times: Mapping[str, int]) -> str:
    count = times.get(rule, 0)
    return f" · decided {count} time{'' if count == 1 else 's'}" if count else ""


def _place(entry: Entry) -> tuple[Any, ...]:
    return entry.level == "house", _heading(entry), -STRICTNESS[entry.rule.then]


def _heading(entry: Entry) -> str:
    if entry.level != "house":
        return f"Yours, from {entry.source}"
    return CONTRACTS if entry.source == roster.SOURCE else "Firstmate's own"


async def _named(reader: Reader, wanted: str) -> OwnRule | None:
    """Return the one rule of the operator that is called so, or whose name ends so."""
    kept = await own_rules.every(reader)
    found = [one for one in kept if wanted and one.rule.endswith(wanted.casefold())]
    exact = [one for one in found if one.rule == wanted.casefold()]
    found = exact or found
    return found[0] if len(found) == 1 else None


async def _which(reader: Reader) -> str:
    ids = ", ".join(one.rule for one in await own_rules.every(reader))
    return f"Yours are: {ids}." if ids else NONE


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
