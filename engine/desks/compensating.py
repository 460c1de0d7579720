"""Compensating: what a plan did is taken back, the last step first, each judged like any effect.

asked ─▶ what waits is withdrawn ─▶ undo of the step done last ─▶ of the one before it … ─▶ told

What was asked for stands with the plan, what was proposed with its effect: a crash at any line
leads back to the same next step. An undo that is refused leaves its step as it is, and the one
before has its turn; one that fails waits on its card for what the operator decides.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from connectors.contract import PermanentError
from engine.acting import effects, taps
from engine.acting.effects import Effect
from engine.acting.taps import GONE, Person, Reply
from engine.chat import outbox
from engine.chat.messages import Bullets, Heading, Msg
from engine.chat.tokens import Tap
from engine.desks import going_on, halting, mending, stop, undoing
from engine.flow.durable import Work
from engine.planning import aftermath, goals, plans
from engine.rules.house import House
from memory.db import Reader, Tx
from memory.schema import work

TITLE = "Taking back: {}"
ENDED = "Taken back: {}"
ON_ITS_WAY = {
    "waiting": "asks you first; its card is in the chat",
    "approved": "on its way",
    "running": "on its way",
    "failed": "did not work; its card says what you can do",
    "unknown": "nobody can tell; its card says what you can do",
}
REFUSED = {
    "denied": "stays: the rules refuse to take it back",
    "rejected": "stays: you said no",
    "expired": "stays: nobody answered in time",
    "withdrawn": "stays: taking it back was given up",
}
BEGUN = "I take it back, the last step first. What the rules ask first is on its card."
HELD = "I take it back, but it is held: STOP is on. Say /resume to let it go on."
NOTHING = "There is nothing to take back."


@dataclass(frozen=True, slots=True)
class Course:
    """How far it is. `next`: what to propose, the first of them; () while one is on its way."""

    goal: str
    cause: str
    next: tuple[Effect, ...]
    lines: tuple[str, ...]
    ended: bool


async def take_back(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Give a plan up whose step failed, and begin to take back what was done."""
    async with house.db.transaction() as tx:
        cause = await taps.heard(tx, tap, who, key, values)
        failed = await going_on.failed(tx, tap.ref)
        if failed is None:
            return Reply(GONE, refused=True)
        if failed.state != "failed":
            return Reply(mending.SETTLED, refused=True)
        # First of all, for what ends from here on ends as taken back, and not as a success.
        if not await plans.take_back(tx, failed.goal, cause):
            return Reply(NOTHING, refused=True)
        await going_on.give_up(tx, tap.ref, cause)
        await _give_up_others(tx, failed.goal, cause)
        await halting.end(tx, failed.goal, "You took the plan back.", cause)
        held = await stop.is_stopped(tx)
    return Reply(HELD if held else BEGUN, refused=held)


async def compensate(house: House, taken: Work) -> None:
    """Propose the next step back, unless one is on its way, and say how far it is."""
    stays: dict[str, str] = {}
    while True:
        async with house.db.snapshot() as reader:
            course = await _course(reader, taken.ref, stays)
        if course is None or not course.next:
            break
        try:
            await undoing.propose(house, course.next[0], course.cause)
            break
        except PermanentError as error:  # or somebody else just asked for it: look again
            stays[course.next[0].id] = str(error)
    async with house.db.transaction() as tx:
        await _tell(tx, taken.ref, stays)


async def going_back(reader: Reader, goal_id: str) -> bool:
    """Say whether a plan is being taken back, and not all of it is settled yet."""
    course = await _course(reader, goal_id)
    return course is not None and not course.ended


async def _give_up_others(tx: Tx, goal_id: str, cause: str) -> None:
    """Give up what else failed, so that no card tries it again; what is in doubt stays so."""
    for task in await plans.of_goal(tx, goal_id):
        if task.state == "failed":
            effect = await effects.of_task(tx, task.id)
            if effect is None or effect.state == "failed":
                await going_on.give_up(tx, task.id if effect is None else effect.id, cause)


async def _course(
    reader: Reader, goal_id: str, stays: dict[str, str] | None = None
) -> Course | None:
    """Return how far it is; None: nobody asked for it."""
    cause = await plans.taking_back(reader, goal_id)
    left = await aftermath.of_goal(reader, goal_id)
    if cause is None or left is None:
        return None
    why = {one.effect: f"stays: {one.stays}" for one in left.done if one.stays}
    why |= {id: f"stays: {error}" for id, error in (stays or {}).items()}
    told, tried, busy = [], set[str](), False
    of_plan = await _effects(reader, goal_id)
    for one in of_plan:
        if one.undoes is None:
            busy = busy or one.state in ("approved", "running")
            continue
        busy = busy or one.state in ON_ITS_WAY
        if one.action.args["asked"] == cause or one.state in ON_ITS_WAY:
            tried.add(one.undoes)
            why[one.undoes] = ON_ITS_WAY.get(one.state) or REFUSED.get(one.state, "")
    known = {one.id: one for one in of_plan}
    next_ = tuple(known[one.effect] for one in left.back if one.effect not in {*tried, *why})
    for one in of_plan:
        if one.undoes is None and one.state in ("done", "undone"):
            shown = await effects.preview_of(reader, one.id, one.version)
            back = (
                "↩ taken back" if one.state == "undone" else why.get(one.id) or "comes after these"
            )
            told.append(f"{shown.title}: {back}")
    return Course(goal_id, cause, () if busy else next_, tuple(told), not busy and not next_)


async def _effects(reader: Reader, goal_id: str) -> list[Effect]:
    """Return what a goal has set going, the step that was done last first."""
    of_goal = work.effects.c.goal == goal_id
    query = sa.select(work.effects.c.id).where(of_goal)
    found = await effects.get_all(reader, [row.id for row in await reader.rows(query)])
    place = {task.id: task.position for task in await plans.of_goal(reader, goal_id)}
    # What an older version of the plan left undone has no place in this one.
    order = {one.id: (one.done_at or one.at, place.get(one.task, 0)) for one in found.values()}
    return sorted(found.values(), key=lambda one: order[one.id], reverse=True)


async def _tell(tx: Tx, goal_id: str, stays: dict[str, str]) -> None:
    course, goal = await _course(tx, goal_id, stays), await goals.get(tx, goal_id)
    if course is None or goal is None or not course.lines:
        return
    title = (ENDED if course.ended else TITLE).format(goal.text)
    parts = (Heading(text=title), Bullets(items=course.lines))
    key = f"back:{goal_id}:{course.cause}"
    await outbox.post(tx, Msg(key=key, summary=title[:190], parts=parts), goal.conv)


VERBS = {"compensate": take_back}
