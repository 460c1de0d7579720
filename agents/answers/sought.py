"""Sought: what a question is about, read from its words and its conversation, and where to look."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.answers import matter
from agents.answers.matter import Matter
from agents.playbooks import slots
from agents.playbooks.library import Slot
from agents.reading import named as things
from agents.reading import parties
from agents.reading.words import Context
from connectors.contract import DataClass
from engine.chat import session
from engine.planning import goals
from memory import profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling import naming, scope
from memory.recalling.recall import Recalled
from memory.recalling.scope import Within
from memory.texts import traits
from memory.texts.traits import Traits

SUBJECT = Slot(name="subject", type="record")
SHARE_MIN = 1 / 3  # of what is asked, a passage must speak of at least this much

_THEY = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|er|ihm|ihn|sie|ihr|ihnen"
    r"|(?:this|that|the) (?:client|customer|person|company|sender)"
    r"|diese[rmn]? (?:kund\w+|firma|person)|de[rm] kunden?|de[rm] kundin)\b",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:(?:this|that|the|diese\w*|die) (?P<kind>order|invoice|payment|project|deal|bestellung"
    r"|rechnung|zahlung)|it|that"
    r"|this(?! (?:day|week|month|quarter|year|morning|afternoon|evening)\b)"
    r"|dies|das|davon|dafür)\b",
    re.IGNORECASE,
)
_TASK = re.compile(  # what is being done just now, and not a record
    r"\b(?:(?:this|the current) (?:job|request|case|plan|matter)"
    r"|diese[rmns]? (?:auftrag|vorgang|fall|anfrage|plan))\b",
    re.IGNORECASE,
)
_GERMAN = {"bestellung": "order", "rechnung": "invoice", "zahlung": "payment"}


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question is about. `stood_for`: the name a pronoun was read as, else "".

    What is found in `looks` is about it; they come first, in this order, before everything else.
    """

    said: str
    matter: Matter
    record: Record | None = None
    looks: tuple[Within, ...] = ()
    stood_for: str = ""
    of: DataClass = "personal"


async def read(reader: Reader, said: str, conv: str) -> Sought:
    """Read what it is about: whom or what it names, and the goal that is open."""
    sought = await _named(reader, said, conv)
    somebody = sought.record is not None or await parties.find(reader, said)
    sought = replace(sought, of="personal" if somebody else "business")
    match = _TASK.search(said)
    goal = await goals.open_in(reader, conv) if match is not None else None
    if match is None or goal is None:
        return sought
    names = f"{match[0]} {'' if sought.record is None else sought.record.name}"
    looks = (Within(goal=goal.id), *sought.looks)
    stood_for = sought.stood_for or goal.text
    return replace(sought, matter=matter.of(said, names), looks=looks, stood_for=stood_for)


async def _named(reader: Reader, said: str, conv: str) -> Sought:
    settings = await profile.read(reader)
    context = Context(
        now=reader.now, zone=settings["zone"], locale=settings["locale"],
        currency=settings["currency"],
    )  # fmt: skip
    filled = await slots.fill(reader, said, (SUBJECT,), context)
    value = filled.values.get(SUBJECT.name)
    if value is not None and value.ref:
        sought = await _about(reader, said, value.ref, value.text)
        return await _with_project(reader, sought, value.text)
    if filled.ambiguous or not (_THEY.search(said) or _IT.search(said)):
        return Sought(said, matter.of(said))
    meant = await _meant(reader, said, (await session.of(reader, conv)).about)
    return await _about(reader, said, meant, "") if meant else Sought(said, matter.of(said))


async def _about(reader: Reader, said: str, id: str, named: str) -> Sought:
    """Return the question as one about this record; without a name a pronoun stood for it."""
    record = await records.get(reader, id)
    assert record is not None
    stood_for = "" if named else record.name
    looks = tuple(await _looks(reader, record))
    return Sought(said, matter.of(said, named), record, looks, stood_for)


async def _with_project(reader: Reader, sought: Sought, named: str) -> Sought:
    """Return the question, where it names somebody and a project as well, as one about both."""
    if sought.record is None or sought.record.kind not in parties.PARTIES:
        return sought
    project = await things.project(reader, sought.said)
    if project is None:
        return sought
    start, end, id = project
    carries = matter.of(sought.said, f"{named} {sought.said[start:end]}")
    return replace(sought, matter=carries, looks=(Within(project=id), *sought.looks))


async def _looks(reader: Reader, record: Record) -> list[Within]:
    """Return where to look for it: what is its own, then what its customer told.

    Of a project's customer who has others, too, only what names this one.
    """
    looks = [await scope.about(reader, record.id)]
    customer = record.state.get("customer")
    if customer and record.kind == "project":
        others = await records.of_kind(reader, "project", customer=customer)
        customer = None if any(one.id != record.id for one in others) else customer
    return [*looks, Within(record=customer)] if customer else looks


async def _meant(reader: Reader, said: str, about: Sequence[str]) -> str | None:
    """Return the record of this session that a pronoun means: the latest that can be meant."""
    kinds: tuple[str, ...] = ()
    if _THEY.search(said):
        kinds = ("person", "company")
    elif (match := _IT.search(said)) and match["kind"]:
        kind = match["kind"].lower()
        kinds = (_GERMAN.get(kind, kind),)
    for id in about:
        record = await records.get(reader, id)
        if record is not None and (not kinds or record.kind in kinds):
            return record.id
    return None


def names(said: str, record: Record) -> bool:
    """Say whether these words name it."""
    for kind in naming.SAID:
        if kind == record.kind:  # called by ordinary words
            return bool(naming.places(said, record.name, kind))
    return matter.share(said, matter.of(record.name)) > 0


def is_vague(said: str) -> bool:
    """Say whether what was read as a pronoun may be none: “that hall”, “das Seminar”."""
    it = _IT.search(said)
    return _THEY.search(said) is None and it is not None and not it["kind"]


def fits(one: Recalled, sought: Sought, inside: bool) -> bool:
    """Say whether a passage may answer: it speaks of what is asked, and of nobody else.

    `inside`: it was found where what it is about was looked for.
    """
    if one.kind == "message" and Traits.ASKS in traits.of(one.text, None):
        return False  # another question is no answer
    said = f"{one.by or ''} {one.text}"
    if not (inside or sought.record is None or _names_alone(one, said, sought.record)):
        return False  # somebody else's, or it names nobody
    known = inside or sought.record is not None
    if not sought.matter:
        return known
    one_word = 1 / len(sought.matter)  # is enough where it is known whom it is about
    least = min(one_word, SHARE_MIN) if known else SHARE_MIN
    return matter.share(said, sought.matter) >= least - 1e-9


def _names_alone(one: Recalled, said: str, record: Record) -> bool:
    """Say whether a passage names this record and is about none."""
    return one.record is None and names(said, record)
