"""Slots: the blanks of a playbook, filled from the operator's words and the records."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from agents.playbooks.library import Slot, SlotType
from agents.reading import accounts, amounts, documents, moments, named, parties
from agents.reading.words import SENTENCE_CHARS_MAX, Candidate, Context, Found, address
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

Span = tuple[int, int]

_OPENERS = re.compile(
    r"^(?:[\s,.:;-]+|(?:please|bitte|hey|hi|about|to|that|of|dass|an|daran|zu|que|à)(?=\s))+", re.I
)
_CLOSERS = re.compile(r"(?:\s+(?:please|bitte)|[\s,;:-])+$", re.I)
_STAND_IN = re.compile(
    r"(?:he|him|she|her|they|them|it|this|that|(?:the|this) (?:customer|client|sender|person|mail)"
    r"|er|ihm|sie|ihr|ihnen|dem kunden|der kundin)",
    re.I,
)
POINTED: Mapping[str, str] = {  # what is never another than the words say
    "money": "an amount", "when": "a time", "account": "an account (IBAN)",
}  # fmt: skip
UNREAD = "I cannot read “{}” as {}. Say it anew, please; nothing was done."
_KINDS: dict[str, documents.Document] = {kind: kind for kind in documents.DOCUMENTS}


class Value(Candidate, frozen=True):
    """What fills a slot. `text`: the span it came from; empty when the records told it."""

    text: str = ""


def readings(kept: Sequence[Mapping[str, Any]]) -> tuple[Value, ...]:
    """Return the readings of a blank as they lie with a question that is open."""
    return tuple(Value.model_validate(one) for one in kept)


class Filled(BaseModel, frozen=True):
    """What the words gave, what is missing, what needs a choice, and what cannot be (why)."""

    values: dict[str, Value] = {}
    missing: tuple[str, ...] = ()
    ambiguous: dict[str, tuple[Candidate, ...]] = {}
    wrong: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Words:
    """The sentence, and what was found in it so far, by slot."""

    reader: Reader
    text: str
    context: Context
    groups: Mapping[str, Span]
    types: Mapping[str, SlotType]
    found: dict[str, list[Found]]

    def said(self, slot: Slot) -> Span | None:
        """Return where a pattern said the slot is written, unless that is empty."""
        start, end = self.groups.get(slot.name, (0, 0))
        return (start, end) if self.text[start:end].strip() else None

    def near(self, slot: Slot, found: list[Found]) -> list[Found]:
        """Return what lies where the slot is said to be written."""
        area = self.said(slot)
        if area is None:
            return found
        return [each for each in found if area[0] <= each.start and each.end <= area[1]]

    def taken(self) -> list[Span]:
        return [(each.start, each.end) for found in self.found.values() for each in found]


async def fill(
    reader: Reader,
    text: str,
    wanted: Sequence[Slot],
    context: Context,
    groups: Mapping[str, Span] | None = None,
) -> Filled:
    """Fill the wanted slots from the text. No model, no guess: two readings stay two readings.

    `groups`: where a pattern says that a slot is written (`Route.groups`).
    """
    types_of = {slot.name: slot.type for slot in wanted}
    words = _Words(reader, text, context, groups or {}, types_of, {})
    for types, look in _LOOKS:
        for slot in wanted:
            if slot.type in types:
                words.found[slot.name] = await look(words, slot)
    _spread(words, wanted)
    values: dict[str, Value] = {}
    ambiguous: dict[str, tuple[Candidate, ...]] = {}
    wrong: dict[str, str] = {}
    for slot in wanted:
        readings = _readings(slot, words)
        if len(readings) == 1:
            values[slot.name] = readings[0]
        elif readings and (slot.required or slot.type != "record"):
            ambiguous[slot.name] = readings
        elif not readings and (fault := _fault(slot, words)):
            wrong[slot.name] = fault
    known = {*values, *ambiguous, *wrong}
    missing = [
        slot.name
        for slot in wanted
        if slot.required and slot.default is None and slot.name not in known
    ]
    return Filled(values=values, missing=tuple(missing), ambiguous=ambiguous, wrong=wrong)


def as_pointed(
    filled: Filled, wanted: Sequence[Slot], text: str, groups: Mapping[str, Span]
) -> Filled:
    """Return what was filled; wrong is what we read nowhere in the words that are to say it.

    A model points at “half of it” as the amount: then the whole amount is not what is meant.
    """
    wrong = dict(filled.wrong)
    for slot in wanted:
        said = text[slice(*groups.get(slot.name, (0, 0)))].strip()
        if slot.type not in POINTED or not said or slot.name in (*wrong, *filled.ambiguous):
            continue
        value = filled.values.get(slot.name)
        if value is None or value.text not in said:
            wrong[slot.name] = UNREAD.format(said, POINTED[slot.type])
    return filled.model_copy(update={"wrong": wrong})


# ── settling a slot ─────────────────────────────────────────────────────────────────────────────


def _readings(slot: Slot, words: _Words) -> tuple[Value, ...]:
    """Return every different thing the slot can stand for."""
    if slot.type == "text":
        return _text(slot, words)
    found = [each for each in words.found[slot.name] if not each.fault]
    if slot.type == "record":  # what it is about: the first thing that is clear
        found = sorted(found, key=lambda each: len(each.readings) > 1)[:1]
    by_thing: dict[str, Value] = {}
    for each in found:
        said = words.text[each.start : each.end].strip()
        for reading in each.readings:
            value = Value(**reading.model_dump(), text=said)
            by_thing.setdefault(reading.ref or f"{reading.value} {reading.more}", value)
    return tuple(by_thing.values())


def _fault(slot: Slot, words: _Words) -> str:
    if slot.type == "record" and not slot.required:
        return ""
    return next((each.fault for each in words.found.get(slot.name, []) if each.fault), "")


def _text(slot: Slot, words: _Words) -> tuple[Value, ...]:
    """Return the words that are left once the moments and amounts of other slots are taken out."""
    start, end = words.said(slot) or ((0, len(words.text)) if slot.rest else (0, 0))
    said = words.text[start:end]
    for cut_start, cut_end in sorted(_moments_and_amounts(words), reverse=True):
        if start <= cut_start and cut_end <= end:
            before, after = said[: cut_start - start], said[cut_end - start :]
            said = f"{before.rstrip()} {after.lstrip()}"
    if slot.whole and "\n" in said.strip():  # a text of several lines: its dashes are its own
        said = said.strip()
    else:
        said = _CLOSERS.sub("", _OPENERS.sub("", said)).strip()
    if not said:
        return ()
    return (Value(value=said, label=said, text=said, more={"slug": address(said)}),)


def _moments_and_amounts(words: _Words) -> list[Span]:
    return [
        (each.start, each.end)
        for found in words.found.values()
        for each in found
        if each.readings and each.readings[0].more.keys() & {"date", "currency"}
    ]


# ── looking for a slot ──────────────────────────────────────────────────────────────────────────


async def _moment(words: _Words, slot: Slot) -> list[Found]:
    found = moments.find(words.text[:SENTENCE_CHARS_MAX], words.context, past=slot.past)
    return words.near(slot, found) or found


async def _amount(words: _Words, slot: Slot) -> list[Found]:
    text = words.text[:SENTENCE_CHARS_MAX]
    taken = [
        *words.taken(),
        *moments.spans(text, words.context),
        *documents.spans(text, words.context),
    ]
    found = amounts.find(text, words.context, taken)
    return words.near(slot, found) or found


def _spread(words: _Words, wanted: Sequence[Slot]) -> None:
    """Give those named beside somebody the blanks that are for them, if there are enough."""
    for slot in wanted:
        beside = [one.name for one in wanted if one.beside == slot.name]
        row = parties.row(words.text, words.found.get(slot.name, []))
        if 2 <= len(row) <= len(beside) + 1 and row == words.found[slot.name]:
            for name, one in zip((slot.name, *beside), row, strict=False):
                words.found[name] = [one] if name == slot.name else [_beside(one)]


def _beside(one: Found) -> Found:
    """Return somebody as one who is named beside another: `and` is what joins the name."""
    joined = [
        r.model_copy(update={"more": r.more | {"and": f" and {r.value}"}}) for r in one.readings
    ]
    return replace(one, readings=tuple(joined))


def _in_a_row(words: _Words, slot: Slot, found: list[Found], free: list[Found]) -> list[Found]:
    """Return those found with those beside them where no other blank is written.

    “pay Ada and Bruno 80 EUR”: a pattern may point at one of them alone.
    """
    others = [span for name, span in words.groups.items() if name != slot.name]
    row = parties.row(words.text, free)
    beside = [one for one in row if one in found or not one.overlaps(others)]
    return beside if any(one in row for one in found) else found


async def _party(words: _Words, slot: Slot) -> list[Found]:
    if slot.beside:
        return []  # `_spread` gives it whoever is left over
    text = words.text[:SENTENCE_CHARS_MAX]
    named = await parties.find(words.reader, text)
    free = [each for each in named if not each.overlaps(words.taken())]
    found = _in_a_row(words, slot, words.near(slot, free), free)
    if found or not (slot.required or words.said(slot)):
        return found
    return _unknown(words, slot) or await _from_situation(words, parties.PARTIES)


async def _document(words: _Words, slot: Slot) -> list[Found]:
    kind = _KINDS[slot.type]
    text = words.text[:SENTENCE_CHARS_MAX]
    holders = await _holders(words)
    named = await documents.find(words.reader, text, kind, words.context, holders)
    found = words.near(slot, named)
    if found or not slot.required:
        return found
    found = await _from_situation(words, (kind,))
    return found or await _theirs(words, kind, holders)


async def _account(words: _Words, slot: Slot) -> list[Found]:
    return words.near(slot, accounts.find(words.text[:SENTENCE_CHARS_MAX]))


async def _bill(words: _Words, slot: Slot) -> list[Found]:
    return documents.numbers(words.text[:SENTENCE_CHARS_MAX], words.context)


async def _record(words: _Words, slot: Slot) -> list[Found]:
    text = words.text[:SENTENCE_CHARS_MAX]
    said = [
        each
        for kind in documents.DOCUMENTS
        for each in await documents.find(words.reader, text, kind, words.context)
    ]
    for others in (await parties.find(words.reader, text), await named.find(words.reader, text)):
        taken = [(each.start, each.end) for each in said] + words.taken()
        said += [each for each in others if not each.overlaps(taken)]
    known = [each for each in said if any(reading.ref for reading in each.readings)]
    found = words.near(slot, known)
    faults = words.near(slot, [each for each in said if each.fault])
    return found or faults or _unknown(words, slot) or await _from_situation(words)


def _unknown(words: _Words, slot: Slot) -> list[Found]:
    area = words.said(slot)
    if area is None:
        return []
    said = words.text[slice(*area)].strip(" \n.?!")
    if words.context.about and _STAND_IN.fullmatch(said):
        return []
    return [Found(*area, fault=f"I have no record of “{said}”: say the name as it is recorded.")]


async def _from_situation(words: _Words, kinds: Sequence[str] = ()) -> list[Found]:
    """Return the record of these kinds that the situation is about."""
    for id in words.context.about:
        record = await records.get(words.reader, id)
        if record and (not kinds or record.kind in kinds):
            return [Found(0, 0, (_choice_of(record),))]
    return []


async def _holders(words: _Words) -> list[str]:
    """Return the customers that the words name, or else those the situation is about."""
    named = [
        reading.ref
        for name, found in words.found.items()
        for each in found
        for reading in each.readings
        if reading.ref and words.types[name] == "person"
    ]
    if named:
        return named
    about = [await records.get(words.reader, id) for id in words.context.about]
    return [record.id for record in about if record and record.kind in parties.PARTIES]


async def _theirs(words: _Words, kind: documents.Document, holders: list[str]) -> list[Found]:
    """Return the documents that follow from what was named: the payment of an order, …"""
    text = words.text[:SENTENCE_CHARS_MAX]
    candidates = [
        record
        for record in await records.of_kind(words.reader, kind)
        if record.status in ("active", "proposed") and _is_open(record)
    ]
    if kind == "payment":
        orders = await documents.find(words.reader, text, "order", words.context, holders)
        orders = orders or await _from_situation(words, ("order",))
        numbers = [reading.value for each in orders for reading in each.readings]
        if orders:
            return _choice([r for r in candidates if r.state.get("order") in numbers], orders[0])
    return _choice([r for r in candidates if r.state.get("customer") in holders])


def _is_open(record: Record) -> bool:
    if record.kind != "payment":
        return True
    return Decimal(record.state["amount"]) > Decimal(record.state["refunded"])


def _choice(found: list[Record], source: Found | None = None) -> list[Found]:
    if source and source.fault:
        return [source]
    readings = tuple(_choice_of(record) for record in found)
    return [Found(0, 0, readings)] if readings else []


def _choice_of(record: Record) -> Candidate:
    is_party = record.kind in parties.PARTIES
    return parties.choice(record) if is_party else documents.choice(record)


_Look = Callable[[_Words, Slot], Awaitable[list[Found]]]
_LOOKS: tuple[tuple[tuple[SlotType, ...], _Look], ...] = (  # what was found is taken for the next
    (("account",), _account),
    (("when",), _moment),
    (("person",), _party),
    (("invoice", "order", "payment"), _document),
    (("bill",), _bill),
    (("record",), _record),
    (("money",), _amount),
)
