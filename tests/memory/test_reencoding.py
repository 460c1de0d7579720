"""Another encoder takes over: whatever breaks it off, both answer and it ends."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

import memory
from memory.db import Database
from memory.recalling.recall import forget, recall, remember
from memory.schema import metadata
from memory.schema.recall import archived, passages, vectors
from memory.texts import archive, lifecycle
from memory.vectors import meaning, reencoding
from memory.vectors.index import Index, IndexBrokenError
from memory.vectors.meaning import embed_pending
from memory.vectors.reencoding import Change

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COUNT = 30


@dataclass
class Fake:
    """An encoder that gives a text a direction of its own."""

    name: str
    length: int = 8
    asked: list[str] = field(default_factory=list)

    async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
        self.asked += texts
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        digest = hashlib.sha256(f"{self.name}{text}".encode()).digest()
        numbers = [byte - 127.5 for byte in digest[: self.length]]
        size = sum(number * number for number in numbers) ** 0.5
        return [number / size for number in numbers]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "t.db", clock=lambda: NOW)
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    async with database.transaction() as tx:
        for number in range(COUNT):
            text = f"note number {number}"
            await remember(tx, kind="note", ref=f"evt_{number}", text=text, trust="operator")
    yield database
    await database.close()


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


async def begin(database: Database, index: Index, encoder: Fake) -> Change:
    index.encoder, index.trusted = encoder.name, None
    return await reencoding.begin(database, encoder.name)


async def embed_all(database: Database, index: Index, encoder: Fake) -> None:
    while await embed_pending(database, encoder, index, 10):
        pass


async def end(database: Database, index: Index, encoder: Fake, change: Change) -> Change:
    await embed_all(database, index, encoder)
    assert await reencoding.drop_former(database, change, index)
    while not change.done:
        change = await reencoding.next_box(database, encoder, change)
    return change


async def pack(database: Database, count: int) -> None:
    async with database.transaction() as tx:
        old = sa.select(passages.c.session).order_by(passages.c.seq).limit(count)
        await lifecycle.pack(tx, [row.session for row in await tx.rows(old)], None)


async def made_by(database: Database) -> dict[str, int]:
    found: dict[str, int] = {}
    async with database.snapshot() as reader:
        for row in await reader.rows(sa.select(vectors.c.encoder)):
            found[row.encoder] = found.get(row.encoder, 0) + 1
    return found


async def archived_by(database: Database) -> set[str]:
    async with database.snapshot() as reader:
        return {one.encoder async for one in archive.each(reader)}


def kill_after(command: Sequence[str], lines: int) -> None:
    root = Path(memory.__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as writing:
        assert writing.stdout is not None
        for _ in range(lines):
            assert writing.stdout.readline() == b"stored\n"
        writing.kill()


async def nearest(index: Index, encoder: Fake, text: str) -> dict[str, float]:
    [vector] = await encoder.vectors([text])
    return await index.nearest(vector, COUNT, encoder=encoder.name)


async def test_the_first_encoder_is_no_change(database: Database, index: Index) -> None:
    one = Fake("one")
    change = await begin(database, index, one)
    assert change == Change(encoder="one")
    assert (await end(database, index, one, change)).done
    assert await made_by(database) == {"one": COUNT}
    assert (await begin(database, index, one)).done  # at the next start there is nothing to do


async def test_both_answer_until_the_last_vector_and_then_the_former_is_gone(
    database: Database, index: Index
) -> None:
    one, two = Fake("one"), Fake("two", 16)
    await end(database, index, one, await begin(database, index, one))
    await pack(database, 10)
    change = await begin(database, index, two)
    assert change.former == "one"
    await embed_pending(database, two, index, 10)
    assert not await reencoding.drop_former(database, change, index)
    assert await made_by(database) == {"one": 20, "two": 10}
    assert len(await nearest(index, one, "note number 25")) >= 20
    assert len(await nearest(index, two, "note number 25")) == 10
    assert (await end(database, index, two, change)).done
    assert await made_by(database) == {"two": 20}
    assert await archived_by(database) == {"two"}
    assert await nearest(index, one, "note number 25") == {}
    assert await index.agrees(20, encoder="two")


async def test_a_restart_at_any_point_goes_on(database: Database, index: Index) -> None:
    one, two = Fake("one"), Fake("two")
    await end(database, index, one, await begin(database, index, one))
    await pack(database, 20)
    assert await begin(database, index, two) == await begin(database, index, two)
    await embed_all(database, index, two)
    change = await begin(database, index, two)
    assert await reencoding.drop_former(database, change, index)
    assert (await begin(database, index, two)).former == "one"  # for the archive
    change = await reencoding.next_box(database, two, await begin(database, index, two))
    assert change == await begin(database, index, two)
    asked = len(two.asked)
    assert (await end(database, index, two, change)).done
    assert len(two.asked) == asked  # the one box there is was done
    assert await archived_by(database) == {"two"}


async def test_a_change_may_be_changed_back_half_way(database: Database, index: Index) -> None:
    one, two = Fake("one"), Fake("two")
    await end(database, index, one, await begin(database, index, one))
    await begin(database, index, two)
    await embed_pending(database, two, index, 10)
    asked = len(one.asked)
    change = await begin(database, index, one)
    assert change.former == "two"
    await end(database, index, one, change)
    assert await made_by(database) == {"one": COUNT}
    assert len(one.asked) == asked  # its vectors were all still there


async def test_an_index_lost_half_way_has_both_again(database: Database, index: Index) -> None:
    one, two = Fake("one"), Fake("two")
    await end(database, index, one, await begin(database, index, one))
    change = await begin(database, index, two)
    await embed_pending(database, two, index, 10)
    await index.start_over()
    index.trusted = False
    asked = len(two.asked)
    await embed_pending(database, two, index, 10)
    assert len(await nearest(index, one, "note number 25")) == COUNT
    assert len(two.asked) == asked
    await end(database, index, two, change)
    assert await made_by(database) == {"two": COUNT}


async def test_a_box_that_is_rewritten_meanwhile_is_done_again(
    database: Database, index: Index
) -> None:
    one = Fake("one")
    await end(database, index, one, await begin(database, index, one))
    await pack(database, COUNT)

    class Meddling(Fake):
        async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
            if not self.asked:
                async with database.transaction() as tx:
                    await archive.take(tx, archived.c.ref == "evt_3")
            return await super().vectors(texts)

    two = Meddling("two")
    change = await begin(database, index, two)
    assert await reencoding.next_box(database, two, change) == change
    await end(database, index, two, change)
    async with database.snapshot() as reader:
        texts = [one.text async for one in archive.each(reader)]
    assert len(texts) == COUNT - 1
    assert "note number 3" not in texts
    assert await archived_by(database) == {"two"}


async def test_a_model_that_changes_its_length_makes_all_anew(
    database: Database, index: Index
) -> None:
    short, long = Fake("home/same", 8), Fake("home/same", 12)
    await end(database, index, short, await begin(database, index, short))
    async with database.snapshot() as reader:  # asked before anybody noticed
        found = await recall(reader, "note 25", encoder=long, index=index)
    assert found[0].text == "note number 25"
    assert index.trusted
    async with database.transaction() as tx:
        await remember(tx, kind="note", ref="evt_new", text="a new one", trust="operator")
    await embed_all(database, index, long)
    async with database.snapshot() as reader:
        rows = await reader.rows(sa.select(vectors.c.numbers))
    lengths = {len(row.numbers) for row in rows}
    assert lengths == {12}
    assert await index.agrees(COUNT + 1, encoder="home/same")


async def test_what_changes_while_it_is_encoded_is_encoded_anew(
    database: Database, index: Index
) -> None:
    async with database.transaction() as tx:
        for ref, text in (("evt_a", "A secret xylophone"), ("evt_b", "That was it")):
            await remember(tx, kind="message", ref=ref, text=text, trust="operator", conv="web:1")

    class Meddling(Fake):
        async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
            if not self.asked:
                async with database.transaction() as tx:
                    await forget(tx, ["evt_a"])
            return await super().vectors(texts)

    one = Meddling("one")
    await begin(database, index, one)
    while await embed_pending(database, one, index, 100):
        assert await index.agrees((await made_by(database))["one"], encoder="one")
    assert [text for text in one.asked if "That" in text] == [
        "That was it\nA secret xylophone", "That was it",
    ]  # fmt: skip
    assert await index.agrees(COUNT + 1, encoder="one")
    near = await nearest(index, one, "That was it")
    assert max(near.values()) == pytest.approx(1, abs=0.01)


async def test_deleting_what_was_forgotten_spares_what_has_a_new_vector(
    database: Database, index: Index
) -> None:
    one = Fake("one")
    await end(database, index, one, await begin(database, index, one))
    async with database.snapshot() as reader:
        ids = [row.id for row in await reader.rows(sa.select(passages.c.id))]
    async with database.transaction() as tx:
        await forget(tx, ["evt_3"])
    await meaning.delete(database, index, ids)
    assert await index.agrees(COUNT - 1, encoder="one")


async def test_an_index_that_somebody_else_changed_is_noticed_while_in_use(
    database: Database, index: Index
) -> None:
    one = Fake("one")
    await end(database, index, one, await begin(database, index, one))
    assert await meaning.look_again(database, "one", index)
    code = (
        "import sys, chromadb\n"
        "from chromadb.config import Settings\n"
        "quiet = Settings(anonymized_telemetry=False)\n"
        "[rows] = chromadb.PersistentClient(sys.argv[1], quiet).list_collections()\n"
        "rows.delete(ids=rows.get(limit=5)['ids'])\n"
    )
    ask = [sys.executable, "-c", code, str(index.folder)]
    await asyncio.to_thread(subprocess.run, ask, check=True, capture_output=True)
    assert not await meaning.look_again(database, "one", index)
    asked = len(one.asked)
    await embed_all(database, index, one)
    assert await index.agrees(COUNT, encoder="one")
    assert len(one.asked) == asked  # filled from the database, without encoding


async def test_a_process_killed_while_it_writes_leaves_an_index_that_is_right_or_replaced(
    database: Database, index: Index
) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from memory.db import Database\n"
        "from memory.vectors.index import Index\n"
        "from memory.vectors.meaning import embed_pending\n"
        "from tests.memory.test_reencoding import Fake\n"
        "async def main():\n"
        "    database, index = Database(Path(sys.argv[1])), Index(Path(sys.argv[2]))\n"
        "    while await embed_pending(database, Fake('one'), index, 1):\n"
        "        print('stored', flush=True)\n"
        "asyncio.run(main())\n"
    )
    ask = [sys.executable, "-c", code, str(database.path), str(index.folder)]
    await asyncio.to_thread(kill_after, ask, 7)
    one = Fake("one")
    for _ in range(3):
        try:
            await embed_all(database, index, one)
            break
        except IndexBrokenError:
            continue
    assert await index.agrees(COUNT, encoder="one")
    assert await made_by(database) == {"one": COUNT}
    assert len(one.asked) <= COUNT - 7
