"""Mending: what the operator can do with what went wrong, and the sentence each tap is answered.

What is mended is an effect, a step that could not be prepared ("tsk_…"), work that was set aside
("wrk_…"), or a delivery ("arrival:…").
"""

from collections.abc import Awaitable, Callable

from connectors.contract import Receipt
from engine.acting import effects
from engine.desks import stop
from engine.flow import arrivals, durable
from engine.planning import left_out
from engine.planning.aftermath import BY_HAND
from memory.db import Tx

Told = tuple[bool, str]  # did it do what the button says? the sentence for it
Mend = Callable[[Tx, str, str], Awaitable[Told]]  # (tx, ref, cause)
ARRIVAL = "arrival:"
WORK = "wrk_"
TASK = "tsk_"
STANDS = {
    "waiting": "This waits for your yes or no; its card is in the chat.",
    "approved": "This is under way already.",
    "running": "This is under way already.",
    "done": "This is done already.",
    "undone": "This was done, and taken back.",
    "withdrawn": "This was given up already.",
}
SETTLED = "This is settled already."
HELD = "Held: STOP is on. Say /resume, then let it go on."


async def again(tx: Tx, ref: str, cause: str) -> Told:
    """Try once more: the same key, everything checked anew."""
    if ref.startswith(ARRIVAL):
        done = await arrivals.again(tx, ref.removeprefix(ARRIVAL))
        return done, "I take it in again." if done else SETTLED
    if ref.startswith(WORK):
        done = await durable.retry(tx, ref, cause) > 0
        return done, "I try again." if done else SETTLED
    if ref.startswith(TASK):
        done = await left_out.prepare_again(tx, ref, cause)
        return done, "I try to prepare it again." if done else SETTLED
    if not await effects.try_again(tx, ref, cause):
        return False, await _stands(tx, ref)
    return (False, HELD) if await stop.is_stopped(tx) else (True, "I try again.")


async def happened(tx: Tx, ref: str, cause: str) -> Told:
    """The operator looked, or did it by hand: it counts as done."""
    effect = await effects.get(tx, ref)
    if effect is None or effect.state not in effects.WENT_WRONG:
        return False, await _stands(tx, ref)
    unknown = effect.state == "unknown"
    said = "it happened: you looked and said so" if unknown else "done by hand: you said so"
    receipt = Receipt(id=BY_HAND, said=said, at=tx.now)
    await effects.finish(tx, ref, receipt, cause)
    return True, "Noted: it happened." if unknown else "Noted: done by you."


async def abort(tx: Tx, ref: str, cause: str) -> Told:
    """Give it up; what was to come after it is withdrawn."""
    if ref.startswith(ARRIVAL):
        done = await arrivals.drop(tx, ref.removeprefix(ARRIVAL))
        return done, "Dropped." if done else SETTLED
    if ref.startswith(WORK):
        done = await durable.settle(tx, ref, cause)
        return done, "Dropped. Nothing more comes of it." if done else SETTLED
    if ref.startswith(TASK):
        done = await left_out.leave_out(tx, ref, cause)
        return done, "Left out." if done else SETTLED
    if not await effects.abort(tx, ref, cause):
        return False, await _stands(tx, ref)
    return True, "Given up. It is not done, nor what was to come after it."


async def _stands(tx: Tx, ref: str) -> str:
    effect = await effects.get(tx, ref)
    return SETTLED if effect is None else STANDS.get(effect.state, SETTLED)
