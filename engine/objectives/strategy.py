"""The weekly look at what is wanted: on Monday, what is behind, why in numbers, and what could be.

rings ─▶ anything new behind? ─▶ one card of typed proposals ──tap──▶ exactly that one is done
            └─ no: nothing is said
It proposes and never acts. A model may word the card and choose among the proposals, see
agents/writing/strategist.py.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Literal

from engine.chat import outbox, words
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Form,
    Heading,
    Input,
    Msg,
    Para,
    Span,
)
from engine.flow import daily
from engine.flow.durable import open_work
from engine.objectives import aims, figures
from engine.objectives.aims import Aim
from engine.planning import tree
from memory import events, profile
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.events import Event
from memory.journal import canonical

KIND = "strategy"
RINGS_AT = time(9, 30)
MONDAY = 0
FINDINGS_MAX, PROPOSALS_MAX = 6, 6
NEW_FOR = timedelta(days=7)  # a new objective need not have a figure yet
TITLE = "Behind this week: {names}"
ASKS = "No figures: {names}"
NEVER = "Nothing of this is done before you tap it."
LEFT = "Left as it is."
Kind = Literal["move", "lower", "new", "stop"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that could be done about a record, as it was at this version."""

    kind: Kind
    record: str
    version: int
    value: str  # a day, a number; "" where there is none
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is behind or has no figure, and what could be done about it."""

    aim: Aim
    proposals: tuple[Proposal, ...]


async def arm(tx: Tx, cause: str | None) -> None:
    """Set the alarm for the next Monday."""
    await daily.arm(tx, KIND, RINGS_AT, cause, weekday=MONDAY)


async def ring(tx: Tx, ref: str, cause: str) -> None:
    """Say what is behind, if anything of it is new, and set the alarm for the next week."""
    found = await look(tx)
    seen = [[one.aim.record.id, one.aim.record.version, one.aim.state, _at(one)] for one in found]
    if not found or seen == await _told(tx):
        await events.note(tx, "strategy.quiet", cause)
    else:
        said = [one for each in found for one in each.proposals][:PROPOSALS_MAX]
        noted = await events.note(
            tx, "strategy.proposed", cause, seen=seen, title=_title(found),
            reasons=[f"{one.aim.says}. {one.aim.because}".strip() for one in found],
            proposals=[asdict(one) for one in said],
        )  # fmt: skip
        await outbox.post(tx, await card(tx, noted))
        await open_work(tx, KIND, noted.id)
    await daily.again(tx, KIND, RINGS_AT, cause, weekday=MONDAY)


async def look(reader: Reader) -> list[Finding]:
    """Return what is behind now: each objective, then its projects, then projects of none."""
    found: list[Finding] = []
    known = await tree.projects(reader)
    over = await tree.objectives(reader)
    for objective in over:
        under = [await aims.view(reader, one) for one in known if _serves(one, objective)]
        found += await _finding(reader, await aims.view(reader, objective), under)
        for each in under:
            found += await _finding(reader, each, ())
    ids = {one.id for one in over}
    for project in known:
        if project.state.get("objective") not in ids:
            found += await _finding(reader, await aims.view(reader, project), ())
    return found[:FINDINGS_MAX]


async def _finding(reader: Reader, aim: Aim, under: Sequence[Aim]) -> list[Finding]:
    if aim.is_behind:
        return [Finding(aim, tuple(await _proposals(reader, aim, under)))]
    is_new = reader.now - await figures.begin(reader, aim.record) < NEW_FOR
    if aim.state == "no figures" and not is_new:
        return [Finding(aim, ())]
    return []


async def _proposals(reader: Reader, aim: Aim, under: Sequence[Aim]) -> list[Proposal]:
    """Return what could be done about something that is behind, by rules."""
    settings, found = await profile.read(reader), []
    record, course = aim.record, aim.course
    running = [one for one in under if one.record.state["status"] == "running"]
    if record.kind == "objective" and not any(one.is_behind for one in running):
        why = (
            "no project works on it" if not running else "its projects are on course, so not enough"
        )
        says = f"A new project for “{record.name}”: {why}."
        found.append(_proposal("new", record, "", "New project", says))
    ends = None if course is None else course.ends_at_pace()
    if course is not None and ends is not None and course.due is not None and ends > course.due:
        day = ends.astimezone(course.due.tzinfo).date()
        pace = f"its pace of {aims.number(course.pace or course.to, settings)} a week"
        says = f"Re-plan “{record.name}”: until {words.written(day, settings)}, at {pace}."
        label = f"Until {words.written(day, settings)}"
        found.append(_proposal("move", record, day.isoformat(), label, says))
    reached = _in_time(aim)
    if reached is not None:
        to = aims.number(reached, settings)
        says = f"Aim for {to} with “{record.name}”: that is what its pace reaches in time."
        found.append(_proposal("lower", record, f"{reached:f}", f"Aim for {to}", says))
    if record.kind == "project" and ends is None:
        says = f"Stop “{record.name}”: so far nothing comes of it. You see first what waits in it."
        found.append(_proposal("stop", record, "", "Stop it…", says))
    return found


def _in_time(aim: Aim) -> Decimal | None:
    """Return what an objective reaches in time at its pace, where that is more than it has."""
    course = aim.course
    if aim.record.kind != "objective" or course is None or course.last is None:
        return None
    reached = course.reached_at_pace()
    return None if reached == course.last.value else reached


def _proposal(kind: Kind, record: Record, value: str, label: str, says: str) -> Proposal:
    return Proposal(kind, record.id, record.version, value, label, says)


async def card(reader: Reader, proposed: Event) -> Msg:
    """Return the card of a weekly look: as it was seen then, with what was done since."""
    body, worded = proposed.body, await words_of(reader, proposed.id)
    chosen = list(range(len(body["proposals"]))) if worded is None else worded.body["chosen"]
    left = await events.by_key(reader, KIND, f"{proposed.id}:left") is not None
    lines, rows = [], []
    for place, index in enumerate(chosen, start=1):
        one = Proposal(**body["proposals"][index])
        taken = await events.by_key(reader, KIND, f"{proposed.id}:{index}")
        lines.append(f"{place}. {'✓ ' if taken else ''}{one.says}")
        if taken is None and not left:
            rows.append((_button(one, proposed.id, index, f"{place}: {one.label}"),))
    said = () if worded is None else (_para(worded.body["text"]), _para(worded.body["by"]))
    end = LEFT if left else NEVER
    leave = Button(label="Leave it as it is", action="strategy.leave", ref=proposed.id)
    return Msg(
        key=f"strategy:{proposed.id}",
        summary=body["title"][:190],
        parts=(
            Heading(text=body["title"]),
            *said,
            Bullets(items=tuple(body["reasons"])),
            *((Bullets(items=tuple(lines)), _para(end)) if lines else ()),
        ),
        buttons=(*rows, (leave,)) if rows else (),
    )


async def words_of(reader: Reader, proposed: str) -> Event | None:
    """Return what a model said to a weekly look, checked; None: nothing."""
    return await events.by_key(reader, KIND, f"{proposed}:words")


def _button(one: Proposal, proposed: str, index: int, label: str) -> Button:
    form = None
    if one.kind == "new":
        field = Input(id="name", label="How is it called?", max_chars=100)
        form = Form(title="New project", fields=(field,), submit="Record it")
    label = label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 1]}…"
    return Button(label=label, action="strategy.take", ref=proposed, item=str(index), form=form)


async def _told(reader: Reader) -> list[Any]:
    """Return what the last look said, as it is compared."""
    newest = await events.newest(reader, "strategy.proposed")
    told = None if newest is None else await events.get(reader, newest)
    return [] if told is None else list(told.body["seen"])


def _at(one: Finding) -> str:
    """Return the figure that it stands at, which makes a look a new one."""
    last = None if one.aim.course is None else one.aim.course.last
    return "" if last is None else canonical(str(last.value))


def _title(found: Sequence[Finding]) -> str:
    behind = [one.aim.record.name for one in found if one.aim.is_behind]
    if behind:
        return TITLE.format(names=", ".join(behind))
    return ASKS.format(names=", ".join(one.aim.record.name for one in found))


def _serves(project: Record, objective: Record) -> bool:
    return bool(project.state.get("objective") == objective.id)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
