"""How objectives and projects are shown: all in a tree, or one with its figures and its goals."""

from collections.abc import Sequence
from typing import Any

from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Bullets,
    Button,
    Evidence,
    Facts,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Span,
)
from engine.keeping import curating
from engine.objectives import aims, figures
from engine.objectives.aims import Aim
from engine.planning import plans, tree
from memory import profile
from memory.beliefs import facts
from memory.canon.records import Record
from memory.db import Reader

TITLE = "Objectives"
NONE = (
    "There is no objective yet. Say one like “objective: grow newsletter to 2,000 by June”, then "
    "“newsletter is at 1240”, “project Spring campaign for the newsletter”, and “for project "
    "Spring campaign: …” for what is to be done."
)
SHOWN_MAX, LOOKS_MAX, GOALS_MAX, FIGURES_MAX, LOOSE_MAX = 12, 8, 15, 30, 3
ENDS = {"objective": "✓ Reached", "project": "✓ Done"}


async def all_(reader: Reader, key: str) -> Msg:
    """Return every open objective with its projects, then the projects that serve none."""
    lines, shown = [], []
    known = [one for one in await tree.projects(reader) if one.state["status"] not in aims.ENDED]
    for objective in (await tree.objectives(reader))[:SHOWN_MAX]:
        lines.append(_line(await aims.view(reader, objective)))
        shown.append(objective)
        for project in await tree.projects(reader, objective.id):
            lines.append(f"↳ {_line(await aims.view(reader, project), whole=False)}")
            shown.append(project)
            known = [one for one in known if one.id != project.id]
    for project in known[:SHOWN_MAX]:
        lines.append(_line(await aims.view(reader, project), whole=False))
        shown.append(project)
    if not lines:
        return Msg(key=key, summary=NONE[:190], parts=(_para(NONE),))
    rows = tuple((_look(one),) for one in shown[:LOOKS_MAX])
    parts = (Heading(text=TITLE), Bullets(items=tuple(lines)))
    return Msg(key=key, summary=TITLE, parts=parts, buttons=rows)


async def one(reader: Reader, record: Record, key: str, loose: Sequence[Any] = ()) -> Msg:
    """Return one objective or project whole; `loose`: goals of no project, to be put under it."""
    settings = await profile.read(reader)
    aim = await aims.view(reader, record)
    parts: list[Part] = [Heading(text=record.name), _para(aim.says)]
    parts += [_para(aim.because)] if aim.because else []
    if counted := record.state.get("counted"):
        parts.append(_para(f"The figures are {figures.COUNTED[counted]}."))
    under, ids = await _under(reader, record)
    parts += [Bullets(items=tuple(under))] if under else []
    if ids:
        parts.append(_para((await tree.sums(reader, ids)).says(settings["currency"])))
    said = [one for one in await facts.history(reader, record.id, figures.FIGURE)]
    if counts := [curating.line(one, settings) for one in said if figures.counts(one)]:
        counts = counts[-FIGURES_MAX:]
        title = f"Figures ({len(counts)})"
        parts.append(Fold(title=title, parts=(Bullets(items=tuple(counts)),)))
    parts.append(Facts(evidence=(Evidence(label=record.name[:80], ref=record.id),)))
    rows = _rows(record, loose)
    return Msg(key=key, summary=aim.says[:190], parts=tuple(parts), buttons=rows)


def _rows(record: Record, loose: Sequence[Any]) -> tuple[tuple[Button, ...], ...]:
    if record.state["status"] in aims.ENDED:
        return ()
    put = tuple(
        (Button(label=_label(f"+ {row.text}"), action="aim.put", ref=row.id, item=record.id),)
        for row in loose[:LOOSE_MAX]
    )
    ends = Button(label=ENDS[record.kind], action="aim.ended", ref=record.id)
    stop = Button(label="■ Stop it…", action="aim.look_stop", ref=record.id)
    return (*put, (ends, stop))


async def _under(reader: Reader, record: Record) -> tuple[list[str], list[str]]:
    """Return what is right below a record, a line each, and the ids of all goals below it."""
    if record.kind == "objective":
        under = await tree.projects(reader, record.id)
        views = [await aims.view(reader, one) for one in under]
        ids = [row.id for one in under for row in await tree.goals_of(reader, one.id)]
        return [f"project {_line(one, whole=False)}" for one in views], ids
    lines, goals = [], await tree.goals_of(reader, record.id)
    for row in goals[-GOALS_MAX:]:
        steps = [f"{one.title} ({one.state})" for one in await plans.of_goal(reader, row.id)]
        lines.append(f"{row.text} · {row.state}" + (f": {'; '.join(steps)}" if steps else ""))
    return lines, [row.id for row in goals]


def _line(aim: Aim, *, whole: bool = True) -> str:
    tells = aim.because and (whole or aim.is_behind)
    return f"{aim.says}. {aim.because}" if tells else aim.says


def _look(record: Record) -> Button:
    return Button(label=_label(record.name), action="aim.look", ref=record.id)


def _label(text: str) -> str:
    return text if len(text) <= LABEL_CHARS_MAX else f"{text[: LABEL_CHARS_MAX - 1]}…"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
