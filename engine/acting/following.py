"""Records follow what the systems of record report: a driver's receipt, never a guess of ours."""

from typing import Any

from connectors.contract import Receipt, Reported
from engine.acting.effects import Effect
from memory.canon import records
from memory.db import Tx


async def follow(tx: Tx, receipt: Receipt, effect: Effect) -> None:
    """Write what the receipt reports into the records; one that is new is added."""
    for item in receipt.data.get("records", ()):
        reported = Reported.model_validate(item)
        known = await records.by_key(tx, reported.scheme, reported.value)
        if known is not None:
            changes: dict[str, Any] = {**reported.set}
            await records.revise(tx, known.id, effect.cause, **changes)
        elif reported.new:
            state = reported.new | reported.set | {"customer": await _customer(tx, effect)}
            await records.create(tx, reported.scheme, state, effect.cause)


async def _customer(tx: Tx, effect: Effect) -> str | None:
    """Return the person or company that the action was about."""
    about = await records.get(tx, effect.action.about) if effect.action.about else None
    return about.id if about is not None and about.kind in ("person", "company") else None
