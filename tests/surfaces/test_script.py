"""One script of approvals runs unchanged on every surface, against every fake of it."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.peers import slack_emulate
from tests.sampled import sampled
from tests.surfaces import script
from tests.surfaces.on_emulate import OnEmulate
from tests.surfaces.on_emulator import OnEmulator
from tests.surfaces.on_slack import OnSlack
from tests.surfaces.on_telegram import OnTelegram
from tests.surfaces.on_web import CHROMIUM, OnWeb
from tests.surfaces.stage import Operator, Stage, hurry

Step = Callable[[Stage], Awaitable[None]]
SURFACES: dict[str, Callable[[], Operator]] = {
    "web": OnWeb,
    "telegram": OnTelegram,
    "emulator": OnEmulator,
    "slack socket": OnSlack,
    "slack http": lambda: OnSlack(http=True),
    "slack emulate": OnEmulate,
}
MESSENGERS = [name for name in SURFACES if name != "web"]


async def play(stage: Stage, name: str, steps: tuple[Step, ...]) -> None:
    """Play every step that the surface does not lack, one after the other."""
    for step in steps:
        if step.__name__ not in script.LACKS.get(name, {}):
            await stage.turn()
            await step(stage)


@asynccontextmanager
async def playing(folder: Path, *operators: Operator, **more: Any) -> AsyncIterator[Stage]:
    """Open the platforms and Firstmate, everybody paired."""
    stage = Stage(folder, *operators, **more)
    for operator in operators:
        await operator.open()
    try:
        await stage.open()
        await stage.pair()
        yield stage
    finally:
        await stage.close()
        for operator in operators:
            await operator.close()


def _chromium_or_skip() -> None:
    if shutil.which(CHROMIUM) is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: CI must not skip the browser")
        pytest.skip("NO BROWSER: apt-get install chromium, or this is not played on the web")


@pytest.fixture
def folder(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    hurry(monkeypatch)
    return Path(shutil.copytree(filled, tmp_path / "sample"))


@pytest.mark.parametrize("name", sampled(SURFACES, 2, always=("telegram",)))
async def test_the_script_holds_on_one_surface(name: str, folder: Path) -> None:
    if name == "web":
        _chromium_or_skip()
    if name == "slack emulate":
        slack_emulate.present_or_skip()
    async with playing(folder, SURFACES[name]()) as stage:
        await play(stage, name, script.ALONE)


@pytest.mark.parametrize("name", sampled(MESSENGERS, 1))
async def test_the_script_holds_on_two_surfaces(name: str, folder: Path) -> None:
    _chromium_or_skip()
    if name == "slack emulate":
        slack_emulate.present_or_skip()
    async with playing(folder, OnWeb(), SURFACES[name]()) as stage:
        await play(stage, name, script.TOGETHER)


def test_what_a_surface_lacks_is_a_step_of_the_script() -> None:
    known = {step.__name__ for step in (*script.ALONE, *script.TOGETHER)}
    assert {step for lacked in script.LACKS.values() for step in lacked} <= known
    assert set(script.LACKS) <= set(SURFACES)
