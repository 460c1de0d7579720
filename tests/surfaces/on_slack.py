"""A person in Slack: over Socket Mode, or over signed HTTP."""

import asyncio
import socket
from copy import deepcopy
from pathlib import Path
from typing import Any

import aiohttp

from bot.slack.access import Access
from bot.slack.feed import LANES
from bot.slack.surface import Slack
from bot.surfaces import Surface
from connectors import blobs
from engine.flow import arrivals
from memory.db import Database, Reader
from tests.peers.slack import APP_TOKEN, BOT_TOKEN, SECRET, STRANGER, USER, Shown, slack
from tests.surfaces.stage import Held, Stage

PATIENCE_S = 20
LATE_S = 4  # a trigger opens a form for three seconds


class OnSlack:
    """`http`: Slack calls us, instead of answering on a socket that we opened.

    `workspace` is our own Slack, or anything that shows and delivers like it.
    """

    name = "slack"

    def __init__(self, http: bool = False, workspace: Any = None) -> None:
        self.slack: Any = slack() if workspace is None else workspace
        self.port = _free_port() if http else 0
        self.faults: list[str] = []
        self.last: list[str] = []  # what can be delivered again
        self._page = ""

    async def open(self) -> None:
        await self.slack.start()
        if self.port:
            self.slack.events_url = f"http://127.0.0.1:{self.port}/slack/events"

    async def close(self) -> None:
        await self.slack.stop()

    def surface(self, stage: Stage, db: Database, folder: Path) -> Surface:
        api = f"{self.slack.url}/api/"
        access = Access(BOT_TOKEN, APP_TOKEN, api=api)
        if self.port:
            access = Access(BOT_TOKEN, None, SECRET, self.port, api)
        return Slack(
            access,
            stage.clock,
            alarm=stage.alarm,
            stored=lambda digest: asyncio.to_thread(blobs.get, folder, digest),
        )

    async def leave(self) -> None:
        pass

    async def arrive(self) -> None:
        if not self.port:
            await self.slack.connected(1, PATIENCE_S)
        else:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._answers():  # noqa: ASYNC110 - nobody tells us
                    await asyncio.sleep(0.02)
        self.slack.redeliver()

    async def enter(self, code: str) -> None:
        await self.say(code)
        await self.see("You are paired")

    async def turn(self) -> None:
        self._page = self.slack.answers()[-1].ts
        self.last = []

    async def say(self, words: str) -> None:
        self.last.append(self.slack.say(self.slack.dm(), words))

    async def see(self, *parts: str) -> str:
        return (await self._shown(*parts)).words

    async def labels(self, *parts: str) -> list[str]:
        return (await self._shown(*parts)).labels

    async def hold(self, part: str, label: str, **values: str) -> Held:
        tap = Held((deepcopy(await self._shown(part)), label))
        if not values:
            return tap
        await self.send(tap)
        view = await self.slack.see_view("Save", timeout_s=PATIENCE_S)
        return Held(view.id, values)

    async def send(self, held: Held, times: int = 1) -> None:
        if held.values:
            answer = await self.slack.submit(held.place, dict(held.values), USER, PATIENCE_S)
            self.faults += ((answer or {}).get("errors") or {}).values()
            return
        for _ in range(times):
            self.last.append(self.slack.tap(*held.place))

    async def steal(self, held: Held) -> None:
        told = self.mark()
        tapped = self.slack.tap(*held.place, user=STRANGER)
        await self.slack.acked(tapped, PATIENCE_S)
        assert self.since(told) == []
        assert self.slack.answers(self.slack.dm(STRANGER)) == []

    async def again(self) -> None:
        for one in self.last:
            self.slack.repeat(one)

    async def late(self, held: Held) -> None:
        self.last.append(self.slack.tap(*held.place))
        self.slack.advance(LATE_S)

    def mark(self) -> tuple[int, int, set[str]]:
        shown = {one.ts for one in self.slack.answers()}
        return len(self.slack.ephemeral), len(self.faults), shown

    def since(self, mark: tuple[int, int, set[str]]) -> list[str]:
        whispered = [str(said["text"]) for _, said in self.slack.ephemeral[mark[0] :]]
        new = [one.words for one in self.slack.answers() if one.ts not in mark[2] and one.words]
        return whispered + self.faults[mark[1] :] + new

    async def is_quiet(self, reader: Reader) -> bool:
        kept: list[Any] = []
        for lane in LANES:
            kept += await arrivals.waiting(reader, self.name, lane)
        return not self.slack.unacked and not kept

    async def _answers(self) -> bool:
        try:
            return await self.slack.verify_url()
        except aiohttp.ClientError:
            return False

    async def _shown(self, *parts: str) -> Shown:
        def found() -> list[Shown]:
            shown = [one for one in self.slack.answers() if one.ts > self._page]
            return [one for one in shown if all(part in one.words for part in parts)]

        await self.slack.until(lambda: bool(found()), PATIENCE_S, f"{parts}")
        return found()[-1]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
