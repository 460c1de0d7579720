"""Strangers: addresses and accounts an action goes to that nobody in the records has."""

import re
from typing import Any

from connectors.contract import Operation
from memory.canon import kinds, records
from memory.db import Reader
from policies.characters import suspicious
from policies.contracts import scalars
from policies.facts import TRUSTED
from policies.rules import Action

_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


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


async def account(reader: Reader, operation: Operation, action: Action) -> dict[str, str]:
    """Return the first account that is neither typed nor in the records; {}: none.

    {account, record, name, now}: whom the action is about, and their account as it is known.
    """
    for path, value in scalars(action.args):
        if operation.roles.get(path.split(".")[0]) != "destination" or not _is_account(value):
            continue
        if action.origins.get(path) not in TRUSTED:
            payee = await records.get(reader, action.about) if action.about else None
            now = "" if payee is None else str(payee.state.get("iban") or "")
            name, record = ("", "") if payee is None else (payee.name, payee.id)
            return {"account": value, "record": record, "name": name, "now": now}
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


def _is_account(value: Any) -> bool:
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def _same(value: Any, address: str) -> bool:
    return isinstance(value, str) and kinds.email_key(value) == kinds.email_key(address)
