"""What every test may ask for: a clock that walks, and a whole Firstmate on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import sample
from bot.app import App, open_app
from tests.chat import Chat


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def app(tmp_path: Path, clock: FakeClock) -> AsyncIterator[App]:
    """The sample company, open, with one surface that keeps what it is shown."""
    chat = Chat()
    opened = await open_app(
        tmp_path / "sample", lambda db, folder: [chat], clock=clock, prepare=sample.fill
    )
    await sample.books(opened.house)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def chat(app: App) -> Chat:
    """The operator's end of the conversation."""
    [surface] = app.surfaces
    assert isinstance(surface, Chat)
    await surface.pair(app)
    return surface
