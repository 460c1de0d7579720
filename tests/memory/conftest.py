"""A real database, made once as the program makes it; each test works on a copy."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memory import upgrade
from memory.db import Database

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Every look at it is a second later."""
    seconds = iter(range(10**9))
    return lambda: NOW + timedelta(seconds=next(seconds))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has its tables and no rows."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    upgrade.upgrade(folder / "firstmate.db")
    return folder


@pytest.fixture
async def db(empty: Path, tmp_path: Path, clock: Callable[[], datetime]) -> AsyncIterator[Database]:
    database = Database(shutil.copytree(empty, tmp_path / "data") / "firstmate.db", clock)
    yield database
    await database.close()
