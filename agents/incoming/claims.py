"""Claims: what a mail says of its writer (a price, a phone, an account) is noted as proposed.

A sentence with a known word and one value of its kind is a claim; nothing is guessed.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from agents.reading import accounts, amounts
from agents.reading.words import Context
from memory.beliefs import facts
from memory.canon import formats
from memory.db import Tx
from memory.events import Event
from memory.ids import derived_id
from memory.texts import when

CLAIMS_MAX, TEXT_CHARS_MAX, VALUE_CHARS_MAX = 8, 20_000, 200
SAYS = {  # attribute → how a sentence about it sounds
    "price": r"\b(?:price|rate|fee|preis|honorar)\b|\bagreed on\b|\bvereinbart",
    "phone": r"\b(?:phone|mobile|telephone|telefon\w*|handy\w*)\b",
    "iban": r"\b(?:account|bank details|iban|konto\w*|bankverbindung)\b",
    "email": r"\b(?:new|neue) (?:e-?mail|mail)",
    "address": r"\b(?:new|neue|our|my|unsere|meine) (?:postal )?(?:address|adresse|anschrift)\b",
    "delivery": r"\bdeliver(?:y|ed)\b|\bliefer",
    "renewal": r"\brenew|\bverlänger",
}
_SENTENCE = re.compile(r"(?:[.!?](?=\s)|\n)+")
_PHONE = re.compile(r"\+?\d[\d ()/-]{4,18}\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IS = re.compile(r"(?:\bis\b|\bist\b|\blautet\b|:)\s*(?:now |jetzt )?(.+)", re.IGNORECASE)
_SAYS = {name: re.compile(words, re.IGNORECASE) for name, words in SAYS.items()}


@dataclass(frozen=True, slots=True)
class Claim:
    attribute: str
    value: str
    unit: str | None = None


async def propose(tx: Tx, event: Event, person: str | None, context: Context) -> None:
    """Note what a mail claims, about whoever wrote it; of nobody nothing is noted."""
    if person is None:
        return
    texts = [event.body["text"], *(one["text"] for one in event.body["attachments"])]
    for claim in heard("\n".join(texts)[:TEXT_CHARS_MAX], context):
        await facts.learn(
            tx, claim.attribute, claim.value, unit=claim.unit, record=person, author="client",
            source=event.id, cardinality="one", valid_from=_since(event, tx.now),
            fact_id=derived_id("fct", event.id, claim.attribute, claim.value),
        )  # fmt: skip


def heard(text: str, context: Context) -> list[Claim]:
    """Return what the text claims: one value of an attribute; of two different ones neither."""
    found: dict[str, set[Claim]] = {}
    sentences, lines = _SENTENCE.split(text), text.splitlines()
    for attribute, says in _SAYS.items():
        parts = lines if attribute == "address" else sentences  # “Hauptstr. 3” has a dot
        for sentence in parts:
            if says.search(sentence):
                values = list(_values(attribute, sentence.strip(), context))
                found.setdefault(attribute, set()).update(values)
    return [claim for one in found.values() if len(one) == 1 for claim in one][:CLAIMS_MAX]


def _values(attribute: str, sentence: str, context: Context) -> Iterator[Claim]:
    """Yield the values of its kind that a sentence names."""
    match attribute:
        case "price":
            for found in amounts.find(sentence, context, []):
                for one in found.readings:
                    yield Claim(attribute, str(one.value), str(one.more["currency"]))
        case "iban":
            for found in accounts.find(sentence):
                yield from (Claim(attribute, str(one.value)) for one in found.readings)
        case "phone":
            yield from (Claim(attribute, number) for number in _phones(sentence))
        case "email":
            yield from (Claim(attribute, match[0].lower()) for match in _MAIL.finditer(sentence))
        case "delivery" | "renewal":
            days = when.spans(sentence, context.local_now.date())
            yield from (Claim(attribute, day.first.isoformat()) for day in days)
        case _:
            if said := _IS.search(sentence):
                yield Claim(attribute, said[1].strip()[:VALUE_CHARS_MAX])


def _phones(sentence: str) -> Iterator[str]:
    for match in _PHONE.finditer(sentence):
        with suppress(ValueError):  # too short, or without its country
            yield formats.phone(match[0])


def _since(event: Event, now: datetime) -> datetime:
    """Return the day of the mail; to date it back makes a claim only weaker, ahead it cannot be."""
    try:
        written = datetime.fromisoformat(event.body["date"])
    except ValueError:
        return now
    return now if written.tzinfo is None else min(written, now)
