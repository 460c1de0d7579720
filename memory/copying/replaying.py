"""Replaying: what an event did to the state is done again, in tables of any database."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from memory import dialects
from memory.journal import Entry
from memory.schema import metadata
from memory.schema.columns import Moment

Insert = Callable[[sa.Table], Any]


def repeat(copy: sa.Connection, entry: Entry) -> None:
    """Write one logged change again. KeyError: it changed a row that is not there."""
    name, values = entry
    table = metadata.tables.get(name)
    if table is None:
        return  # a table of an earlier version, gone since
    row = {name: _typed(table.c[name], values[name]) for name in values if name in table.c}
    named = {f"new_{name}": value for name, value in row.items()}
    if copy.execute(_statement(dialects.of(copy).insert, table, tuple(row)), named).rowcount == 0:
        raise KeyError(entry)  # it changed a row that is not there


@cache
def _statement(insert: Insert, table: sa.Table, names: tuple[str, ...]) -> sa.UpdateBase:
    """Return the statement that writes these columns: of a whole row, or of one that is there."""
    new = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in new.items() if name not in keys}
    if all(c.nullable or c.default is not None or c.name in names for c in table.c):
        put: sa.UpdateBase = (
            insert(table).values(new).on_conflict_do_update(index_elements=keys, set_=rest or new)
        )
        return put
    return sa.update(table).where(*(table.c[key] == new[key] for key in keys)).values(rest)


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(column.type, Moment) and value is not None:
        return datetime.fromisoformat(value)
    return value
