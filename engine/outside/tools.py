"""Tool: somebody else's operation, and what the operator said that it does. None is forgotten.

new ──classify──▶ classified ──it describes itself otherwise──▶ changed ──classify──▶ …
                       └──forget──▶ forgotten

Only a classified tool runs. Each step is a version, with what the tool said of itself then.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from connectors.contract import EffectClass, Role
from connectors.mcp import Tool
from memory import events
from memory.db import Reader, Tx, insert
from memory.schema.tools import tools

State = Literal["new", "changed", "classified", "forgotten"]
SIGNAL = "tools"  # told the version that was written, as JSON


class Known(BaseModel, frozen=True):
    """A tool at one version; `effect` and `roles` are there while it is classified."""

    operation: str
    version: int
    state: State
    digest: str
    description: str
    takes: dict[str, Any]
    effect: EffectClass | None
    roles: dict[str, Role]
    actor: str | None
    cause: str | None
    at: datetime

    @property
    def tool(self) -> Tool:
        """Return it as its server described it then."""
        server, _, name = self.operation.partition(".")
        return Tool(server=server, name=name, description=self.description, takes=self.takes)


async def seen(tx: Tx, tool: Tool) -> Known | None:
    """Keep a tool as it describes itself; another description takes its class. None: no news."""
    old = await newest(tx, tool.operation)
    if old is not None and old.digest == tool.digest:
        return None
    said = {"digest": tool.digest, "description": tool.description, "takes": tool.takes}
    return await _add(tx, tool.operation, old, "changed" if old else "new", said)


async def classify(
    tx: Tx, old: Known, effect: EffectClass, roles: dict[str, Role], actor: str, cause: str
) -> Known:
    """Write down what the operator says that it does, for exactly this description of it."""
    given = {"effect": effect, "roles": roles, "actor": actor}
    return await _add(tx, old.operation, old, "classified", _said(old) | given, cause)


async def forget(tx: Tx, old: Known, actor: str, cause: str) -> Known:
    """Take its class back; from now on it does not run."""
    return await _add(tx, old.operation, old, "forgotten", _said(old) | {"actor": actor}, cause)


async def newest(reader: Reader, operation: str) -> Known | None:
    """Return a tool as it stands now."""
    query = sa.select(tools).filter_by(operation=operation).order_by(tools.c.version.desc())
    row = await reader.row(query.limit(1))
    return None if row is None else Known(**row._mapping)


async def classified_before(reader: Reader, known: Known) -> Known | None:
    """Return the version that the operator classified last, before it changed."""
    query = sa.select(tools).filter_by(operation=known.operation, state="classified")
    row = await reader.row(query.order_by(tools.c.version.desc()).limit(1))
    return None if row is None else Known(**row._mapping)


async def every(reader: Reader) -> list[Known]:
    """Return every tool as it stands now, by name."""
    last = sa.select(tools.c.operation, sa.func.max(tools.c.version)).group_by(tools.c.operation)
    both = sa.tuple_(tools.c.operation, tools.c.version)
    query = sa.select(tools).where(both.in_(last)).order_by(tools.c.operation)
    return [Known(**row._mapping) for row in await reader.rows(query)]


async def news(reader: Reader, offered: Iterable[Tool]) -> bool:
    """Say whether a server offers anything that is not kept as it stands now."""
    kept = {known.operation: known.digest for known in await every(reader)}
    return any(kept.get(tool.operation) != tool.digest for tool in offered)


async def keep(tx: Tx, offered: Iterable[Tool]) -> list[Known]:
    """Keep what a server offers; return what is new of it."""
    found = [await seen(tx, tool) for tool in offered]
    return [one for one in found if one is not None]


def _said(old: Known) -> dict[str, Any]:
    return {"digest": old.digest, "description": old.description, "takes": old.takes}


async def _add(
    tx: Tx,
    operation: str,
    old: Known | None,
    state: State,
    values: dict[str, Any],
    cause: str | None = None,
) -> Known:
    empty: dict[str, Any] = {"effect": None, "roles": {}, "actor": None}
    known = Known(
        operation=operation,
        version=1 if old is None else old.version + 1,
        state=state,
        cause=cause,
        at=tx.now,
        **{**empty, **values},
    )
    await insert(tx, tools, known.model_dump())
    await events.note(
        tx, f"tool.{state}", cause, tool=operation, version=known.version, effect=known.effect
    )
    tx.signal(SIGNAL, known.model_dump_json())
    return known
