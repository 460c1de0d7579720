"""/why: from what was done back to the words that asked for it."""

from typing import Any

import sqlalchemy as sa

from engine.acting import approvals
from engine.chat import words
from engine.chat.messages import Bullets, Fold, Heading, Msg, Para, Part, Span
from engine.drawing import model_told
from engine.planning import goals, refinements, tree, versions
from engine.rules import bundles
from engine.why import calls, timeline
from memory import events, profile
from memory.canon import records
from memory.db import Reader
from memory.events import Event
from memory.schema.work import decisions, effect_versions, effects, plans, tasks

WORDS_CHARS_MAX = 300
ORIGIN = {
    "operator": "you typed it",
    "canonical": "from your records",
    "record": "reported by the system of record",
    "text": "only in somebody else's text",
    "model": "composed by Firstmate",
}
BITS = {
    "reads_outside": "somebody else's text",
    "reads_private": "private data",
    "goes_out": "a way out",
}
KIND = {
    "message.received": "You wrote",
    "message.part": "One wish of several",
    "choice.each": "One of several that you meant",
    "email.received": "A mail arrived",
    "file.received": "You sent a file",
    "tap.received": "You tapped",
    "goal.opened": "Goal taken on",
    "plan.made": "Plan made",
    "plan.corrected": "You corrected the plan",
    "suggestion.taken": "You took a suggestion",
}
TAPPED = {  # what a tap that changes records said
    "import.take": "You imported a list",
    "record.write": "You recorded it",
    "record.merge": "You said that they are the same",
    "record.split": "You split them again",
    "record.back": "You went back to a version",
    "fact.record": "You put what you had said into the record",
}


async def effect(reader: Reader, effect_id: str) -> Msg:
    """Return the whole story of an effect: rules, records, origins, decisions, receipt, causes."""
    row = await reader.row(sa.select(effects).filter_by(id=effect_id))
    if row is None:
        return Msg(key=f"why:{effect_id}", summary=f"I know no “{effect_id}”.", parts=())
    settings = await profile.read(reader)
    title = await _title(reader, row)
    parts: list[Part] = [
        Heading(text=f"Why: {title}"),
        Para(spans=(Span(text=row.action["reason"]),)),
        line_of("Policy", policy(row.verdict)),
        line_of("Touches", _bits(row.verdict["facts"])),
        *await rules_then(reader, row.verdict),
        line_of("State", row.state + (f" · {row.receipt['said']}" if row.receipt else "")),
    ]
    goal = await goals.get(reader, row.goal)
    if goal is not None and (for_ := await tree.says_above(reader, goal.project)):
        parts.append(line_of("For", for_))
    parts += await _versions(reader, row, settings)
    parts.append(Fold(title=f"Origins of {_count(row)}", parts=(Bullets(items=_origins(row)),)))
    if about := await _about(reader, row):
        parts.append(about)
    parts.append(Bullets(items=await _plan(reader, row)))
    if unplanned := await _unplanned(reader, row):
        title = f"Wanted besides, not in the plan ({len(unplanned)})"
        parts.append(Fold(title=title, parts=(Bullets(items=unplanned),)))
    if made := await calls.of_effect(reader, row.task, row.goal):
        asked = tuple(model_told.line(one.row, settings["currency"]) for one in made)
        title = f"Language models ({len(asked)})"
        parts.append(Fold(title=title, parts=(Bullets(items=asked),)))
    parts.append(await timed(reader, row.goal, settings))
    parts.append(await led(reader, row.cause, settings))
    parts.append(
        Para(spans=(Span(text=f"Effect {row.id} · digest {row.digest[:12]}", style="code"),))
    )
    return Msg(
        key=f"why:{effect_id}:{row.version}:{row.state}",
        summary=f"Why: {title}"[:190],
        parts=tuple(parts),
    )


async def timed(reader: Reader, goal: str, settings: dict[str, Any]) -> Part:
    """Return all that happened for a goal, folded."""
    return _timed(await timeline.of_goal(reader, goal), settings)


async def timed_event(reader: Reader, event: str, settings: dict[str, Any]) -> Part:
    """Return what led to an event and what models were asked for it, folded."""
    return _timed(await timeline.of_event(reader, event), settings)


def _timed(found: list[timeline.Moment], settings: dict[str, Any]) -> Part:
    line = tuple(timeline.told(found, settings))
    return Fold(title=f"Timeline ({len(line)})", parts=(Bullets(items=line),))


async def led(reader: Reader, cause: str, settings: dict[str, Any]) -> Part:
    """Return the events that led to one, and itself, folded."""
    chain = await events.causes(reader, cause)
    return Fold(title=f"What led here ({len(chain)} steps)", parts=(_chain(chain, settings),))


async def newest(reader: Reader) -> str | None:
    """Return the effect that a bare /why means: the newest one that has a state worth telling."""
    query = sa.select(effects.c.id).order_by(
        sa.func.coalesce(effects.c.done_at, effects.c.at).desc()
    )
    found = await reader.value(query.limit(1))
    return None if found is None else str(found)


async def find(reader: Reader, wanted: str) -> str | None:
    """Return the effect a person means by an id, or by the end of one."""
    pattern = wanted.replace("%", "").replace("_", r"\_")
    query = sa.select(effects.c.id).where(effects.c.id.like(f"%{pattern}", escape="\\"))
    found = await reader.value(query.order_by(effects.c.at.desc()).limit(1))
    return None if found is None or len(wanted) < 4 else str(found)


async def _title(reader: Reader, row: sa.Row[Any]) -> str:
    query = sa.select(effect_versions.c.preview).filter_by(effect=row.id, version=row.version)
    kept = await reader.value(query)
    return str(kept["title"])


def policy(verdict: dict[str, Any]) -> str:
    rules = ", ".join(verdict["rules"]) or "no rule"
    yielded = ", ".join(verdict.get("yielded", ()))
    gave = f"; {yielded} gave way" if yielded else ""
    book = f"rule book {verdict['bundle']}"
    return f"{verdict['outcome']}: {verdict['because']} ({rules}{gave}; {book})"


async def rules_then(reader: Reader, verdict: dict[str, Any]) -> list[Part]:
    """Return the words of the rules that matched, as they stood when they judged."""
    ids = [*verdict["rules"], *verdict.get("yielded", ())]
    said = await bundles.words(reader, verdict["bundle"], ids)
    title = f"What the rules said then ({len(said)})"
    return [Fold(title=title, parts=(Bullets(items=said),))] if said else []


def _bits(facts: dict[str, Any]) -> str:
    """Say which of the three bits are set: somebody else's text, private data, a way out."""
    touched = [words for name, words in BITS.items() if facts.get(name)]
    return ", ".join(touched) or "nothing of the outside"


async def _unplanned(reader: Reader, row: sa.Row[Any]) -> tuple[str, ...]:
    """Return what an agent wanted beside the plan of this goal."""
    noted = await events.of_goal(reader, row.goal, "call.unplanned")
    return tuple(f"{one.body['title']}: {one.body['because']}" for one in noted)


async def _versions(reader: Reader, row: sa.Row[Any], settings: dict[str, Any]) -> list[Part]:
    query = sa.select(effect_versions).filter_by(effect=row.id).order_by(effect_versions.c.version)
    lines = []
    for version in await reader.rows(query):
        by = "you" if version.author == "operator" else "Firstmate"
        line = f"Version {version.version} by {by}, {words.moment(version.at, settings)}"
        asked = await approvals.of_version(reader, row.id, version.version)
        if asked is not None:
            line += f" · question {asked.state}"
            if asked.state == "open" and asked.first_on is not None:
                line += f", first yes on {words.surface(asked.first_on)}"
            decided = await reader.row(sa.select(decisions).filter_by(approval=asked.id))
            if decided is not None:
                at = words.moment(decided.at, settings)
                where = words.where(decided.first_on, decided.channel)
                line += f": {decided.answer} by you {where}, {at}"
            if (better := await refinements.of(reader, asked.id)) is not None:
                line += f" · {refinements.SAYS[better]}"
        lines.append(line)
    return [Bullets(items=tuple(lines))]


def _count(row: sa.Row[Any]) -> str:
    count = len(row.action["origins"])
    return f"{count} argument" + ("" if count == 1 else "s")


def _origins(row: sa.Row[Any]) -> tuple[str, ...]:
    lines = []
    for path, origin in sorted(row.action["origins"].items()):
        value = _at(row.action["args"], path)
        lines.append(f"{path} = {_short(str(value))}: {ORIGIN[origin]}")
    return tuple(lines) or ("no arguments",)


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value.get(part, "")
    return value


async def _about(reader: Reader, row: sa.Row[Any]) -> Part | None:
    ids = [row.action["about"], *row.action["evidence"]]
    lines = []
    for id in dict.fromkeys(i for i in ids if i and i.startswith("rec_")):
        record = await records.get(reader, id)
        if record is not None:
            lines.append(f"{record.kind} {record.name}, version {record.version}")
    return (
        Fold(title=f"Records read ({len(lines)})", parts=(Bullets(items=tuple(lines)),))
        if lines
        else None
    )


async def _plan(reader: Reader, row: sa.Row[Any]) -> tuple[str, ...]:
    query = (
        sa.select(plans.c.because, tasks.c.title, tasks.c.agent)
        .join(tasks, tasks.c.plan == plans.c.id)
        .where(tasks.c.id == row.task)
    )
    task = await reader.row(query)
    if task is None:
        return ("no plan",)
    anew = versions.told(await versions.all_of(reader, row.goal))
    return (f"Step: {task.title} (by {task.agent})", f"Plan: {task.because}", *anew)


def _chain(chain: list[Event], settings: dict[str, Any]) -> Bullets:
    return Bullets(items=tuple(f"{words.moment(e.at, settings)} · {said(e)}" for e in chain))


def said(event: Event) -> str:
    """Return in a few words what an event was."""
    body = event.body
    if body.get("action") in TAPPED:
        return TAPPED[body["action"]]
    text = body.get("text") or body.get("subject") or body.get("title") or body.get("action") or ""
    kind = KIND.get(event.kind, event.kind)
    return f"{kind}: {_short(str(text))}" if text else kind


def line_of(label: str, text: str) -> Para:
    return Para(spans=(Span(text=f"{label}: ", style="bold"), Span(text=text)))


def _short(text: str) -> str:
    one = " ".join(text.split())
    return (
        one if len(one) <= WORDS_CHARS_MAX else f"{one[:WORDS_CHARS_MAX]}… ({len(one)} characters)"
    )
