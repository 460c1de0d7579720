"""Alembic's environment: runs the steps on the connection that `memory.upgrade` opened."""

from typing import Any

from alembic import context

from memory.schema import metadata


def ours(_item: Any, _name: str | None, kind: str, reflected: bool, known: Any) -> bool:
    """Tables we do not know live in the same file (DBOS's): they are never touched."""
    return not (kind == "table" and reflected and known is None)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=ours,
    render_as_batch=True,  # SQLite changes a column by copying its table
)
with context.begin_transaction():
    context.run_migrations()
