"""The loop that makes vectors ends when it is told to, whatever happens just then."""

import asyncio
from pathlib import Path

import pytest

from bot.remembering import Remembering
from memory.db import Database
from memory.upgrade import upgrade


@pytest.mark.parametrize("steps", range(6))
async def test_it_ends_though_something_new_woke_it_a_moment_before(
    tmp_path: Path, steps: int
) -> None:
    upgrade(tmp_path / "firstmate.db")
    db = Database(tmp_path / "firstmate.db")
    remembering = Remembering(db, tmp_path / "index", None, named=lambda name: None)
    await remembering.open()
    remembering.start()
    await asyncio.sleep(0.1)  # it has looked, and waits
    async with db.transaction() as tx:
        tx.signal("passage", "psg_1")
    for _ in range(steps):
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await remembering.close()
    await db.close()
