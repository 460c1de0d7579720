"""Calls: what models were asked for an effect, a wish or a message, in the order it was.

A call is booked on a step, on a goal (what read your words, what planned) or on an event (a
question, a mail). Words that hold several wishes are read before there is a goal: that call is on
the goal the whole message would have had, and is found from each wish by the event that led to it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from engine.models import model_calls
from engine.planning import goals
from memory import events
from memory.db import Reader
from memory.ids import derived_id
from memory.recalling import place
from memory.recalling.place import Said
from memory.schema.models import reasons
from memory.texts.reach import rowid

ERASED = "[erased"  # how every mark of an erasure begins: memory/redaction.py
_PART = re.compile(r'<data name="([^"]+)" (\w+)>\n(.*?)\n</data \2>', re.DOTALL)


@dataclass(frozen=True)
class Call:
    """A kept call. `sent`: the messages that its answer is of; `value`: that answer, if it is kept.

    `given`: of the passages it recalled, by id, those that are kept.
    """

    row: sa.Row[Any]
    sent: Sequence[Mapping[str, str]]
    value: Any
    given: Mapping[str, Said]

    @property
    def purpose(self) -> str:
        """Return what it was for: “answer”, “plan.repair”."""
        return str(self.row.step).partition("/")[0]

    @property
    def redacted(self) -> bool:
        """Say whether numbers and addresses were replaced in what was sent."""
        return bool(self.row.verdict and self.row.verdict["facts"].get("redacted"))

    @property
    def erased(self) -> bool:
        return any(ERASED in one["content"] for one in self.sent)

    @cached_property
    def parts(self) -> dict[str, str]:
        """Return what it was given to read, by the names of the parts; of the first round."""
        read = "\n\n".join(one["content"] for one in self.sent[1:2])
        return {name: text for name, _, text in _PART.findall(read)}


async def of_effect(reader: Reader, task: str, goal: str) -> list[Call]:
    """Return the calls of a step, and those that made and understood the wish it belongs to."""
    return await _booked(reader, {task, *await _asked_by(reader, goal)})


async def of_goal(reader: Reader, goal: str) -> list[Call]:
    """Return the calls of a wish and of all its steps."""
    return await _booked(reader, await _asked_by(reader, goal), goal)


async def shared(reader: Reader, asked_by: str, goal: str = "") -> list[sa.Row[Any]]:
    """Return the calls that an event and what led to it were the reason of, but not those booked
    on this goal itself: what heard a message is shared by all its wishes.
    """
    other = sa.or_(reasons.c.goal.is_(None), reasons.c.goal != goal)
    mine = reasons.c.task.in_(await _led(reader, asked_by)) & other
    columns = (reasons.c[name] for name in ("id", "step", "model", "agent", "state", "cost", "at"))
    return await reader.rows(sa.select(*columns).where(mine).order_by(rowid(reasons)))


async def of_event(reader: Reader, event: str) -> list[Call]:
    """Return the calls that a message, mail or tap itself was the reason of."""
    return await _booked(reader, await _led(reader, event))


async def of_reason(reader: Reader, reason: str) -> list[Call]:
    """Return one call by its own id."""
    rows = await reader.rows(sa.select(reasons).filter_by(id=reason))
    return [await _call(reader, row) for row in rows]


async def _asked_by(reader: Reader, goal_id: str) -> set[str]:
    goal = await goals.get(reader, goal_id)
    return {goal_id} | (set() if goal is None else await _led(reader, goal.asked_by))


async def _led(reader: Reader, event: str) -> set[str]:
    """Return all that calls may be booked on which led to an event, or which it is."""
    chain = {event} | {one.id for one in await events.causes(reader, event)}
    return chain | {derived_id("gol", one) for one in chain}


async def _booked(reader: Reader, on: Collection[str], goal: str = "") -> list[Call]:
    mine = sa.or_(reasons.c.task.in_(on), *([reasons.c.goal == goal] if goal else ()))
    rows = await reader.rows(sa.select(reasons).where(mine).order_by(rowid(reasons)))
    return [await _call(reader, row) for row in rows]


async def _call(reader: Reader, row: sa.Row[Any]) -> Call:
    value = None if row.answer is None else await model_calls.kept(reader, row.answer)
    found = {id: await place.find(reader, id, 0) for id, _ in row.recalled}
    given = {id: one.said for id, one in found.items() if one is not None}
    return Call(row, row.prompt or await _first_sent(reader, row), value, given)


async def _first_sent(reader: Reader, row: sa.Row[Any]) -> list[dict[str, str]]:
    """Return what was sent when an answer came that was only repeated here; []: nothing is kept."""
    if not row.cached or row.answer is None:
        return []
    query = sa.select(reasons.c.prompt).filter_by(answer=row.answer, cached=False)
    found = await reader.rows(query.order_by(rowid(reasons).desc()).limit(1))
    return list(found[0].prompt) if found else []
