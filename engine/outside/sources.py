"""Sources: what arrives by itself. Stored first, and only then it counts as read at the source."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors import blobs
from connectors.contract import AuthError, ConnectorError, PermanentError
from connectors.sources import Arrived, Source
from engine.chat import outbox
from engine.chat.messages import say
from engine.flow import inbox
from engine.rules.house import House
from memory import cursors
from memory.db import DiskFullError

RETRY_S = 30.0
SAID_AFTER = timedelta(minutes=10)  # a line that fails for a moment is nobody's business
MAIL = "message/rfc822"


class Sources:
    """Reads every source, each in its own time; one that fails keeps no other waiting."""

    def __init__(self, house: House, sources: Iterable[Source]) -> None:
        self._house = house
        self._sources = tuple(sources)
        self._loops: list[asyncio.Task[None]] = []
        self._failing: dict[str, datetime] = {}  # since when
        self._told: set[str] = set()

    def start(self) -> None:
        self._loops = [asyncio.create_task(self._look_for_ever(one)) for one in self._sources]

    async def close(self) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        for source in self._sources:
            await source.close()

    async def look(self) -> int:
        """Take in what is new; return how much that was."""
        return sum([await self._empty(source) for source in self._sources])

    async def _look_for_ever(self, source: Source) -> None:
        while True:
            try:
                await self._empty(source)
                await self._mended(source)
                await source.wait()
            except (ConnectorError, DiskFullError) as error:  # it still lies there: taken next time
                await self._failed(source, error)
                await asyncio.sleep(RETRY_S)

    async def _empty(self, source: Source) -> int:
        async with self._house.db.snapshot() as reader:
            cursor = await cursors.get(reader, _name(source))
        count = 0
        async for one in source.new(cursor):
            await self._store(source, one)
            count += one.data is not None
        return count

    async def _store(self, source: Source, one: Arrived) -> None:
        """Keep what arrived and how far that was, in one commit."""
        files = []
        if one.data is not None:
            digest = await asyncio.to_thread(blobs.put, self._house.blobs, one.data)
            files = [{"name": f"{one.key}.eml", "mime": MAIL, "digest": digest}]
        async with self._house.db.transaction() as tx:
            if files:
                await inbox.receive(
                    tx, "file.received", source=_name(source), key=one.key,
                    trust="outside", body={"files": files},
                )  # fmt: skip
            if one.upto is not None:
                await cursors.save(tx, _name(source), one.upto)
        if files:
            await source.stored(one.key)

    async def _failed(self, source: Source, error: Exception) -> None:
        """Say it once, when it will not pass by itself or has lasted."""
        now = self._house.db.clock()
        since = self._failing.setdefault(source.name, now)
        lasting = isinstance(error, PermanentError | AuthError) or now - since >= SAID_AFTER
        if isinstance(error, DiskFullError) or not lasting or source.name in self._told:
            return
        self._told.add(source.name)
        await self._say(f"⚠ No new mail is read. {error}", now)

    async def _mended(self, source: Source) -> None:
        self._failing.pop(source.name, None)
        if source.name in self._told:
            self._told.remove(source.name)
            await self._say("New mail is read again.", self._house.db.clock())

    async def _say(self, text: str, now: datetime) -> None:
        async with self._house.db.transaction() as tx:
            await outbox.post(tx, say(f"source:{now:%Y%m%d%H%M%S}:{tx.id('msg')}", text))


def _name(source: Source) -> str:
    return f"mailbox:{source.name}"
