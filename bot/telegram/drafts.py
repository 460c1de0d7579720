"""Passing previews: they show that something heard is being read, until a card comes.

They are a courtesy. Whatever goes wrong with one is left alone, and no card waits for it.
"""

import asyncio
from dataclasses import dataclass, field

from bot.surfaces import BusyError, GoneError
from bot.telegram.api import BotApi, ConflictError, FloodError, RefusedError, TokenError

AFTER_S = 0.7  # what is read sooner needs no preview
EVERY_S = 4.0  # Telegram shows "typing" for five seconds, a draft for thirty
UNTIL_S = 25.0
READING = "Reading …"
FAILS = (BusyError, GoneError, RefusedError, TokenError, ConflictError)  # no such method: 404, 501


@dataclass
class Drafts:
    """At most one preview per chat. A server that knows no drafts shows that the bot types."""

    api: BotApi
    _running: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _supported: bool = True

    def begin(self, chat: int, number: int) -> None:
        """Show it soon, in place of one that is there. `number`: any but 0, Telegram's draft id."""
        self.end(chat)
        self._running[chat] = asyncio.create_task(self._show(chat, number))

    def end(self, chat: int) -> None:
        """Show it no more; Telegram takes it away when the next message comes."""
        if (running := self._running.pop(chat, None)) is not None:
            running.cancel()

    async def close(self) -> None:
        running = list(self._running.values())
        for chat in list(self._running):
            self.end(chat)
        await asyncio.gather(*running, return_exceptions=True)

    async def _show(self, chat: int, number: int) -> None:
        await asyncio.sleep(AFTER_S)
        text, passed_s = READING, 0.0
        while passed_s < UNTIL_S and await self._refresh(chat, number, text):
            await asyncio.sleep(EVERY_S)
            passed_s += EVERY_S
            text = f"{READING} {passed_s:.0f} s"

    async def _refresh(self, chat: int, number: int, text: str) -> bool:
        """Show it as it stands now; False: not even that can be shown."""
        try:
            if self._supported:
                await self.api.draft(chat, number, text)
                return True
        except FloodError:
            return False
        except FAILS:
            self._supported = False
        try:
            await self.api.typing(chat)
        except FAILS:
            return False
        return True
