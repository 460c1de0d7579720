"""Vectors are made anew by a process that is killed, and the next one goes on where it ended."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from memory.db import Database
from memory.recalling.recall import embed_pending, recall
from memory.schema.recall import vectors
from memory.texts.passages import remember
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index

MANY = 250
WAIT_S = 120
REBUILD = """
import asyncio, sys
from pathlib import Path
from memory.db import Database
from memory.vectors.embed import find_encoder
from memory.vectors.index import Index
from memory.vectors.meaning import rebuild

path = Path(sys.argv[1])
asyncio.run(rebuild(Database(path), find_encoder(), Index(path.with_name("index"))))
"""


class Counting(Encoder):
    """An encoder that says how much it had to do."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += len(texts)
        return self._inner.encode(texts)


def made(path: Path) -> int:
    with closing(sqlite3.connect(path)) as conn:
        return int(conn.execute("SELECT count(*) FROM vectors").fetchone()[0])


def killed_half_way(path: Path) -> int:
    """Rebuild in a process of its own, kill it, and return how many vectors it made."""
    with subprocess.Popen((sys.executable, "-c", REBUILD, str(path))) as process:
        try:
            ends = time.monotonic() + WAIT_S
            while made(path) == 0 and time.monotonic() < ends:
                time.sleep(0.01)
        finally:
            process.send_signal(signal.SIGKILL)
    return made(path)


async def test_a_rebuild_that_is_killed_goes_on_and_makes_no_vector_twice(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(MANY):
            text = f"Invoice INV-{number} was sent to a customer"
            await remember(tx, kind="note", ref=f"note_{number}", text=text, trust="operator")
    before = killed_half_way(db.path)
    assert 0 < before < MANY
    found = find_encoder()
    assert found is not None
    encoder, index = Counting(found), Index(db.path.with_name("index"))
    while await embed_pending(db, encoder, index):
        pass
    assert encoder.texts == MANY - before
    assert await index.agrees(MANY, encoder=encoder.name)
    async with db.snapshot() as reader:
        kept = await reader.value(sa.select(sa.func.count()).select_from(vectors))
        told = await recall(reader, "bill for the client", encoder=encoder, index=index)
    assert kept == MANY
    assert told
    await index.close()
