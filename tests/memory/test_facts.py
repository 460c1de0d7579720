"""What is known has a source and a time, and is never overwritten."""

from typing import Any

import pytest
import sqlalchemy as sa

from memory import facts
from memory.db import Database
from memory.facts import STYLE, Author, Fact
from memory.schema.records import facts as rows
from memory.verify import verify


async def learn(db: Database, attribute: str, value: Any, **how: Any) -> str:
    rest = {"record": "rec_ada", "author": "owner", "source": "evt_1"} | how
    async with db.transaction() as tx:
        return await facts.learn(tx, attribute, value, **rest)


async def current(db: Database, record: str | None, attribute: str | None = None) -> list[Fact]:
    async with db.snapshot() as reader:
        return await facts.current(reader, record, attribute)


async def test_a_newer_word_closes_the_older_and_both_stay_readable(db: Database) -> None:
    old = await learn(db, "tone", "formal", cardinality="one")
    new = await learn(db, "tone", "short", cardinality="one")
    assert [fact.value for fact in await current(db, "rec_ada")] == ["short"]
    async with db.snapshot() as reader:
        before = await facts.get(reader, old)
        row = await reader.row(sa.select(rows).filter_by(id=old))
    assert before is not None
    assert row is not None
    assert (before.value, before.status) == ("formal", "superseded")
    assert (row.closed_by, row.closed_at is not None) == (new, True)
    assert (await verify(db)).faults == ()


async def test_an_attribute_may_have_many_values_newest_first(db: Database) -> None:
    await learn(db, "likes", "lamps")
    await learn(db, "likes", ["tea", 7])
    assert [fact.value for fact in await current(db, "rec_ada", "likes")] == [["tea", 7], "lamps"]
    assert await current(db, "rec_ada", "tone") == []


@pytest.mark.parametrize(
    ("author", "status"),
    [
        ("owner", "active"), ("document", "active"), ("connector", "active"),
        ("client", "proposed"), ("agent", "proposed"),
    ],
)  # fmt: skip
async def test_clients_and_agents_only_propose(db: Database, author: Author, status: str) -> None:
    await learn(db, "tone", "short", author=author)
    [fact] = await current(db, "rec_ada")
    assert fact.status == status


async def test_a_proposal_does_not_close_what_the_owner_said(db: Database) -> None:
    await learn(db, "tone", "formal", cardinality="one")
    await learn(db, "tone", "rude", cardinality="one", author="client")
    known = {fact.value: fact.status for fact in await current(db, "rec_ada")}
    assert known == {"formal": "active", "rude": "proposed"}


async def test_facts_about_the_company_are_not_those_about_a_record(db: Database) -> None:
    await learn(db, STYLE, "no exclamation marks", record=None)
    await learn(db, STYLE, "informal")
    assert [fact.value for fact in await current(db, None)] == ["no exclamation marks"]
    assert [fact.value for fact in await current(db, "rec_ada")] == ["informal"]


async def test_a_retracted_fact_is_closed_once(db: Database) -> None:
    id = await learn(db, "tone", "short")
    async with db.transaction() as tx:
        assert await facts.retract(tx, id, "evt_2")
        assert not await facts.retract(tx, id, "evt_3")
    assert await current(db, "rec_ada") == []
    async with db.snapshot() as reader:
        fact = await facts.get(reader, id)
        assert await facts.get(reader, "fct_unknown") is None
    assert fact is not None
    assert fact.status == "retracted"
    assert (await verify(db)).events == 2


async def test_the_same_fact_learnt_again_is_learnt_once(db: Database) -> None:
    for _ in range(2):
        await learn(db, "tone", "short", cardinality="one", fact_id="fct_1")
    assert [fact.id for fact in await current(db, "rec_ada")] == ["fct_1"]
    assert (await verify(db)).events == 1


async def test_the_database_itself_refuses_a_second_current_value(db: Database) -> None:
    await learn(db, "tone", "formal", cardinality="one")
    async with db.transaction() as tx:
        copy = sa.select(
            sa.literal("fct_2"),
            *(column for column in rows.c if column.name != "id"),
        )
        names = ["id", *(column.name for column in rows.c if column.name != "id")]
        with pytest.raises(sa.exc.IntegrityError):
            await tx.conn.execute(sa.insert(rows).from_select(names, copy))
