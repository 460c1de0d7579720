"""The stage: one Firstmate, the surfaces it is on, and what a person can do on each of them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from agents.models.door import Models
from bot import delivery, minds, notices
from bot.app import App, open_app
from bot.slack import api as slack_api
from bot.surfaces import Surface
from bot.telegram import api as telegram_api
from engine.chat import conversations, outbox
from engine.rules.house import House
from memory.db import Database, Reader
from tests.conftest import BEGINS
from tests.walks.test_refund import sent

SETTLED_WITHIN_S = 30
LOOK_S = 0.02


class RunningClock:
    """Begins where the sample company does, runs as time does, and can be moved."""

    def __init__(self) -> None:
        self._began, self._ahead = time.monotonic(), timedelta()

    def __call__(self) -> datetime:
        return BEGINS + self._ahead + timedelta(seconds=time.monotonic() - self._began)

    def advance(self, **amount: float) -> None:
        self._ahead += timedelta(**amount)


@dataclass(frozen=True)
class Held:
    """A button as somebody has it before them, however old; or a form, filled in but not sent."""

    place: Any
    values: Mapping[str, str] = field(default_factory=dict)


class Operator(Protocol):
    """A person on one surface. What they are told is all that is newly said to them."""

    name: str

    async def open(self) -> None:
        """Bring up the platform."""

    async def close(self) -> None: ...

    def surface(self, stage: "Stage", db: Database, folder: Path) -> Surface:
        """Return Firstmate's end of it, for a start or a restart."""

    async def leave(self) -> None:
        """Firstmate is about to go away."""

    async def arrive(self) -> None:
        """Wait until Firstmate listens."""

    async def enter(self, code: str) -> None:
        """Show the pairing code."""

    async def turn(self) -> None:
        """Look only at what is newly said from now on."""

    async def say(self, words: str) -> None: ...

    async def see(self, *parts: str) -> str:
        """Wait for a message that shows all of this; return the newest such."""

    async def labels(self, *parts: str) -> list[str]:
        """Return what can be tapped on the newest such message."""

    async def hold(self, part: str, label: str, **values: str) -> Held:
        """Take a button of the newest such card; with values, open its form and fill it in."""

    async def send(self, held: Held, times: int = 1) -> None:
        """Tap it, so many times at once; a form is sent."""

    async def steal(self, held: Held) -> None:
        """Let somebody who was never paired tap it; AssertionError if they get an answer."""

    async def again(self) -> None:
        """Let the platform deliver once more, word for word, what it delivered on this page."""

    async def late(self, held: Held) -> None:
        """Tap it, and let the time run out in which the platform takes an answer."""

    def mark(self) -> Any:
        """Return where what was told ends."""

    def since(self, mark: Any) -> list[str]:
        """Return what was told after that."""

    async def is_quiet(self, reader: Reader) -> bool:
        """Say whether Firstmate took in all there is."""


class Stage:
    """`me` acts alone or first; `other` is the same person on a second surface."""

    def __init__(
        self, folder: Path, *operators: Operator, models: Callable[[House], Models] = minds.none
    ) -> None:
        self.folder, self.operators, self.models = folder, operators, models
        self.clock = RunningClock()
        self.app: App
        self._earlier: set[str] = set()
        self._is_open = False

    @property
    def me(self) -> Operator:
        return self.operators[0]

    @property
    def other(self) -> Operator:
        return self.operators[1]

    @property
    def mails(self) -> list[str]:
        """Every mail that was really sent since the page was turned, from the folder Sent."""
        return [mail for mail in sent(self.app) if mail not in self._earlier]

    async def open(self) -> None:
        """Start Firstmate on the folder, as the host does."""
        self.app = await open_app(self.folder, self._surfaces, clock=self.clock, models=self.models)
        self._is_open = True
        await self.app.start()
        for operator in self.operators:
            await operator.arrive()

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self.app.close()

    async def restart(self) -> None:
        for operator in self.operators:
            await operator.leave()
        await self.close()
        await self.open()

    async def pair(self) -> None:
        for operator in self.operators:
            async with self.app.db.transaction() as tx:
                code = await conversations.new_code(tx, operator.name)
            await operator.enter(code)
            await operator.see("The sample company")
        await self.settle()

    async def turn(self) -> None:
        """Leave what was said and sent behind."""
        self._earlier = set(sent(self.app))
        for operator in self.operators:
            await operator.turn()

    async def say(self, words: str) -> None:
        await self.me.say(words)
        await self.settle()

    async def press(self, operator: Operator, held: Held, times: int = 1) -> str:
        """Tap what is held; return everything the person was told."""
        mark = operator.mark()
        await operator.send(held, times)
        await self.settle()
        return "\n".join(operator.since(mark))

    async def tap(self, operator: Operator, part: str, label: str, **values: str) -> str:
        """Tap a button, or fill in the form behind it, on the newest card that shows `part`."""
        return await self.press(operator, await operator.hold(part, label, **values))

    async def settle(self, within_s: float = SETTLED_WITHIN_S) -> None:
        """Wait until all that came in was worked on, and all that was said is shown."""
        async with asyncio.timeout(within_s):
            while not await self._is_settled():  # noqa: ASYNC110 - of many parts
                await asyncio.sleep(LOOK_S)

    async def alarm(self, text: str) -> None:
        await notices.alarm(self.app.db, text)

    def _surfaces(self, db: Database, folder: Path) -> list[Surface]:
        return [operator.surface(self, db, folder) for operator in self.operators]

    async def _is_settled(self) -> bool:
        async with self.app.db.snapshot() as reader:
            quiet = [await operator.is_quiet(reader) for operator in self.operators]
        await self.app.durable.idle()
        async with self.app.db.snapshot() as reader:
            due = [await outbox.due(reader, operator.name) for operator in self.operators]
            quiet += [await operator.is_quiet(reader) for operator in self.operators]
        return all(quiet) and not any(due)


def hurry(monkeypatch: Any) -> None:
    """Take the rate lanes and the pauses away: here it is about what happens, not how fast."""
    monkeypatch.setattr(slack_api, "CHANNEL_PER_S", 1000)
    monkeypatch.setattr(slack_api, "UPDATES_PER_MIN", 60_000)
    monkeypatch.setattr(telegram_api, "CHAT_PER_S", 1000)
    monkeypatch.setattr(telegram_api, "OVERALL_PER_S", 1000)
    monkeypatch.setattr(telegram_api, "NETWORK_WAIT_S", 0.1)
    monkeypatch.setattr(slack_api, "NETWORK_WAIT_S", 0.1)
    monkeypatch.setattr(delivery, "LOOK_EVERY_S", 0.1)
