"""What every test may ask for: a clock that walks, and a whole Firstmate on a real database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from agents import runner
from bot.app import App, open_app
from bot.commands import sample
from engine.flow import durable, schedule
from tests.chat import Chat

settings.register_profile("firstmate", deadline=None)  # how long an example takes is no fault
settings.load_profile("firstmate")

BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = BEGINS

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture(scope="session", autouse=True)
def quick_to_end() -> Iterator[None]:
    """Let DBOS end at once, so that a thousand tests need not wait for its listener."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "LISTEN_EVERY_S", 0.02)
        yield


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """Wait for each draft however slow the machine is; tests/walks/test_refining.py does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "DRAFT_S", 60.0)
        yield


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's folder, filled once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("filled") / "sample"

    async def fill() -> None:
        app = await open_app(folder, lambda db, folder: [], clock=FakeClock(), prepare=sample.fill)
        await sample.books(app.house)
        await app.durable.launch()  # its tables too, which would take each test a tenth of a second
        await app.durable.close()
        await app.db.close()
        app.held.close()

    asyncio.run(fill())
    return folder


@pytest.fixture
async def app(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    """The sample company, open, with one surface that keeps what it is shown.

    Its alarms ring when a test says so, never because a slow test met the wall clock's tick.
    """
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    shutil.copytree(filled, tmp_path / "sample")
    chat = Chat()
    opened = await open_app(tmp_path / "sample", lambda db, folder: [chat], clock=clock)
    await opened.start()
    await chat.pair(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def chat(app: App) -> Chat:
    """The operator's end of the conversation."""
    [surface] = app.surfaces
    assert isinstance(surface, Chat)
    return surface
