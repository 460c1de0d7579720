"""Aim: an objective or project, and how far it is: its figures or steps on a straight line.

What is said of it stands with its numbers, so that it can be computed again by hand.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.chat import words
from engine.objectives import course, figures
from engine.objectives.course import Course, Point
from engine.planning import tree
from memory import profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

ENDED = {"reached": "reached", "dropped": "stopped", "done": "done", "stopped": "stopped"}
HELD = {"paused": "paused", "planned": "not begun"}
STEPS = "steps"
LAST_DAY = {"objective": "due_on", "project": "ends_on"}
IDLE = timedelta(days=14)  # a project in which nothing is planned for so long is behind


@dataclass(frozen=True, slots=True)
class Aim:
    """`course` None: it has ended, is held, or has nothing to be measured by. `says`: one line.

    `because`: the computation, in whole sentences; "" where there is none.
    """

    record: Record
    course: Course | None
    state: str
    says: str
    because: str = ""
    in_steps: bool = False

    @property
    def is_behind(self) -> bool:
        return self.state in ("behind", "over", "nothing planned")


async def view(reader: Reader, record: Record) -> Aim:
    """Return how an objective or project stands now."""
    settings = await profile.read(reader)
    status = record.state["status"]
    if status in ENDED or status in HELD:
        state = ENDED.get(status) or HELD[status]
        return Aim(record, None, state, f"{record.name} · {state}")
    if record.state.get("to") is not None:
        return await _measured(reader, record, settings)
    if record.kind == "project":
        return await _in_steps(reader, record, settings)
    by = await _due(reader, record)
    until = f", by {words.day(by - timedelta(days=1), settings)}" if by else ""
    return Aim(record, None, "no number", f"{record.name}{until} · open")


async def due(reader: Reader, record: Record) -> date | None:
    """Return the last day of an objective or project; of a project without one, its objective's."""
    said = record.state.get("due_on") or record.state.get("ends_on")
    if said is None and record.state.get("objective"):
        over = await records.get(reader, record.state["objective"])
        said = None if over is None else over.state.get("due_on")
    return None if said is None else date.fromisoformat(said)


async def _due(reader: Reader, record: Record) -> datetime | None:
    """Return when its last day is over, at the company's place."""
    day = await due(reader, record)
    if day is None:
        return None
    return figures.at_place(day + timedelta(days=1), await profile.get(reader, "zone"))


async def _measured(reader: Reader, record: Record, settings: dict[str, Any]) -> Aim:
    points = await figures.points(reader, record)
    down = record.state.get("direction") == "down"
    to, ends = Decimal(record.state["to"]), await _due(reader, record)
    found = course.of(points, to, ends, reader.now, down=down)
    unit = record.state.get("unit") or ""
    has = f"{number(found.last.value, settings)} of " if found.last else ""
    by = f" by {last_day(found, settings)}" if ends else ""
    label = {"over": "its last day has passed"}.get(found.state, found.state)
    line = f"{record.name}: {has}{number(to, settings)} {unit}".rstrip() + f"{by} · {label}"
    return Aim(record, found, found.state, line, because(found, settings, reader.now))


async def _in_steps(reader: Reader, record: Record, settings: dict[str, Any]) -> Aim:
    """Measure a project without a number of its own by its goals and to-dos that are done."""
    goals = [
        row for row in await tree.goals_of(reader, record.id) if row.state in ("open", "done")
    ]  # what was not wanted is no step
    todos = [
        one for one in await records.of_kind(reader, "task", project=record.id)
        if one.state["status"] != "dropped"
    ]  # fmt: skip
    total = len(goals) + len(todos)
    done = sum(row.state == "done" for row in goals)
    done += sum(one.state["status"] == "done" for one in todos)
    began, ends = await figures.begin(reader, record), await _due(reader, record)
    if not total:
        idle = reader.now - began > IDLE
        state = "nothing planned" if idle else "on course"
        why = f"Nothing was planned in it since {words.day(began, settings)}." if idle else ""
        return Aim(record, None, state, f"{record.name} · nothing planned yet", why, in_steps=True)
    points = [Point(began, Decimal(0)), Point(reader.now, Decimal(done))]
    found = course.of(points, Decimal(total), ends, reader.now)
    state = "all done" if found.state == "reached" else found.state
    by = f" by {last_day(found, settings)}" if ends else ""
    label = {"over": "its last day has passed", "no date": "no last day"}.get(state, state)
    line = f"{record.name}: {done} of {total} {STEPS} done{by} · {label}"
    return Aim(record, found, state, line, because(found, settings, reader.now), in_steps=True)


def because(found: Course, settings: dict[str, Any], now: datetime) -> str:
    """Say the computation plainly: the line from the first figure to the target, and the days."""
    if found.last is None or found.first is None:
        return "No figure is known yet. Say it like “… is at 1240”."
    said = [] if found.due is None or found.state == "reached" else [_line(found, settings)]
    if found.state == "no figures":
        when = words.day(found.last.at, settings)
        said.insert(0, f"The newest figure is of {when}, {(now - found.last.at).days} days ago.")
    left = 0 if found.due is None else (found.due - now).days
    if found.needed is not None and left > 0:
        takes = f"{_days(left)} are left: it takes {number(found.needed, settings)} a week"
        so_far = "" if found.pace is None else f", so far it was {number(found.pace, settings)}"
        said.append(f"{takes}{so_far}.")
    return " ".join(said)


def _line(found: Course, settings: dict[str, Any]) -> str:
    assert found.first is not None
    assert found.last is not None
    assert found.line is not None
    first, to = number(found.first.value, settings), number(found.to, settings)
    began, ends = words.day(found.first.at, settings), last_day(found, settings)
    if found.last.at < found.first.at:
        return f"It begins on {began}; the straight line goes from {first} to {to} ({ends})."
    at, line = words.day(found.last.at, settings), number(found.line, settings)
    where = "on it"
    if found.lacks:
        ahead = (found.last.value > found.line) == (found.to > found.first.value)
        where = f"{number(found.lacks, settings)} {'ahead' if ahead else 'behind'}"
    return (
        f"The straight line from {first} ({began}) to {to} ({ends}) is at {line} on {at}; "
        f"{number(found.last.value, settings)} is {where}."
    )


def last_day(found: Course, settings: dict[str, Any]) -> str:
    """Return the last day, which ends at midnight."""
    assert found.due is not None
    return words.day(found.due - timedelta(seconds=1), settings)


def number(value: Decimal, settings: dict[str, Any]) -> str:
    """Return a number as the operator's language writes it."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=settings["locale"]))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
