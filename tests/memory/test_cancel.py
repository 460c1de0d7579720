"""A change that is cancelled anywhere leaves nothing behind: no row, and no lock on the file."""

import asyncio
import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from memory import events
from memory.db import Database

WAIT_S = 5
STEPS = 120  # of the event loop; a whole change takes fewer


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing is collected by chance, which would hide what is held on to."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def lock(path: Path) -> None:
    """Take the write lock and give it back. OperationalError: somebody holds it."""
    with closing(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


async def test_a_change_that_is_cancelled_anywhere_keeps_no_lock(
    db: Database, uncollected: None
) -> None:
    async def change() -> None:
        async with db.transaction() as tx:
            await events.note(tx, "test.noted", None)

    ended = 0
    for step in range(STEPS):
        task = asyncio.create_task(change())
        for _ in range(step):
            await asyncio.sleep(0.0002 if step % 2 else 0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
            ended += 1
        await asyncio.to_thread(lock, db.path)
    assert 0 < ended < STEPS
