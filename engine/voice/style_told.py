"""What is told of the style: each trait with the edits it is from, and how much you still change.

How much was changed is read from the versions of what was sent, drafts that you left included.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.chat import words
from engine.rules.house import House
from engine.voice import style, style_desk
from engine.voice.style import Trait
from memory.beliefs.facts import Fact
from memory.canon import likeness, records
from memory.db import Reader
from memory.schema.events import events as log
from memory.schema.records import facts as table
from memory.schema.work import approvals, effect_versions, effects, tasks

SENT_MAX = 100  # drafts the curve looks at, the newest
TOGETHER = 5  # of them in a point of the curve
EDITS_MAX = 3
SENT = ("done", "undone")
CURVE = "Of your drafts, {each} at a time, you changed {points} of the words (the newest last)."
FEW = "You sent {count} of my drafts; from {each} on I tell how much of them you change."


class Edit(NamedTuple):
    """An edit that says a trait: the effect it changed, and what that was."""

    effect: str
    title: str


class Sent(NamedTuple):
    """A draft that was sent: how much of it was changed by hand, 0 to 1."""

    effect: str
    task: str
    agent: str
    changed: float


async def edits_of(reader: Reader, trait: Trait) -> tuple[int, list[Edit]]:
    """Return in how many drafts a trait was seen, and the newest of them."""
    attribute = f"{style_desk.PREFIX}{trait.part}"
    query = sa.select(table).filter_by(attribute=attribute, author="agent")
    rows = await reader.rows(query.order_by(table.c.recorded_at.desc(), table.c.id))
    seen = [row for row in rows if str(row.value) == trait.value]
    found = [await _edit(reader, row.source) for row in seen[:EDITS_MAX] if row.source]
    return len(seen), [one for one in found if one is not None]


async def line(reader: Reader, fact: Fact, settings: dict[str, Any]) -> str:
    """Return an accepted trait in one line: what, to whom, since when and from which edits."""
    trait = style_desk.trait_of(fact)
    record = await records.get(reader, fact.record) if fact.record else None
    what = style.told(trait)
    to = f", to {record.name}" if record is not None else ""
    count, newest = await edits_of(reader, trait)
    said = f"your word, {words.day(fact.recorded_at, settings)}"
    if count:
        titles = "; ".join(one.title for one in newest)
        more = f" and {count - len(newest)} more" if count > len(newest) else ""
        said += f"; seen in {count} draft{'' if count == 1 else 's'}: {titles}{more}"
    return f"{what[0].upper()}{what[1:]}{to} ({said})"


async def sent(reader: Reader, house: House) -> list[Sent]:
    """Return the newest drafts that were sent, oldest first, with how much was changed."""
    query = (
        sa.select(effects.c.id, effects.c.task, tasks.c.agent, tasks.c.args)
        .join(tasks, tasks.c.id == effects.c.task)
        .where(effects.c.state.in_(SENT), effects.c.undoes.is_(None))
        .where(effects.c.action["effect"].as_string() == "share")
        .order_by(effects.c.done_at.desc(), effects.c.id)
        .limit(SENT_MAX)
    )
    found = []
    for row in reversed(await reader.rows(query)):
        changed = await changed_of(reader, house, row.id, row.args)
        if changed is not None:
            found.append(Sent(row.id, row.task, row.agent, changed))
    return found


async def changed_of(
    reader: Reader, house: House, effect: str, planned: dict[str, Any], field: str = ""
) -> float | None:
    """Return how much of an effect's drafted texts was changed by hand; None: none was drafted.

    `field`: of this one alone.
    """
    columns = effect_versions.c.action, effect_versions.c.author, effect_versions.c.operation
    query = sa.select(*columns).filter_by(effect=effect).order_by(effect_versions.c.version)
    versions = await reader.rows(query)
    operation = house.operations.get(versions[-1].operation)
    roles = {} if operation is None else operation.roles
    drafts = [name for name, value in planned.items() if isinstance(value, dict)]
    names = [name for name in drafts if roles.get(name) == "text" and field in ("", name)]
    by_hand = next((i for i, row in enumerate(versions) if _typed(row, names)), None)
    drafted = versions[-1] if by_hand is None else versions[max(by_hand - 1, 0)]
    before, after = (_texts(row.action["args"], names) for row in (drafted, versions[-1]))
    return likeness.changed(before, after) if before else None


def curve(drafts: Sequence[Sent]) -> str:
    """Return how much was changed over time, in one sentence."""
    if len(drafts) < TOGETHER:
        return FEW.format(count=len(drafts), each=TOGETHER)
    first = len(drafts) % TOGETHER
    points = [
        drafts[at : at + TOGETHER] for at in range(first, len(drafts), TOGETHER)
    ]  # what is left over is older than a whole point
    shares = [sum(one.changed for one in point) / len(point) for point in points]
    return CURVE.format(each=TOGETHER, points=", ".join(f"{share:.0%}" for share in shares))


def _typed(row: sa.Row[Any], names: Sequence[str]) -> bool:
    """Say whether the operator wrote in this version; to choose another draft is not to write."""
    origins = row.action["origins"]
    return row.author == "operator" and any(origins.get(name) == "operator" for name in names)


def _texts(args: dict[str, Any], names: Sequence[str]) -> str:
    return "\n".join(str(args[name]) for name in names if isinstance(args.get(name), str))


async def _edit(reader: Reader, source: str) -> Edit | None:
    """Return what a tap on Edit changed."""
    tap = await reader.row(sa.select(log.c.body).filter_by(id=source))
    if tap is None:
        return None
    of_tap = sa.select(approvals.c.effect, approvals.c.version)
    asked = await reader.row(of_tap.filter_by(id=str(tap.body.get("ref", ""))))
    if asked is None:
        return None
    mine = {"effect": asked.effect, "version": asked.version}
    preview = await reader.value(sa.select(effect_versions.c.preview).filter_by(**mine))
    return Edit(asked.effect, str(preview["title"]))
