"""Going on without a step that failed: what came after it comes after what was before it.

What was approved to come after it is asked once more, for the yes took the step for done; what
waits is drafted anew, for it may quote the step.
"""

from connectors.contract import ConnectorError, Preview
from engine.acting import effects, gate, taps
from engine.acting.effects import Effect
from engine.acting.gate import Proposal
from engine.acting.taps import GONE, Person, Reply
from engine.chat.tokens import Tap
from engine.desks import mending
from engine.flow.durable import open_work
from engine.planning import plans, versions
from engine.planning.plans import Task
from engine.rules.house import House
from memory.db import Reader, Tx

CANNOT = "I cannot look at what was to come after it: {} Nothing was changed."
MOVED = "What was to come after it changed this moment; nothing was done. Tap again."
ALONE = "Left out. You stopped the plan, so nothing comes after it."
DONE = "I go on without it. What was to come after it is asked anew."


async def go_on(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Leave a step out and let those behind it go on."""
    async with house.db.snapshot() as reader:
        task = await failed(reader, tap.ref)
        approved = [] if task is None else await _approved(reader, task)
    if task is None:
        return Reply(GONE, refused=True)
    try:
        anew = [
            (one, await gate.again(house, one.action, one.goal, task=one.planned_by, shown=shown))
            for one, shown in approved
        ]
    except ConnectorError as error:
        return Reply(CANNOT.format(error), refused=True)
    async with house.db.transaction() as tx:
        cause = await taps.heard(tx, tap, who, key, values)
        now = await plans.task(tx, task.id)
        back = await plans.taking_back(tx, task.goal) is not None
        if now is None or now.state != "failed" or back:
            return Reply(mending.SETTLED, refused=True)
        if [one.id for one, _ in await _approved(tx, now)] != [one.id for one, _ in anew]:
            return Reply(MOVED, refused=True)
        await _left_out(tx, now, tap.ref, anew, cause)
        stopped = await versions.halted(tx, task.goal)
    return Reply(ALONE if stopped else DONE)


async def failed(reader: Reader, ref: str) -> Task | None:
    """Return the step that a button is about, by its effect or by itself."""
    effect = await effects.get(reader, ref)
    return await plans.task(reader, ref if effect is None else effect.task)


async def give_up(tx: Tx, ref: str, cause: str) -> bool:
    """Give a failed step up, whether it came to a call or not. False: it is settled already."""
    if ref.startswith(mending.TASK):
        return await plans.leave_out(tx, ref, cause)
    return await effects.abort(tx, ref, cause)


async def _approved(reader: Reader, task: Task) -> list[tuple[Effect, Preview]]:
    """Return what may run as soon as this step is done, with what its card showed."""
    later = [await effects.of_task(reader, one.id) for one in await plans.after(reader, task)]
    held = [one for one in later if one is not None and one.state == "approved"]
    return [(one, await effects.preview_of(reader, one.id, one.version)) for one in held]


async def _left_out(
    tx: Tx, task: Task, ref: str, anew: list[tuple[Effect, Proposal]], cause: str
) -> None:
    later, skipped = await plans.after(tx, task), await plans.skipped_after(tx, task)
    await plans.cut_out(tx, task, cause)
    await give_up(tx, ref, cause)
    for effect, proposal in anew:
        await effects.ask_again(tx, effect, proposal, cause)
    for one in skipped:
        await plans.move(tx, one.id, "pending", cause)
    for one in later:
        await open_work(tx, "dispatch", one.id)


VERBS = {"without": go_on}
