"""Stopping one plan: what waits is withdrawn, what was not begun is left out; nothing is undone."""

from engine.acting import effects
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat.tokens import Tap
from engine.planning import goals, plans, versions
from engine.rules.house import House
from memory.db import Tx

ENDED = "This plan has ended already."
STOPPED = "Stopped. What was not done stays undone."
RUNNING = "Stopped, but for what is running: “{}” can no longer be held."


async def halt(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """End a plan where it stands."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        goal = await goals.get(tx, tap.ref)
        if goal is None:
            return Reply(GONE, refused=True)
        if goal.state != "open":
            return Reply(ENDED, refused=True)
        running = await end(tx, goal.id, "You stopped the plan.", cause)
    return Reply(RUNNING.format("”, “".join(running)) if running else STOPPED)


async def end(tx: Tx, goal_id: str, why: str, cause: str) -> list[str]:
    """Withdraw what waits and leave out what was not begun; return the titles of what runs."""
    running = []
    await versions.halt(tx, goal_id, cause)
    for task in await plans.of_goal(tx, goal_id):
        effect = await effects.of_task(tx, task.id)
        if effect is not None and effect.state in ("waiting", "approved"):
            await effects.end(tx, effect.id, "withdrawn", cause)
        elif effect is not None and effect.state == "running":
            running.append(task.title)
        elif effect is None and task.state not in plans.ENDED:
            await plans.move(tx, task.id, "skipped", cause, why)
    return running
