"""Asking: a free question is answered from what is known, and each thing says where it is from.

Facts first, then records, then passages as short quotations, each a tap from its place. A model, if
one is set up, may say it in a paragraph made of exactly these passages; without one they stand
alone. Nothing found is said, with what was looked through.
"""

import re
import time
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from agents.answers import coming, done, earned, in_words, matter, owed, places, reports
from agents.answers import sought as reading
from agents.answers.sought import Sought
from agents.models.door import Models
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Evidence,
    Facts,
    Heading,
    Msg,
    Para,
    Part,
    Quote,
    Span,
)
from engine.chat.tokens import Tap
from engine.chat.why_button import why
from engine.desks import lessons
from engine.keeping import curating, recalls
from engine.models import shortage
from engine.rules.house import House
from memory import events, profile
from memory.beliefs import facts, standing
from memory.beliefs.facts import Fact
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.events import Event
from memory.recalling.recall import Recall, Recalled
from memory.recalling.scope import Within
from memory.redaction import REDACTS

TOLD_MAX = 5
FACTS_MAX = 6
QUOTE_CHARS = 280
NOT_IT = "Not what I asked"
NOTED = "Noted: that was no answer. It counts in /memory."
FOUND = "What I find about this"
NOTHING = "I find nothing about this."
LOOKED = "I looked through {passages} of mails, messages, notes and files{where}, by words{and_}."

_BOOKS = {
    "invoice": r"invoic\w*|bills?|rechnung\w*",
    "order": r"orders?|ordered|bought|buy|purchas\w*|bestell\w*|gekauft",
    "payment": r"pa(?:y|ys|id|ying|yments?)|owe[sd]?|(?:be|ge)?zahl\w*|schulde\w*|überw\w*",
}
_FIELDS = {
    "phone": r"(?:tele)?phone|mobile|telefon\w*|handy\w*",
    "email": r"e-?mail address|mail address|e-?mail|mailadresse",
    "address": r"address|adresse|anschrift",
    "iban": r"iban|account|konto\w*",
    "domain": r"website|domain|webseite",
}


@dataclass(slots=True)
class Answer:
    """What was found; `recalled` are all passages that recall gave, `told` those that fit."""

    facts: list[Fact] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    told: list[Recalled] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    stand: dict[str, standing.Standing] = field(default_factory=dict)
    looked: int = 0
    ms: float = 0.0

    @property
    def empty(self) -> bool:
        return not (self.facts or self.lines or self.told)


@dataclass(frozen=True, slots=True)
class Asking:
    house: House
    remembering: Recall
    models: Models
    has_meaning: bool = False  # whether recall compares meanings too

    async def answer(self, event: Event, said: str, first: str = "") -> bool:
        """Answer in the conversation it was asked in; False: there is nothing in it to look for.

        `first` is said above the answer. What is forgotten meanwhile is looked for anew, in vain.
        """
        conv, key = str(event.body["conv"]), f"asked:{event.id}"
        async with self.house.db.snapshot() as reader:
            forgot = await events.newest(reader, *REDACTS)
            sought = await reading.read(reader, said, conv)
        if not (sought.matter or sought.looks or first):
            return False
        found = await self._found(sought, event.id)
        if found.empty and sought.stood_for and sought.matter and reading.is_vague(said):
            sought = replace(sought, record=None, looks=(), stood_for="")
            found = await self._found(sought, event.id)
        async with self.house.db.transaction() as tx:
            msg = self._message(key, sought, found, await profile.read(tx), first)
            same = await events.newest(tx, *REDACTS) == forgot
            if same:
                await outbox.post(tx, msg, conv)
                await _count(tx, event.id, conv, sought, found)
        if not same:
            return await self.answer(event, said, first)
        if found.told and self.models.set_up:
            above = in_words.Above(self.house.db, event.id, msg, conv, forgot)
            await above.write(self.models, sought, found.told)
            if not first:  # else it is part of another answer
                await shortage.offer(self.house, self.models.limits, event, "answer")
        return True

    async def _found(self, sought: Sought, asked_by: str) -> Answer:
        answer = Answer()
        async with self.house.db.snapshot() as reader:
            if sought.record is not None:
                answer.facts = await _facts(reader, sought, sought.record)
                answer.lines = await _lines(reader, sought.said, sought.record)
            answer.lines = await _booked(reader, sought) or answer.lines
            answer.looked = await recalls.looked(reader)
        began = time.monotonic()
        about = [one for look in sought.looks for one in await self.remembering(sought.said, look)]
        found = about + await self.remembering(sought.said, Within())
        answer.ms = (time.monotonic() - began) * 1000
        by_id = {one.id: one for one in found if one.ref != asked_by}
        inside = {one.id for one in about}
        answer.recalled = list(by_id)
        said = {fact.id for fact in answer.facts}  # a note is a passage, too: it is told once
        fit = (
            one
            for one in by_id.values()
            if one.ref not in said and reading.fits(one, sought, one.id in inside)
        )
        answer.told = list(islice(fit, TOLD_MAX))
        async with self.house.db.snapshot() as reader:
            answer.stand = await standing.of(reader, [one.ref for one in answer.told])
        return answer

    def _message(
        self, key: str, sought: Sought, found: Answer, settings: dict[str, Any], first: str
    ) -> Msg:
        about = f" · {sought.stood_for}" if sought.stood_for else ""
        top = first or (NOTHING if found.empty else f"{FOUND}{about}")
        parts: list[Part] = [Para(spans=(Span(text=top),)) if first else Heading(text=top)]
        if found.facts:
            lines = tuple(curating.line(fact, settings) for fact in found.facts)
            parts.append(Bullets(items=lines))
        parts += [Bullets(items=tuple(found.lines))] if found.lines else []
        for number, one in enumerate(found.told, 1):
            old = " · no longer" if found.stand.get(one.ref) == "superseded" else ""
            who = f"{_source(number, one, settings)}{old}"
            parts.append(Quote(text=_quoted(one, sought), who=who))
        if found.empty:
            parts.append(Para(spans=(Span(text=self._looked(sought, found)),)))
        evidence = [Evidence(label=places.KINDS[one.kind], ref=one.ref) for one in found.told]
        if sought.record is not None:
            evidence.insert(0, Evidence(label="the record", ref=sought.record.id))
        parts += [Facts(evidence=(*curating.cited(found.facts), *evidence))] if evidence else []
        summary = first or (top if found.empty else f"{top}: {_told(found)}")
        buttons = _buttons(key, found, settings, by_model=self.models.set_up)
        return Msg(key=key, summary=summary[:190], parts=tuple(parts), buttons=buttons)

    def _looked(self, sought: Sought, found: Answer) -> str:
        name = sought.record.name if sought.record is not None else ""
        where = f", and what is recorded and noted of {name}" if name else ""
        and_ = " and by meaning" if self.has_meaning else ""
        passages = f"{found.looked:,} passage{'' if found.looked == 1 else 's'}"
        return LOOKED.format(passages=passages, where=where, and_=and_)


async def not_it(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """The operator says that this was no answer: it counts as wrong."""
    async with house.db.transaction() as tx:
        await heard(tx, tap, who, key, values)
        done = await recalls.not_it(tx, tap.ref)
    return Reply(NOTED) if done else Reply(GONE, refused=True)


VERBS: dict[str, Any] = {places.ACTION: places.show, "recall.wrong": not_it}


def is_only_about(said: str, name: str) -> bool:
    """Say whether the question is about whom or what it names and nothing besides."""
    return not matter.of(said, name)


async def _facts(reader: Reader, sought: Sought, record: Record) -> list[Fact]:
    """Return the facts that are asked for: by the name of what they tell, or by their words."""
    known = [
        fact
        for fact in await facts.current(reader, record.id)
        if not fact.attribute.startswith(lessons.PREFIX)
    ]
    if sought.matter:
        known = [
            fact
            for fact in known
            if matter.names_of(fact.attribute, sought.said)
            or matter.share(curating.shown(fact), sought.matter) >= reading.SHARE_MIN
        ]
    return known[:FACTS_MAX]


async def _lines(reader: Reader, said: str, record: Record) -> list[str]:
    """Return what the records say to it: fields it names, and what is in the books."""
    named = [name for name, pattern in _FIELDS.items() if _has(pattern, said)]
    lines = [
        f"{words.label(name)}: {record.state[name]} (the record)"
        for name in named
        if record.state.get(name)
    ]
    if record.kind in reports.BOOKS:
        return lines + await reports.book(reader, record)
    if owed.by_us(said):
        return lines
    kinds = [kind for kind, pattern in _BOOKS.items() if _has(pattern, said)]
    return lines + await reports.books(reader, record, kinds)


async def _booked(reader: Reader, sought: Sought) -> list[str]:
    """Return what the books and the diary say to it: open, came in, was done, is to come."""
    settings, said = await profile.read(reader), sought.said
    today = reader.now.astimezone(ZoneInfo(settings["zone"])).date()
    if sought.record is None or _owes(sought.record):
        if owed.asked(said):
            return await owed.lines(reader, sought.record, today, settings)
        if earned.asked(said):
            return await earned.lines(reader, sought.record, said, today, settings)
    if sought.record is None and coming.asked(said):
        return await coming.lines(reader, said, today, settings)
    if sought.record is None and done.asked(said):
        return await done.lines(reader, said, today, settings)
    return []


def _owes(record: Record) -> bool:
    return record.kind in ("person", "company")


def _has(pattern: str, said: str) -> bool:
    return re.search(rf"\b(?:{pattern})\b", said, re.IGNORECASE) is not None


async def _count(tx: Tx, event: str, conv: str, sought: Sought, found: Answer) -> None:
    shown = [_quoted(one, sought) for one in found.told]
    await recalls.note(
        tx, event, conv, "question", found=found.recalled, used=[one.id for one in found.told],
        sources=len(found.facts) + len(found.lines), chars=sum(map(len, shown)), ms=found.ms,
    )  # fmt: skip


def _quoted(one: Recalled, sought: Sought) -> str:
    if one.kind == "episode":
        return one.text  # its end tells what came of it
    return matter.excerpt(one.text, sought.matter, QUOTE_CHARS)


def _source(number: int, one: Recalled, settings: dict[str, Any]) -> str:
    by = f"{one.by} · " if one.by else ""
    day = words.day(one.at, settings)
    return f"{number} · {by}{places.KINDS[one.kind]} · {day}{places.outside(one.trust)}"


def _told(found: Answer) -> str:
    counts = (
        ("fact", len(found.facts)),
        ("record", len(found.lines)),
        ("quotation", len(found.told)),
    )
    return ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts if n)


def _buttons(
    key: str, found: Answer, settings: dict[str, Any], *, by_model: bool
) -> tuple[tuple[Button, ...], ...]:
    rows = [
        (Button(label=_label(number, one, settings), action=places.ACTION, ref=one.id),)
        for number, one in enumerate(found.told, 1)
    ]
    event = key.partition(":")[2]
    last = [Button(label=NOT_IT, action="recall.wrong", ref=recalls.id_of(event, "question"))]
    if by_model and found.told:
        last.append(why(event))
    return (*rows, tuple(last)) if not found.empty else ()


def _label(number: int, one: Recalled, settings: dict[str, Any]) -> str:
    label = f"{number} · {places.KINDS[one.kind]}, {words.day(one.at, settings)}"
    return label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 1]}…"
