"""Aftermath: what a plan whose step failed has done so far, and what of it can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.chat import outbox
from engine.chat.messages import Button, Msg, Para, Part, Span
from engine.planning import by_hand, left_out, plans
from engine.planning import goals as wishes
from memory.db import Reader, Tx
from memory.schema.work import effect_versions, effects, tasks

BY_HAND = "operator"  # a receipt's id when a person vouches for it
CANNOT = "“{title}” cannot be done: {error} Nothing was done."
YOURS = "you did it yourself"
TOO_LATE = "the time for that has passed"
WHOLE = "Done so far: {done}."
BACK = "Take back would go from the last to the first: {titles}."
STAYS = "“{title}” would stay: {why}."
FAILED = ("Go on without it", "Take back what was done")
LOOKED = ("Not done: go on without", "Not done: take all back")
NONE = "Nothing is done so far."
WITH_IT = "Going on without it leaves out {titles} too, for that says it was done or needs it."


@dataclass(frozen=True, slots=True)
class Done:
    """One step that was done. `stays`: why it cannot be taken back; "": it can be."""

    effect: str
    title: str
    stays: str


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is done of a plan of several steps, the last first.

    `with_it`: the titles of what is left out with the step that failed.
    """

    done: tuple[Done, ...]
    with_it: tuple[str, ...] = ()

    @property
    def back(self) -> tuple[Done, ...]:
        return tuple(one for one in self.done if not one.stays)

    @property
    def says(self) -> tuple[str, ...]:
        """Return what is done, and what a tap on *Take back* would and would not change."""
        return (*self._done_so_far, *self._without)

    @property
    def _without(self) -> tuple[str, ...]:
        titles = ", ".join(f"“{one}”" for one in self.with_it)
        return (WITH_IT.format(titles=titles),) if titles else ()

    @property
    def _done_so_far(self) -> tuple[str, ...]:
        if not self.done:
            return (NONE,)
        lines = [WHOLE.format(done=_listed(tuple(reversed(self.done))))]
        if self.back:
            lines.append(BACK.format(titles=_listed(self.back)))
        stays = [one for one in self.done if one.stays]
        return (*lines, *(STAYS.format(title=one.title, why=one.stays) for one in stays))

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Para(spans=(Span(text=line),)) for line in self.says)

    def buttons(self, ref: str, *, looked: bool = False) -> tuple[tuple[Button, ...], ...]:
        """Return what can be done about the rest. `looked`: a tap says that it did not happen."""
        on, off = LOOKED if looked else FAILED
        rows = [Button(label=on, action="without", ref=ref)]
        if self.back:
            rows.append(Button(label=off, action="compensate", ref=ref, style="danger"))
        return tuple((one,) for one in rows)


async def of_goal(reader: Reader, goal_id: str, task_id: str = "") -> Aftermath | None:
    """Return what stands of a goal's plan whose step `task_id` failed. None: one is no plan."""
    planned = await plans.of_goal(reader, goal_id)
    if len(planned) < 2:
        return None
    query = (
        sa.select(effects.c.id, effects.c.receipt, effect_versions.c.preview)
        .join(effect_versions, effect_versions.c.effect == effects.c.id)
        .join(tasks, tasks.c.id == effects.c.task)
        .where(effect_versions.c.version == effects.c.version)
        .where(effects.c.goal == goal_id, effects.c.undoes.is_(None), effects.c.state == "done")
        .order_by(effects.c.done_at.desc(), tasks.c.position.desc())
    )
    rows = await reader.rows(query)
    failed = next((one for one in planned if one.id == task_id), None)
    gone = [] if failed is None else left_out.with_it(failed, planned)
    return Aftermath(
        tuple(_done(row, reader.now) for row in rows), tuple(one.title for one in gone)
    )


async def say_refused(tx: Tx, task_id: str) -> None:
    """Tell why a step could not be prepared; nothing outward has happened for it."""
    failed = await plans.task(tx, task_id)
    goal = None if failed is None else await wishes.get(tx, failed.goal)
    if failed is None or goal is None:
        return
    text = CANNOT.format(title=failed.title, error=failed.error)
    parts: tuple[Part, ...] = (Para(spans=(Span(text=text),)),)
    left = await of_goal(tx, goal.id, failed.id)
    label = "Drop" if left is None else "Abort"
    again = Button(label="Retry", action="again", ref=failed.id)
    abort = Button(label=label, action="abort", ref=failed.id, style="danger")
    rows: tuple[tuple[Button, ...], ...] = ((*by_hand.button(failed), again, abort),)
    if left is not None:
        parts, rows = (*parts, *left.parts), (*rows, *left.buttons(failed.id))
    msg = Msg(key=f"failed:{failed.id}", summary=text[:190], parts=parts, buttons=rows)
    await outbox.post(tx, msg, goal.conv)


async def show_refused(tx: Tx, goal_id: str) -> None:
    """Tell it anew as the plan stands, of every step that could not be prepared."""
    for one, _ in await plans.refused(tx):
        if one.goal == goal_id:
            await say_refused(tx, one.id)


def _done(row: sa.Row[Any], now: datetime) -> Done:
    facts, until = row.preview["facts"], row.receipt["undo_until"]
    stays = "" if facts.get("undoable") else str(facts.get("undo") or "cannot be undone")
    if row.receipt["id"] == BY_HAND:
        stays = YOURS
    elif not stays and until is not None and datetime.fromisoformat(until) <= now:
        stays = TOO_LATE
    return Done(row.id, row.preview["title"], stays)


def _listed(done: tuple[Done, ...]) -> str:
    return ", ".join(f"“{one.title}”" for one in done)
