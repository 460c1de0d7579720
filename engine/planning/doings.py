"""Doings: what came to an end within some days, and what is set for the days ahead."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from memory.db import Reader
from memory.schema.events import events
from memory.schema.work import alarms, effects, goals, outcomes

BOOKS = "calendar.book"


@dataclass(frozen=True, slots=True)
class Ended:
    """A goal that has ended: in the operator's words, and whether it came to what was wanted."""

    goal: str
    text: str
    at: datetime
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """`key`: the effect that set it, "" where it is not one to take back alone."""

    at: datetime
    text: str
    key: str = ""


async def ended(reader: Reader, since: datetime, until: datetime) -> list[Ended]:
    """Return the goals that ended from `since` to before `until`, the first one first."""
    query = (
        sa.select(outcomes.c.goal, goals.c.text, outcomes.c.at, outcomes.c.succeeded)
        .join(goals, goals.c.id == outcomes.c.goal)
        .where(outcomes.c.at >= since, outcomes.c.at < until)
        .order_by(outcomes.c.at, outcomes.c.goal)
    )
    return [Ended(row.goal, row.text, row.at, row.succeeded) for row in await reader.rows(query)]


async def reminders(reader: Reader) -> list[Ahead]:
    """Return the reminders that are set and have not rung, the next one first."""
    query = (
        sa.select(alarms.c.key, alarms.c.due_at, events.c.body)
        .join(events, events.c.id == alarms.c.ref)
        .where(alarms.c.kind == "reminder", alarms.c.state == "set")
        .order_by(alarms.c.due_at)
    )
    return [
        Ahead(row.due_at, str(row.body["text"]), row.key.partition(":")[2])
        for row in await reader.rows(query)
    ]


async def meetings(reader: Reader) -> list[Ahead]:
    """Return what was booked into the calendar by us, begins later and was not taken back."""
    operation = effects.c.action["operation"].as_string()
    query = sa.select(effects.c.action).where(effects.c.state == "done", operation == BOOKS)
    args = [row.action["args"] for row in await reader.rows(query)]
    found = [Ahead(datetime.fromisoformat(one["start"]), str(one["title"])) for one in args]
    return sorted((one for one in found if one.at > reader.now), key=lambda one: one.at)
