"""Archiving: once a night, what was said long ago goes from the hot index into the archive.

rings at 3, with retention ──▶ a few sessions, in a short transaction ──▶ … ──▶ nothing is due
What went is no longer due, so a night that was cut off goes on where it stood.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from engine import words
from engine.durable import Work
from engine.house import House
from memory import archive, lifecycle
from memory.archive import Contents
from memory.db import Database, Reader
from memory.lifecycle import Due

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


async def sweep(house: House, work: Work) -> None:
    """Pack away what is due, a few sessions at a time."""
    await pack_due(house.db, work.ref)


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
    return Tonight(
        hot=await lifecycle.hot(reader),
        bound=rules.hot,
        archived=await archive.contents(reader),
        sessions=len(going),
        passages=sum(one.passages for one in going),
        oldest=min((one.last_at for one in going), default=None),
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
