"""Effect: an action on its way into the world. Once, or "I don't know".

proposed ─allow→ approved → running → done → undone
   ├─ask→ waiting ─tap→ approved   ├→ failed
   └─deny→ denied   └→ rejected │ expired │ withdrawn
                                   └→ unknown (it may have happened: a person looks)

failed │ unknown ─retry→ approved │ ─by hand→ done │ ─abort→ withdrawn
failed ─edit→ proposed (a new version)
denied ─the account was endorsed→ proposed (a new version)
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from connectors.contract import Preview, Receipt
from engine.acting import approvals
from engine.acting.gate import Proposal
from engine.chat import conversations
from engine.drawing import cards, failures
from engine.drawing.failures import Failure, Try
from engine.flow.durable import open_work
from engine.flow.lanes import same
from engine.planning import episodes, plans
from engine.rules import bundles
from memory import events
from memory.db import Reader, Tx, change, insert, insert_once
from memory.ids import derived_id
from memory.schema.work import effect_versions, effects
from policies.rules import Action

NOBODY = "Nobody who may decide is paired, so it was refused at once. Pair, then ask for it again."
TASK_STATE: dict[str, plans.State] = {
    "approved": "running",
    "waiting": "waiting",
    "running": "running",
    "denied": "skipped",
    "rejected": "skipped",
    "expired": "skipped",
    "withdrawn": "skipped",
    "done": "done",
    "failed": "failed",
    "unknown": "failed",
}
WENT_WRONG = ("failed", "unknown")


class Effect(BaseModel, frozen=True):
    """`id` is the idempotency key of the call, the same for every attempt and version."""

    id: str
    task: str
    goal: str
    version: int
    state: str
    action: Action
    digest: str
    verdict: dict[str, Any]
    receipt: Receipt | None
    error: str | None
    failure: Failure | None
    tries: tuple[Try, ...]
    undoes: str | None
    cause: str
    at: datetime
    done_at: datetime | None

    @property
    def planned_by(self) -> str | None:
        """Return the task whose plan holds it; an undo is the operator's own wish."""
        return self.task if self.undoes is None else None


async def propose(
    tx: Tx, task: str, goal: str, proposal: Proposal, cause: str, *, undoes: str | None = None
) -> str:
    """Record the action with its verdict; ask, run or refuse it. The same task proposes once."""
    id = derived_id("eff", task, proposal.digest if undoes else "")
    state = _first_state(proposal)
    row = {"id": id, "task": task, "goal": goal, "version": 1, "state": state, "undoes": undoes}
    row |= _content(proposal) | {"cause": cause, "at": tx.now}
    if not await insert_once(tx, effects, row):
        return id
    await _keep(tx, id, 1, proposal, "agent", cause)
    await _follow(tx, id, state, proposal, cause)
    return id


async def revise(
    tx: Tx, old: Effect, proposal: Proposal, author: Literal["agent", "operator"], cause: str
) -> bool:
    """Replace what was asked by a new version, judged again; every older question is void.

    False: the effect is no longer waiting, or is no longer the version that was changed.
    """
    return await _replace(tx, old, "waiting", proposal, _first_state(proposal), author, cause)


async def ask_again(tx: Tx, old: Effect, proposal: Proposal, cause: str) -> bool:
    """The world or the rules changed after the yes: the same action becomes a new question."""
    return await _replace(tx, old, "approved", proposal, "waiting", "agent", cause)


async def reopen(tx: Tx, old: Effect, proposal: Proposal, cause: str) -> bool:
    """What failed, changed by hand: a new version, judged and asked again. False: it moved on."""
    state = _first_state(proposal)
    return await _replace(tx, old, "failed", proposal, state, "operator", cause)


async def admit(tx: Tx, old: Effect, proposal: Proposal, cause: str) -> bool:
    """What was refused, with its account endorsed: a new version, judged. False: it moved on."""
    state = _first_state(proposal)
    return await _replace(tx, old, "denied", proposal, state, "operator", cause)


async def restore(tx: Tx, old: Effect, proposal: Proposal, cause: str) -> bool:
    """What was withdrawn with its project is wanted again: a new version, as it was judged."""
    return await _replace(tx, old, "withdrawn", proposal, _first_state(proposal), "agent", cause)


async def settle(
    tx: Tx, asked: approvals.Approval, state: Literal["approved", "rejected"], cause: str
) -> bool:
    """Apply the operator's answer, if the effect is still exactly what they saw."""
    same = (effects.c.version == asked.version, effects.c.digest == asked.digest)
    still = sa.and_(effects.c.state == "waiting", *same)
    if not await change(tx, effects, {"id": asked.effect}, still, state=state):
        return False
    await _moved(tx, asked.effect, state, cause)
    if state == "approved":
        await open_work(tx, "perform", asked.effect)
    else:
        await _withdraw_dependents(tx, asked.effect, cause)
    return True


async def end(tx: Tx, effect_id: str, state: Literal["expired", "withdrawn"], cause: str) -> bool:
    """Nobody will answer any more, or nobody needs to."""
    return await _end(tx, effect_id, ("waiting", "approved"), state, cause)


async def abort(tx: Tx, effect_id: str, cause: str) -> bool:
    """The operator gives up what went wrong; what was to come after it is withdrawn too."""
    return await _end(tx, effect_id, WENT_WRONG, "withdrawn", cause)


async def _end(
    tx: Tx, effect_id: str, while_: tuple[str, ...], state: Literal["expired", "withdrawn"],
    cause: str,
) -> bool:  # fmt: skip
    still = effects.c.state.in_(while_)
    if not await change(tx, effects, {"id": effect_id}, still, state=state):
        return False
    asked = await approvals.newest(tx, effect_id)
    if asked is not None:
        await approvals.close(tx, asked.id, state, cause)
    await _moved(tx, effect_id, state, cause)
    await _withdraw_dependents(tx, effect_id, cause)
    return True


async def start(tx: Tx, effect_id: str, cause: str) -> bool:
    """Write down that the call is about to be made, before it is made.

    Whoever starts a second call has looked that none before it did anything.
    """
    old = await get(tx, effect_id)
    if old is None or old.state not in ("approved", "running"):
        return False
    tries = failures.as_json(failures.begun(old.tries, tx.now))
    await change(tx, effects, {"id": effect_id}, state="running", tries=tries)
    if old.state == "approved":
        await _moved(tx, effect_id, "running", cause)
    else:
        await events.note(tx, "effect.tried", cause, goal=old.goal, effect=effect_id)
    return True


async def hold(tx: Tx, effect_id: str, cause: str) -> None:
    """STOP came while it was on its way, and it did not happen: it waits for its own resume."""
    tries = failures.as_json(failures.ruled_out((await _known(tx, effect_id)).tries))
    running = effects.c.state == "running"
    values = {"state": "approved", "tries": tries}
    if await change(tx, effects, {"id": effect_id}, running, **values):
        await _moved(tx, effect_id, "approved", cause)


async def missed(tx: Tx, effect_id: str, failure: Failure, said: str, cause: str) -> None:
    """Keep what came of a call that brought no receipt."""
    old = await get(tx, effect_id)
    if old is None:
        return
    tries = failures.as_json(failures.ended(old.tries, failure, said))
    await change(tx, effects, {"id": effect_id}, tries=tries)
    what: dict[str, Any] = {"effect": effect_id, "failure": failure, "error": said}
    await events.note(tx, "effect.missed", cause, goal=old.goal, **what)


async def finish(tx: Tx, effect_id: str, receipt: Receipt, cause: str) -> None:
    """Say "done", from the receipt. An undo also marks what it took back."""
    old = await get(tx, effect_id)
    if old is None or old.state not in ("approved", "running", *WENT_WRONG):
        return
    values: dict[str, Any] = {"receipt": receipt.model_dump(mode="json"), "done_at": tx.now}
    if old.state not in WENT_WRONG:
        values["tries"] = failures.as_json(failures.ended(old.tries, None, receipt.said))
    values |= {"error": None, "failure": None}
    await change(tx, effects, {"id": effect_id}, state="done", **values)
    await _moved(tx, effect_id, "done", cause)
    if old.undoes is not None:
        await change(tx, effects, {"id": old.undoes}, state="undone")
        await events.note(tx, "effect.undone", cause, goal=old.goal, effect=old.undoes)
        await _withdraw_dependents(tx, old.undoes, cause)
        await plans.move(tx, old.task, "compensated", cause)
        await episodes.write(tx, old.goal)
        await cards.show(tx, old.undoes)


async def fail(tx: Tx, effect_id: str, failure: Failure, error: str, cause: str) -> None:
    """It did not happen; or, while one try is in doubt, nobody can tell: both are shown."""
    old = await get(tx, effect_id)
    if old is None or old.state not in ("running", "approved"):
        return
    doubt = failures.doubtful(old.tries)
    if doubt is not None and failure not in failures.UNCERTAIN:
        failure = doubt.failure or failure
    state = "failed" if doubt is None else "unknown"
    await change(tx, effects, {"id": effect_id}, state=state, failure=failure, error=error)
    await _moved(tx, effect_id, state, cause)


async def try_again(tx: Tx, effect_id: str, cause: str) -> bool:
    """The operator looked and asks for another try; everything is checked once more before it.

    Its key stays the same, so it cannot happen twice.
    """
    old = await get(tx, effect_id)
    if old is None or old.state not in WENT_WRONG:
        return False
    tries = failures.as_json(failures.ruled_out(old.tries))
    values = {"state": "approved", "error": None, "failure": None, "tries": tries}
    await change(tx, effects, {"id": effect_id}, **values)
    await _moved(tx, effect_id, "approved", cause)
    await open_work(tx, "perform", effect_id)
    return True


async def get(reader: Reader, effect_id: str) -> Effect | None:
    row = await reader.row(sa.select(effects).filter_by(id=effect_id))
    return None if row is None else _effect(row)


async def get_all(reader: Reader, ids: Iterable[str]) -> dict[str, Effect]:
    """Return these effects by id."""
    rows = await reader.rows(sa.select(effects).where(effects.c.id.in_(list(ids))))
    return {row.id: _effect(row) for row in rows}


async def _known(reader: Reader, effect_id: str) -> Effect:
    found = await get(reader, effect_id)
    assert found is not None
    return found


async def of_task(reader: Reader, task_id: str) -> Effect | None:
    row = await reader.row(sa.select(effects).filter_by(task=task_id, undoes=None))
    return None if row is None else _effect(row)


async def of_goal(reader: Reader, goal_id: str) -> list[Effect]:
    """Return what a goal would do or did, without what took some of it back."""
    mine = sa.select(effects).filter_by(goal=goal_id, undoes=None).order_by(effects.c.at)
    return [_effect(row) for row in await reader.rows(mine)]


async def undo_under_way(reader: Reader, effect_id: str) -> Effect | None:
    """Return the undo of this effect that waits or runs, if there is one."""
    live = effects.c.state.in_(["waiting", "approved", "running", "unknown"])
    row = await reader.row(sa.select(effects).filter_by(undoes=effect_id).where(live))
    return None if row is None else _effect(row)


async def in_state(reader: Reader, *states: str, limit: int = 100) -> list[Effect]:
    query = sa.select(effects).where(effects.c.state.in_(states)).order_by(effects.c.at.desc())
    return [_effect(row) for row in await reader.rows(query.limit(limit))]


async def count_in(reader: Reader, *states: str) -> int:
    held = effects.c.state.in_(states)
    return int(await reader.value(sa.select(sa.func.count()).select_from(effects).where(held)))


async def author_of(reader: Reader, effect_id: str, version: int) -> str:
    """Return who wrote this version: agent or operator."""
    query = sa.select(effect_versions.c.author).filter_by(effect=effect_id, version=version)
    return str(await reader.value(query))


async def preview_of(reader: Reader, effect_id: str, version: int) -> Preview:
    """Return what this version showed that it would change."""
    query = sa.select(effect_versions.c.preview).filter_by(effect=effect_id, version=version)
    return cards.preview(await reader.value(query))


def _first_state(proposal: Proposal) -> str:
    outcome = proposal.verdict.outcome
    return {"deny": "denied", "allow": "approved", "notify": "approved"}.get(outcome, "waiting")


def _content(proposal: Proposal) -> dict[str, Any]:
    return {
        "action": proposal.action.model_dump(mode="json"),
        "digest": proposal.digest,
        "verdict": proposal.verdict.model_dump(mode="json"),
    }


async def _keep(tx: Tx, id: str, version: int, proposal: Proposal, author: str, cause: str) -> None:
    if proposal.book is not None:
        await bundles.keep(tx, proposal.book, cause)
    row = {"effect": id, "version": version, "author": author, "cause": cause, "at": tx.now}
    row |= {"operation": proposal.action.operation, "counterpart": proposal.counterpart}
    row["preview"] = cards.preview_json(proposal.preview)
    await insert(tx, effect_versions, row | _content(proposal))


async def _follow(tx: Tx, id: str, state: str, proposal: Proposal, cause: str) -> None:
    """Let what depends on the effect's new state happen: the question, the run, the card."""
    effect = await get(tx, id)
    assert effect is not None
    verdict = proposal.verdict
    if state == "waiting":
        await approvals.ask(tx, id, effect.version, effect.digest, verdict, cause)
        if not await conversations.paired(tx):  # a question nobody can answer is not asked
            await change(tx, effects, {"id": id}, error=NOBODY)
            await end(tx, id, "withdrawn", cause)
            return
        if proposal.preview.papers:  # shown after the card, which does not wait for it
            await open_work(tx, "picture", f"{id}:{effect.version}")
    elif state == "approved":
        await open_work(tx, "perform", id, lane=same())
    await _moved(tx, id, state, cause)


async def _replace(
    tx: Tx, old: Effect, while_: str, proposal: Proposal, state: str,
    author: Literal["agent", "operator"], cause: str,
) -> bool:  # fmt: skip
    """Put a new version in the place of the old one, while that stands as it was seen."""
    version = old.version + 1
    still = sa.and_(effects.c.state == while_, effects.c.version == old.version)
    values = _content(proposal) | {"version": version, "state": state}
    values |= {"error": None, "failure": None}
    if not await change(tx, effects, {"id": old.id}, still, **values):
        return False
    await _keep(tx, old.id, version, proposal, author, cause)
    asked = await approvals.of_version(tx, old.id, old.version)
    if asked is not None:
        await approvals.close(tx, asked.id, "superseded", cause)
    await _follow(tx, old.id, state, proposal, cause)
    return True


async def _moved(tx: Tx, id: str, state: str, cause: str) -> None:
    effect = await _known(tx, id)
    what: dict[str, Any] = {"effect": id, "version": effect.version}
    if state in WENT_WRONG:
        what |= {"failure": effect.failure, "error": effect.error}
        what["operation"] = effect.action.operation
    noted = await events.note(tx, f"effect.{state}", cause, goal=effect.goal, **what)
    if effect.undoes is None:
        later = state == "approved" and await plans.comes_later(tx, effect.task)
        now = TASK_STATE["waiting" if later else state]
        await plans.move(tx, effect.task, now, noted.id, effect.error)
    elif state not in ("approved", "running", "done"):
        await plans.go_back(tx, effect.goal)
    await cards.show(tx, id)
    if state == "done":
        await cards.show_failed(tx, effect.goal)


async def _withdraw_dependents(tx: Tx, ended_id: str, cause: str) -> None:
    """What was to come after something that will not be done is no longer needed."""
    ended = await get(tx, ended_id)
    if ended is None or ended.undoes is not None:
        return
    source = await plans.task(tx, ended.task)
    assert source is not None
    for task in await plans.of_goal(tx, ended.goal):
        if source.key in task.after and (later := await of_task(tx, task.id)) is not None:
            await end(tx, later.id, "withdrawn", cause)


def _effect(row: sa.Row[Any]) -> Effect:
    kept = {name: row._mapping[name] for name in Effect.model_fields if name != "tries"}
    return Effect(**kept, tries=failures.tries_of(row.tries))
