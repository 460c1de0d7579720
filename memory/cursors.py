"""Cursors: how far a source was read, by name. They say nothing of the company's state."""

from datetime import datetime

import sqlalchemy as sa

from memory.db import Reader, Tx, put
from memory.schema.chat import cursors


async def get(reader: Reader, name: str) -> str | None:
    value = await reader.value(sa.select(cursors.c.value).filter_by(name=name))
    return None if value is None else str(value)


async def save(tx: Tx, name: str, value: str) -> None:
    await put(tx, cursors, {"name": name, "value": value, "at": tx.now})


async def sweep(tx: Tx, prefix: str, before: datetime) -> None:
    """Drop the cursors of this kind that were last saved before then."""
    old = sa.and_(cursors.c.name.startswith(prefix, autoescape=True), cursors.c.at < before)
    await tx.conn.execute(sa.delete(cursors).where(old))
