"""The desk of a model's plan: start it, say yes to what is fixed, change it in words, drop it.

A yes given here is the operator's, to exactly the digests that the card showed; money and whatever
is asked twice never passes with others.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from agents.hearing.plan_corrected import THINKING
from agents.plans import foretold, plan_anew
from engine.acting import approvals, effects
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat.tokens import Tap
from engine.desks import answering, stop
from engine.flow.durable import open_work
from engine.models import affording
from engine.models.model_calls import Limits
from engine.planning import goals, plan_card, plans, versions
from engine.planning.goals import Goal
from engine.planning.mode_words import DETERMINISTIC
from engine.planning.versions import Version
from engine.rules.house import House
from memory.db import Reader, Tx
from memory.ids import derived_id

KIND = "plan"
How = Literal["start", "agree", "templates"]
CHANGED = "The plan changed since this card; the newer one is below. Nothing was done."
DEARER = "There is less money than this card said, so nothing was begun. Look at it once more."
PLAIN = "Started. No model is asked; you fill in the texts on their cards."
STARTED = "This plan was started already."
ENDED = "This plan has ended already."
EMPTY = "Write what should be different; nothing was changed."
DROPPED = "Dropped. Nothing was done."
DROPPED_REST = "Dropped. What was done before stays done."


def starting(limits: Limits) -> dict[str, Callable[..., Awaitable[Reply]]]:
    """Return what begins a plan: as it is, with a yes to what is fixed, or with templates alone.

    Every step is judged in its turn and asks as the rules want it.
    """
    ways: tuple[How, ...] = ("start", "agree", "templates")
    return {f"plan.{how}": partial(_begin, limits, how) for how in ways}


async def edit(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Have the plan made anew as a note says."""
    if not values.get("note", "").strip():
        return Reply(EMPTY, refused=True)
    return await _anew(house, tap, who, key, values)


async def anew(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Have the rest made anew, because of what became of the steps."""
    return await _anew(house, tap, who, key, {})


async def drop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Put the plan away before it began."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        known = await _offered(tx, tap)
        if isinstance(known, Reply):
            return known
        goal, _ = known
        for task in await plans.of_goal(tx, goal.id):
            if task.state not in plans.ENDED:
                await plans.move(tx, task.id, "skipped", cause, "You dropped the plan.")
        done = any(task.state == "done" for task in await plans.of_goal(tx, goal.id))
    return Reply(DROPPED_REST if done else DROPPED)


VERBS = {
    "plan.edit": edit,
    "plan.anew": anew,
    "plan.drop": drop,
}


async def _begin(
    limits: Limits, how: How, house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
) -> Reply:
    async with house.db.snapshot() as reader:
        known = await _offered(reader, tap)
    proposals = (
        {} if isinstance(known, Reply) or how != "agree" else await foretold.agreed(house, *known)
    )
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        known = await _offered(tx, tap)
        if isinstance(known, Reply):
            return known
        goal, version = known
        if how == "templates":
            await goals.go_about(tx, goal.id, DETERMINISTIC, cause)
        elif await _dearer(tx, limits, version):
            return Reply(DEARER, plan_card.key(goal.id), refused=True)
        if not await versions.start(tx, version, cause):
            return Reply(STARTED, refused=True)
        tasks = {task.key: task for task in await plans.of_goal(tx, goal.id)}
        for step, proposal in proposals.items():
            task = tasks[step]
            effect_id = await effects.propose(tx, task.id, goal.id, proposal, goal.asked_by)
            asked = await approvals.newest(tx, effect_id)
            effect = await effects.get(tx, effect_id)
            if asked is not None and effect is not None and effect.state == "waiting":
                await answering.yes(tx, house, asked, effect, who, cause)
        await plans.draw(tx, goal.id)
        await plans.turn_on(tx, goal.id)
        if await stop.is_stopped(tx):
            return Reply("Started, and held: STOP is on. Say /resume to go on.", refused=True)
    if how == "templates":
        return Reply(PLAIN)
    count = len(proposals)
    return Reply(f"Started; {count} approved." if count else "Started.")


async def _dearer(tx: Tx, limits: Limits, version: Version) -> bool:
    """Say whether its texts can no longer be paid as its card said they could; the card says so."""
    if version.texts is None or version.texts["up"]:
        return False  # it wants no text, or the card said so
    return await affording.short(tx, limits, version)


async def _anew(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        goal, version = await goals.get(tx, tap.ref), await versions.of_goal(tx, tap.ref)
        if goal is None or version is None:
            return Reply(GONE, refused=True)
        if str(version.version) != tap.item:
            return Reply(CHANGED, plan_card.key(goal.id), refused=True)
        if why := await plan_anew.held(tx, goal.id):
            return Reply(why, refused=True)
        await open_work(tx, KIND, cause, key=derived_id("wrk", KIND, cause))
    return Reply(THINKING)


async def _offered(reader: Reader | Tx, tap: Tap) -> tuple[Goal, Version] | Reply:
    """Return the plan that the card offered, if it is still that one and waits for its start."""
    goal, version = await goals.get(reader, tap.ref), await versions.of_goal(reader, tap.ref)
    if goal is None or version is None:
        return Reply(GONE, refused=True)
    if str(version.version) != tap.item:
        return Reply(CHANGED, plan_card.key(goal.id), refused=True)
    if goal.state != "open":
        return Reply(ENDED, refused=True)
    return (goal, version) if version.offered else Reply(STARTED, refused=True)
