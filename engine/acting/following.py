"""Records follow what the systems of record report: a driver's receipt, never a guess of ours."""

from typing import Any

from connectors.contract import Receipt, Reported
from engine.acting.effects import Effect
from memory.canon import booked, records
from memory.canon.records import Record
from memory.db import Tx

TAKEN_BACK = "taken back"


async def follow(tx: Tx, receipt: Receipt, effect: Effect) -> None:
    """Write what the receipt reports into the records; one that is new is added."""
    for item in receipt.data.get("records", ()):
        reported = Reported.model_validate(item)
        known = await records.by_key(tx, reported.scheme, reported.value)
        if known is not None:
            changes = _changes(known, reported)
            if _is_line(known) and changes.get("status") != booked.STATEMENT:
                changes["customer"] = known.state.get("customer") or await _payer(tx, receipt)
            await records.revise(tx, known.id, effect.cause, **changes)
        elif reported.new:
            state = reported.new | reported.set | {"customer": await _customer(tx, effect)}
            await records.create(tx, reported.scheme, state, effect.cause)


def _changes(known: Record, reported: Reported) -> dict[str, Any]:
    """Return what is set, and what was missing; a line of a statement goes on being there."""
    state = known.state
    if not _is_line(known):
        return {**reported.set}
    if reported.set.get("status") == TAKEN_BACK:
        return reported.set | {"status": booked.STATEMENT, "order": None, "customer": None}
    return reported.set | {n: v for n, v in reported.new.items() if state.get(n) in (None, "")}


def _is_line(known: Record) -> bool:
    return bool(known.state.get("trace")) and not known.state.get("statement")


async def _payer(tx: Tx, receipt: Receipt) -> str | None:
    """Return whose invoice the receipt tells of."""
    for item in receipt.data.get("records", ()):
        if item["scheme"] == "invoice":
            known = await records.by_key(tx, "invoice", item["value"])
            if known is not None and known.state.get("customer"):
                return str(known.state["customer"])
    return None


async def _customer(tx: Tx, effect: Effect) -> str | None:
    """Return the person or company that the action was about."""
    about = await records.get(tx, effect.action.about) if effect.action.about else None
    return about.id if about is not None and about.kind in ("person", "company") else None
