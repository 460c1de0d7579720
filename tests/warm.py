"""What a thousand Firstmates in one process share, so that not each has to warm up anew."""

import asyncio
import gc
import sqlite3
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from policies.rules import Book

STATEMENTS_MAX = 5000  # there are about 700

Engine = Callable[[Path], AsyncEngine]


def sharing(engine: Engine, path: Path) -> Engine:
    """Return `engine` whose every database knows the statements that an earlier one compiled.

    A Firstmate that runs for days compiles each once. SQLAlchemy looks them up by their dialect,
    so that is the same object, too; it has seen a connection once, by which it knows SQLite. From
    now on no commit of this process waits for the disk, whoever's it is.
    """
    first = engine(path)
    asyncio.run(_seen(first))
    sa.event.listen(sa.Engine, "connect", _connected)
    dialect, statements = first.sync_engine.dialect, sa.util.LRUCache(STATEMENTS_MAX)

    @wraps(engine)
    def shared(path: Path) -> AsyncEngine:
        made = engine(path)
        made.sync_engine.dialect = dialect
        made.sync_engine._compiled_cache = statements
        sa.event.listen(made.sync_engine, "connect", _wait_for_no_disk)
        return made

    return shared


def remembering(load: Callable[..., Book]) -> Callable[..., Book]:
    """Return `load` that reads, checks and tries out the same rules once. A book never changes."""
    known: dict[str, Book] = {}

    @wraps(load)
    def remembered(*args: Any, **options: Any) -> Book:
        asked = repr((args, sorted(options.items())))
        if asked not in known:
            known[asked] = load(*args, **options)
        return known[asked]

    return remembered


def keep() -> None:
    """Let the collector pass over what is here for good: all the modules, a third of a second."""
    gc.collect()
    gc.freeze()


def _connected(connection: Any, record: object) -> None:
    """Others' engines, DBOS's above all."""
    if isinstance(connection, sqlite3.Connection):
        _wait_for_no_disk(connection, record)


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    """No test cuts the power; tests/memory/test_db.py sees that without this a commit waits."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


async def _seen(engine: AsyncEngine) -> None:
    async with engine.connect():
        pass
    await engine.dispose()
