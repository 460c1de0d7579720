"""What is remembered is found alike, kept alike and checked alike in SQLite and in PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory import dialects, profile
from memory.canon import records
from memory.copying.verify import verify
from memory.db import Database
from memory.dialects import postgres_words, sqlite_words
from memory.forgetting.erasure import erase, scrub
from memory.recalling import candidates
from memory.recalling.recall import forget, recall
from memory.recalling.scope import Scope
from memory.schema import metadata
from memory.schema.chat import cards
from memory.schema.events import events as log
from memory.schema.records import profile as settings
from memory.texts.passages import remember
from memory.texts.reach import pages, rowid
from tests.memory.conftest import BOTH, NOW
from tests.peers.postgres import Cluster

TEXT = """order orders ordered lamp Lampe café cafe naïve Straße INV-7 2nd 1e5 relational running
O'Brien tea москва 東京 x_y rain's generalizations oscillators the of and is"""
WORDS = TEXT.split()
ASKED = ("order", "lamp", "cafe", "strasse", "straße", "inv-7", "7", "run", "o'brien", "Москва")


@pytest.fixture
async def two(
    db: Database, tmp_path: Path, cluster: Cluster
) -> AsyncIterator[tuple[Database, Database]]:
    """One database of each kind, with the same passages."""
    other = Database(tmp_path / "beside" / "firstmate.db", db.clock, server=cluster.new())
    for database in (db, other):
        await fill(database)
    yield db, other
    await other.close()


async def fill(database: Database) -> None:
    chance = random.Random(7)
    async with database.transaction() as tx:
        for number in range(300):
            text = " ".join(chance.choices(WORDS, k=chance.randint(1, 40)))
            conv = chance.choice((None, "web:1", "web:2"))
            await remember(
                tx, kind="note", ref=f"n{number}", text=text, trust="operator", conv=conv, at=NOW
            )
        await forget(tx, [f"n{number}" for number in range(0, 300, 7)])


async def found(database: Database, terms: list[str], scope: Scope) -> dict[str, float]:
    async with database.snapshot() as reader:
        rows = await candidates.by_words(reader, terms, scope, ())
    return {row.ref: row.words for row in rows}


async def test_words_score_alike_in_both(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "POOL", 300)
    asked = [[f'"{word}"'] for word in ASKED]
    asked += [['"order"', '"lamp"', '"tea"'], ['"x_y"', '"rain\'s"', '"oscillate"', '"..."']]
    for scope in (Scope(), Scope(((("conv", ("web:1",)),),))):
        for terms in asked:
            one, other = [await found(database, terms, scope) for database in two]
            assert other == pytest.approx(one, rel=1e-5), terms
            assert one or terms == ['"strasse"']
    for module in (dialects, sqlite_words, postgres_words):
        monkeypatch.setattr(module, "MANY", 10, raising=False)
    monkeypatch.setattr(dialects, "RARE_ENOUGH", 100)
    monkeypatch.setattr(candidates, "POOL", 60)
    terms = ['"order"', '"lamp"', '"tea"', '"москва"']
    one, other = [await found(database, terms, Scope()) for database in two]
    assert len(one) == 60
    assert other == pytest.approx(one, rel=1e-5)


async def test_a_question_is_answered_alike_by_both(two: tuple[Database, Database]) -> None:
    for query in ("Which lamp did we order?", "what about O'Brien's café", "tea in Москва"):
        told = []
        for database in two:
            async with database.snapshot() as reader:
                told.append([(one.ref, one.because) for one in await recall(reader, query)])
        assert told[0] == told[1] != []


async def test_two_programs_write_to_one_server_in_turn(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.new()
    both = [Database(tmp_path / "x.db", lambda: NOW, server=address) for _ in range(2)]

    async def increment(which: Database) -> None:
        async with which.transaction() as tx:
            await profile.save(tx, None, count=(await profile.get(tx, "count") or 0) + 1)

    await asyncio.gather(*(increment(which) for which in both * 10))
    async with both[0].snapshot() as reader:
        assert await profile.get(reader, "count") == 20
    assert (await verify(both[0])).faults == ()
    for one in both:
        await one.close()


@BOTH
async def test_a_reader_sees_one_moment_while_others_write(db: Database) -> None:
    async with db.snapshot() as reader:
        assert await profile.get(reader, "count") is None
        async with db.transaction() as tx:
            await profile.save(tx, None, count=1)
        assert await profile.get(reader, "count") is None


@BOTH
@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (sa.update(log).values(actor="eve"), "it was changed"),
        (sa.update(log).values(body={"a": 2}), "content was changed"),
        (sa.update(settings).values(value="b"), "value is not what the log says"),
        (sa.delete(settings), "the row is missing"),
    ],
    ids=["head", "body", "state", "row"],
)
async def test_what_is_changed_by_hand_is_found(db: Database, tamper: Any, fault: str) -> None:
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Vienna", note={"ä": ['"', "\0", "\ud800"]})
    assert (await verify(db)).faults == ()
    async with db.engine.begin() as conn:
        await conn.execute(tamper)
    assert any(fault in said for said in (await verify(db)).faults)


@BOTH
async def test_a_change_of_the_key_of_a_row_does_not_change_its_number(db: Database) -> None:
    at = {"at": NOW, "changed_at": NOW}
    async with db.engine.begin() as conn:
        for key in ("a", "b", "c"):
            row = {"key": key, "version": 1, "priority": 0, "msg": {}, **at}
            await conn.execute(sa.insert(cards).values(row))
    async with db.engine.begin() as conn:
        await conn.execute(sa.update(cards).where(cards.c.key == "b").values(key="z"))
    async with db.snapshot() as reader:
        assert [row.key async for row in pages(reader, cards)] == ["a", "z", "c"]
        numbers = await reader.rows(
            sa.select(rowid(cards)).select_from(cards).order_by(cards.c.key)
        )
    assert [number for (number,) in numbers] == [1, 3, 2]


@BOTH
async def test_texts_are_ordered_by_their_bytes(db: Database) -> None:
    keys = ["a", "B", "Ä", "_", "10", "9"]
    async with db.transaction() as tx:
        for key in keys:
            await profile.save(tx, None, **{key: 1})
    async with db.snapshot() as reader:
        rows = await reader.rows(sa.select(settings.c.name).order_by(settings.c.name))
    assert [row.name for row in rows] == sorted(keys)


async def test_what_is_erased_is_in_no_table_of_the_server(
    cluster: Cluster, tmp_path: Path
) -> None:
    db = Database(tmp_path / "x.db", lambda: NOW, server=cluster.new())
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Zerelda Quist"}, None)
        text = "Zerelda Quist wants her lamp back."
        for ref, record in (("evt_1", ada.id), ("evt_2", None)):
            await remember(
                tx, kind="mail", ref=ref, text=text, trust="outside", record=record, by="Zerelda"
            )
    async with db.transaction() as tx:
        await erase(tx, ada.id, None)
    await scrub(db)
    assert (await verify(db)).faults == ()
    await db.close()
    held = [path for path in cluster.tables() if b"erelda" in path.read_bytes()]
    assert held == []


@BOTH
async def test_tables_can_be_dropped_and_made_again(db: Database) -> None:
    for _ in range(2):
        async with db.engine.begin() as conn:
            await conn.run_sync(metadata.drop_all)
        async with db.engine.begin() as conn:
            await conn.run_sync(metadata.create_all)
    async with db.transaction() as tx:
        await remember(tx, kind="note", ref="n", text="found again", trust="operator")
    assert await found(db, ['"again"'], Scope()) != {}
