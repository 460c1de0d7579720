"""The database: one file, one writer, and `Tx`, the right to change state."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from memory import dialects, ids
from memory.dialects import Dialect, Raw, postgres
from memory.dialects import sqlite as file
from memory.journal import Journal, seal

T = TypeVar("T")
Clock = Callable[[], datetime]
Row = Mapping[str, Any]
BUSY_TIMEOUT_MS = file.BUSY_TIMEOUT_MS


class DiskFullError(OSError):
    """There was no room for a change, so nothing of it was stored."""


def system_clock() -> datetime:
    """Return the moment now, in UTC. Nothing else in the house asks the machine for it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """A consistent view of the state at one moment; it takes no write lock."""

    conn: AsyncConnection
    now: datetime

    async def rows(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        return list((await self.conn.execute(query)).all())

    async def row(self, query: sa.Select[Any]) -> sa.Row[Any] | None:
        row: sa.Row[Any] | None = (await self.conn.execute(query)).first()
        return row

    async def value(self, query: sa.Select[Any]) -> Any:
        return await self.conn.scalar(query)

    @property
    def dialect(self) -> Dialect:
        return dialects.of(self.conn)

    async def at_once(self, work: Callable[[Raw], T]) -> T:
        """Let `work` ask all it wants in the database's thread: one trip, and it may take long.

        It sees what this reader sees, and gets rows as the database has them. It may write only
        where the reader is a Tx, and only what is not journaled.
        """
        return await self.dialect.at_once(self.conn, work)


@dataclass(frozen=True, slots=True)
class Tx(Reader):
    """The right to change state, at one moment.

    Whoever holds no Tx can change nothing; everything done with one Tx happens together or not
    at all, and carries the same time. Every change must be followed by an event before the end.
    """

    journal: Journal = field(default_factory=Journal)
    signals: list[tuple[str, str]] = field(default_factory=list)

    def id(self, prefix: str) -> str:
        return ids.new_id(prefix, self.now)

    def signal(self, name: str, ref: str) -> None:
        """Tell the listeners of `name` about `ref`, right after the commit and only then."""
        self.signals.append((name, ref))


async def insert(tx: Tx, table: sa.Table, row: Row) -> None:
    """Insert a row; its unique keys must be free."""
    await tx.conn.execute(sa.insert(table).values(dict(row)))
    tx.journal.changed(table, row)


async def insert_all(tx: Tx, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert these rows in one statement; their unique keys must be free."""
    if not rows:
        return
    await tx.conn.execute(sa.insert(table), [dict(row) for row in rows])
    for row in rows:
        tx.journal.changed(table, row)


async def insert_once(tx: Tx, table: sa.Table, row: Row) -> bool:
    """Insert the row unless its unique key is taken; say whether it was new.

    This is the one primitive behind every "only once" in the system.
    """
    statement = tx.dialect.insert(table).values(dict(row)).on_conflict_do_nothing()
    new = (await tx.conn.execute(statement)).rowcount == 1
    if new:
        tx.journal.changed(table, row)
    return new


async def put(tx: Tx, table: sa.Table, row: Row) -> None:
    """Insert the row or replace the one with the same primary key."""
    keys = [column.name for column in table.primary_key]
    statement = tx.dialect.insert(table).values(dict(row))
    values = {name: value for name, value in row.items() if name not in keys}
    await tx.conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
    tx.journal.changed(table, row)


async def change(
    tx: Tx, table: sa.Table, key: Row, *where: sa.ColumnElement[bool], **values: Any
) -> bool:
    """Update the row with this primary key if the conditions still hold; say whether they did."""
    statement = sa.update(table).filter_by(**key).where(*where).values(values)
    done = (await tx.conn.execute(statement)).rowcount == 1
    if done:
        tx.journal.changed(table, {**key, **values})
    return done


class Database:
    """One database, every commit on disk before it counts.

    It is the SQLite file at `path`, in WAL mode; with `server` that database of PostgreSQL's
    ("postgresql://…"), and `path` only says where files would lie beside it.
    """

    def __init__(
        self, path: Path, clock: Clock = system_clock, *, server: str | None = None
    ) -> None:
        self.path = path
        self.clock = clock
        self.server = server
        self._engine = file.engine(path) if server is None else postgres.engine(server)
        self._dialect = file.SQLITE if server is None else postgres.POSTGRES
        self._listeners: dict[str, Callable[[str], None]] = {}
        # SQLite lets a writer sleep and try again: one that writes all night would starve others.
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[Any] | None = None

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    @property
    def address(self) -> str:
        """Where others find it: "sqlite:///PATH" or "postgresql://…"."""
        return self.server or f"sqlite:///{self.path}"

    def listen(self, signal: str, listener: Callable[[str], None]) -> None:
        """Call `listener(ref)` after each commit that signalled; it must not block."""
        self._listeners[signal] = listener

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Open the one kind of transaction that may write. DiskFullError: nothing was stored."""
        try:
            async with self.alone(), self._engine.begin() as conn:
                tx = Tx(conn, self.clock())
                yield tx
                await seal(conn, tx.journal)
        except (sa.exc.OperationalError, sqlite3.OperationalError) as error:
            if self._dialect.is_full(error):
                said = "The disk is full, so nothing was stored. Free some space, then try again."
                raise DiskFullError(said) from error
            raise
        for name, ref in tx.signals:
            if listener := self._listeners.get(name):
                listener(ref)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Let nobody else in this process write meanwhile: they wait, however long it takes."""
        task = asyncio.current_task()
        if self._turn.locked() and task is self._writing:
            raise RuntimeError("a transaction within another would wait for itself for ever")
        async with self._turn:
            self._writing = task
            try:
                yield
            finally:
                self._writing = None

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reader]:
        """Read at one moment without taking the write lock."""
        async with self._engine.connect() as conn:
            reading = await conn.execution_options(reading=True)
            async with reading.begin():
                yield Reader(reading, self.clock())

    async def close(self) -> None:
        await self._engine.dispose()
