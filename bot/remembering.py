"""Remembering in the background: vectors follow the passages; recall uses whatever is ready."""

import asyncio
import logging
from pathlib import Path

from memory import embed, recall
from memory.db import Database
from memory.index import Index, IndexBrokenError

BATCH = 50

log = logging.getLogger(__name__)


class Remembering:
    """Holds the encoder and the index, both loaded at their first use and not before."""

    def __init__(self, db: Database, folder: Path, encoder: Path | None) -> None:
        self._db = db
        self.encoder = embed.find_encoder(encoder)
        self._index = Index(folder)
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._forgetting: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._db.listen("passage", lambda _: self._woken.set())
        self._db.listen("forgotten", self._forget)
        self._loop = asyncio.create_task(self._embed_for_ever())

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def recall(self, query: str, record: str | None) -> list[recall.Recalled]:
        """Return the passages that answer, best first, within the usual budget."""
        async with self._db.snapshot() as reader:
            return await recall.recall(
                reader, query, record=record, k=5, encoder=self.encoder, index=self._index
            )

    async def _embed_for_ever(self) -> None:
        while self.encoder is not None:
            await self._woken.wait()
            self._woken.clear()
            try:
                while await recall.embed_pending(self._db, self.encoder, self._index, BATCH):
                    pass
            except IndexBrokenError as error:
                log.warning("recall goes on by words alone: %s", error)

    def _forget(self, passage: str) -> None:
        task = asyncio.create_task(self._index.delete([passage]))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)
