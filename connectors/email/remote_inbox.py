"""The INBOX of a mail account: read by number, never changed; nothing lost, nothing twice.

The cursor is UIDVALIDITY/UID/DAY: up to UID everything was stored, since DAY this account is read.
When the server numbers its mails anew, everything since DAY is handed over once more under the
digest of its bytes, by which whoever stores it knows what is stored already.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from connectors.company import Clock
from connectors.contract import ConnectorError
from connectors.email.account import Account
from connectors.email.imap import Box
from connectors.email.leaving import Leaving
from connectors.sources import Arrived

IDLE_S = 240.0  # routers forget a silent connection after five minutes
LOOK_EVERY_S = 60.0  # where the server cannot say that something came
A_DAY = timedelta(days=1)


class Read(NamedTuple):
    """How far the INBOX was read, and since when."""

    validity: int
    uid: int
    day: date

    @classmethod
    def of(cls, cursor: str) -> "Read":
        validity, uid, day = cursor.split("/")
        return cls(int(validity), int(uid), date.fromisoformat(day))

    def __str__(self) -> str:
        return f"{self.validity}/{self.uid}/{self.day}"


@dataclass(slots=True)
class RemoteInbox:
    """What arrives in a mail account from the first look on. What lay there before is left."""

    account: Account
    leaving: Leaving
    clock: Clock
    name: str = "imap"
    _opening: asyncio.Task[Box] | None = field(default=None, init=False)
    _next: int = field(default=0, init=False)  # the UID that the next mail gets

    async def new(self, cursor: str | None) -> AsyncIterator[Arrived]:
        """Yield what came after the cursor; a connection that breaks is opened by the next look."""
        try:
            box = await self._box()
            validity, self._next = await asyncio.to_thread(box.inbox)
            read = Read.of(cursor) if cursor else None
            if read is None:
                yield Arrived(upto=str(Read(validity, self._next - 1, self.clock().date())))
            elif read.validity == validity:
                for uid in await asyncio.to_thread(box.after, read.uid):
                    async for one in self._fetched(box, uid):
                        yield Arrived(one.key, one.data, str(read._replace(uid=uid)))
            else:
                for uid in await asyncio.to_thread(box.since, read.day - A_DAY):
                    async for one in self._fetched(box, uid):
                        yield one
                yield Arrived(upto=str(Read(validity, self._next - 1, read.day)))
            await asyncio.to_thread(self._file, box)
        except ConnectorError:
            await self.close()
            raise

    async def stored(self, key: str) -> None:
        """The cursor says it; the mail stays as unread as it was."""

    async def wait(self) -> None:
        """Wait until the server says that something came, or a while where it cannot."""
        try:
            box = await self._box()
            if not box.can_idle:
                await asyncio.sleep(LOOK_EVERY_S)
                return
            _, following = await asyncio.to_thread(box.inbox)
            if following == self._next:
                await asyncio.to_thread(box.idle, IDLE_S)
        except ConnectorError:
            await self.close()
            raise

    async def close(self) -> None:
        """End the connection, and with it what waits in it; one that is being opened ends then."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.add_done_callback(_ended)
            await asyncio.sleep(0)

    async def _box(self) -> Box:
        """Return the connection. Who waits for it may be cancelled; it is closed all the same."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(Box, self.account))
        return await asyncio.shield(self._opening)

    async def _fetched(self, box: Box, uid: int) -> AsyncIterator[Arrived]:
        data = await asyncio.to_thread(box.mail, uid)
        if data is not None:
            yield Arrived(hashlib.sha256(data).hexdigest(), data)

    def _file(self, box: Box) -> None:
        """Put what was sent while nobody could be reached into Sent."""
        for key in self.leaving.to_file():
            self.leaving.file(key, box)


def _ended(opening: asyncio.Task[Box]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
