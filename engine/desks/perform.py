"""perform(): make the call, once. A crash at any line is answered by looking, never by guessing."""

import asyncio

from connectors.contract import (
    ConnectorError,
    Operation,
    PermanentError,
    Preview,
    Receipt,
    TransientError,
    UnknownError,
)
from engine.acting import approvals, effects, following, gate, vault
from engine.acting.digests import digest
from engine.acting.effects import Effect
from engine.autonomy import ladder
from engine.desks import stop
from engine.drawing import failures
from engine.drawing.failures import BadAnswerError, CutOffError, ForbiddenError
from engine.drawing.marks import marks_of
from engine.flow.durable import ATTEMPTS_MAX, Work
from engine.planning import left_out, plans
from engine.rules.house import House
from memory.db import Reader, Tx
from policies.rules import STRICTNESS

NOT_DECIDED = "What would run is not what was decided, so I did not begin."
IN_THE_WAY = "overlaps"  # how much else takes place at that time: connectors/calendar/look.py
UNDONE = "This was taken back already."
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


async def perform(house: House, work: Work) -> None:
    """Carry one approved effect into the world and keep its receipt."""
    async with house.db.snapshot() as reader:
        effect = await effects.get(reader, work.ref)
    if effect is None or effect.state not in ("approved", "running"):
        return
    try:
        receipt = await _look_back(house, effect) or await _attempt(house, effect)
    except TransientError as error:
        if work.attempts < ATTEMPTS_MAX:
            raise
        await _fail(house, effect, error)
    except ConnectorError as error:
        await _fail(house, effect, error)
    else:
        if receipt is not None:
            await finish(house, effect.id, receipt)


async def finish(house: House, effect_id: str, receipt: Receipt) -> None:
    """Keep the receipt, without secrets, and let the records follow what was reported in it."""
    async with house.db.transaction() as tx:
        effect = await effects.get(tx, effect_id)
        if effect is None:
            return
        operation = house.operations.get(effect.action.operation)
        if operation is not None:
            receipt = vault.cleaned(house.blobs, operation, receipt)
        await following.follow(tx, receipt, effect)
        await effects.finish(tx, effect_id, receipt, effect.cause)
        await ladder.ran(tx, house, effect)


async def _look_back(house: House, effect: Effect) -> Receipt | None:
    """When an earlier try may have reached the world, look before leaping."""
    if not effect.tries:
        return None
    operation = house.operation(effect.action.operation)
    if operation.find is not None:
        try:
            return await operation.find(effect.id)
        except UnknownError:
            if failures.doubtful(effect.tries) is not None or operation.ruled_out is None:
                raise
            await operation.ruled_out(effect.id)  # the operator looked, and asked for another try
            return None
    if failures.doubtful(effect.tries) is not None:
        raise CutOffError("I was interrupted and cannot look whether it happened.")
    return None


async def _attempt(house: House, effect: Effect) -> Receipt | None:
    """Make one call and keep what came of it. None: its turn has not come."""
    if not await _start(house, effect):
        return None
    try:
        return await _call(house, effect)
    except ConnectorError as error:
        async with house.db.transaction() as tx:
            failure = failures.of(error)
            said = _said(house, effect, error)
            await effects.missed(tx, effect.id, failure, said, effect.cause)
        raise


async def _start(house: House, effect: Effect) -> bool:
    """Check everything once more, in the moment before: the answer, STOP, order, rules, world."""
    async with house.db.snapshot() as reader:
        if not await _decided(reader, effect):
            raise ForbiddenError(NOT_DECIDED)
        if await _is_undone(reader, effect):
            raise PermanentError(UNDONE)
    if effect.state == "running":  # begun before a crash, and it did not happen
        async with house.db.transaction() as tx:
            if await stop.is_stopped(tx):
                await effects.hold(tx, effect.id, effect.cause)
                return False
            return await effects.start(tx, effect.id, effect.cause)
    async with house.db.snapshot() as reader:
        if not await _its_turn(reader, effect):
            return False
        shown = await effects.preview_of(reader, effect.id, effect.version)
    try:
        now = await gate.again(
            house, effect.action, effect.goal, task=effect.planned_by, shown=shown
        )
    except UnknownError as error:  # looking changes nothing: the call was not made
        raise TransientError(str(error)) from error
    async with house.db.transaction() as tx:
        if await stop.is_stopped(tx):
            return False
        # Once more under the write lock: what began meanwhile counts against a day's limit.
        now = await gate.judged(
            tx, house, effect.action, now.preview, effect.goal, task=effect.planned_by
        )
        if now.verdict.outcome == "deny":
            raise ForbiddenError(f"The rules no longer allow this: {now.verdict.because}")
        if _changed(shown, now.preview) or await _stricter(tx, effect, now):
            await effects.ask_again(tx, effect, now, effect.cause)
            return False
        return await effects.start(tx, effect.id, effect.cause)


async def _decided(reader: Reader, effect: Effect) -> bool:
    """Is this, to the letter, what was answered with yes, or what the rules let run unasked?"""
    if digest(effect.action) != effect.digest:
        return False
    asked = await approvals.of_version(reader, effect.id, effect.version)
    if asked is None:
        return STRICTNESS[effect.verdict["outcome"]] < STRICTNESS["ask"]
    decision = await approvals.decision(reader, asked.id)
    return asked.digest == effect.digest and decision is not None and decision.answer == "approve"


async def _is_undone(reader: Reader, effect: Effect) -> bool:
    """Was what this takes back taken back by another undo since?"""
    target = await effects.get(reader, effect.undoes) if effect.undoes is not None else None
    return target is not None and target.state == "undone"


async def _its_turn(reader: Reader, effect: Effect) -> bool:
    if await stop.is_stopped(reader):
        return False
    if effect.undoes is not None:
        return True
    task = await plans.task(reader, effect.task)
    return task is not None and await plans.may_run(reader, task)


def _changed(shown: Preview, now: Preview) -> bool:
    """Is the world no longer as it was when the card showed it?

    More may be in the way, too, or a step before it was left out.
    """
    if now.facts.get(IN_THE_WAY, 0) > shown.facts.get(IN_THE_WAY, 0):
        return True
    if left_out.of_steps(marks_of(now.facts)) != left_out.of_steps(marks_of(shown.facts)):
        return True
    return [(c.label, c.before) for c in shown.changes] != [
        (c.label, c.before) for c in now.changes
    ]


async def _stricter(tx: Tx, effect: Effect, now: gate.Proposal) -> bool:
    """Do the rules ask for more than what was given: a yes, or their own leave?"""
    asked = await approvals.of_version(tx, effect.id, effect.version)
    if asked is None:
        return STRICTNESS[now.verdict.outcome] >= STRICTNESS["ask"]
    return STRICTNESS[now.verdict.outcome] > STRICTNESS[effect.verdict["outcome"]]


async def _call(house: House, effect: Effect) -> Receipt:
    """Run the operation; an answer that says nothing certain is answered by looking."""
    operation = house.operation(effect.action.operation)
    args = gate.arguments(operation, vault.opened(house.blobs, operation, effect.action.args))
    try:
        async with asyncio.timeout(operation.timeout_s):
            return await operation.run(args, effect.id)
    except (TimeoutError, UnknownError) as error:
        said = f" ({error})" if str(error) else ""
        doubt = UnknownError(f"No answer came back, and I cannot see whether it happened.{said}")
    except UNREADABLE as error:
        doubt = BadAnswerError(f"I cannot read the answer ({type(error).__name__}: {error}).")
    return await _look(operation, effect.id, doubt)


async def _look(operation: Operation, key: str, doubt: UnknownError) -> Receipt:
    """Return the receipt of what happened after all; raise the doubt when nobody can tell."""
    try:
        found = await operation.find(key) if operation.find is not None else None
    except ConnectorError as error:
        raise doubt from error
    if found is None:
        raise doubt
    return found


async def _fail(house: House, effect: Effect, error: ConnectorError) -> None:
    said = _said(house, effect, error)
    async with house.db.transaction() as tx:
        await effects.fail(tx, effect.id, failures.of(error), said, effect.cause)


def _said(house: House, effect: Effect, error: ConnectorError) -> str:
    """Return an error's words without the secrets that its operation was given."""
    operation = house.operations.get(effect.action.operation)
    return str(error if operation is None else vault.without(house.blobs, operation, str(error)))
