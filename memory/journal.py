"""The event log writes itself: what changed, tied to why, chained by hashes.

Every change of state made with one Tx is attached to the event noted after it, and every event
to the one before it: hash = sha256(previous hash, head, digest of the body). The digest is taken
over salt + body, so a body can be redacted later (its salt is forgotten) while the chain holds.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from memory.schema.events import events

GENESIS = "0" * 64
Entry = list[Any]  # [table, {column: value}]


class UnexplainedChangeError(Exception):
    """State changed and no event says why: a defect of ours, never of the operator."""


@dataclass(slots=True)
class Journal:
    """What one transaction changed, and the events that say why."""

    pending: list[Entry] = field(default_factory=list)
    noted: list[tuple[dict[str, Any], list[Entry]]] = field(default_factory=list)

    def changed(self, table: sa.Table, row: Any) -> None:
        if table.info.get("journaled", True):
            self.pending.append([table.name, jsonable(row)])

    def note(self, event: dict[str, Any]) -> None:
        """Attach everything that changed since the last event to this one."""
        self.noted.append((event, self.pending))
        self.pending = []


async def seal(conn: AsyncConnection, journal: Journal) -> None:
    """Hash what was noted onto the end of the chain."""
    if not journal.noted:
        if journal.pending:
            raise UnexplainedChangeError(journal.pending)
        return
    journal.noted[-1][1].extend(journal.pending)
    head = sa.select(events.c.hash).where(events.c.hash.is_not(None))
    last = await conn.scalar(head.order_by(events.c.seq.desc()).limit(1))
    previous = str(last or GENESIS)
    sealed = []
    for event, changes in journal.noted:
        salt = secrets.token_hex(16)
        digest = body_digest(salt, event["body"], changes)
        previous = link(previous, event, digest)
        values = {"changes": changes, "salt": salt, "digest": digest, "hash": previous}
        sealed.append({"sealed": event["id"], **values})
    await conn.execute(_SEAL, sealed)


_SEAL = sa.update(events).where(events.c.id == sa.bindparam("sealed"))


def body_digest(salt: str, body: Any, changes: list[Entry]) -> str:
    """Return the commitment to an event's content (hex sha256 over salt and canonical JSON)."""
    return hashlib.sha256(
        (salt + canonical([body, changes])).encode(errors="surrogatepass")
    ).hexdigest()


def link(previous: str, event: Any, digest: str) -> str:
    """Return the hash of one event: over the hash before it, its head and its body's digest."""
    names = ("id", "kind", "source", "key", "trust", "actor", "cause", "goal")
    head = [event[name] for name in names]
    return hashlib.sha256(
        canonical([previous, head, jsonable(event["at"]), digest]).encode()
    ).hexdigest()


def canonical(value: Any) -> str:
    """Return JSON that is the same text for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def jsonable(value: Any) -> Any:
    """Return the value in JSON's types; moments become UTC text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value
