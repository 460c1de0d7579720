"""Retention: once a night the rules are asked of everything that is kept whether it may go.

What has reached an end of its own (data/lifecycle.toml, [ttl]) they let go unless one says no.

rings at 3 ──▶ work ──▶ judged ──▶ a few go, in a short transaction ──▶ … ──▶ nothing is left to go
What goes no longer counts as kept, so a run that was cut off goes on where it stood.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors import blobs
from engine.chat import words
from engine.flow import daily, quiet
from engine.flow.durable import Work, open_work
from engine.planning import episodes
from engine.rules.house import House
from memory import profile
from memory.db import Reader, Tx
from memory.forgetting import expiry, kept
from memory.forgetting.kept import Kind, Lapse, Thing
from policies.facts import with_usual
from policies.house import EXPIRE, OPERATIONS
from policies.judge import judge
from policies.rules import RUNS_BY_ITSELF, Action, Book

KIND = "retention"
RINGS_AT = time(3)
TRACED_AT_ONCE = 1000  # each time the whole log is read, without a lock
GO_AT_ONCE = 20  # in one transaction: tens of milliseconds
JUDGED_AT_ONCE = 200  # before others have their turn
NAMES: dict[Kind, tuple[str, str]] = {
    "message": ("message", "messages"),
    "mail": ("mail", "mails"),
    "file": ("file", "files"),
    "note": ("note", "notes"),
    "fact": ("remark", "remarks"),
}
TOLD = "Forgotten in the night, as your rules say: {}. What came of it stays."
ENDED = "Let go in the night, because its own time was over: {}."
ENDS: dict[Lapse, tuple[str, str]] = {
    "noted": ("note that was for a while", "notes that were for a while"),
    "claimed": ("claim that nobody confirmed", "claims that nobody confirmed"),
}


@dataclass(frozen=True, slots=True)
class Tonight:
    """What would go if the rules were asked now; `oldest`: when the first of it came.

    `ends`: how many reached each end of their own, and the oldest of those.
    """

    counts: Counter[Kind]
    oldest: datetime | None = None
    ends: Mapping[Lapse, tuple[int, Thing]] = field(default_factory=dict)


async def arm(tx: Tx, cause: str | None) -> None:
    """Set the alarm for the next night."""
    await daily.arm(tx, KIND, RINGS_AT, cause)


async def ring(tx: Tx, ref: str, cause: str) -> None:
    """Set the night's work out, and the alarm for the next night."""
    await open_work(tx, KIND, cause, lane="off_peak")
    await daily.again(tx, KIND, RINGS_AT, cause)


async def sweep(house: House, work: Work) -> None:
    """Let go what the rules let go, a few at a time, until nothing is left."""
    while True:
        async with house.db.snapshot() as reader:
            some = (await due(reader, house.book))[:TRACED_AT_ONCE]
            if not some:
                return
            traces = await expiry.trace(reader, some)
        for start in range(0, len(some), GO_AT_ONCE):
            await _let_go(house, traces, some[start : start + GO_AT_ONCE], work.ref)


async def due(reader: Reader, book: Book) -> list[Thing]:
    """Return what these rules let go now, oldest first."""
    leave = any(
        entry.level == "operator" and entry.rule.action == EXPIRE and _lets(entry.rule.then)
        for entry in book.entries
    )
    return await _judged(reader, await (kept.things if leave else kept.lapsed)(reader), book)


async def tonight(reader: Reader, book: Book) -> Tonight:
    """Count what these rules would let go, without letting anything go."""
    going = await due(reader, book)
    plain = [one for one in going if one.lapsed is None]
    ends: dict[Lapse, tuple[int, Thing]] = {}
    for one in going:
        if one.lapsed is not None and one.kind in ("note", "fact"):
            count, oldest = ends.get(one.lapsed, (0, one))
            ends[one.lapsed] = count + 1, oldest
    return Tonight(Counter(one.kind for one in plain), plain[0].at if plain else None, ends)


async def told(reader: Reader, after_seq: int) -> str:
    """Return what went since this event of the log, in a sentence or two; "" if nothing did."""
    gone, ends = await expiry.gone(reader, after_seq)
    said = [TOLD.format(counted(gone))] if gone else []
    return " ".join([*said, *([ENDED.format(_counted(ends, ENDS))] if ends else [])])


def counted(counts: Counter[Kind]) -> str:
    """Return “12 messages and 1 mail”."""
    return _counted(counts, NAMES)


def _counted(counts: Mapping[Any, int], names: Mapping[Any, tuple[str, str]]) -> str:
    said = [
        f"{count} {names[kind][count != 1]}" for kind in names if (count := counts.get(kind, 0))
    ]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else "nothing"


def preview(going: Tonight, settings: dict[str, Any]) -> str:
    """Return what the rules would let go tonight, in a sentence."""
    if going.oldest is None:
        return "Nothing is old enough for them yet, so by your rules nothing would go tonight."
    since = words.day(going.oldest, settings)
    return f"Tonight {counted(going.counts)} would go, the oldest from {since}."


async def common(reader: Reader) -> dict[str, Any]:
    """Return the facts that are the same for everything."""
    settings = await profile.read(reader)
    local = reader.now.astimezone(ZoneInfo(settings["zone"]))
    return with_usual({}) | {
        "today": local.date().isoformat(),
        "hour": local.hour,
        "weekend": local.weekday() >= 5,
        "quiet": quiet.is_quiet(local, settings),
        "stopped": settings["stopped"] is not None,
        "autonomy": settings["autonomy"],
    }


async def _let_go(house: House, traces: expiry.Traces, some: Sequence[Thing], cause: str) -> None:
    """Let those go that still may: the rules, STOP or what needs them may have changed."""
    async with house.db.transaction() as tx:
        going = await _judged(tx, await kept.still(tx, some), house.book)
        files = await expiry.expire(tx, traces, going, cause) if going else ()
        for goal in expiry.goals_of(traces, going):
            await episodes.write(tx, goal)
    for digest in files:
        await asyncio.to_thread(blobs.path(house.blobs, digest).unlink, missing_ok=True)


async def _judged(reader: Reader, some: Iterable[Thing], book: Book) -> list[Thing]:
    """Return those that may go. What is alike in every fact is judged once."""
    same = await common(reader)
    verdicts: dict[tuple[Any, ...], bool] = {}
    going = []
    for number, one in enumerate(some):
        seen = _facts(one, reader.now)
        alike = tuple(seen.values())
        if alike not in verdicts:
            verdicts[alike] = _lets(judge(_action(), same | seen, book).outcome)
        if verdicts[alike]:
            going.append(one)
        if number % JUDGED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return going


def _action() -> Action:
    return Action(
        operation=EXPIRE, effect=OPERATIONS[EXPIRE], args={}, agent=KIND, reason="It is night."
    )


def _facts(one: Thing, now: datetime) -> dict[str, Any]:
    age = (now - one.at) // timedelta(days=1)
    return {
        "kind": one.kind, "age_days": age, "about": " ".join(one.about), "needed": one.needed,
        "lapsed": one.lapsed is not None,
    }  # fmt: skip


def _lets(outcome: str) -> bool:
    return outcome in RUNS_BY_ITSELF
