"""A home where twenty other questions wait already, and operators who work in copies of it."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import host
from engine.chat import conversations
from memory.db import Database, system_clock
from tests.crash.messengers import Correspondent, Messenger, OnSlack, OnTelegram
from tests.crash.story import Operator

OTHERS = 20
NAMES = ("Bruno", "Chloé", "Dorota")
At = Callable[..., Operator]
Writing = Callable[..., Correspondent]


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The home, made through the chat itself, and the session of its browser."""
    home = tmp_path_factory.mktemp("busy").resolve() / "home"
    host.choose(home, "sample")
    operator = Operator(home)
    operator.start()
    for number in range(OTHERS):
        name = NAMES[number % len(NAMES)]
        operator.say(f"m{number}", f"write to {name} that parcel number {number:02} is ready")
        operator.see("Send e-mail", "Send", f"parcel number {number:02} ")
    operator.stop()
    return home, operator.session


@pytest.fixture
def killed(busy: tuple[Path, str], tmp_path: Path) -> Iterator[At]:
    """Make an operator in a fresh copy whose processes die at these write points in turn."""
    made: list[Operator] = []

    def killed_at(*points: int) -> Operator:
        home = tmp_path.resolve() / f"run{len(made)}"
        shutil.copytree(busy[0], home)
        made.append(Operator(home, busy[1], points))
        return made[-1]

    yield killed_at
    for operator in made:
        operator.kill()


@pytest.fixture
def writing(busy: tuple[Path, str], tmp_path: Path) -> Iterator[Writing]:
    """Make a correspondent on a messenger in a fresh copy whose processes die at these points."""
    made: list[Correspondent] = []

    def writing_on(messenger: type[OnTelegram] | type[OnSlack], *points: int) -> Correspondent:
        home = tmp_path.resolve() / f"run{len(made)}"
        shutil.copytree(busy[0], home)
        peer = messenger()
        asyncio.run(_paired(home, peer))
        made.append(Correspondent(home, peer, points))
        return made[-1]

    yield writing_on
    for one in made:
        one.kill()


async def _paired(home: Path, messenger: Messenger) -> None:
    db = Database(home / "sample" / "firstmate.db", system_clock)
    async with db.transaction() as tx:
        await conversations.admit(tx, *messenger.conv)
    await db.close()
