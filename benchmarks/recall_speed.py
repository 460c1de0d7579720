"""How fast recall answers among many passages, beside the least that any hybrid has to do.

python -m benchmarks.recall_speed [--rows 10000] [--questions 200]

The passages are made of invented words, common and rare as in a language, with vectors drawn by
chance; the questions are encoded by the real encoder. The floor is, for the same question and in
the same run: encoding, one full-text query in the same file, one exact scan over all vectors.
"""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks._figures import percentile, show
from memory.db import Database
from memory.recalling import recall, terms
from memory.schema import metadata
from memory.schema.recall import passages, vectors
from memory.vectors.embed import DIMENSIONS, Encoder, find_encoder
from memory.vectors.index import Index, Vector
from memory.vectors.meaning import packed

SYLLABLES = [a + b for a in "bdklmnr" for b in "aeio"]
WORDS = 20_000
WORDS_OF_TEXT = 18
WORDS_OF_QUESTION = 6
RECORDS = 100
AT_ONCE = 5_000
START = datetime(2026, 1, 1, tzinfo=UTC)


async def main() -> None:
    parser = argparse.ArgumentParser(description="How fast recall answers among many passages.")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    wanted = parser.parse_args()
    encoder = find_encoder()
    if encoder is None:
        print("benchmarks/recall_speed: skipped, the encoder is not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        await measure(Path(folder), wanted.rows, wanted.questions, encoder)


async def measure(folder: Path, rows: int, questions: int, encoder: Encoder) -> None:
    """Fill a database, ask, print."""
    chance = random.Random(7)
    language = Language(chance)
    database, index = Database(folder / "speed.db"), Index(folder / "index")
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    scan = await _fill(database, index, rows, language)
    asked = [language.text(WORDS_OF_QUESTION) for _ in range(questions)]
    with sqlite3.connect(database.path) as plain:

        async def floor(question: str) -> None:
            _floor(plain, scan, encoder, question)

        async def words(question: str) -> None:
            async with database.snapshot() as reader:
                await recall.recall(reader, question)

        async def everything(question: str) -> None:
            async with database.snapshot() as reader:
                await recall.recall(reader, question, encoder=encoder, index=index)

        async def scoped(question: str) -> None:
            async with database.snapshot() as reader:
                await recall.recall(reader, question, record="rec_7", encoder=encoder, index=index)

        ways = {"floor": floor, "words": words, "everything": everything, "scoped": scoped}
        times = await _times(ways, asked)
    plain.close()
    for name in ("floor", "words"):
        p50, p95 = (percentile(times[name], share) for share in (0.5, 0.95))
        print(f"{name}, {rows} passages: p50 {p50:.2f} ms, p95 {p95:.2f} ms")
    targets = {"scoped": (10, 20), "everything": (5, 8) if rows <= 10_000 else (12, 25)}
    for name, below in targets.items():
        for share, limit in zip((0.5, 0.95), below, strict=True):
            title = f"{name}, {rows} passages, p{share * 100:.0f}"
            show(title, percentile(times[name], share), "ms", limit)
    for share, limit in ((0.5, 1.3), (0.95, 1.5)):
        ratio = percentile(times["everything"], share) / percentile(times["floor"], share)
        show(f"everything / floor, p{share * 100:.0f}", ratio, "", limit)
    await _one_more(database, language)
    await index.close()
    await database.close()


class Language:
    """Invented words, the n-th about 1/n as frequent as the first."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words = list(
            dict.fromkeys(
                "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(WORDS)
            )
        )
        total, self.weights = 0.0, []
        for place in range(len(self.words)):
            total += 1 / (place + 10)
            self.weights.append(total)

    def text(self, length: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=length))


async def _times(
    ways: dict[str, Callable[[str], Awaitable[None]]], asked: list[str]
) -> dict[str, list[float]]:
    """Ask every question each way, in turn, so that a busy moment meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number, question in enumerate([*asked[:10], *asked]):
        for name, ask in ways.items():
            began = time.perf_counter()
            await ask(question)
            if number >= 10:  # the first ones load what is loaded once
                times[name].append((time.perf_counter() - began) * 1000)
    return times


def _floor(plain: sqlite3.Connection, scan: Any, encoder: Encoder, question: str) -> None:
    import numpy as np

    [vector] = encoder.encode([question])
    match = " OR ".join(terms.terms(question))
    ask = "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank LIMIT 50"
    plain.execute(ask, (match,)).fetchall()
    near = scan @ np.asarray(vector, np.float32)
    np.argpartition(near, -50)


async def _fill(database: Database, index: Index, rows: int, language: Language) -> Any:
    import numpy as np

    made = np.random.default_rng(7).standard_normal((rows, DIMENSIONS), np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    for start in range(0, rows, AT_ONCE):
        part = range(start, min(start + AT_ONCE, rows))
        said = [_passage(seq, language.text(WORDS_OF_TEXT)) for seq in part]
        numbers = [
            {"seq": seq, "encoder": Encoder.name, "numbers": packed(made[seq])} for seq in part
        ]
        async with database.transaction() as tx:
            await tx.conn.execute(sa.insert(passages), said)
            await tx.conn.execute(sa.insert(vectors), numbers)
            await tx.conn.exec_driver_sql(
                "INSERT INTO passages_fts(rowid, text, before) SELECT p.seq, p.text, b.text"
                " FROM passages p LEFT JOIN passages b ON b.seq = p.seq - 1 WHERE p.seq >= ?",
                (start,),
            )
        drawn = [Vector(f"psg_{seq}", "", made[seq].tolist()) for seq in part]
        await index.upsert(drawn, encoder=Encoder.name)
    return made


def _passage(seq: int, text: str) -> dict[str, Any]:
    return {
        "seq": seq, "id": f"psg_{seq}", "kind": "message", "ref": f"evt_{seq}", "text": text,
        "record": f"rec_{seq % RECORDS}", "conv": "web:1", "session": f"psg_{seq - seq % 20}",
        "by": ("Ada Example", "Bruno Example")[seq % 2], "trust": "operator", "traits": seq % 16,
        "sensitivity": "business", "at": START + timedelta(minutes=seq), "embedded": True,
    }  # fmt: skip


async def _one_more(database: Database, language: Language) -> None:
    times = []
    for number in range(50):
        text = language.text(WORDS_OF_TEXT)
        began = time.perf_counter()
        async with database.transaction() as tx:
            await recall.remember(
                tx, kind="message", ref=f"evt_new_{number}", text=text, trust="operator"
            )
        times.append((time.perf_counter() - began) * 1000)
    show("one more durable and findable by words, p50", percentile(times, 0.5), "ms", 2)


if __name__ == "__main__":
    asyncio.run(main())
