"""The desk of a model's plan: start it, say yes to what is fixed, change it in words, drop it.

A yes given here is the operator's, to exactly the digests that the card showed; money and whatever
is asked twice never passes with others.
"""

from agents.hearing.plan_corrected import THINKING
from agents.plans import foretold, plan_anew
from engine.acting import approvals, effects
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat.tokens import Tap
from engine.desks import answering, stop
from engine.flow.durable import open_work
from engine.planning import goals, plan_card, plans, versions
from engine.planning.goals import Goal
from engine.planning.versions import Version
from engine.rules.house import House
from memory.db import Reader, Tx
from memory.ids import derived_id

KIND = "plan"
CHANGED = "The plan changed since this card; the newer one is below. Nothing was done."
STARTED = "This plan was started already."
ENDED = "This plan has ended already."
EMPTY = "Write what should be different; nothing was changed."
DROPPED = "Dropped. Nothing was done."
DROPPED_REST = "Dropped. What was done before stays done."


async def start(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Begin the plan; every step is judged in its turn and asks as the rules want it."""
    return await _begin(house, tap, who, key, values, agree=False)


async def agree(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Begin the plan and say yes to the steps that are fixed to the letter."""
    return await _begin(house, tap, who, key, values, agree=True)


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
    "plan.start": start,
    "plan.agree": agree,
    "plan.edit": edit,
    "plan.anew": anew,
    "plan.drop": drop,
}


async def _begin(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str], *, agree: bool
) -> Reply:
    async with house.db.snapshot() as reader:
        known = await _offered(reader, tap)
    proposals = (
        {} if isinstance(known, Reply) or not agree else await foretold.agreed(house, *known)
    )
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        known = await _offered(tx, tap)
        if isinstance(known, Reply):
            return known
        goal, version = known
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
    count = len(proposals)
    return Reply(f"Started; {count} approved." if count else "Started.")


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
