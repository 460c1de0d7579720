"""Own playbook: a plan that went well twice, kept as a playbook because the operator said so.

offered ──keep──▶ kept ──drop──▶ dropped
   └──no──▶ declined (it is not offered again)
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert_once
from memory.ids import derived_id
from memory.schema.rules import own_playbooks


class OwnPlaybook(BaseModel, frozen=True):
    """`shape`: what its plans have in common. `body`: the playbook as JSON."""

    id: str
    shape: str
    state: str
    body: dict[str, Any]
    at: datetime


async def offer(tx: Tx, shape: str, body: dict[str, Any], cause: str) -> str | None:
    """Offer it. None: plans of this shape were offered before, whatever was said."""
    id = derived_id("opb", shape)
    row = {"id": id, "shape": shape, "state": "offered", "body": body, "cause": cause}
    if not await insert_once(tx, own_playbooks, row | {"at": tx.now}):
        return None
    await events.note(tx, "playbook.offered", cause, playbook=body["id"])
    return id


async def get(reader: Reader, id: str) -> OwnPlaybook | None:
    row = await reader.row(sa.select(own_playbooks).filter_by(id=id))
    return None if row is None else _own(row)


async def settle(tx: Tx, id: str, before: str, state: str, cause: str) -> bool:
    """Keep, decline or drop it, once."""
    if not await change(
        tx, own_playbooks, {"id": id}, own_playbooks.c.state == before, state=state
    ):
        return False
    await events.note(tx, f"playbook.{state}", cause, playbook=id)
    return True


async def in_state(reader: Reader, *states: str) -> list[OwnPlaybook]:
    query = sa.select(own_playbooks).where(own_playbooks.c.state.in_(states))
    return [_own(row) for row in await reader.rows(query.order_by(own_playbooks.c.at))]


def _own(row: sa.Row[Any]) -> OwnPlaybook:
    return OwnPlaybook(**{name: row._mapping[name] for name in OwnPlaybook.model_fields})
