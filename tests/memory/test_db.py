"""One writer at a time, all or nothing, and no change that no event explains."""

import asyncio
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from memory import events, ids, profile
from memory.copying.verify import verify
from memory.db import Database, change, insert, insert_once, put
from memory.dialects import sqlite
from memory.journal import UnexplainedChangeError
from memory.schema.chat import cards, cursors
from memory.schema.records import profile as settings
from memory.schema.records import record_keys

KEY = {"scheme": "email", "value": "ada@example.org", "record": "rec_1"}


async def setting(db: Database, name: str) -> Any:
    async with db.snapshot() as reader:
        return await profile.get(reader, name)


def log(db: Database) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(db.path)) as conn:
        conn.row_factory = sqlite3.Row
        return [dict(row) for row in conn.execute("SELECT * FROM events ORDER BY seq")]


async def test_twenty_increments_at_once_lose_none(db: Database) -> None:
    async def increment() -> None:
        async with db.transaction() as tx:
            count = await profile.get(tx, "count") or 0
            await asyncio.sleep(0.001)
            await profile.save(tx, None, count=count + 1)

    await asyncio.gather(*(increment() for _ in range(20)))
    assert await setting(db, "count") == 20
    assert (await verify(db)).faults == ()


async def test_twenty_increments_by_two_openings_of_the_file_lose_none(db: Database) -> None:
    other = Database(db.path, db.clock)

    async def increment(which: Database) -> None:
        async with which.transaction() as tx:
            await profile.save(tx, None, count=(await profile.get(tx, "count") or 0) + 1)

    await asyncio.gather(*(increment(which) for which in [db, other] * 10))
    await other.close()
    assert await setting(db, "count") == 20
    assert (await verify(db)).faults == ()


async def test_a_change_that_no_event_explains_is_refused_and_undone(db: Database) -> None:
    with pytest.raises(UnexplainedChangeError):
        async with db.transaction() as tx:
            await put(tx, settings, {"name": "zone", "value": "Mars", "at": tx.now})
    assert await setting(db, "zone") == "UTC"


async def test_a_change_after_the_last_event_belongs_to_it(db: Database) -> None:
    async with db.transaction() as tx:
        await events.note(tx, "first", None)
        await events.note(tx, "second", None)
        await put(tx, settings, {"name": "zone", "value": "UTC", "at": tx.now})
    first, second = log(db)
    assert first["changes"] == "[]"
    assert '"zone"' in second["changes"]


async def test_operational_tables_need_no_event(db: Database) -> None:
    async with db.transaction() as tx:
        await put(tx, cursors, {"name": "mail", "value": "7", "at": tx.now})
    assert log(db) == []


async def test_what_fails_halfway_did_not_happen(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await profile.save(tx, None, zone="Europe/Berlin")
            raise ZeroDivisionError
    assert await setting(db, "zone") == "UTC"
    assert log(db) == []


async def test_a_snapshot_takes_no_write_lock_and_waits_for_none(db: Database) -> None:
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="Europe/Berlin")
        async with asyncio.timeout(5), db.snapshot() as reader:
            assert await profile.get(reader, "zone") == "UTC"
    async with db.snapshot() as reader:
        assert await profile.get(reader, "zone") == "Europe/Berlin"
        async with asyncio.timeout(5), db.transaction() as tx:
            await profile.save(tx, None, zone="Europe/Paris")
        assert await profile.get(reader, "zone") == "Europe/Berlin"
    assert await setting(db, "zone") == "Europe/Paris"


async def test_a_snapshot_stays_at_the_moment_it_was_first_read(db: Database) -> None:
    async with db.snapshot() as reader:
        before = await profile.read(reader)
        async with db.transaction() as tx:
            await profile.save(tx, None, company="Example Works")
        assert await profile.read(reader) == before


async def test_a_second_writer_waits_for_the_first(db: Database) -> None:
    order: list[str] = []

    async def write(name: str) -> None:
        async with db.transaction() as tx:
            order.append(f"{name} begins")
            await profile.save(tx, None, company=name)
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")  # before the commit lets the other begin

    await asyncio.gather(write("one"), write("two"))
    assert sorted(order[:2]) in (["one begins", "one ends"], ["two begins", "two ends"])


async def test_a_transaction_within_another_is_refused_and_hangs_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError, match="within another"):
        async with db.transaction(), db.transaction():
            pass
    async with db.transaction() as tx:
        await events.note(tx, "test.after", None)


async def test_once_is_once_whoever_else_tries(db: Database) -> None:
    async def claim() -> bool:
        async with db.transaction() as tx:
            new = await insert_once(tx, record_keys, KEY)
            if new:
                await events.note(tx, "claimed", None)
            return new

    won = await asyncio.gather(*(claim() for _ in range(10)))
    assert won.count(True) == 1
    assert len(log(db)) == 1


async def test_inserting_what_is_there_already_is_an_error(db: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        async with db.transaction() as tx:
            await insert(tx, record_keys, KEY)
            await insert(tx, record_keys, KEY)
            await events.note(tx, "claimed", None)


async def test_a_change_whose_condition_no_longer_holds_changes_and_logs_nothing(
    db: Database,
) -> None:
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="UTC")
    async with db.transaction() as tx:
        other = settings.c.value == "Mars"
        assert not await change(tx, settings, {"name": "zone"}, other, value="Pluto")
        assert not await change(tx, settings, {"name": "nothing"}, value="Pluto")
    assert len(log(db)) == 1


async def test_put_replaces_what_it_names_and_keeps_the_rest(db: Database) -> None:
    row = {"key": "crd", "priority": 1, "msg": {"title": "a"}}
    async with db.transaction() as tx:
        await put(tx, cards, {**row, "version": 7, "at": tx.now, "changed_at": tx.now})
        await events.note(tx, "card", None)
    async with db.transaction() as tx:
        later = {**row, "msg": {"title": "b"}, "at": tx.now, "changed_at": tx.now}
        await put(tx, cards, later)
        await events.note(tx, "card", None)
    async with db.snapshot() as reader:
        card = await reader.row(sa.select(cards))
    assert card is not None
    assert (card.msg, card.version) == ({"title": "b"}, 7)
    assert (await verify(db)).faults == ()


async def test_listeners_hear_after_the_commit_and_only_then(db: Database) -> None:
    heard: list[tuple[str, Any]] = []

    def listen(ref: str) -> None:
        with closing(sqlite3.connect(db.path)) as conn:
            heard.append((ref, conn.execute("SELECT count(*) FROM profile").fetchone()[0]))

    db.listen("saved", listen)
    async with db.transaction() as tx:
        tx.signal("saved", "one")
        tx.signal("nobody listens", "two")
        await profile.save(tx, None, zone="UTC")
        assert heard == []
    assert heard == [("one", 1)]
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            tx.signal("saved", "three")
            raise ZeroDivisionError
    assert heard == [("one", 1)]


async def test_one_transaction_is_one_moment(db: Database) -> None:
    async with db.transaction() as tx:
        first = await events.note(tx, "first", None)
        second = await events.note(tx, "second", None)
    assert first.at == second.at == tx.now


async def test_moments_come_back_in_utc_and_without_a_zone_are_refused(db: Database) -> None:
    noon = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    async with db.transaction() as tx:
        await put(tx, cursors, {"name": "mail", "value": "7", "at": noon})
        at = await tx.value(sa.select(cursors.c.at))
        with pytest.raises(sa.exc.StatementError, match="without a zone"):
            await put(tx, cursors, {"name": "b", "value": "7", "at": noon.replace(tzinfo=None)})
    assert at == noon
    assert at.tzinfo is UTC


async def test_every_commit_is_on_disk_before_it_counts(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "engine", sqlite.engine.__wrapped__)  # as outside of tests/warm.py
    database = Database(db.path)
    async with database.transaction() as tx:
        [[synchronous]] = await tx.conn.exec_driver_sql("PRAGMA synchronous")
        [[mode]] = await tx.conn.exec_driver_sql("PRAGMA journal_mode")
    await database.close()
    assert (synchronous, mode) == (2, "wal")


def test_identifiers_sort_by_time_and_name_what_they_name() -> None:
    early = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    one = ids.new_id("evt", early)
    two = ids.new_id("evt", early + timedelta(milliseconds=1))
    assert one < two
    assert re.fullmatch(r"evt_[0-9a-hjkmnp-tv-z]{26}", one)
    assert ids.new_id("evt", early) != one


def test_derived_identifiers_are_the_same_for_the_same_parts_only() -> None:
    assert ids.derived_id("art", "a", 1) == ids.derived_id("art", "a", 1)
    assert ids.derived_id("art", "a", "bc") != ids.derived_id("art", "ab", "c")
    assert ids.derived_id("art", "a") != ids.derived_id("eff", "a")
