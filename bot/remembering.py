"""Remembering in the background: vectors follow the passages; recall uses whatever is ready.

wait ──something new, forgotten, or time to look──▶ forget, look, encode ──▶ wait
                                                       └──nobody answers──▶ say it once, try later
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import notices
from memory import profile
from memory.beliefs import standing
from memory.db import Database, DiskFullError
from memory.recalling import recall
from memory.recalling.answers import Answers
from memory.recalling.recall import Recalled
from memory.recalling.scope import Within
from memory.vectors import embed, meaning, reencoding
from memory.vectors.embed import EncoderDownError, Encodes
from memory.vectors.index import Index, IndexAwayError, IndexBrokenError
from memory.vectors.reencoding import Change

BATCH = 50
DELETED_AT_ONCE = 500
RECALLED, RECALLED_TOKENS = 5, 600
SEARCHED, SEARCHED_TOKENS = 15, 2000
TRIES_MAX = 2  # the second one starts a broken index over
LOOK_EVERY_S = 600.0  # at an index in use: somebody else may have had hands on it
AGAIN_S = 5.0  # doubled while nobody answers, up to:
AGAIN_S_MAX = 60.0
BY_WORDS = "{why}. Until it answers, what I recall is found by words alone; nothing is lost."

log = logging.getLogger(__name__)


class Remembering:
    """Holds the encoders and the index, loaded at their first use and not before.

    `bundled` is the encoder on this machine; `encoder` the one that is wanted, which may be that.
    `named` finds embedding models; "" is the one that the settings want.
    """

    def __init__(
        self,
        db: Database,
        folder: Path,
        encoder: Path | None,
        *,
        named: Callable[[str], Encodes | None],
        chroma: str = "",
    ) -> None:
        self._db = db
        self.bundled = embed.find_encoder(encoder)
        self.encoder: Encodes | None = named("") or self.bundled
        self._named = named
        self._index = Index(folder, chroma)
        self._change: Change | None = None
        self._former: Encodes | None = None
        self._answers = Answers[Recalled]()
        self._woken = asyncio.Event()
        self._forgotten: list[str] = []
        self._loop: asyncio.Task[None] | None = None
        self._down = ""
        self._again_s = AGAIN_S
        self._looked_at = time.monotonic()

    async def open(self) -> None:
        """Find out whose vectors there are, before anybody asks."""
        if self.encoder is None:
            return
        self._index.encoder = self.encoder.name
        self._change = await reencoding.begin(self._db, self.encoder.name)
        self._former = self._known(self._change.former)

    def start(self) -> None:
        """Begin with what a restart left without vectors."""
        self._db.listen("passage", self._renew)
        self._db.listen("forgotten", self._forget)
        self._db.listen("cut", lambda _: self._answers.clear())
        self._woken.set()
        self._loop = asyncio.create_task(self._follow_for_ever())
        self._loop.add_done_callback(_ended)

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._index.close()

    async def recall(self, query: str, within: Within) -> list[Recalled]:
        """Return the passages that answer, best first, within the usual budget."""
        return await self._found(query, within, RECALLED, RECALLED_TOKENS)

    async def search(self, query: str, within: Within) -> list[Recalled]:
        """Return more of them, for an answer that quotes only what fits the question."""
        return await self._found(query, within, SEARCHED, SEARCHED_TOKENS)

    async def _found(self, query: str, within: Within, k: int, tokens: int) -> list[Recalled]:
        """Return what stands of it: “forget this” takes the sentence that told it, too.

        So does the end of what was noted for a while.
        """
        async with self._db.snapshot() as reader:
            found = await recall.recall(
                reader,
                query,
                **asdict(within),
                k=k,
                budget_tokens=tokens,
                encoder=self.encoder,
                index=self._index,
                former=self._former,
                answers=self._answers,
                zone=ZoneInfo(await profile.get(reader, "zone")),
            )
            stand = await standing.of(reader, [one.ref for one in found])
        if self._index.trusted is False or self._index.away:
            self._woken.set()
        return [one for one in found if stand.get(one.ref) not in ("withdrawn", "over")]

    async def told(self) -> tuple[str, ...]:
        """Return how far the vectors are, a sentence each."""
        if self.encoder is None:
            return ("No encoder is installed, so questions are answered by words alone.",)
        lines = [BY_WORDS.format(why=self._down)] if self._down else []
        change = self._change or Change(encoder=self.encoder.name)
        async with self._db.snapshot() as reader:
            left = await reencoding.left(reader, change)
        name, made = self.encoder.name, left.passages - left.waiting
        some = f"{made:,} of {left.passages:,}" if left.waiting else "All of them"
        lines.append(f"{some} can be found by meaning, too ({name}).")
        if left.boxes:
            boxes = "1 box" if left.boxes == 1 else f"{left.boxes:,} boxes"
            lines.append(f"{boxes} of the archive still wait for their vectors of it.")
        if (left.waiting or left.boxes) and self._former is not None:
            lines.append(f"Until then {self._former.name} answers for the others.")
        return tuple(lines)

    def _known(self, name: str) -> Encodes | None:
        if self.bundled is not None and name == self.bundled.name:
            return self.bundled
        return self._named(name) if name else None

    def _renew(self, _passage: str) -> None:
        self._answers.clear()
        self._woken.set()

    def _forget(self, passage: str) -> None:
        self._answers.clear()  # what is forgotten is not left in memory either
        self._forgotten.append(passage)
        self._woken.set()

    async def _follow_for_ever(self) -> None:
        while True:
            if self._down:
                await asyncio.sleep(self._again_s)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):  # wait_for could swallow the end
                        await self._woken.wait()
            self._woken.clear()
            await self._follow_or_say()

    async def _follow_or_say(self) -> None:
        for _ in range(TRIES_MAX):
            try:
                await self._follow()
            except (IndexAwayError, EncoderDownError) as error:
                return await self._say(str(error).rstrip("."))
            except (IndexBrokenError, DiskFullError) as error:
                log.warning("recall goes on by words alone: %s", error)
            else:
                self._down, self._again_s = "", AGAIN_S
                return None
        return None

    async def _say(self, why: str) -> None:
        """Say once that nobody answers, then try at longer and longer intervals."""
        if self._down:
            self._again_s = min(AGAIN_S_MAX, self._again_s * 2)
            return
        self._down, self._again_s = why, AGAIN_S
        log.warning("recall goes on by words alone: %s", why)
        with suppress(DiskFullError):
            await notices.alarm(self._db, BY_WORDS.format(why=why))

    async def _follow(self) -> None:
        """Delete the vectors of what was forgotten, make those of what is new."""
        await self._delete_forgotten()
        if self.encoder is None or self._change is None:
            return
        await self._look_again(self.encoder)
        while await recall.embed_pending(self._db, self.encoder, self._index, BATCH):
            await self._delete_forgotten()
        if self._change.done:
            return
        if await reencoding.drop_former(self._db, self._change, self._index):
            await self._follow_archive(self.encoder)

    async def _follow_archive(self, encoder: Encodes) -> None:
        while self._change is not None and not self._change.done:
            self._change = await reencoding.next_box(self._db, encoder, self._change)
        self._former = None

    async def _look_again(self, encoder: Encodes) -> None:
        """Compare an index that is in use; whoever forgets just now is no fault of it."""
        now = time.monotonic()
        if not self._index.trusted or now < self._looked_at + LOOK_EVERY_S:
            return
        self._looked_at = now
        while not await meaning.look_again(self._db, encoder.name, self._index):
            if not self._forgotten:
                return
            await self._delete_forgotten()

    async def _delete_forgotten(self) -> None:
        """Delete the vectors of what was forgotten; a server that is away is told when it is back.

        A broken index starts over, without them.
        """
        while gone := self._forgotten[:DELETED_AT_ONCE]:
            try:
                await meaning.delete(self._db, self._index, gone)
            except IndexAwayError:
                raise
            except IndexBrokenError:
                self._forgotten.clear()
                raise
            del self._forgotten[: len(gone)]


def _ended(loop: asyncio.Task[None]) -> None:
    """A defect of ours must not end it unseen."""
    if not loop.cancelled() and (error := loop.exception()) is not None:
        log.error("no vectors are made until the next start", exc_info=error)
