"""Sources: what arrives by itself. Stored first, marked as read at the source afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from connectors import blobs
from connectors.contract import TransientError
from engine.flow import inbox
from engine.rules.house import House
from memory.db import DiskFullError

LOOK_EVERY_S = 10.0
MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A place where mail lies: what is unseen, and how to mark it seen. Keys are the driver's."""

    name: str
    unseen: Callable[[], Awaitable[list[tuple[str, bytes]]]]
    mark_seen: Callable[[str], Awaitable[None]]


class Sources:
    def __init__(self, house: House, mailboxes: tuple[Mailbox, ...]) -> None:
        self._house = house
        self._mailboxes = mailboxes
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def look(self) -> int:
        """Take in what is new; return how many mails that was."""
        return sum([await self._empty(mailbox) for mailbox in self._mailboxes])

    async def _look_for_ever(self) -> None:
        while True:
            with suppress(TransientError, DiskFullError):  # it still lies there: taken next time
                await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _empty(self, mailbox: Mailbox) -> int:
        found = await mailbox.unseen()
        for key, data in found:
            digest = await asyncio.to_thread(blobs.put, self._house.blobs, data)
            async with self._house.db.transaction() as tx:
                await inbox.receive(
                    tx,
                    "file.received",
                    source=f"mailbox:{mailbox.name}",
                    key=key,
                    trust="outside",
                    body={
                        "files": [
                            {"name": f"{key}.eml", "mime": "message/rfc822", "digest": digest}
                        ]
                    },
                )
            await mailbox.mark_seen(key)
        return len(found)
