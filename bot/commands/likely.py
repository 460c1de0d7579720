"""Who may be the same: /same alone looks through the records and asks about the likeliest.

The question is the card of who.py with what speaks for it and against it; a tap decides, and
what was said to be two is not asked again.
"""

import asyncio
from typing import NamedTuple

from engine.chat.messages import Bullets, Para, Part, Span
from memory.canon import linkage, merging, records
from memory.canon.linkage import Evidence, Match
from memory.canon.records import Record
from memory.db import Reader

FIELDS = {
    "given": "the first name",
    "family": "the family name",
    "words": "the name",
    "form": "the legal form",
    "email": "the address",
    "phone": "the telephone",
    "iban": "the account",
    "employer": "the company or its domain",
}
LEVELS = {
    "same": "is the same",
    "close": "differs by a slip",
    "short": "is short for the other",
    "part": "is the same only in part",
    "different": "is another",
    "unknown": "is missing",
}
NUMBERS = ("email", "phone", "iban")  # shown, for the name stands on the card anyhow
FOR, AGAINST = "For it:", "Against it:"


class Likely(NamedTuple):
    """Two records that may be one; the first would stay."""

    stays: Record
    goes: Record
    match: Match


async def find(reader: Reader) -> list[Likely]:
    """Return the pairs of people and companies worth a question, the likeliest first."""
    known = {kind: await _all(reader, kind) for kind in linkage.KINDS}
    apart = await merging.apart(reader)
    by_id = {one.id: one for of_kind in known.values() for one in of_kind}
    matches = await asyncio.to_thread(_matches, known)
    return [
        Likely(*_ordered(by_id[match.one], by_id[match.other]), match)
        for match in matches
        if frozenset((match.one, match.other)) not in apart
    ]


def why(match: Match) -> tuple[Part, ...]:
    """Return what speaks for a pair and what against it."""
    parts: list[Part] = []
    for title, some in (
        (FOR, [each for each in match.evidence if each.bits > 0]),
        (AGAINST, [each for each in match.evidence if each.bits < 0]),
    ):
        if some:
            lines = tuple(map(_said, sorted(some, key=lambda each: -abs(each.bits))))
            parts += [Para(spans=(Span(text=title),)), Bullets(items=lines)]
    return tuple(parts)


def _said(each: Evidence) -> str:
    same = f": {', '.join(each.values)}" if each.field in NUMBERS and each.values else ""
    return f"{FIELDS[each.field]} {LEVELS[each.level]}{same}"


def _matches(known: dict[str, list[Record]]) -> list[Match]:
    domains = {one.id: one.state["domain"] for one in known["company"] if one.state.get("domain")}
    found = [
        match
        for kind, some in known.items()
        for match in linkage.Pool(kind, ((one.id, one.state) for one in some), domains).matches()
    ]
    return sorted(found, key=lambda match: -match.bits)


def _ordered(one: Record, other: Record) -> tuple[Record, Record]:
    """Return first which stays: the confirmed one, then the one that says more, then the older."""

    def rank(record: Record) -> tuple[bool, int, str]:
        said = sum(bool(value) for value in record.state.values())
        return record.status != "active", -said, record.id

    first, second = sorted((one, other), key=rank)
    return first, second


async def _all(reader: Reader, kind: str) -> list[Record]:
    return await records.of_kind(reader, kind, limit=records.ALL)
