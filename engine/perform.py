"""perform(): make the call, once. A crash at any line is answered by looking, never by guessing."""

import asyncio
from typing import Any

from connectors.contract import (
    AuthError,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    TransientError,
    UnknownError,
)
from engine import approvals, effects, following, gate, plans, stop
from engine.durable import ATTEMPTS_MAX, Work
from engine.effects import Effect
from engine.house import House
from memory.db import Database, Reader, Tx
from policies.rules import STRICTNESS


async def perform(house: House, work: Work) -> None:
    """Carry one approved effect into the world and keep its receipt."""
    async with house.db.snapshot() as reader:
        effect = await effects.get(reader, work.ref)
    if effect is None or effect.state not in ("approved", "running"):
        return
    tried_before = effect.state == "running"
    if not tried_before and not await _start(house, effect):
        return
    operation = house.operation(effect.action.operation)
    try:
        receipt = await _call(operation, effect, tried_before)
    except TransientError as error:
        if work.attempts < ATTEMPTS_MAX:
            raise
        await _fail(house.db, effect, "failed", str(error))
    except (PermanentError, AuthError) as error:
        await _fail(house.db, effect, "failed", str(error))
    except UnknownError as error:
        await _fail(house.db, effect, "unknown", str(error))
    else:
        await finish(house.db, effect.id, receipt)


async def finish(db: Database, effect_id: str, receipt: Receipt) -> None:
    """Keep the receipt and let the records follow what the system of record reported."""
    async with db.transaction() as tx:
        effect = await effects.get(tx, effect_id)
        if effect is None:
            return
        await following.follow(tx, receipt, effect)
        await effects.finish(tx, effect_id, receipt, effect.cause)


async def _start(house: House, effect: Effect) -> bool:
    """Check everything once more, in the moment before: STOP, order, rules, the world."""
    async with house.db.snapshot() as reader:
        if not await _its_turn(reader, effect):
            return False
        shown = await effects.preview_of(reader, effect.id, effect.version)
    try:
        now = await gate.weigh(house, effect.action, effect.goal)
    except PermanentError as error:
        await _fail(house.db, effect, "failed", str(error))
        return False
    async with house.db.transaction() as tx:
        if await stop.is_stopped(tx):
            return False
        if _changed(shown, now.preview) or await _stricter(tx, effect, now):
            await effects.ask_again(tx, effect, now, effect.cause)
            return False
        return await effects.start(tx, effect.id, effect.cause)


async def _its_turn(reader: Reader, effect: Effect) -> bool:
    if await stop.is_stopped(reader):
        return False
    if effect.undoes is not None:
        return True
    task = await plans.task(reader, effect.task)
    return task is not None and await plans.may_run(reader, task)


def _changed(shown: Preview, now: Preview) -> bool:
    """Is the world no longer as it was when the card showed it?"""
    return [(c.label, c.before) for c in shown.changes] != [
        (c.label, c.before) for c in now.changes
    ]


async def _stricter(tx: Tx, effect: Effect, now: gate.Proposal) -> bool:
    """Do the rules ask for more than what was given: a yes, or their own leave?"""
    asked = await approvals.of_version(tx, effect.id, effect.version)
    if asked is None:
        return STRICTNESS[now.verdict.outcome] >= STRICTNESS["ask"]
    return STRICTNESS[now.verdict.outcome] > STRICTNESS[effect.verdict["outcome"]]


async def _call(operation: Operation, effect: Effect, tried_before: bool) -> Receipt:
    """Run the operation; when an earlier try may have reached the world, look before leaping."""
    if tried_before:
        if operation.find is None:
            raise UnknownError("I was interrupted and cannot look whether it happened.")
        found = await operation.find(effect.id)
        if found is not None:
            return found
    args = gate.arguments(operation, effect.action.args)
    try:
        async with asyncio.timeout(operation.timeout_s):
            return await operation.run(args, effect.id)
    except TimeoutError:
        return await _look(operation, effect.id)
    except UnknownError:
        return await _look(operation, effect.id)


async def _look(operation: Operation, key: str) -> Receipt:
    found = await operation.find(key) if operation.find is not None else None
    if found is None:
        raise UnknownError("No answer came back, and I cannot see whether it happened.")
    return found


async def _fail(db: Database, effect: Effect, state: Any, error: str) -> None:
    async with db.transaction() as tx:
        await effects.fail(tx, effect.id, state, error, effect.cause)
