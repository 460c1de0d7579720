"""The log: each thing once, with its cause, chained to the one before it."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from memory import events, profile
from memory.db import Database
from memory.events import CAUSES_MAX, Event
from memory.journal import GENESIS, body_digest, canonical, jsonable, link
from memory.schema.events import events as log
from tests.memory.conftest import BOTH

pytestmark = BOTH

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HEAD = {
    "id": "evt_1", "kind": "seen", "source": "web", "key": "1", "trust": "outside",
    "actor": "ada", "cause": None, "goal": None, "at": AT,
}  # fmt: skip


async def hear(db: Database, key: str, **body: object) -> Event | None:
    async with db.transaction() as tx:
        return await events.append(
            tx, "message.received", source="telegram", key=key, trust="operator", body=dict(body)
        )


async def test_the_same_thing_told_twice_is_one_event(db: Database) -> None:
    first = await hear(db, "123", text="refund")
    assert first is not None
    assert await hear(db, "123", text="refund again") is None
    async with db.snapshot() as reader:
        assert await events.get(reader, first.id) == first
        assert await reader.value(sa.select(sa.func.count()).select_from(log)) == 1


async def test_two_sources_may_use_the_same_key(db: Database) -> None:
    assert await hear(db, "123") is not None
    async with db.transaction() as tx:
        again = await events.append(tx, "seen", source="slack", key="123", trust="outside")
    assert again is not None


async def test_why_walks_back_to_the_first_cause(db: Database) -> None:
    first = await hear(db, "1")
    assert first is not None
    async with db.transaction() as tx:
        second = await events.note(tx, "goal.opened", first.id)
        third = await events.note(tx, "task.done", second.id)
        await events.note(tx, "unrelated", None)
    async with db.snapshot() as reader:
        assert await events.causes(reader, third.id) == [third, second, first]
        assert await events.causes(reader, "evt_unknown") == []


async def test_a_circle_of_causes_does_not_hold_why_for_ever(db: Database) -> None:
    async with db.transaction() as tx:
        one = await events.note(tx, "one", None)
        two = await events.note(tx, "two", one.id)
        await tx.conn.execute(sa.update(log).filter_by(id=one.id).values(cause=two.id))
        assert len(await events.causes(tx, two.id)) == CAUSES_MAX


async def test_a_goal_has_its_events_in_the_order_they_happened(db: Database) -> None:
    async with db.transaction() as tx:
        noted = [await events.note(tx, f"step{n}", None, goal="gol_1") for n in range(5)]
        await events.note(tx, "other", None, goal="gol_2")
    async with db.snapshot() as reader:
        assert await events.about(reader, "gol_1") == noted


async def test_a_body_comes_back_in_the_types_of_json(db: Database) -> None:
    event = await hear(db, "1", at=AT, names=("Ada", "Bob"), sum=1.1, text="Größe ✓")
    assert event is not None
    assert event.body == {
        "at": "2026-11-21T09:00:00+00:00", "names": ["Ada", "Bob"], "sum": 1.1, "text": "Größe ✓",
    }  # fmt: skip
    async with db.snapshot() as reader:
        assert await events.get(reader, event.id) == event


async def test_each_event_is_chained_to_the_one_before_it(db: Database) -> None:
    await hear(db, "1", text="one")
    async with db.transaction() as tx:
        await profile.save(tx, None, zone="UTC")
        await events.note(tx, "second", None)
    async with db.snapshot() as reader:
        rows = await reader.rows(sa.select(log).order_by(log.c.seq))
    previous = GENESIS
    for row in rows:
        assert row.digest == body_digest(row.salt, row.body, row.changes)
        assert row.hash == link(previous, row._mapping, row.digest)
        previous = row.hash
    assert len(rows) == 3


async def test_no_two_events_share_a_salt(db: Database) -> None:
    await hear(db, "1")
    await hear(db, "2")
    async with db.snapshot() as reader:
        rows = await reader.rows(sa.select(log.c.salt, log.c.digest))
    assert len({row.salt for row in rows}) == len({row.digest for row in rows}) == 2
    assert all(len(row.salt) == 32 for row in rows)


@pytest.mark.parametrize("name", HEAD)
def test_the_hash_covers_every_part_of_the_head(name: str) -> None:
    other = AT.replace(year=2025) if name == "at" else "other"
    assert link(GENESIS, HEAD, "d") != link(GENESIS, HEAD | {name: other}, "d")


def test_the_hash_covers_the_event_before_and_the_content() -> None:
    base = link(GENESIS, HEAD, "d")
    assert base != link("1" * 64, HEAD, "d")
    assert base != link(GENESIS, HEAD, "e")
    assert body_digest("s", {"a": 1}, []) != body_digest("s", {}, [["a", {"a": 1}]])
    assert body_digest("s", {}, []) != body_digest("t", {}, [])


def test_the_chain_can_be_checked_with_nothing_but_json_and_sha256() -> None:
    names = ("id", "kind", "source", "key", "trust", "actor", "cause", "goal")
    head = [HEAD[name] for name in names]
    text = json.dumps(
        [GENESIS, head, "2026-11-21T09:00:00+00:00", "d"],
        ensure_ascii=False, separators=(",", ":"), sort_keys=True,
    )  # fmt: skip
    assert link(GENESIS, HEAD, "d") == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_value_is_the_same_text_in_whatever_order() -> None:
    assert canonical({"b": [1, None], "a": "ö"}) == canonical({"a": "ö", "b": [1, None]})
    assert canonical({"a": "ö"}) == '{"a":"ö"}'
    assert jsonable({1: (AT,)}) == {"1": ["2026-11-21T09:00:00+00:00"]}
