"""Delivery: what the outbox holds is shown where it belongs, most urgent first, then marked shown.

A crash between showing and marking shows a message twice; it never makes an effect happen twice.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.surfaces import BusyError, GoneError, Surface
from engine import conversations, outbox, tokens
from engine.messages import Button, Msg
from engine.outbox import Due
from memory.db import Database, DiskFullError

LOOK_EVERY_S = 5.0
RETRY_MAX_S = 3600.0


class Delivery:
    """One loop per surface, woken by each commit that posted a card."""

    def __init__(self, db: Database, surfaces: list[Surface]) -> None:
        self._db = db
        self._surfaces = surfaces
        self._wake = {surface.name: asyncio.Event() for surface in surfaces}
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._db.listen("card", self._woken)
        self._loops = [asyncio.create_task(self._deliver_for_ever(s)) for s in self._surfaces]

    async def close(self) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def deliver(self, surface: Surface) -> int:
        """Show everything that is due on this surface; return how much that was."""
        async with self._db.snapshot() as reader:
            items = await outbox.due(reader, surface.name)
        for item in items:
            await self._show(surface, item)
        return len(items)

    async def _deliver_for_ever(self, surface: Surface) -> None:
        woken = self._wake[surface.name]
        while True:
            woken.clear()
            with suppress(DiskFullError):  # the cards stay due: the next look shows them
                while await self.deliver(surface):
                    pass
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await woken.wait()

    def _woken(self, _card: str) -> None:
        for event in self._wake.values():
            event.set()

    async def _show(self, surface: Surface, item: Due) -> None:
        made = await self._tokens(item)
        try:
            try:
                message = await surface.show(item, made.__getitem__)
            except GoneError:
                anew = item.model_copy(update={"message": None})
                message = await surface.show(anew, made.__getitem__)
        except BusyError as error:
            wait = min(error.retry_after_s * 2**item.attempts, RETRY_MAX_S)
            async with self._db.transaction() as tx:
                until = tx.now + timedelta(seconds=wait)
                await outbox.postponed(tx, item, until, str(error))
            return
        async with self._db.transaction() as tx:
            await outbox.delivered(tx, item, message)

    async def _tokens(self, item: Due) -> dict[Button, str]:
        buttons = buttons_of(item.card.msg)
        if not buttons:
            return {}
        async with self._db.transaction() as tx:
            conv = await conversations.get(tx, item.conv)
            user = "" if conv is None else conv.user
            return {b: await tokens.mint(tx, b, item.conv, user) for b in buttons}


def buttons_of(msg: Msg) -> list[Button]:
    """Return every button of a message, in reading order."""
    return [button for row in msg.buttons for button in row]
