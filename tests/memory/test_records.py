"""A customer is one record, whatever they are called, and every version of it is kept."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from memory.canon import records
from memory.canon.records import Record, TakenError
from memory.copying.verify import verify
from memory.db import Database
from tests.memory.conftest import BOTH

pytestmark = BOTH

ADA = {"name": "Ada Example", "email": "Ada@Example.org"}


async def new(db: Database, kind: str = "person", **state: Any) -> Record:
    async with db.transaction() as tx:
        return await records.create(tx, kind, state or ADA, None)


async def found(db: Database, scheme: str, value: str) -> Record | None:
    async with db.snapshot() as reader:
        return await records.by_key(reader, scheme, value)


async def test_a_person_is_found_by_address_however_it_is_written(db: Database) -> None:
    ada = await new(db)
    assert await found(db, "email", " ADA@example.ORG ") == ada
    assert await found(db, "email", "bob@example.org") is None
    assert ada.state["email"] == "Ada@Example.org"


async def test_an_address_belongs_to_one_record_and_the_refusal_names_it(db: Database) -> None:
    ada = await new(db)
    with pytest.raises(TakenError) as refused:
        await new(db, name="Somebody", email="ada@example.org")
    assert refused.value.record == ada.id
    async with db.snapshot() as reader:
        assert await records.of_kind(reader, "person") == [ada]


async def test_of_two_who_claim_an_address_at_once_one_gets_it(db: Database) -> None:
    async def claim() -> bool:
        try:
            await new(db)
        except TakenError:
            return False
        return True

    assert (await asyncio.gather(*(claim() for _ in range(5)))).count(True) == 1
    assert (await verify(db)).faults == ()


async def test_every_version_stays_readable(db: Database) -> None:
    ada = await new(db)
    async with db.transaction() as tx:
        second = await records.revise(tx, ada.id, "evt_1", phone="+49 30 1", name="Ada E.")
    async with db.snapshot() as reader:
        versions = await records.history(reader, ada.id)
        assert await records.get(reader, ada.id) == second
    assert (second.version, second.name, second.at) == (2, "Ada E.", versions[1].at)
    assert [version.state["phone"] for version in versions] == [None, "+49301"]
    assert versions[1].cause == "evt_1"


async def test_a_revision_that_changes_nothing_is_no_version(db: Database) -> None:
    ada = await new(db)
    async with db.transaction() as tx:
        assert await records.revise(tx, ada.id, None, name="Ada Example") == ada
    assert (await verify(db)).events == 1


async def test_a_new_address_finds_the_record_and_so_does_the_old(db: Database) -> None:
    ada = await new(db)
    async with db.transaction() as tx:
        await records.revise(tx, ada.id, None, email="ada@example.net")
    for address in ("ada@example.org", "ada@example.net"):
        record = await found(db, "email", address)
        assert record is not None
        assert record.id == ada.id


async def test_somebody_elses_address_cannot_be_taken_over(db: Database) -> None:
    ada = await new(db)
    bob = await new(db, name="Bob Sample", email="bob@example.org")
    with pytest.raises(TakenError):
        async with db.transaction() as tx:
            await records.revise(tx, bob.id, None, email="ada@example.org")
    assert await found(db, "email", "ada@example.org") == ada


async def test_a_proposed_record_is_real_once_it_is_confirmed(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", ADA, None, status="proposed")
        assert "Ada Example" not in await records.canonical_values(tx)
    for _ in range(2):
        async with db.transaction() as tx:
            await records.confirm(tx, ada.id, None)
    async with db.snapshot() as reader:
        confirmed = await records.get(reader, ada.id)
        assert "Ada Example" in await records.canonical_values(reader)
    assert confirmed is not None
    assert confirmed.status == "active"
    assert (await verify(db)).events == 2


async def test_records_of_a_kind_are_found_by_their_values_newest_first(db: Database) -> None:
    ada = await new(db)
    state = {"currency": "EUR", "customer": ada.id}
    one = await new(db, "order", number="1", name="Order 1", total="10", **state)
    two = await new(db, "order", number="2", name="Order 2", total="20.5", **state)
    await new(db, "order", number="3", name="Order 3", total="1", currency="EUR")
    async with db.snapshot() as reader:
        assert await records.of_kind(reader, "order", customer=ada.id) == [two, one]
        assert await records.of_kind(reader, "order", customer=ada.id, limit=1) == [two]
    assert two.state["total"] == "20.50"


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("person", {"name": ""}),
        ("person", {"name": "Ada", "email": "not an address"}),
        ("person", {"name": "Ada", "surname": "Example"}),
        ("order", {"name": "Order", "number": "1", "currency": "EUR", "total": "much"}),
    ],
)
async def test_what_does_not_fit_its_kind_is_refused_and_nothing_is_kept(
    db: Database, kind: str, state: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        await new(db, kind, **state)
    assert (await verify(db)).events == 0


async def test_revising_what_does_not_exist_is_a_key_error(db: Database) -> None:
    with pytest.raises(KeyError):
        async with db.transaction() as tx:
            await records.revise(tx, "rec_nobody", None, name="Ada")
