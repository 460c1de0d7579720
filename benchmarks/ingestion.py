"""How fast something said can be recalled: by its words, by its meaning, and all of it anew.

python -m benchmarks.ingestion [--turns 400] [--rebuild 200]

Each turn is a commit of its own through the product's `remember`, among --turns others; its vector
follows by the product's worker (bot/remembering.py). Then the vectors of --rebuild passages are
made anew, half of them by a process that is killed (kill -9); the time of 100,000 is projected
from the passages made in one second by the process that goes on.
"""

import argparse
import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks._figures import ROOT, WAIT_S, percentile, show
from benchmarks.recall_speed import WORDS_OF_TEXT, Language
from bot.remembering import Remembering
from memory import upgrade
from memory.db import Database
from memory.recalling import recall
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index
from memory.vectors.meaning import rebuild

WAITED_FOR = 20  # turns whose vector is waited for, one after the other
MANY = 100_000
LOOK_S = 0.005
REBUILD = """
import asyncio, sys
from pathlib import Path
from benchmarks.ingestion import make_anew
asyncio.run(make_anew(Path(sys.argv[1])))
"""


async def main() -> None:
    parser = argparse.ArgumentParser(description="How fast something said can be recalled.")
    parser.add_argument("--turns", type=int, default=400)
    parser.add_argument("--rebuild", type=int, default=200, help="passages to make vectors of anew")
    wanted = parser.parse_args()
    encoder = find_encoder()
    if encoder is None:
        print("benchmarks/ingestion: skipped, the encoder is not here")
        return
    encoder.encode(["loaded before anything is timed"])
    language = Language(random.Random(7))
    with tempfile.TemporaryDirectory() as folder:
        await _without_vectors(Path(folder), wanted.turns, language)
        await _with_vectors(Path(folder), wanted.turns, language)
    with tempfile.TemporaryDirectory() as folder:
        await _anew(Path(folder), wanted.rebuild, language, encoder)


async def make_anew(folder: Path) -> None:
    """Make every vector of the database in this folder anew."""
    encoder = find_encoder()
    assert encoder is not None
    db, index = _opened(folder)
    await rebuild(db, encoder, index)
    await index.close()
    await db.close()


async def _without_vectors(folder: Path, turns: int, language: Language) -> None:
    db, _ = _opened(folder)
    times = []
    for number in range(turns):
        began = time.perf_counter()
        await _say(db, f"evt_{number}", language.text(WORDS_OF_TEXT))
        times.append((time.perf_counter() - began) * 1000)
    async with db.snapshot() as reader:
        assert await recall.recall(reader, language.words[0])
    show("one turn durable and findable by words, p50", percentile(times, 0.5), "ms", 2)
    show("one turn without its vector, mean", sum(times) / turns, "ms", 10)
    print(f"{'':54}{1000 * turns / sum(times):9.0f} turns a second without vectors")
    await db.close()


async def _with_vectors(folder: Path, turns: int, language: Language) -> None:
    """Let the worker follow: first all turns at once, then one after the other."""
    db, _ = _opened(folder)
    worker = Remembering(db, folder / "index", None, named=lambda _: None)
    await worker.open()
    worker.start()
    await _until(db, turns)
    began = time.perf_counter()
    for number in range(turns):
        await _say(db, f"evt_more_{number}", language.text(WORDS_OF_TEXT))
    await _until(db, 2 * turns)
    seconds = time.perf_counter() - began
    show("one turn with its vector, mean", seconds * 1000 / turns, "ms", 25)
    print(f"{'':54}{turns / seconds:9.0f} turns a second with vectors")
    times = []
    for number in range(WAITED_FOR):
        began = time.perf_counter()
        await _say(db, f"evt_one_{number}", language.text(WORDS_OF_TEXT))
        await _until(db, 2 * turns + number + 1)
        times.append((time.perf_counter() - began) * 1000)
    for share in (0.5, 0.95):
        what = f"one turn findable by its meaning, p{share * 100:.0f}"
        show(what, percentile(times, share), "ms", 1000)
    await worker.close()
    await db.close()


async def _anew(folder: Path, turns: int, language: Language, encoder: Encoder) -> None:
    """Begin in a process that is killed half way, and go on."""
    db, index = _opened(folder)
    for number in range(turns):
        await _say(db, f"evt_{number}", language.text(WORDS_OF_TEXT))
    await asyncio.to_thread(_killed_at, turns // 2, folder, db.path)
    before = _made(db.path)
    began = time.perf_counter()
    while await recall.embed_pending(db, encoder, index):
        pass
    seconds = time.perf_counter() - began
    assert _made(db.path) == turns
    assert await index.agrees(turns, encoder=encoder.name)
    left = turns - before
    print(f"killed at {before} of {turns} vectors; the other {left} were made after it")
    if left:
        show(f"rebuild of {MANY:,}, projected", seconds / left * MANY / 60, "min", 8)
    await index.close()
    await db.close()


def _opened(folder: Path) -> tuple[Database, Index]:
    upgrade.upgrade(folder / "ingestion.db")
    return Database(folder / "ingestion.db"), Index(folder / "index")


async def _say(db: Database, ref: str, text: str) -> None:
    async with db.transaction() as tx:
        await recall.remember(
            tx, kind="message", ref=ref, text=text, conv="web:1", by="Ada Example",
            trust="operator",
        )  # fmt: skip


def _killed_at(half: int, folder: Path, path: Path) -> None:
    """Make vectors anew in a process of its own, and kill it when it made half of them."""
    with subprocess.Popen((sys.executable, "-c", REBUILD, str(folder)), cwd=ROOT) as process:
        try:
            _wait(path, half)
        finally:
            process.send_signal(signal.SIGKILL)


async def _until(db: Database, many: int) -> None:
    await asyncio.to_thread(_wait, db.path, many)


def _wait(path: Path, many: int) -> None:
    """Wait until so many vectors are made."""
    ends = time.monotonic() + WAIT_S
    while _made(path) < many:
        if time.monotonic() > ends:
            raise SystemExit(f"{many} vectors were not made in {WAIT_S:.0f} seconds.")
        time.sleep(LOOK_S)


def _made(path: Path) -> int:
    with closing(sqlite3.connect(path)) as conn:
        return int(conn.execute("SELECT count(*) FROM vectors").fetchone()[0])


if __name__ == "__main__":
    asyncio.run(main())
