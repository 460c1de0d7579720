"""Kept: the things that came in and still have their words, how old they are and who needs them.

Records, effects, decisions and rules are no such things: they are the company's books and stay.
Some have an end of their own (data/lifecycle.toml, [ttl]): what was noted for a while, and what was
only claimed and never confirmed.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory.beliefs import statements
from memory.beliefs.facts import STYLE, WORDS
from memory.db import Reader
from memory.redaction import ERASED
from memory.schema.chat import questions
from memory.schema.events import events as log
from memory.schema.records import artifacts, facts, records
from memory.schema.work import effects, goals, work
from memory.texts import lifetimes
from memory.texts.reach import pages

Kind = Literal["message", "mail", "file", "note", "fact"]
Lapse = Literal["noted", "claimed"]  # as data/lifecycle.toml names them

EVENTS: Mapping[str, Kind] = {
    "message.received": "message",
    "file.received": "message",  # the words beside it; the file is a thing of its own
    "email.received": "mail",
}
PART = "message.part"  # one of several wishes
NOTE = "note"  # the attribute of what the operator wanted noted
UNSETTLED = ("proposed", "waiting", "approved", "running", "failed", "unknown")


class Thing(BaseModel, frozen=True):
    """Something kept: the event, artifact or fact `id`. `about`: the kinds of its records.

    `lapsed`: what end of its own it has reached; `None`: it has none, or it is still to come.
    """

    id: str
    kind: Kind
    at: datetime
    about: tuple[str, ...] = ()
    needed: bool = False  # by something that is not settled yet
    lapsed: Lapse | None = None


async def things(reader: Reader) -> list[Thing]:
    """Return everything that is kept and has its words, oldest first."""
    return await _whole(reader, await _kept(reader), await _lapsed(reader))


async def lapsed(reader: Reader) -> list[Thing]:
    """Return only what has reached an end of its own and has its words still, oldest first."""
    over = await _lapsed(reader)
    return await _whole(reader, await _kept(reader, list(over)), over) if over else []


async def still(reader: Reader, some: Sequence[Thing]) -> list[Thing]:
    """Return those of these things that have their words still, marked as they stand now."""
    ids = [one.id for one in some]
    left = {one.id for one in await _kept(reader, ids)}
    over = await _lapsed(reader, ids) if any(one.lapsed for one in some) else {}
    return await _marked(reader, [one for one in some if one.id in left], over)


async def _whole(reader: Reader, some: Sequence[Thing], over: Mapping[str, Lapse]) -> list[Thing]:
    about = await _about(reader)
    every = [one.model_copy(update={"about": about.get(one.id, ())}) for one in some]
    return await _marked(reader, sorted(every, key=lambda one: (one.at, one.id)), over)


async def _marked(reader: Reader, some: Sequence[Thing], over: Mapping[str, Lapse]) -> list[Thing]:
    wanted = await _needed(reader)
    return [
        one.model_copy(update={"needed": one.id in wanted, "lapsed": over.get(one.id)})
        for one in some
    ]


async def _lapsed(reader: Reader, among: Sequence[str] | None = None) -> dict[str, Lapse]:
    """Return what has reached its end: notes with the message that told them, and claims.

    `among`: only of these, so that a portion of many is looked at as quickly as one of few.
    """
    found: dict[str, Lapse] = {}
    ended = facts.c.valid_to <= reader.now - lifetimes.of("noted")
    told = log.c.redacted_by.is_(None) & log.c.kind.in_(EVENTS)  # whichever of the two went first
    noted = sa.select(facts.c.id, facts.c.source).where(facts.c.attribute.in_(WORDS), ended)
    noted = noted.outerjoin(log, log.c.id == facts.c.source).where(statements.worded() | told)
    if among is not None:
        noted = noted.where(facts.c.id.in_(among) | facts.c.source.in_(among))
    for row in await reader.rows(noted):
        found |= {id: "noted" for id in (row.id, row.source) if id is not None}
    claims = await statements.never_believed(reader, reader.now - lifetimes.of("claimed"), among)
    return found | {id: "claimed" for id in claims}


async def _needed(reader: Reader) -> set[str]:
    """Return the ids of what unfinished work, open goals and questions still need."""
    unsettled = sa.select(effects.c.goal).where(effects.c.state.in_(UNSETTLED))
    still = sa.or_(goals.c.state == "open", goals.c.id.in_(unsettled))
    found: set[str | None] = set()
    for goal in await reader.rows(sa.select(goals.c.asked_by, goals.c.slots).where(still)):
        found |= {goal.asked_by, (goal.slots or {}).get("mail")}
    for effect in await reader.rows(sa.select(effects).where(effects.c.state.in_(UNSETTLED))):
        found |= {*effect.action["evidence"], effect.cause}
    found |= {
        row.ref for row in await reader.rows(sa.select(work.c.ref).where(work.c.state != "done"))
    }
    found |= await _asking(reader)
    part = sa.select(log.c.id, log.c.cause).where(log.c.kind == PART)  # its words are the message's
    found |= {row.cause for row in await reader.rows(part) if row.id in found}
    return {id for id in found if id}


async def _kept(reader: Reader, ids: Sequence[str] | None = None) -> list[Thing]:
    """Return what has its words, or what of these does, whatever it is about."""
    told = sa.select(log.c.id, log.c.kind, log.c.at).where(log.c.redacted_by.is_(None))
    dropped = sa.select(artifacts).where(artifacts.c.kind == "file", artifacts.c.title != ERASED)
    mine = sa.select(facts).where(facts.c.attribute.not_like(f"{STYLE}.%"))  # that is a setting
    if ids is not None:
        told, dropped = told.where(log.c.id.in_(ids)), dropped.where(artifacts.c.id.in_(ids))
        mine = mine.where(facts.c.id.in_(ids))
    told = told.where(log.c.kind.in_(EVENTS))
    found = [Thing(id=r.id, kind=EVENTS[r.kind], at=r.at) for r in await reader.rows(told)]
    found += [Thing(id=r.id, kind="file", at=r.at) for r in await reader.rows(dropped)]
    for row in await reader.rows(mine):
        kind: Kind = "note" if row.attribute in WORDS else "fact"
        found += [Thing(id=row.id, kind=kind, at=row.recorded_at)] if row.value != ERASED else []
    return found


async def _asking(reader: Reader) -> set[str | None]:
    """Return what the open questions came from."""
    waiting = {
        row.id: row for row in await reader.rows(sa.select(questions).filter_by(state="open"))
    }
    if not waiting:
        return set()
    asked = sa.select(log.c.cause, log.c.body).filter_by(kind="question.asked")
    causes = {row.cause for row in await reader.rows(asked) if row.body.get("question") in waiting}
    return causes | {row.body.get("mail") for row in waiting.values()}


async def _about(reader: Reader) -> dict[str, tuple[str, ...]]:
    """Return the kinds of records each thing is about, by its id."""
    kinds = {row.id: row.kind for row in await reader.rows(sa.select(records.c.id, records.c.kind))}
    found: dict[str, set[str]] = {}
    async for id, about in _links(reader):
        found.setdefault(id, set()).update(kinds[one] for one in about if one in kinds)
    return {id: tuple(sorted(kinds)) for id, kinds in found.items()}


async def _links(reader: Reader) -> AsyncIterator[tuple[str, list[str]]]:
    """Yield a thing and records it is about: by what was read in it, and by what came of it."""
    read = sa.select(log.c.key, log.c.body).filter_by(kind="email.read")
    for row in await reader.rows(read):
        yield row.key, row.body["about"]
    async for goal in pages(reader, goals):
        slots = goal.slots or {}
        refs = list(_refs(slots.get("values", {})))
        yield goal.asked_by, refs
        yield str(slots.get("mail")), refs
    for row in await reader.rows(sa.select(facts.c.id, facts.c.record)):
        yield row.id, [row.record]


def _refs(values: Mapping[str, Any]) -> Iterator[str]:
    yield from (value["ref"] for value in values.values() if value.get("ref"))
