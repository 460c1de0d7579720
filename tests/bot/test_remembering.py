"""The loop that makes vectors ends when it is told to, whatever happens just then."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import remembering as looks
from bot.remembering import Remembering
from memory.db import Database
from memory.texts.passages import forget, remember
from memory.upgrade import upgrade
from memory.vectors import meaning
from memory.vectors.index import Index
from tests.memory.test_reencoding import Fake


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


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[tuple[Database, Remembering]]:
    upgrade(tmp_path / "firstmate.db")
    db = Database(tmp_path / "firstmate.db")
    worker = Remembering(db, tmp_path / "index", None, named=lambda name: Fake("one"))
    await worker.open()
    worker.start()
    yield db, worker
    await worker.close()
    await db.close()


async def until_made(worker: Remembering) -> None:
    begun = time.monotonic()
    while "All of them" not in " ".join(await worker.told()):
        assert time.monotonic() < begun + 30, await worker.told()
        await asyncio.sleep(0.02)


async def test_forgetting_amid_a_conversation_starts_no_index_over(
    worker: tuple[Database, Remembering], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, remembering = worker
    async with db.transaction() as tx:
        for number in range(6):
            await remember(
                tx, kind="message", ref=f"evt_{number}", text=f"line {number}", trust="operator",
                conv="web:1",
            )  # fmt: skip
    await until_made(remembering)
    started: list[int] = []
    monkeypatch.setattr(Index, "start_over", lambda _: started.append(1))
    looked = asyncio.Event()
    whole = meaning.look_again

    async def look_again(db: Database, encoder: str, index: Index) -> bool:
        looked.set()
        return await whole(db, encoder, index)

    monkeypatch.setattr(meaning, "look_again", look_again)
    monkeypatch.setattr(looks, "LOOK_EVERY_S", 0.0)
    async with db.transaction() as tx:
        await forget(tx, ["evt_2"])
    async with asyncio.timeout(10):
        await looked.wait()
    await until_made(remembering)
    assert started == []


async def test_a_defect_that_ends_the_loop_is_in_the_log(
    worker: tuple[Database, Remembering],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    db, _ = worker

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Fake, "vectors", broken)
    async with db.transaction() as tx:
        await remember(tx, kind="note", ref="evt_1", text="The glazier came", trust="operator")
    begun = time.monotonic()
    while "no vectors are made" not in caplog.text:
        assert time.monotonic() < begun + 10
        await asyncio.sleep(0.02)
