"""What /why is asked about: an effect, a wish, a message or one call to a model; by id or card."""

import re
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from engine.chat import outbox
from engine.why import calls, explain
from engine.why.calls import Call
from memory import events
from memory.db import Reader
from memory.schema.events import events as log
from memory.schema.models import reasons
from memory.schema.work import effects, goals, plans, tasks

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


async def answered(reader: Reader, conv: str, message: str | None) -> Subject | None:
    """Return what the card is about that a message replies to."""
    card = await outbox.shown_as(reader, conv, message) if message else None
    return None if card is None else await find(reader, card.key)


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
