"""The driver below SQLAlchemy: each statement goes to the database's thread once. Over aiosqlite.

By itself it goes there four times (cursor, execute, fetch, close), and a task that is cancelled in
between leaves a cursor behind. Here no cursor outlives its statement, but that of a long stream.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")

ROWS_AT_ONCE = 1000  # what has more rows keeps its cursor, so that a stream stays one


def connect(database: str, **options: Any) -> "Connection":
    """Return a connection that is open once it is awaited. `options`: those of sqlite3."""
    connection = Connection(partial(sqlite3.connect, database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # a crash must not wait for it
    return connection


class Connection(aiosqlite.Connection):
    """One connection with a thread of its own, whose cursors are `Cursor`."""

    async def there(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Let `work` have the connection in its own thread: many statements, one trip."""
        done: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped
        return done

    async def rollback(self) -> None:
        """Roll back; the pool asks for it after each commit too, where there is nothing to do."""
        if self._conn.in_transaction:
            await super().rollback()

    def cursor(self) -> "Cursor":  # type: ignore[override]  # made here, so nothing to wait for
        return Cursor(self)


class Cursor:
    """What SQLAlchemy asks of a cursor. Rows are fetched together with their statement."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._raw: sqlite3.Cursor | None = None  # only while there are more rows
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        await self._there(self._run, sqlite3.Cursor.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> "Cursor":
        await self._there(self._run, sqlite3.Cursor.executemany, sql, parameters)
        return self

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int = ROWS_AT_ONCE) -> list[Any]:
        if self._raw is not None and len(self._rows) < size:
            await self._there(self._fetch)
        return [self._rows.popleft() for _ in range(min(size, len(self._rows)))]

    async def fetchall(self) -> list[Any]:
        while self._raw is not None:
            await self._there(self._fetch)
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def close(self) -> None:
        self._rows.clear()
        if self._raw is not None:
            await self._there(self._end)

    async def _there(self, work: Callable[..., None], *args: Any) -> None:
        await self._connection._execute(work, *args)  # type: ignore[no-untyped-call]  # as above

    def _run(self, how: Any, sql: str, parameters: Any) -> None:
        """In the thread: execute, and fetch what there is."""
        self._raw = self._connection._conn.cursor()
        with ExitStack() as otherwise:
            otherwise.callback(self._end)
            how(self._raw, sql, parameters)
            self._fetch()
            otherwise.pop_all()

    def _fetch(self) -> None:
        assert self._raw is not None
        rows = self._raw.fetchmany(ROWS_AT_ONCE) if self._raw.description else []
        self._rows.extend(rows)
        self.description = self._raw.description
        self.rowcount, self.lastrowid = self._raw.rowcount, self._raw.lastrowid
        if len(rows) < ROWS_AT_ONCE:
            self._end()

    def _end(self) -> None:
        if self._raw is not None:
            self._raw.close()
        self._raw = None
