"""Passing streams: a task shows that something heard is worked on, until a card comes.

They are a courtesy. Whatever goes wrong with one is left alone, and no card waits for it.

    asked for ─ a card came soon → nothing was shown
        └─ shown, noted → told every 3 s → a card, STOP, or too long → stopped → deleted, forgotten
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

from bot.slack.api import RefusedError, ScopeError, SlackApi, TokenError
from bot.surfaces import BusyError, GoneError, House
from memory.db import DiskFullError

AFTER_S = 0.7  # what is done sooner needs no stream
EVERY_S = 3.0  # Slack asks for no more than that
UNTIL_S = 25.0
REMOVED_AFTER_S = (0.0, 5.0, 30.0)  # each a try to take it away
CLOSE_TIMEOUT_S = 3.0
READING, WORKING, DONE = "Reading …", "Working …", "Done"
OPEN = "slack:streams"  # the cursor that names those that must be taken away
PASSES = (BusyError, GoneError, TokenError, DiskFullError)  # says nothing of the next one
NEVER = (RefusedError, ScopeError)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stream below what a person wrote: their channel, that message, the person, the title."""

    channel: str
    thread: str
    user: str
    title: str


@dataclass
class Streams:
    """At most one stream per channel, in one workspace. Where Slack refuses one, none is tried."""

    api: SlackApi
    house: House
    team: str
    _over: dict[str, asyncio.Event] = field(default_factory=dict)  # by channel
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _open: set[str] = field(default_factory=set)  # "channel:timestamp"
    _supported: bool = True

    async def start(self) -> None:
        """Take away what an earlier process left behind."""
        self._open = set((await self.house.cursor(OPEN) or "").split())
        for place in self._open:
            self._run(self._take_away(place))

    def begin(self, wanted: Wanted) -> None:
        """Show it soon, in place of one that is there."""
        self.end(wanted.channel)
        if self._supported:
            over = self._over[wanted.channel] = asyncio.Event()
            self._run(self._show(wanted, over))

    def end(self, channel: str) -> None:
        """Let it go away, in its own time."""
        if (over := self._over.pop(channel, None)) is not None:
            over.set()

    async def close(self) -> None:
        """Take away what is shown; what cannot be reached now is taken away at the next start."""
        for channel in list(self._over):
            self.end(channel)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_TIMEOUT_S)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _show(self, wanted: Wanted, over: asyncio.Event) -> None:
        if await _happens(over, AFTER_S):
            return
        try:
            ts = await self.api.start_stream(
                wanted.channel, wanted.thread, wanted.user, self.team, wanted.title
            )
        except NEVER:
            self._supported = False  # no agent surface, or an older one
            return
        except PASSES:
            return
        place = f"{wanted.channel}:{ts}"
        try:
            await self._note(self._open | {place})
            await self._tell(wanted, ts, over)
        except NEVER:
            self._supported = False
        except PASSES:
            pass  # STOP was pressed, or Slack is busy: either way it goes away now
        await self._take_away(place)

    async def _tell(self, wanted: Wanted, ts: str, over: asyncio.Event) -> None:
        """Say how long it has been, until it is over."""
        passed_s = 0.0
        while passed_s < UNTIL_S and not await _happens(over, EVERY_S):
            passed_s += EVERY_S
            await self.api.change_stream(wanted.channel, ts, f"{wanted.title} {passed_s:.0f} s")

    async def _take_away(self, place: str) -> None:
        """Delete it: the card that came says all, and a row of finished tasks would be clutter.

        Slack deletes no open stream, so it is stopped first. Where it deletes none at all, what
        stays is one short finished task.
        """
        for wait_s in REMOVED_AFTER_S:
            await asyncio.sleep(wait_s)
            with suppress(BusyError, TokenError):
                await self._stop(place)
                break
        else:
            return  # still noted, so the next start tries again
        with suppress(DiskFullError):
            await self._note(self._open - {place})

    async def _stop(self, place: str) -> None:
        channel, _, ts = place.partition(":")
        with suppress(GoneError, *NEVER):
            await self.api.stop_stream(channel, ts, DONE)
        with suppress(GoneError, *NEVER):
            await self.api.delete(channel, ts)

    async def _note(self, places: set[str]) -> None:
        self._open = places
        await self.house.save_cursor(OPEN, " ".join(sorted(places)))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
