"""Strangers: addresses an action goes to that nobody in the records has."""

from typing import Any

from connectors.contract import Operation
from memory import kinds, records
from memory.db import Reader
from policies.characters import suspicious
from policies.contracts import scalars
from policies.rules import Action


async def first(reader: Reader, operation: Operation, action: Action) -> dict[str, str]:
    """Return the first such address, and the name its sender gave: {address, whose}; {}: none.

    One that is not spelled plainly is nobody's. No other name is put before you, because whose it
    is must be your word.
    """
    for path, value in scalars(action.args):
        if operation.roles.get(path.split(".")[0]) != "destination" or not _is_address(value):
            continue
        holder = await records.by_key(reader, "email", value)
        if holder is None or holder.status == "proposed":
            return {"address": value, "whose": "" if holder is None else holder.name}
    return {}


def vouched(action: Action, address: str, record: str) -> Action:
    """Return the action with this address as what it is now: in this record.

    What you typed yourself stays yours: a plan may want just that.
    """
    same = {path for path, value in scalars(action.args) if _same(value, address)}
    unproven = {path for path in same if action.origins.get(path) != "operator"}
    origins = action.origins | dict.fromkeys(unproven, "canonical")
    return action.model_copy(update={"origins": origins, "about": action.about or record})


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and "@" in value and not suspicious(value)


def _same(value: Any, address: str) -> bool:
    return isinstance(value, str) and kinds.email_key(value) == kinds.email_key(address)
