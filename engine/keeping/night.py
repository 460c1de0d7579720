"""The night: all that leaves memory or moves within it, one policy after the other, beginning at 3.

rules ──▶ what has an end of its own ──▶ the archive, its small boxes ──▶ bookkeeping
Each goes in short transactions with pauses, and on where it stood when it was broken off. What
would go is told beforehand, policy by policy, without anything going.
"""

from datetime import datetime
from typing import Any

from engine.chat import words
from engine.flow import schedule
from engine.flow.durable import Work
from engine.keeping import archiving, bookkeeping
from engine.rules import retention
from engine.rules.house import House
from memory.beliefs import facts
from memory.canon import records
from memory.db import Reader
from memory.forgetting.kept import Lapse
from memory.texts import lifecycle, lifetimes
from policies.rules import Book

ENDS: dict[Lapse, str] = {
    "noted": "Noted for a while, {days} days after its time",
    "claimed": "Claimed by somebody else, confirmed by nobody for {days} days",
}
PACKED = (
    "Into the archive, where it is found as before ({days} days; beyond {hot:,} passages sooner)"
)
JOINED = "Boxes of the archive with fewer than {join} passages, joined"
SERVED = "{what}, after {days} days"


async def sweep(house: House, work: Work) -> None:
    """Do the night's work. What a crash broke off is done by the next try, or the next night."""
    await retention.sweep(house, work)
    await archiving.sweep(house, work)
    await bookkeeping.sweep(house.db)
    await schedule.tidy(house.db)


async def tonight(reader: Reader, book: Book, settings: dict[str, Any]) -> tuple[str, ...]:
    """Return what would go if this were the night: by the rules first, then each by itself."""
    going = await retention.tonight(reader, book)
    lines = [retention.preview(going, settings)]
    for lapse, said in ENDS.items():
        name = said.format(days=lifetimes.of(lapse).days)
        count, first = going.ends.get(lapse, (0, None))
        example = "" if first is None else await _named(reader, first.id)
        lines.append(_line(name, count, None if first is None else first.at, settings, example))
    packing, rules = await archiving.tonight(reader), lifecycle.policy()
    days = ", ".join(f"{kind} {days:g}" for kind, days in rules.days.items())
    name = PACKED.format(days=days, hot=rules.hot)
    lines.append(_line(name, packing.passages, packing.oldest, settings, packing.example))
    lines.append(_line(JOINED.format(join=rules.join), packing.joined, None, settings))
    for one in await bookkeeping.due(reader):
        days = f"{lifetimes.of(one.sort.name).days}"
        name = SERVED.format(what=one.sort.nouns[1].capitalize(), days=days)
        lines.append(_line(name, one.rows, one.oldest, settings))
    return tuple(lines)


async def _named(reader: Reader, fact_id: str) -> str:
    """Return “note on Ada Example”: not its words, which would stand on one more card."""
    fact = await facts.get(reader, fact_id)
    about = None if fact is None or fact.record is None else await records.get(reader, fact.record)
    return f"{fact.attribute if fact else ''} on {about.name if about else 'the company'}"


def _line(
    name: str, count: int, oldest: datetime | None, settings: dict[str, Any], example: str = ""
) -> str:
    """Return “Kept answers, after 365 days: 12, the oldest from 3 May 2026 (mail of Ada)”."""
    since = "" if oldest is None else f", the oldest from {words.day(oldest, settings)}"
    which = f" ({example})" if example else ""
    return f"{name}: {f'{count:,}' if count else 'nothing'}{since}{which}."
