"""Remembering in the background: vectors follow the passages; recall uses whatever is ready."""

import asyncio
import logging
from pathlib import Path

from memory import embed, recall
from memory.db import Database, DiskFullError
from memory.index import Index, IndexBrokenError

BATCH = 50
TRIES_MAX = 2  # the second one starts a broken index over

log = logging.getLogger(__name__)


class Remembering:
    """Holds the encoder and the index, both loaded at their first use and not before."""

    def __init__(self, db: Database, folder: Path, encoder: Path | None) -> None:
        self._db = db
        self.encoder = embed.find_encoder(encoder)
        self._index = Index(folder)
        self._woken = asyncio.Event()
        self._forgotten: list[str] = []
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with what a restart left without vectors."""
        self._db.listen("passage", lambda _: self._woken.set())
        self._db.listen("forgotten", self._forget)
        self._woken.set()
        self._loop = asyncio.create_task(self._follow_for_ever())

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._index.close()

    async def recall(self, query: str, record: str | None) -> list[recall.Recalled]:
        """Return the passages that answer, best first, within the usual budget."""
        async with self._db.snapshot() as reader:
            return await recall.recall(
                reader, query, record=record, k=5, encoder=self.encoder, index=self._index
            )

    def _forget(self, passage: str) -> None:
        self._forgotten.append(passage)
        self._woken.set()

    async def _follow_for_ever(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            for _ in range(TRIES_MAX):
                try:
                    await self._follow()
                    break
                except (IndexBrokenError, DiskFullError) as error:
                    log.warning("recall goes on by words alone: %s", error)

    async def _follow(self) -> None:
        """Delete the vectors of what was forgotten, make those of what is new."""
        gone, self._forgotten = self._forgotten, []
        if gone:
            await self._index.delete(gone)
        if self.encoder is None:
            return
        while await recall.embed_pending(self._db, self.encoder, self._index, BATCH):
            pass
