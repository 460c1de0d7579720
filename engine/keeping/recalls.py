"""Recall, counted: what was found, what of it was told or used, what was wrong; how long it took.

Only ids and numbers are kept, for a while (bookkeeping.py); the words stay where they are.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import words
from memory.db import Reader, Tx
from memory.ids import derived_id
from memory.recalling.recall import Recalled
from memory.schema.models import reasons
from memory.schema.recall import archived, passages
from memory.schema.recalls import recalls

DAYS = 30
WRONG_WITHIN = timedelta(hours=4)  # “that's wrong” is about an answer this fresh
DAYS_TOLD = 7
CHARS_PER_TOKEN = 4

Purpose = Literal["question", "about", "draft"]


class Counted(BaseModel, frozen=True):
    """The last thirty days. Tokens by day of the operator; milliseconds of each recall, sorted."""

    answers: int = 0
    nothing: int = 0
    found: int = 0
    used: int = 0
    sources: int = 0
    wrong: int = 0
    tokens: dict[date, int] = {}
    ms: tuple[int, ...] = ()
    cost: Decimal = Decimal(0)  # of answers in a model's words
    drafts: int = 0  # of models that were given passages
    given: int = 0  # the passages they were given
    named: int = 0  # those of them that the models say they used
    corrected: int = 0  # drafts that were changed by hand
    named_corrected: int = 0  # the passages named in these

    def percentile(self, share: float) -> int:
        return self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))]


class Draft(NamedTuple):
    """A text that a model drafted: the task it is of, and the field it stands in."""

    task: str
    field: str

    @property
    def id(self) -> str:
        return derived_id("rcl", self.task, self.field)


def id_of(event: str, purpose: Purpose) -> str:
    """Return the name of the one recall that this event asked for."""
    return derived_id("rcl", event, purpose)


async def looked(reader: Reader) -> int:
    """Return how many passages a question looks through, those in the archive included."""
    hot = sa.select(sa.func.count()).select_from(passages)
    packed = sa.select(sa.func.count()).select_from(archived)
    return int(await reader.value(hot)) + int(await reader.value(packed))


async def note(
    tx: Tx,
    event: str,
    conv: str | None,
    purpose: Purpose,
    *,
    found: Sequence[str],
    used: Sequence[str],
    sources: int,
    chars: int,
    ms: float,
    id: str = "",
) -> None:
    """Count one recall, once for the event that asked."""
    row = {
        "id": id or id_of(event, purpose),
        "event": event,
        "conv": conv,
        "purpose": purpose,
        "found": list(found),
        "used": list(used),
        "sources": sources,
        "tokens": -(-chars // CHARS_PER_TOKEN),
        "ms": round(ms),
        "at": tx.now,
        "wrong_at": None,
    }
    await tx.conn.execute(tx.dialect.insert(recalls).values(row).on_conflict_do_nothing())


async def all_told(
    tx: Tx, event: str, conv: str | None, told: Sequence[Recalled], ms: float
) -> None:
    """Count what was told about a record, where every passage that recall gave is shown."""
    ids = [one.id for one in told]
    chars = sum(len(one.text) for one in told)
    await note(tx, event, conv, "about", found=ids, used=ids, sources=1, chars=chars, ms=ms)


async def drafted(
    tx: Tx,
    draft: Draft,
    event: str,
    conv: str | None,
    *,
    given: Sequence[str],
    used: Sequence[str],
    chars: int,
    ms: float,
) -> None:
    """Count a draft, once: the passages its model was given, and those it says it used."""
    await note(
        tx, event, conv, "draft", found=given, used=used, sources=0, chars=chars, ms=ms, id=draft.id
    )


async def corrected(tx: Tx, draft: Draft) -> None:
    """The operator changed this draft by hand."""
    await not_it(tx, draft.id)


async def cited(tx: Tx, event: str, used: Sequence[str]) -> None:
    """What was told in a model's words used only these."""
    mine = sa.update(recalls).where(recalls.c.id == id_of(event, "question"))
    await tx.conn.execute(mine.values(used=list(used)))


async def wrong(tx: Tx, conv: str) -> bool:
    """Count the last answer here as wrong; say whether there was a fresh one."""
    newest = sa.select(recalls.c.id).where(
        recalls.c.conv == conv,
        recalls.c.at >= tx.now - WRONG_WITHIN,
        recalls.c.purpose != "draft",
    )
    id = await tx.value(newest.order_by(recalls.c.at.desc(), recalls.c.id.desc()).limit(1))
    return id is not None and await not_it(tx, str(id))


async def not_it(tx: Tx, id: str) -> bool:
    """Count this answer as wrong, once."""
    open_ = (recalls.c.id == id) & recalls.c.wrong_at.is_(None)
    done = await tx.conn.execute(sa.update(recalls).where(open_).values(wrong_at=tx.now))
    return done.rowcount == 1


async def was_wrong(reader: Reader, event: str) -> bool:
    """Say whether the answer to a question was none, as the operator said."""
    mine = sa.select(recalls.c.wrong_at).filter_by(id=id_of(event, "question"))
    return await reader.value(mine) is not None


async def counted(reader: Reader, settings: dict[str, Any]) -> Counted:
    """Count the last thirty days."""
    since = reader.now - timedelta(days=DAYS)
    every = await reader.rows(sa.select(recalls).where(recalls.c.at >= since))
    drafts = [row for row in every if row.purpose == "draft"]
    rows = [row for row in every if row.purpose != "draft"]
    corrected = [row for row in drafts if row.wrong_at is not None]
    costs = sa.select(reasons.c.cost).where(reasons.c.at >= since, reasons.c.step.like("answer/%"))
    tokens: Counter[date] = Counter()
    for row in rows:
        tokens[row.at.astimezone(ZoneInfo(settings["zone"])).date()] += row.tokens
    return Counted(
        answers=len(rows),
        nothing=sum(not row.used and not row.sources for row in rows),
        found=sum(len(row.found) for row in rows),
        used=sum(len(row.used) for row in rows),
        sources=sum(row.sources for row in rows),
        wrong=sum(row.wrong_at is not None for row in rows),
        tokens=dict(tokens),
        ms=tuple(sorted(row.ms for row in rows)),
        cost=sum((Decimal(row.cost) for row in await reader.rows(costs)), Decimal(0)),
        drafts=len(drafts),
        given=sum(len(row.found) for row in drafts),
        named=sum(len(row.used) for row in drafts),
        corrected=len(corrected),
        named_corrected=sum(len(row.used) for row in corrected),
    )


def told(seen: Counted, settings: dict[str, Any], today: date) -> tuple[str, ...]:
    """Return it in sentences; nothing that was not measured is said."""
    drafts = _drafts(seen)
    if not seen.answers:
        nothing = f"Nothing was asked of memory in the last {DAYS} days, so there is no hit rate."
        return (nothing, *drafts)
    lines = [f"{_many(seen.answers, 'answer')} from memory in the last {DAYS} days."]
    if seen.found:
        rate = f"{100 * seen.used / seen.found:.0f}%"
        lines.append(
            f"{_many(seen.found, 'passage')} recalled, {seen.used} of them told or cited ({rate});"
            f" besides {_many(seen.sources, 'line')} of facts and records."
        )
    lines.append(f"{seen.nothing} had nothing to tell; you called {seen.wrong} wrong.")
    lines.append(
        f"A recall took {seen.percentile(0.5)} ms at the median, {seen.percentile(0.95)} ms at p95."
    )
    week = [today - timedelta(days=ago) for ago in range(DAYS_TOLD - 1, -1, -1)]
    by_day = ", ".join(f"{day:%-d.%-m.} {seen.tokens.get(day, 0):,}" for day in week)
    lines.append(f"Tokens of passages told a day, this week: {by_day}.")
    lines.append(f"Answers in a model's words cost {words.cost(seen.cost, settings['currency'])}.")
    return (*lines, *drafts)


def _drafts(seen: Counted) -> tuple[str, ...]:
    if not seen.drafts:
        return ()
    given, drafts = _many(seen.given, "passage"), _many(seen.drafts, "draft")
    named = f"{seen.named} of them ({100 * seen.named / seen.given:.0f}%)" if seen.named else "none"
    said = f"{given} went to models for {drafts}; they say that they used {named}."
    if not seen.corrected:
        return (said,)
    changed = f"You changed {_many(seen.corrected, 'draft')} of these by hand"
    of = _many(seen.named_corrected, "passage")
    return said, f"{changed}, with {of} that they say they used."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
