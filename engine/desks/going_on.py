"""Going on without a step that failed: what came after it comes after what was before it.

What says that it was done is left out with it. What was approved to come after it is asked once
more, for the yes took the step for done; what waits says so, and is drafted anew, for it may
quote the step.
"""

from connectors.contract import ConnectorError, Preview
from engine.acting import effects, gate, taps
from engine.acting.effects import Effect
from engine.acting.taps import GONE, Person, Reply
from engine.chat.tokens import Tap
from engine.desks import mending
from engine.drawing.marks import marked, marks_of
from engine.flow.durable import open_work
from engine.planning import left_out, plans, versions
from engine.planning.plans import Task
from engine.rules.house import House
from memory.db import Reader, Tx

CANNOT = "I cannot look at what was to come after it: {} Nothing was changed."
MOVED = "What was to come after it changed this moment; nothing was done. Tap again."
ALONE = "Left out. You stopped the plan, so nothing comes after it."
DONE = "I go on without it. What was to come after it is asked anew."
WITH_IT = " Left out with it: {}."
ASKED = ("approved", "waiting")

Asked = tuple[Effect, Preview]  # what a yes was given to, or is asked, and what its card shows


async def go_on(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Leave a step out and let those behind it go on."""
    async with house.db.snapshot() as reader:
        task = await failed(reader, tap.ref)
        asked = [] if task is None else await _asked(reader, task)
    if task is None:
        return Reply(GONE, refused=True)
    try:
        anew = [(one, await _looked_at(house, one, shown)) for one, shown in asked]
    except ConnectorError as error:
        return Reply(CANNOT.format(error), refused=True)
    async with house.db.transaction() as tx:
        cause = await taps.heard(tx, tap, who, key, values)
        now = await plans.task(tx, task.id)
        back = await plans.taking_back(tx, task.goal) is not None
        if now is None or now.state != "failed" or back:
            return Reply(mending.SETTLED, refused=True)
        if _stand(await _asked(tx, now)) != _stand(anew):
            return Reply(MOVED, refused=True)
        if await versions.halted(tx, task.goal):
            await left_out.cut_out(tx, now, cause)
            await give_up(tx, tap.ref, cause)
            return Reply(ALONE)
        gone = await _leave_out(tx, house, now, tap.ref, anew, cause)
    return Reply(DONE + (WITH_IT.format(", ".join(gone)) if gone else ""))


async def failed(reader: Reader, ref: str) -> Task | None:
    """Return the step that a button is about, by its effect or by itself."""
    effect = await effects.get(reader, ref)
    return await plans.task(reader, ref if effect is None else effect.task)


async def give_up(tx: Tx, ref: str, cause: str) -> bool:
    """Give a failed step up, whether it came to a call or not. False: it is settled already."""
    if ref.startswith(mending.TASK):
        return await left_out.leave_out(tx, ref, cause)
    return await effects.abort(tx, ref, cause)


async def _asked(reader: Reader, task: Task) -> list[Asked]:
    """Return what may say that the step was done, and has a card or a yes already."""
    doubtful = left_out.doubtful(task, await plans.of_goal(reader, task.goal))
    found = [await effects.of_task(reader, one.id) for one in doubtful]
    held = [one for one in found if one is not None and one.state in ASKED]
    return [(one, await effects.preview_of(reader, one.id, one.version)) for one in held]


async def _looked_at(house: House, asked: Effect, shown: Preview) -> Preview:
    """Return what it would change: of what a yes was given to as it is now, else as shown."""
    if asked.state == "waiting":
        return shown
    task = asked.planned_by
    return (await gate.again(house, asked.action, asked.goal, task=task, shown=shown)).preview


def _stand(asked: list[Asked]) -> list[tuple[str, int, str]]:
    return [(one.id, one.version, one.state) for one, _ in asked]


async def _leave_out(
    tx: Tx, house: House, task: Task, ref: str, asked: list[Asked], cause: str
) -> list[str]:
    """Leave a step out, and what reports it; the others ask. Return what else was left out."""
    planned = await plans.of_goal(tx, task.goal)
    skipped = await left_out.skipped_after(tx, task)
    gone, doubtful = left_out.with_it(task, planned), left_out.doubtful(task, planned)
    after = {one.id for left in (task, *gone) for one in await plans.after(tx, left)}
    await left_out.doubt(tx, task, doubtful, cause)
    for one in (task, *gone):
        await left_out.cut_out(tx, await _now(tx, one), cause)
    await give_up(tx, ref, cause)
    for one in gone:
        await _drop(tx, one, f"“{task.title}” was not done.", cause)
    for effect, shown in asked:
        await _ask(tx, house, effect, shown, cause)
    for one in skipped:
        if one.id not in {left.id for left in gone}:
            await plans.move(tx, one.id, "pending", cause)
    for one in doubtful:
        if one.id in after:
            await open_work(tx, "dispatch", one.id)
    return [f"“{one.title}”" for one in gone]


async def _now(tx: Tx, one: Task) -> Task:
    """Return a step as it stands: what it comes after changes as those before it are left out."""
    found = await plans.task(tx, one.id)
    assert found is not None
    return found


async def _drop(tx: Tx, one: Task, why: str, cause: str) -> None:
    effect = await effects.of_task(tx, one.id)
    if effect is not None and effect.state in ASKED:
        await effects.end(tx, effect.id, "withdrawn", cause)
    elif effect is None and one.state != "skipped":
        await plans.move(tx, one.id, "skipped", cause, why)


async def _ask(tx: Tx, house: House, old: Effect, shown: Preview, cause: str) -> None:
    """Ask it once more, with the mark, and as the rules judge what a step less may mean."""
    task = old.planned_by
    marks = await gate.with_left_out(tx, task, marks_of(shown.facts))
    preview = marked(shown, marks)
    proposal = await gate.judged(tx, house, old.action, preview, old.goal, task=task)
    if old.state == "approved":
        await effects.ask_again(tx, old, proposal, cause)
    else:
        by_hand = await effects.author_of(tx, old.id, old.version) == "operator"
        await effects.revise(tx, old, proposal, "operator" if by_hand else "agent", cause)


VERBS = {"without": go_on}
