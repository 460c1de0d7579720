"""Every table, one short file a noun. `docs/schema.md` shows them on one page."""

from collections.abc import Iterable

import sqlalchemy as sa

from memory import dialects
from memory.schema import (
    chat,
    events,
    models,
    recall,
    recalls,
    records,
    rules,
    specs,
    tools,
    work,
)
from memory.schema.columns import metadata

__all__ = [
    "chat",
    "events",
    "metadata",
    "models",
    "recall",
    "recalls",
    "records",
    "rules",
    "specs",
    "tools",
    "work",
]

BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

for _table in metadata.tables.values():
    for _column in _table.c:
        if isinstance(_column.type, sa.Text):
            _column.type = BY_BYTES  # the same order everywhere, as Python and SQLite have it


@sa.event.listens_for(metadata, "after_create")
def _made(
    _metadata: sa.MetaData, conn: sa.Connection, tables: Iterable[sa.Table] = (), **_: object
) -> None:
    dialects.of(conn).made(conn, tables)
