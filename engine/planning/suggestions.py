"""Suggestion: something a mail asks for. Never an action until the operator takes it."""

from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert_once
from memory.ids import derived_id
from memory.schema.chat import suggestions

UNPLANNED = "unplanned"


class Suggestion(BaseModel, frozen=True):
    """`slots`: the values that were read, by slot; what is missing is asked when it is taken."""

    id: str
    event: str
    playbook: str
    slots: dict[str, Any]
    title: str
    state: str
    conv: str | None


async def offer(
    tx: Tx, event: str, playbook: str, slots: dict[str, Any], title: str, conv: str | None
) -> str:
    """Offer it once per mail and playbook; return its id."""
    id = derived_id("sug", event, playbook)
    row = {"id": id, "event": event, "playbook": playbook, "slots": slots, "title": title}
    if await insert_once(tx, suggestions, {**row, "state": "offered", "conv": conv, "at": tx.now}):
        await events.note(tx, "suggestion.offered", event, suggestion=id, title=title)
    return id


async def keep(tx: Tx, event: str, title: str, cause: str) -> None:
    """Keep what an agent wanted beside its plan: it can be read, not taken."""
    id = derived_id("sug", event, title)
    row = {"id": id, "event": event, "playbook": "", "slots": {}, "title": title}
    if await insert_once(tx, suggestions, {**row, "state": UNPLANNED, "conv": None, "at": tx.now}):
        await events.note(tx, "suggestion.kept", cause, suggestion=id, title=title)


async def settle(tx: Tx, suggestion_id: str, state: str, cause: str) -> bool:
    """Take or drop it, once. False: it was settled before."""
    still = suggestions.c.state == "offered"
    if not await change(tx, suggestions, {"id": suggestion_id}, still, state=state):
        return False
    await events.note(tx, f"suggestion.{state}", cause, suggestion=suggestion_id)
    return True


async def get(reader: Reader, suggestion_id: str) -> Suggestion | None:
    row = await reader.row(sa.select(suggestions).filter_by(id=suggestion_id))
    return None if row is None else _suggestion(row)


async def of_event(reader: Reader, event: str) -> list[Suggestion]:
    query = sa.select(suggestions).filter_by(event=event).order_by(suggestions.c.title)
    return [_suggestion(row) for row in await reader.rows(query)]


def _suggestion(row: sa.Row[Any]) -> Suggestion:
    return Suggestion(**{name: row._mapping[name] for name in Suggestion.model_fields})
