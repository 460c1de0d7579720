"""The enricher: what is kept of somebody says where they work, as what, how large; with sources.

look ─▶ rules (firmographics.py) ─▶ of what they did not find, a small model; it must stand there
It only reads. What was found is proposed on a card, and nothing is written before a tap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from pydantic import BaseModel, Field

from agents.models.door import Answer, Models
from agents.models.wish import Part
from agents.reading.verbatim import plain, stands
from agents.specialists import firmographics, firmographics_keyed, sourced
from agents.specialists.firmographics import ATTRIBUTES, VALUE_CHARS_MAX, Finding, Said
from connectors.contract import Operation
from engine.outside import answered
from memory.canon.records import Record
from memory.db import Reader
from memory.recalling import about
from memory.recalling.recall import Kind, Recalled

PURPOSE = "enrich"
STEP = "enrich/{prompt}"
AGENT = "enricher"
SOURCES_MAX = 20
ANSWERS_MAX = 4
FINDINGS_MAX = 12
WHOM = "whom it is about"
OURS: tuple[Kind, ...] = ("episode",)  # what we did and wrote ourselves says nothing of them
Attribute = Literal["company", "role", "sector", "size", "web", "country"]


class Read(BaseModel, frozen=True):
    attribute: Attribute
    value: str = Field(min_length=1, max_length=VALUE_CHARS_MAX)
    source: int


class Reads(BaseModel, frozen=True):
    findings: tuple[Read, ...] = Field((), max_length=FINDINGS_MAX)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in these sources, numbered from 1. `model` wrote some of it; "": none did.

    `left_out`: how much of what it said does not stand in the source it named. `why`: see NoAnswer.
    """

    findings: tuple[Finding, ...]
    sources: tuple[Recalled, ...]
    model: str = ""
    left_out: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Enricher:
    models: Models

    async def look(
        self, reader: Reader, record: Record, operations: Mapping[str, Operation]
    ) -> tuple[Recalled, ...]:
        """Return what tools answered about a record, then the newest passages about it.

        But those that tell what we did ourselves.
        """
        told = await answered.about(reader, record, ANSWERS_MAX, operations)
        told += await about.newest(reader, record.id, SOURCES_MAX - len(told))
        return tuple({one.text: one for one in told if one.kind not in OURS}.values())

    async def found(
        self, name: str, sources: Sequence[Recalled], asked_in: str, ours: Sequence[str]
    ) -> Found:
        """Return what the sources say of whom is called so, by rules and, where set up, a model."""
        numbered = enumerate(sources, 1)
        said = [Said(n, one.text, by_us=one.trust == "operator") for n, one in numbered]
        answers = [one for one in said if answered.is_answer(sources[one.n - 1])]
        keyed = firmographics_keyed.keyed(answers)
        theirs = [one for one in keyed if not firmographics.is_ours(one.value, ours)]
        ruled = merged(theirs, firmographics.found(said, ours))
        missing = set(ATTRIBUTES) - {one.attribute for one in ruled}
        if not (self.models.set_up and sources and missing):
            return Found(ruled, tuple(sources))
        whom = Part(WHOM, name, "personal")
        prompt = await self.models.pinned.prompt(PURPOSE, asked_in)
        wish = sourced.wish(AGENT, STEP, whom, sources, asked_in, Reads, prompt)
        answer = await self.models.ask(wish)
        if not isinstance(answer, Answer):
            return Found(ruled, tuple(sources), why=answer.why)
        sound = borne(answer, sources)
        new = (one for one in sound if not firmographics.is_ours(one.value, ours))
        more = tuple(one for one in new if one.attribute in missing)
        left_out = len(answer.value.findings) - len(sound)
        return Found((*ruled, *more), tuple(sources), answer.model, left_out)


def merged(*several: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return each value once, with all passages that say it, in the order of the attributes."""
    values: dict[tuple[str, str], Finding] = {}
    for one in chain(*several):
        key = (one.attribute, one.value.casefold().rstrip("."))
        first = values.setdefault(key, one)
        values[key] = replace(first, sources=tuple(sorted({*first.sources, *one.sources})))
    return tuple(sorted(values.values(), key=lambda one: ATTRIBUTES.index(one.attribute)))


def borne(answer: Answer[Reads], sources: Sequence[Recalled]) -> tuple[Finding, ...]:
    """Return what a model said that stands in the source it names, of those it was given."""
    given = {n: one.text for n, one in enumerate(sources, 1) if one.id in answer.given}
    return standing(answer.value.findings, given)


def standing(said: Sequence[Read], given: Mapping[int, str]) -> tuple[Finding, ...]:
    """Return what stands in the source it names; `given`: these texts, by their numbers."""
    return tuple(
        Finding(one.attribute, plain(one.value), (one.source,))
        for one in said
        if one.source in given and stands(one.value, given[one.source])
    )
