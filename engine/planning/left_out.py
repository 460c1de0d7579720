"""Left out: a step that will not be done, and what becomes of those that come later in its plan.

What says that it was done, or needs what it would have brought, is left out with it. Whatever
else comes behind it, or names it, asks once more and says so on its card: it may tell of what
never happened.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.flow.durable import open_work
from engine.planning import plans, versions
from engine.planning.plans import Task
from memory import events
from memory.db import Reader, Tx, change
from memory.schema.work import effects, tasks

Mark = Mapping[str, str]  # see engine/drawing/marks.py
KIND = "left_out"  # of a mark
DOUBT = "“{title}” was not done; does this say it was?"
TELLING_CHARS_MIN = 2  # of a value that names a step wherever it stands
SETTLED = ("done", "compensated")


def with_it(left: Task, planned: Sequence[Task]) -> list[Task]:
    """Return what is left out with a step: what reports it, or needs what it would have brought."""
    gone = [left]
    for one in planned:
        keys = {other.key for other in gone}
        if one.id != left.id and one.state not in SETTLED and (_reported(one) | _used(one)) & keys:
            gone.append(one)
    return gone[1:]


def doubtful(left: Task, planned: Sequence[Task]) -> list[Task]:
    """Return what else may say that a step was done: what comes behind it, or names it."""
    gone = {one.id for one in with_it(left, planned)}
    behind, found = {left.key}, list[Task]()
    for one in planned:
        if one.id == left.id or one.state in SETTLED:
            continue
        later = bool(behind & set(one.after))
        if later:
            behind.add(one.key)
        if one.id not in gone and (later or _names(one, left)):
            found.append(one)
    return found


async def skipped_after(reader: Reader, first: Task) -> list[Task]:
    """Return what was left out, before it came to a call, because this task was not done.

    Of a plan that was stopped nothing: what was not done stays undone.
    """
    if await versions.halted(reader, first.goal):
        return []
    came = sa.select(effects.c.task).filter_by(goal=first.goal)
    asked = {row.task for row in await reader.rows(came)}
    behind = [first]
    for later in await plans.of_goal(reader, first.goal):
        left_out = later.state == "skipped" and later.id not in asked
        if left_out and {one.key for one in behind} & set(later.after):
            behind.append(later)
    return behind[1:]


async def cut_out(tx: Tx, left: Task, cause: str) -> None:
    """Let what comes after a task come after those before it instead."""
    for later in await plans.after(tx, left):
        keys = dict.fromkeys((*left.after, *later.after))
        await change(tx, tasks, {"id": later.id}, after=[key for key in keys if key != left.key])
    await events.note(tx, "task.cut_out", cause, goal=left.goal, task=left.id)


async def doubt(tx: Tx, left: Task, later: Iterable[Task], cause: str) -> None:
    """Let what comes later ask whether it says that this was done, whenever it is weighed."""
    for one in later:
        keys = dict.fromkeys((*(one.without or ()), left.key))
        await change(tx, tasks, {"id": one.id}, without=list(keys))
        await events.note(tx, "task.doubted", cause, goal=left.goal, task=one.id, of=left.id)


async def marks(reader: Reader, task_id: str | None) -> tuple[Mark, ...]:
    """Return what the card of a step is to say of those that were left out before it."""
    one = None if task_id is None else await plans.task(reader, task_id)
    if one is None or not one.without:
        return ()
    titles = {other.key: other.title for other in await plans.of_goal(reader, one.goal)}
    says = (DOUBT.format(title=titles.get(key, key)) for key in one.without)
    return tuple({"kind": KIND, "words": "", "says": one} for one in says)


def of_steps(marks: Iterable[Mark]) -> list[str]:
    """Return what of these marks is about steps that were left out."""
    return [mark["says"] for mark in marks if mark["kind"] == KIND]


async def prepare_again(tx: Tx, task_id: str, cause: str) -> bool:
    """Try once more to prepare a task, and what was left out because of it. False: no need."""
    failed = await plans.task(tx, task_id)
    if failed is None or failed not in [one for one, _ in await plans.refused(tx)]:
        return False
    for one in [failed, *await skipped_after(tx, failed)]:
        await plans.move(tx, one.id, "pending", cause)
    await open_work(tx, "dispatch", failed.id)
    return True


async def leave_out(tx: Tx, task_id: str, cause: str) -> bool:
    """Give up a task that could not be prepared. False: it is settled already."""
    failed = await plans.task(tx, task_id)
    if failed is None or failed not in [one for one, _ in await plans.refused(tx)]:
        return False
    await plans.move(tx, task_id, "skipped", cause, failed.error)
    return True


def _reported(one: Task) -> set[str]:
    return set(one.reports or ())


def _used(one: Task) -> set[str]:
    """Return the keys of the steps whose outputs its arguments refer to."""
    return set(re.findall(r"\$\{steps\.(\w+)[.}?]", json.dumps(one.args)))


def _names(one: Task, left: Task) -> bool:
    """Say whether its texts hold what tells the step apart: its title, an amount, a number."""
    text = " ".join([one.title, *_leaves(one.args)]).casefold()
    return any(
        re.search(rf"(?<!\w){re.escape(said.casefold())}(?!\w)", text)
        for said in [left.title, *filter(_telling, _leaves(left.args))]
    )


def _telling(value: str) -> bool:
    has_number = any(letter.isdigit() for letter in value)
    return has_number and len(value) >= TELLING_CHARS_MIN and "${" not in value


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)
