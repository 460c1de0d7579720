"""What every test may ask for: a clock that walks, and a whole Firstmate on a real database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from agents import runner
from bot.app import App, open_app
from bot.commands import sample
from connectors.files import reading
from engine.flow import durable, schedule
from memory.dialects import sqlite
from policies import book
from tests import warm
from tests.chat import Chat

settings.register_profile("firstmate", deadline=None)  # how long an example takes is no fault
settings.load_profile("firstmate")

BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday


def pytest_collection_finish() -> None:
    warm.keep()


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
def quick_to_ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile for the first of a thousand Firstmates what all have, and wait for no disk."""
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("first") / "first.db"
        patch.setattr(sqlite, "engine", warm.sharing(sqlite.engine, path))
        patch.setattr(book, "load", warm.remembering(book.load))
        yield


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """Wait for each draft and each file, however slow the machine is.

    Those who do not: tests/walks/test_refining.py and tests/connectors/files.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "DRAFT_S", 60.0)
        long = replace(reading.DEFAULT, wall_s=250.0)
        patch.setitem(reading.read.__kwdefaults__, "limits", long)
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
    warm.keep()
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
