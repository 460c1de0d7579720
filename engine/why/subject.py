"""What /why is asked about: an effect, a wish, a message or one call to a model; by id or card."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from engine.chat import outbox
from engine.why import calls, explain
from engine.why.calls import Call
from memory import events
from memory.db import Reader
from memory.dialects import place_of
from memory.schema.events import events as log
from memory.schema.models import reasons
from memory.schema.work import effects, goals, plans, tasks

WRITTEN = ("message.received", "file.received")
CHARS_MIN = 4  # of the end of an id
Kind = Literal["effect", "goal", "event", "reason"]
_ID = re.compile(r"\b(eff|gol|pln|tsk|evt|rsn)_[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Subject:
    kind: Kind
    id: str

    async def calls(self, reader: Reader) -> list[Call]:
        """Return what models were asked for it, oldest first."""
        if self.kind == "goal":
            return await calls.of_goal(reader, self.id)
        if self.kind == "event":
            return await calls.of_event(reader, self.id)
        if self.kind == "reason":
            return await calls.of_reason(reader, self.id)
        row = await reader.row(sa.select(effects.c.task, effects.c.goal).filter_by(id=self.id))
        return [] if row is None else await calls.of_effect(reader, row.task, row.goal)


async def find(reader: Reader, wanted: str) -> Subject | None:
    """Return what a person means by an id, the end of one, or the key of a card."""
    if (named := _ID.search(wanted)) is not None:
        return await _by_id(reader, named[1], named[0])
    if (effect := await explain.find(reader, wanted)) is not None:
        return Subject("effect", effect)
    if len(wanted) < CHARS_MIN:
        return None
    of: tuple[tuple[sa.Column[str], Kind], ...] = (
        (goals.c.id, "goal"),
        (reasons.c.id, "reason"),
        (reasons.c.task, "event"),
        (log.c.id, "event"),
    )
    for column, kind in of:
        ends = column.endswith(wanted, autoescape=True)
        ends = ends & column.startswith("evt_", autoescape=True) if kind == "event" else ends
        found = await reader.value(sa.select(column).where(ends).limit(1))
        if found is not None:
            return Subject(kind, str(found))
    return None


async def answered(reader: Reader, body: Mapping[str, Any]) -> Subject | None:
    """Return what a message replies to: what a card is about, or what a person wrote themselves."""
    conv, message = str(body["conv"]), body.get("reply_to")
    if not message:
        return None
    if (card := await outbox.shown_as(reader, conv, message)) is not None:
        return await find(reader, card.key)
    return None if body.get("in_session") else await _written(reader, conv, message)


async def _written(reader: Reader, conv: str, message: str) -> Subject | None:
    """Return the event of a person's own message, by the id that the platform gave it."""
    holds = place_of(sa.cast(log.c.body, sa.Text), f'"{message}"') > 0
    query = sa.select(log.c.id, log.c.body).where(log.c.kind.in_(WRITTEN), holds)
    for row in await reader.rows(query.order_by(log.c.seq.desc())):
        if row.body.get("conv") == conv and message in (row.body.get("sent") or ()):
            return Subject("event", row.id)
    return None


async def _by_id(reader: Reader, prefix: str, id: str) -> Subject | None:
    """Return what an id names, whatever it is of; a plan and a step are their wish's."""
    match prefix:
        case "eff":
            found = await reader.value(sa.select(effects.c.id).filter_by(id=id))
            return None if found is None else Subject("effect", id)
        case "rsn":
            found = await reader.value(sa.select(reasons.c.id).filter_by(id=id))
            return None if found is None else Subject("reason", id)
        case "evt":
            return None if await events.get(reader, id) is None else Subject("event", id)
        case "gol":
            return await _goal(reader, id)
    table = plans if prefix == "pln" else tasks
    goal = await reader.value(sa.select(table.c.goal).filter_by(id=id))
    return None if goal is None else Subject("goal", str(goal))


async def _goal(reader: Reader, id: str) -> Subject | None:
    """Return a wish, also one of which nothing but calls to models came."""
    found = await reader.value(sa.select(goals.c.id).filter_by(id=id))
    asked = await reader.value(sa.select(reasons.c.id).filter_by(goal=id).limit(1))
    return Subject("goal", id) if found is not None or asked is not None else None
