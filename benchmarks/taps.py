"""From a tap to its acknowledgement and its redrawn card, and a backlog taken in, over both doors.

The platforms are the tests' own servers on this machine, spoken to by HTTP and socket.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks._figures import WAIT_S, percentile, show
from bot.app import App, open_app
from bot.commands import sample
from bot.slack.access import Access
from bot.slack.surface import Slack
from bot.surfaces import Surface
from bot.telegram.surface import Telegram
from engine.chat import conversations
from memory.db import system_clock
from memory.schema.events import events
from tests.peers.slack import APP_TOKEN, BOT_TOKEN, DM, Workspace, slack
from tests.peers.telegram import TOKEN, FakeTelegram, Shown

CARDS = 20
EVERY_S = 1.0
BACKLOG = 500
LOOK_S = 0.005
HEARD = sa.select(events.c.body).filter_by(kind="message.received").order_by(events.c.seq)


async def main() -> None:
    async with FakeTelegram() as telegram:
        await _measured("Telegram", _telegram(telegram), lambda app: OnTelegram(app, telegram))
    async with slack() as workspace:
        await _measured("Slack", _slack(workspace), lambda app: OnSlack(app, workspace))
    await _backlog()


async def _measured(name: str, surface: Surface, end: "Callable[[App], End]") -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = await _opened(Path(folder), surface)
        operator = end(app)
        await operator.pair()
        acked, redrawn = [], []
        for number in range(CARDS):
            words = f"write to Bruno that parcel {number:03} is ready"
            operator.say(words)
            part = f"parcel {number:03} is"
            await until(lambda part=part: operator.waits(part))
            await asyncio.sleep(EVERY_S)
            one, other = await operator.tapped(part)
            acked.append(one)
            redrawn.append(other)
        await app.close()
    show(f"{name}: tap to acknowledged, p95", percentile(acked, 0.95) * 1000, "ms", below=200)
    show(f"{name}: tap to card redrawn, p95", percentile(redrawn, 0.95) * 1000, "ms", below=1000)


async def _backlog() -> None:
    """Queue many messages while the bot is down, then start it."""
    async with FakeTelegram() as telegram:
        with tempfile.TemporaryDirectory() as folder:
            app = await _opened(Path(folder), _telegram(telegram))
            operator = OnTelegram(app, telegram)
            await operator.pair()
            await app.close()
            for number in range(BACKLOG):
                telegram.say(f"note {number:03}")
            app = await open_app(Path(folder) / "sample", lambda db, f: [_telegram(telegram)])
            began = time.perf_counter()
            await app.start()
            await until(lambda: not telegram.unconfirmed)
            took = time.perf_counter() - began
            async with app.db.snapshot() as reader:
                heard = await reader.rows(HEARD)
            await app.close()
    words = [row.body["words"] for row in heard if row.body["words"].startswith("note ")]
    assert words == [f"note {number:03}" for number in range(BACKLOG)], "lost, doubled or crossed"
    show(f"{BACKLOG} queued updates taken in, in order, each once", took, "s", below=10)


async def _opened(folder: Path, surface: Surface) -> App:
    home = folder / "sample"
    app = await open_app(home, lambda db, _: [surface], prepare=sample.fill)
    await sample.books(app.house)
    await app.start()
    return app


async def _nothing(*_: object) -> None:
    """Stand in for alarms nobody reads here."""


async def _no_file(digest: str) -> bytes:
    raise FileNotFoundError(digest)


def _telegram(telegram: FakeTelegram) -> Telegram:
    return Telegram(
        TOKEN, telegram.url, system_clock, alarm=_nothing, gap=_nothing, stored=_no_file
    )


def _slack(workspace: Workspace) -> Slack:
    access = Access(BOT_TOKEN, APP_TOKEN, api=f"{workspace.url}/api/")
    return Slack(access, system_clock, alarm=_nothing, stored=_no_file)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110 - anything may be awaited
            await asyncio.sleep(LOOK_S)


class End:
    """The operator's end of one messenger."""

    name = ""

    def __init__(self, app: App) -> None:
        self.app = app

    async def pair(self) -> None:
        async with self.app.db.transaction() as tx:
            code = await conversations.new_code(tx, self.name)
        self.say(code)
        await until(lambda: self.waits("You are paired"))

    def say(self, words: str) -> None:
        raise NotImplementedError

    def waits(self, part: str) -> bool:
        raise NotImplementedError

    async def tapped(self, part: str) -> tuple[float, float]:
        """Approve; return the seconds to the acknowledgement and to the redrawn card."""
        raise NotImplementedError


class OnTelegram(End):
    name = "telegram"

    def __init__(self, app: App, telegram: FakeTelegram) -> None:
        super().__init__(app)
        self._telegram = telegram

    def say(self, words: str) -> None:
        self._telegram.say(words)

    def waits(self, part: str) -> bool:
        return self._shown(part) is not None

    def _shown(self, part: str) -> "Shown | None":
        found = (one for one in reversed(self._telegram.messages) if part in one.text)
        return next(found, None)

    async def tapped(self, part: str) -> tuple[float, float]:
        card = self._shown(part)
        assert card is not None
        began = time.perf_counter()
        query = self._telegram.tap(card, "Send")
        await self._telegram.answered(query, WAIT_S)
        acked = time.perf_counter() - began
        await until(lambda: "Approved" in (self._shown(part) or card).text)
        return acked, time.perf_counter() - began


class OnSlack(End):
    name = "slack"

    def __init__(self, app: App, workspace: Workspace) -> None:
        super().__init__(app)
        self._slack = workspace

    def say(self, words: str) -> None:
        self._slack.say(DM, words)

    def waits(self, part: str) -> bool:
        return any(part in one.words for one in self._slack.answers())

    async def tapped(self, part: str) -> tuple[float, float]:
        card = [one for one in self._slack.answers() if part in one.words][-1]
        began = time.perf_counter()
        envelope = self._slack.tap(card, "Send")
        await until(lambda: envelope in self._slack.acks)
        acked = time.perf_counter() - began
        await until(lambda: "Approved" in self._slack.shown[card.ts].words)
        return acked, time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main())
