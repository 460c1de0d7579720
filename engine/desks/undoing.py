"""Undo is an effect too: the operation's own way back, judged and run once like any other."""

from typing import Any

from pydantic import BaseModel

from connectors.contract import Change, Operation, PermanentError, Preview, Receipt
from engine.acting import effects, gate
from engine.acting.effects import Effect
from engine.autonomy import ladder
from engine.rules.house import House
from memory import events
from memory.db import Reader, Tx
from policies.rules import Action

SUFFIX = ".undo"
BY_HAND = "Somebody changed it since. Taking it back takes that away, too."


class Undoing(BaseModel, frozen=True, extra="forbid"):
    """What is taken back: the receipt of what was done, and how it read on its card."""

    effect: str
    receipt: Receipt
    title: str
    asked: str  # the event that asked for it: asked again, it is another question


def with_undo(operations: tuple[Operation, ...]) -> dict[str, Operation]:
    """Return the operations by name, each that can be taken back joined by its undo."""
    undoable = (operation for operation in operations if operation.undo.run is not None)
    both = (*operations, *(_way_back(operation) for operation in undoable))
    return {operation.name: operation for operation in both}


async def propose(house: House, done: Effect, cause: str) -> str:
    """Propose to take an effect back. PermanentError says why it cannot be."""
    operation = house.operation(done.action.operation)
    if done.state not in ("done", "undone") or done.receipt is None:
        raise PermanentError("Only what was done can be taken back.")
    if operation.undo.run is None:
        raise PermanentError(f"“{operation.does}” {operation.undo.says}.")
    until = done.receipt.undo_until
    if until is not None and until <= house.db.clock():
        raise PermanentError("The time to take this back has passed.")
    async with house.db.snapshot() as reader:
        await _only_once(reader, done)
        shown = await effects.preview_of(reader, done.id, done.version)
    action = _action(operation, done, shown.title, cause)
    proposal = await gate.weigh(house, action, done.goal, task=None)
    if BY_HAND in proposal.preview.notes:
        proposal = gate.asked(proposal, BY_HAND)
    async with house.db.transaction() as tx:
        await _only_once(tx, done)  # somebody else may have asked for it meanwhile
        return await _write(tx, house, done, proposal, cause)


async def _only_once(reader: Reader, done: Effect) -> None:
    """PermanentError: it was taken back already, or is on its way."""
    now = await effects.get(reader, done.id)
    if now is not None and now.state == "undone":
        raise PermanentError("This was taken back already.")
    if await effects.undo_under_way(reader, done.id) is not None:
        raise PermanentError("This is being taken back already; its card is in the chat.")


async def _write(tx: Tx, house: House, done: Effect, proposal: gate.Proposal, cause: str) -> str:
    await ladder.doubted(tx, house, done, "undone", cause)
    asked = await events.note(tx, "undo.asked", cause, goal=done.goal, effect=done.id)
    return await effects.propose(tx, done.task, done.goal, proposal, asked.id, undoes=done.id)


def _action(operation: Operation, done: Effect, title: str, asked: str) -> Action:
    assert done.receipt is not None
    undoing = Undoing(effect=done.id, receipt=done.receipt, title=title, asked=asked)
    args = undoing.model_dump(mode="json")
    amounts = {k: v for k, v in done.action.args.items() if k in ("amount", "currency")}
    return Action(
        operation=operation.name + SUFFIX,
        effect=operation.effect or "",
        args=args,
        origins=dict.fromkeys(args, "record"),
        agent="you",
        reason=f"You asked to take back what was done{_of(amounts)}.",
        evidence=(done.id,),
        about=done.action.about,
    )


def _of(amounts: dict[str, Any]) -> str:
    return f" ({amounts['amount']} {amounts['currency']})" if len(amounts) == 2 else ""


def _way_back(operation: Operation) -> Operation:
    undo = operation.undo
    assert undo.run is not None
    run = undo.run

    async def take_back(args: Undoing, key: str) -> Receipt:
        return await run(args.receipt, key)

    async def preview(args: Undoing) -> Preview:
        title = f"Take back: {args.title}"
        since = () if undo.since is None else await undo.since(args.receipt)
        changes = (Change("Done", args.receipt.said, None), *since)
        notes = (BY_HAND,) if since else ()
        return Preview(title, changes, notes=notes, facts={"undo": "cannot be undone"})

    return Operation(
        name=operation.name + SUFFIX,
        does=f"Take back: {operation.does}",
        verb="Take back",
        args=Undoing,
        effect=operation.effect,
        roles=dict.fromkeys(Undoing.model_fields, "reference"),
        run=take_back,
        preview=preview,
        find=undo.find,
        unknown_outcome=operation.unknown_outcome,
        timeout_s=operation.timeout_s,
    )
