"""What a record said on any day can be read, and said again."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.canon import merging, records, versions
from memory.canon.records import TakenError
from memory.copying.verify import verify
from memory.db import Database, Tx, change
from memory.forgetting import erasure
from memory.schema.records import record_versions
from tests.memory.conftest import NOW

CHANGE = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Ada", "Ada Example", "A."]),
        "phone": st.none() | st.sampled_from(["+493011111", "+493022222"]),
        "aliases": st.lists(st.sampled_from(["Addi", "Ad"]), unique=True),
        "own": st.dictionaries(st.sampled_from(["size", "club"]), st.sampled_from(["S", "M"])),
        "emails": st.lists(st.sampled_from(["a@x.example", "b@x.example"]), unique=True),
    },
)


async def test_a_merged_record_says_what_the_other_said_while_it_was_merged(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
        home = await records.create(tx, "person", {"name": "A. E."}, None)
    async with db.transaction() as tx:
        await merging.merge(tx, ada.id, home.id, None)
    async with db.transaction() as tx:
        await merging.split(tx, home.id, None)
        split = tx.now
    async with db.snapshot() as reader:
        said = [
            found.state["name"]
            for seconds in range(4)
            if (found := await versions.as_of(reader, home.id, NOW + timedelta(seconds=seconds)))
        ]
    assert said == ["A. E.", "Ada Example", *["A. E."] * (len(said) - 2)]
    assert len(said) >= 3
    assert split <= NOW + timedelta(seconds=3)


async def test_before_it_was_recorded_nothing_was_said(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada"}, None)
        assert await versions.as_of(tx, ada.id, tx.now - timedelta(seconds=1)) is None
        assert await versions.as_of(tx, "rec_nobody", tx.now) is None


async def test_going_back_empties_what_an_older_schema_did_not_know(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada"}, None)
        first = {"record": ada.id, "version": 1}
        await change(tx, record_versions, first, state={"name": "Ada"}, schema=1)
        await records.revise(tx, ada.id, None, note="likes tea", phones=["+49301234567"])
        back = await versions.restore(tx, ada.id, 1, None)
    assert (back.version, back.state) == (3, ada.state)
    assert (await verify(db)).faults == ()


async def test_what_cannot_be_said_again_is_refused(db: Database) -> None:
    async with db.transaction() as tx:
        shop = await records.create(tx, "company", {"name": "S", "domain": "s.example"}, None)
        with pytest.raises(KeyError):
            await versions.restore(tx, shop.id, 7, None)
        with pytest.raises(KeyError):
            await versions.restore(tx, "rec_nobody", 1, None)
        first = {"record": shop.id, "version": 1}
        other = await records.create(tx, "company", {"name": "O", "domain": "o.example"}, None)
        await change(tx, record_versions, first, state=other.state)
        with pytest.raises(TakenError):
            await versions.restore(tx, shop.id, 1, None)


async def test_an_address_that_came_with_an_undone_version_finds_nobody(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada", "email": "a@x.example"}, None)
        await records.revise(tx, ada.id, None, email="b@x.example")
        await records.revise(tx, ada.id, None, email="c@x.example")
        await versions.restore(tx, ada.id, 2, None)
        assert await records.by_key(tx, "email", "c@x.example") is None
        assert await records.keys_of(tx, ada.id, "email") == ["a@x.example", "b@x.example"]
        other = await records.create(tx, "person", {"name": "C", "email": "c@x.example"}, None)
        assert await records.by_key(tx, "email", "c@x.example") == other
        with pytest.raises(TakenError):
            await versions.restore(tx, ada.id, 3, None)
        await versions.restore(tx, ada.id, 1, None)
        assert await records.keys_of(tx, ada.id, "email") == ["a@x.example"]
    assert (await verify(db)).faults == ()


async def test_going_back_behind_a_merge_leaves_the_other_its_address(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada", "email": "a@x.example"}, None)
        home = await records.create(tx, "person", {"name": "A.", "email": "h@x.example"}, None)
        await records.revise(tx, home.id, None, email="i@x.example")
        await merging.merge(tx, ada.id, home.id, None)
        back = await versions.restore(tx, ada.id, 1, None)
        for address in ("a@x.example", "h@x.example", "i@x.example"):
            assert await records.by_key(tx, "email", address) == back
        _, other = await merging.split(tx, home.id, None)
        assert await records.by_key(tx, "email", "h@x.example") == other
        assert await records.by_key(tx, "email", "i@x.example") == other
    assert (await verify(db)).faults == ()


async def test_who_took_an_address_over_can_be_erased(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
        await records.revise(tx, ada.id, None, email="c@x.example")
        await versions.restore(tx, ada.id, 1, None)
        state = {"name": "Cleo Muster", "email": "c@x.example"}
        other = await records.create(tx, "person", state, None)
    async with db.transaction() as tx:
        await erasure.erase(tx, other.id, None)
    assert (await verify(db)).faults == ()
    async with db.transaction() as tx:
        await erasure.erase(tx, ada.id, None)
    assert (await verify(db)).faults == ()


STEP = st.tuples(st.just("say"), CHANGE) | st.tuples(st.just("back"), st.integers(0, 9))


async def _live(tx: Tx, id: str, steps: list[tuple[str, Any]]) -> int:
    """Live through these steps; return the number of the last version."""
    now = await records.get(tx, id)
    for kind, what in steps:
        if kind == "say":
            now = await records.revise(tx, id, None, **what)
        else:
            assert now is not None
            now = await versions.restore(tx, id, 1 + what % now.version, None)
    assert now is not None
    return now.version


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
@given(before=st.lists(STEP, max_size=4), undone=st.lists(STEP, max_size=4))
async def test_after_going_back_a_record_is_found_as_if_it_never_had_said_it(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, Any]],
    undone: list[tuple[str, Any]],
) -> None:
    folder = tmp_path_factory.mktemp("keys") / "data"
    db = Database(shutil.copytree(empty, folder) / "firstmate.db", lambda: NOW)
    async with db.transaction() as tx:
        record = await records.create(tx, "person", {"name": "Ada"}, None)
        number = await _live(tx, record.id, before)
        never = await records.keys_of(tx, record.id, "email")
        await _live(tx, record.id, undone)
        await versions.restore(tx, record.id, number, None)
        assert sorted(await records.keys_of(tx, record.id, "email")) == sorted(never)
        for address in ("a@x.example", "b@x.example"):
            found = await records.by_key(tx, "email", address)
            assert (found is not None) == (address in never)
    assert (await verify(db)).faults == ()
    await db.close()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=12
)
@given(edits=st.lists(CHANGE, min_size=1, max_size=6), data=st.data())
async def test_every_moment_reads_as_it_was_and_every_version_comes_back(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    edits: list[dict[str, Any]],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("versions") / "data"
    seconds = iter(range(10**6))
    db = Database(
        shutil.copytree(empty, folder) / "firstmate.db",
        lambda: NOW + timedelta(seconds=next(seconds)),
    )
    try:
        await _lives(db, edits, data)
    finally:  # also where hypothesis draws no more
        await db.close()


async def _lives(db: Database, edits: list[dict[str, Any]], data: st.DataObject) -> None:
    said = []
    async with db.transaction() as tx:
        record = await records.create(tx, "person", {"name": "Ada"}, None)
        said.append((tx.now, record))
    for edit in edits:
        async with db.transaction() as tx:
            said.append((tx.now, await records.revise(tx, record.id, None, **edit)))
    async with db.transaction() as tx:
        wanted = data.draw(st.integers(1, said[-1][1].version))
        back = await versions.restore(tx, record.id, wanted, None)
    then = next(one for _, one in said if one.version == wanted)
    assert back.state == then.state
    async with db.snapshot() as reader:
        for at, one in said:
            for moment in (at, at + timedelta(microseconds=1)):
                read = await versions.as_of(reader, record.id, moment)
                assert read is not None
                assert (read.state, read.version) == (one.state, one.version)
    assert (await verify(db)).faults == ()
