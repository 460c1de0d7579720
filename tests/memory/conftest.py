"""A real database, made as the program makes it, and a company to try it with."""

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


@pytest.fixture
async def db(tmp_path: Path, clock: Callable[[], datetime]) -> AsyncIterator[Database]:
    path = tmp_path / "data" / "firstmate.db"
    upgrade.upgrade(path)
    database = Database(path, clock)
    yield database
    await database.close()
