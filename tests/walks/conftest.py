"""What the walks may ask for besides: an office with a model server behind it."""

import shutil
from collections.abc import AsyncIterator, Collection
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from engine.flow import schedule
from tests.conftest import FakeClock
from tests.peers.models import model_server
from tests.sampled import sampled
from tests.walks.model_office import DRAFT, WAYS, Office, Way


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play the walks of a module that says BY_BOTH_DOORS by both; litellm's is quick for one."""
    module = metafunc.module
    if not getattr(module, "BY_BOTH_DOORS", False) or "office" not in metafunc.fixturenames:
        return
    asking = [name for name, one in vars(module).items() if "office" in _wants(one)]
    quick = sampled(asking, 1)
    slow = () if metafunc.function.__name__ in quick else (pytest.mark.slow,)
    plain, litellm = WAYS
    metafunc.parametrize("way", [plain, pytest.param(litellm, marks=slow)], indirect=True)


def _wants(test: Any) -> Collection[str]:
    found = str(getattr(test, "__name__", "")).startswith("test_")
    return signature(test).parameters if found else ()


@pytest.fixture
def way(request: pytest.FixtureRequest) -> Way:
    """By which door the model server is asked."""
    asked: Way = getattr(request, "param", WAYS[0])
    return asked


@pytest.fixture
async def office(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, way: Way
) -> AsyncIterator[Office]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)  # alarms ring when a test says so
    shutil.copytree(filled, tmp_path / "sample")
    async with model_server() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)  # where litellm takes openai to be
        made = Office(tmp_path / "sample", server, clock, way)
        server.script(DRAFT)
        yield made
        await made.app.close()
