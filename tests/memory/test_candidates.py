"""Candidates: what is left out where there are many, and how often the database is asked."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory import dialects
from memory.db import Database
from memory.dialects import sqlite_words
from memory.driver import Connection
from memory.recalling import candidates
from memory.recalling.candidates import Found
from memory.recalling.recall import embed_pending, recall
from memory.recalling.scope import Scope
from memory.texts.passages import remember
from memory.vectors.embed import find_encoder
from memory.vectors.index import Index
from memory.vectors.meaning import packed

COMMON = ("order", "shop", "lamp")
RARE = ("glazier", "xylophone", "marzipan")
TRIPS_MAX = 3  # look, look again, end


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


async def fill(db: Database, many: int) -> None:
    chance = random.Random(5)
    async with db.transaction() as tx:
        for number in range(many):
            words = chance.choices(COMMON, k=4) + chance.choices(["tea", "rain", "sun"], k=3)
            if chance.random() < 0.4:
                words += chance.choices(RARE, weights=(6, 3, 1))
            text = " ".join(words)
            await remember(tx, kind="note", ref=f"n{number}", text=text, trust="operator")


async def found(db: Database, words: tuple[str, ...]) -> dict[str, float]:
    async with db.snapshot() as reader:
        terms = [f'"{word}"' for word in words]
        rows: list[Found] = await candidates.by_words(reader, terms, Scope(), ())
    assert rows == sorted(rows, key=lambda row: (-row.words, row.seq))
    return {row.ref: row.words for row in rows}


async def test_among_many_the_rarest_words_find_and_all_words_score(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(db, 400)
    monkeypatch.setattr(candidates, "POOL", 60)
    asked = [(*RARE, "order"), ("xylophone", "glazier", "lamp", "shop"), ("marzipan", "order")]
    whole = [await found(db, words) for words in asked]
    monkeypatch.setattr(sqlite_words, "MANY", 100)
    monkeypatch.setattr(dialects, "RARE_ENOUGH", 70)
    monkeypatch.setattr(dialects, "WORTH", 1)
    searches: list[str] = []
    async with db.snapshot() as reader:  # the next ones get the same connection
        await reader.at_once(lambda raw: raw.set_trace_callback(searches.append))
    for words, every in zip(asked, whole, strict=True):
        pruned = await found(db, words)
        assert pruned == pytest.approx(every, rel=1e-6)
    assert sum("twice AS" in search for search in searches) == 2  # of the third all words find
    assert await found(db, ("order", "shop")) != {}


def passage(seq: int, words: float, vector: list[float] | None) -> Found:
    whose = (None, None) if vector is None else ("one", packed(vector))
    said = (None, None, "The glazier came", datetime(2026, 11, 21, tzinfo=UTC), "operator", "s", 0)
    return Found(seq, f"psg_{seq}", "evt_1", "note", *said, "business", words, *whose)


def test_what_has_no_vector_yet_means_as_much_as_the_others_that_words_found() -> None:
    rows = [
        passage(1, 2.0, [1.0, 0.0]),
        passage(2, 1.0, [0.0, 1.0]),
        passage(3, 1.0, None),
        passage(4, 0.0, None),  # found by nothing
        passage(5, 0.0, [1.0, 0.0]),  # found by its meaning alone
    ]
    found = candidates.candidates(rows, {"one": [1.0, 0.0]})
    meant = {1: 1.0, 2: 0.0, 3: 0.5, 5: 1.0}
    assert {one.seq: one.meaning for one in found} == pytest.approx(meant)


async def test_a_question_goes_to_the_database_twice(
    db: Database, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = find_encoder()
    assert encoder is not None
    await fill(db, 30)
    await embed_pending(db, encoder, index)
    trips: list[str] = []
    execute = Connection._execute

    async def counted(self: Connection, work: Any, *args: Any, **more: Any) -> Any:
        trips.append(str(work))
        return await execute(self, work, *args, **more)

    for number in range(2):
        async with db.snapshot() as reader:
            if number:
                monkeypatch.setattr(Connection, "_execute", counted)
            assert await recall(reader, "glazier", encoder=encoder, index=index)
    assert len(trips) <= TRIPS_MAX, trips
