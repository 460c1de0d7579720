"""Archiving: once a night, what was said long ago goes from the hot index into the archive.

rings at 3, with retention ──▶ a few sessions, in a short transaction ──▶ … ──▶ nothing is due
──▶ small boxes of one topic become one ──▶ … ──▶ none is left to join
What went is no longer due, so a night that was cut off goes on where it stood.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import words
from engine.flow.durable import Work
from engine.rules.house import House
from memory.db import Database, Reader
from memory.schema.recall import passages
from memory.texts import archive, lifecycle
from memory.texts.archive import Contents
from memory.texts.lifecycle import Due

PACKED_AT_ONCE = 100  # passages in one transaction: 30 ms
PAUSE_S = 0.02


class Tonight(BaseModel, frozen=True):
    """What is hot and archived now, and what would go if this were the night."""

    hot: int
    bound: int
    archived: Contents
    sessions: int
    passages: int
    oldest: datetime | None
    example: str = ""  # the oldest of it: “mail of Ada Example”
    joined: int = 0  # boxes that would become fewer,
    into: int = 0  # so many


async def sweep(house: House, work: Work) -> None:
    """Pack away what is due, a few sessions at a time, and join what are small boxes then."""
    await pack_due(house.db, work.ref)
    await join_small(house.db)


async def join_small(db: Database) -> int:
    """Join small boxes of one topic, a full one in each transaction; return how many are gone."""
    async with db.snapshot() as reader:
        groups = await archive.small(reader, lifecycle.policy().join)
    gone = 0
    for group in groups:
        began = time.monotonic()
        async with db.transaction() as tx:
            if await archive.join(tx, group):
                gone += len(group) - 1
        await asyncio.sleep(max(PAUSE_S, time.monotonic() - began))
    return gone


async def pack_due(db: Database, cause: str | None) -> int:
    """Pack away all that is due; return how many passages went."""
    async with db.snapshot() as reader:
        going = await lifecycle.due(reader, lifecycle.policy())
    packed = 0
    for some in _portions(going):
        sessions = [one.session for one in some]
        went = PACKED_AT_ONCE
        while went == PACKED_AT_ONCE:  # a long session takes several turns
            began = time.monotonic()
            async with db.transaction() as tx:
                went = await lifecycle.pack(tx, sessions, cause, PACKED_AT_ONCE)
            packed += went
            # The chat has its turn: whoever waits for the file looks for it only now and then.
            await asyncio.sleep(max(PAUSE_S, time.monotonic() - began))
    return packed


async def tonight(reader: Reader) -> Tonight:
    """Count what is where and what would go, without moving anything."""
    rules = lifecycle.policy()
    going = await lifecycle.due(reader, rules)
    groups = await archive.small(reader, rules.join)
    first = min(going, key=lambda one: one.last_at, default=None)
    oldest = sa.select(passages.c.kind, passages.c.by)
    said = await reader.row(oldest.filter_by(id=first.session)) if first else None
    return Tonight(
        hot=await lifecycle.hot(reader),
        bound=rules.hot,
        archived=await archive.contents(reader),
        sessions=len(going),
        passages=sum(one.passages for one in going),
        oldest=first.last_at if first else None,
        example=f"{said.kind} of {said.by or 'nobody named'}" if said else "",
        joined=sum(map(len, groups)),
        into=len(groups),
    )


def told(found: Tonight, settings: dict[str, Any]) -> tuple[str, ...]:
    """Return where what was said lies, and what would go tonight, a sentence each."""
    packed = found.archived
    hot = "1 passage is" if found.hot == 1 else f"{found.hot:,} passages are"
    lines = [f"{hot} at hand, at most {found.bound:,}."]
    if packed.oldest is None:
        lines.append("The archive is empty.")
    else:
        since = words.day(packed.oldest, settings)
        size = packed.bytes / 1_000_000
        boxes = f"{packed.boxes:,} {'box' if packed.boxes == 1 else 'boxes'} of {size:.1f} MB"
        lines.append(f"{packed.passages:,} are archived in {boxes}, the oldest from {since}.")
    if found.oldest is None:
        lines.append("Tonight nothing would be packed away.")
    else:
        since = words.day(found.oldest, settings)
        lines.append(f"Tonight {found.passages:,} would be packed away, the oldest from {since}.")
    if found.joined:
        lines.append(f"Tonight {found.joined:,} small boxes would become {found.into:,}.")
    return tuple(lines)


def _portions(going: Sequence[Due]) -> Iterator[list[Due]]:
    some: list[Due] = []
    for one in going:
        if some and sum(each.passages for each in some) + one.passages > PACKED_AT_ONCE:
            yield some
            some = []
        some.append(one)
    if some:
        yield some
