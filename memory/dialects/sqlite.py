"""SQLite: one file in WAL mode, one writer, full text by FTS5."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from memory import driver
from memory.dialects import Dialect, Raw
from memory.dialects.sqlite_words import FTS5, Fts5

T = TypeVar("T")
BUSY_TIMEOUT_MS = 30_000
COUNT_ON = (
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'passages', 0"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'passages')",
    "UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM archived))"
    " WHERE name = 'passages'",
)


class Sqlite:
    """What is SQLite's own."""

    words: Fts5 = FTS5
    patience: Mapping[str, int] = {"timeout": BUSY_TIMEOUT_MS // 1000}
    begins = (
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM passages"
        ' WHERE "by" >= value COLLATE NOCASE AND "by" < value || char(0x10FFFF) COLLATE NOCASE)'
    )
    listed: Mapping[type, str] = dict.fromkeys((int, str), "SELECT value FROM json_each(?)")

    count_changes: Sequence[str] = tuple(
        f"""
CREATE TRIGGER {{table}}_{after} AFTER {after} ON {{table}} BEGIN
    INSERT INTO recall_changes VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1;
END
"""
        for after in ("insert", "update", "delete")
    )

    def insert(self, table: sa.Table) -> Any:
        return sqlite.insert(table)

    def moment(self, stored: Any) -> datetime:
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)

    def stored(self, moment: datetime) -> str:
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone is not a moment")
        return str(_store_moment()(moment.astimezone(UTC).replace(tzinfo=None)))

    async def at_once(self, conn: AsyncConnection, work: Callable[[Raw], T]) -> T:
        raw = (await conn.get_raw_connection()).driver_connection
        assert isinstance(raw, driver.Connection)
        return await raw.there(lambda own: work(_raw(own)))

    def is_full(self, error: BaseException) -> bool:
        return "disk is full" in str(getattr(error, "orig", error))

    def plain(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        return sa.type_coerce(column, sa.types.NULLTYPE)

    def count_on(self, raw: Raw) -> None:
        for statement in COUNT_ON:
            raw.execute(statement)

    def texts(self, raw: Raw) -> dict[str, list[str]]:
        found = {}
        for schema, name, kind, _, without_numbers, _ in raw.execute("PRAGMA table_list"):
            if schema == "main" and kind == "table" and not without_numbers:
                columns = raw.execute(f'PRAGMA table_info("{name}")')
                found[name] = [c for _, c, kind, *_, key in columns if kind == "TEXT" and not key]
        return {name: columns for name, columns in found.items() if columns}

    def made(self, conn: sa.Connection, tables: Iterable[sa.Table]) -> None:
        """Nothing: a row has a number here."""


SQLITE: Dialect = Sqlite()


class Plain(sqlite3.Connection):
    """SQLite's own connection, which is all that a `Raw` has to be."""

    dialect: Dialect = SQLITE


def engine(path: Path) -> AsyncEngine:
    """Return an engine on this file, whose every commit is on disk before it counts."""
    options = {"async_creator_fn": driver.connect, "factory": Plain}
    made = create_async_engine(url(path), connect_args=options)
    sa.event.listen(made.sync_engine, "connect", _on_connect)
    sa.event.listen(made.sync_engine, "begin", _on_begin)
    sa.event.listen(made.sync_engine, "invalidate", _on_invalidate)
    return made


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _raw(own: sqlite3.Connection) -> Raw:
    assert isinstance(own, Plain)
    return own


@cache
def _store_moment() -> Callable[[Any], Any]:
    store = sa.DateTime().dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())
    assert store is not None
    return store


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "synchronous=FULL",  # NORMAL may roll back an acknowledged commit at power loss
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(conn: sa.Connection) -> None:
    reading = conn.get_execution_options().get("reading", False)
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _on_invalidate(connection: Any, _record: object, _error: object) -> None:
    """Roll back before it is closed, in its own thread and whatever becomes of who asked.

    A connection that is closed in the middle lives on, with its lock, until the last cursor that
    a cancelled task still holds is collected.
    """
    raw = connection.driver_connection
    # Into its own queue, which nothing can cancel; of one that is closed already nothing comes.
    raw._tx.put_nowait((None, lambda: raw._conn.rollback()))
