"""What the walks may ask for besides: an office with a model server behind it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.work import schedule
from tests.conftest import FakeClock
from tests.peers.models import model_server
from tests.walks.model_office import DRAFT, Office


@pytest.fixture
async def office(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)  # alarms ring when a test says so
    shutil.copytree(filled, tmp_path / "sample")
    async with model_server() as server:
        made = Office(tmp_path / "sample", server, clock)
        server.script(DRAFT)
        yield made
        await made.app.close()
