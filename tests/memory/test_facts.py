"""What is known has a source and a time, and is never overwritten."""

from datetime import timedelta
from typing import Any

import pytest

from memory import events
from memory.beliefs import facts
from memory.beliefs.facts import BELIEVED_FROM, PINS_MAX, STYLE, Author, Fact
from memory.canon import merging, records
from memory.copying.verify import verify
from memory.db import Database
from memory.events import Trust
from tests.memory.conftest import BOTH, NOW

pytestmark = BOTH

YEAR = timedelta(days=365)


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
        before, after = await facts.get(reader, old), await facts.get(reader, new)
    assert before is not None
    assert after is not None
    assert (before.value, before.status) == ("formal", "superseded")
    assert (before.closed_by, before.valid_to) == (new, after.valid_from)
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


async def test_a_weaker_word_about_a_later_time_is_disputed_and_a_stronger_one_ends_it(
    db: Database,
) -> None:
    await learn(db, "price", "80.00", cardinality="one", author="owner")
    await learn(db, "price", "90.00", cardinality="one", author="connector")
    known = {fact.value: fact.status for fact in await current(db, "rec_ada", "price")}
    assert known == {"80.00": "disputed", "90.00": "disputed"}
    await learn(db, "price", "95.00", cardinality="one", author="owner")
    [fact] = await current(db, "rec_ada", "price")
    assert (fact.value, fact.status) == ("95.00", "active")


async def test_an_older_fact_that_comes_late_is_over_already(db: Database) -> None:
    await learn(db, "price", "90.00", cardinality="one", valid_from=NOW)
    late = await learn(db, "price", "70.00", cardinality="one", valid_from=NOW - YEAR)
    assert [fact.value for fact in await current(db, "rec_ada", "price")] == ["90.00"]
    async with db.snapshot() as reader:
        fact = await facts.get(reader, late)
        [then] = await facts.as_of(reader, "rec_ada", "price", world=NOW - YEAR / 2)
    assert fact is not None
    assert (fact.status, fact.valid_to) == ("superseded", NOW)
    assert then.id == late


async def test_what_we_believed_on_monday_is_told_as_it_was(db: Database) -> None:
    wrong = await learn(db, "price", "80.00", cardinality="one", valid_from=NOW - YEAR)
    monday = db.clock()
    async with db.transaction() as tx:
        fact = await facts.get(tx, wrong)
        assert fact is not None
        await facts.correct(tx, fact, "90.00", "evt_2")
    async with db.snapshot() as reader:
        [then] = await facts.as_of(reader, "rec_ada", "price", world=NOW, known=monday)
        [now] = await facts.as_of(reader, "rec_ada", "price", world=NOW - YEAR)
    assert (then.value, now.value) == ("80.00", "90.00")
    assert (then.valid_from, now.valid_from) == (NOW - YEAR, NOW - YEAR)
    assert (await verify(db)).faults == ()


async def test_a_withdrawn_source_takes_only_what_nobody_else_said(db: Database) -> None:
    await learn(db, "price", "80.00", cardinality="one", source="evt_1")
    await learn(db, "price", "90.00", cardinality="one", source="evt_2")
    await learn(db, "phone", "1", cardinality="one", source="evt_2")
    await learn(db, "phone", "1", cardinality="one", source="evt_3")
    [phone] = await current(db, "rec_ada", "phone")
    assert len(phone.support) == 2
    async with db.transaction() as tx:
        assert len(await facts.retract_source(tx, "evt_2", "evt_4")) == 2
        assert await facts.retract_source(tx, "evt_2", "evt_5") == []
    known = {fact.attribute: fact.value for fact in await current(db, "rec_ada")}
    assert known == {"price": "80.00", "phone": "1"}  # the price before it holds again


async def told(db: Database, source: str, actor: str, trust: Trust = "outside") -> str:
    async with db.transaction() as tx:
        event = await events.append(
            tx, "told", source=source, key=f"{source}{actor}", actor=actor, trust=trust
        )
    assert event is not None
    return event.id


async def test_outside_text_is_never_believed_whoever_is_said_to_have_said_it(
    db: Database,
) -> None:
    mail = await told(db, "mail", "eve")
    for number, author in enumerate(BELIEVED_FROM):
        await learn(db, f"price {number}", "1.00", author=author, source=mail)
    assert {fact.status for fact in await current(db, "rec_ada")} == {"proposed"}


@pytest.mark.parametrize(
    ("attribute", "others", "status"),
    [
        ("price", [("bank", "a"), ("shop", "b")], "active"),
        ("price", [("bank", "a"), ("bank", "a")], "proposed"),  # twice the same
        ("price", [("bank", "a")], "proposed"),
        ("iban", [("bank", "a"), ("shop", "b")], "proposed"),
        ("email", [("bank", "a"), ("shop", "b")], "proposed"),
    ],
)
async def test_two_independent_sources_of_record_confirm_but_never_where_money_goes(
    db: Database, attribute: str, others: list[tuple[str, str]], status: str
) -> None:
    mail = await told(db, "mail", "eve")
    await learn(db, attribute, "x", cardinality="one", author="client", source=mail)
    sources = {other: await told(db, *other) for other in dict.fromkeys(others)}
    for other in others:
        await learn(
            db, attribute, "x", cardinality="one", author="connector", source=sources[other]
        )
    [fact] = await current(db, "rec_ada", attribute)
    assert fact.status == status


async def test_the_owners_yes_counts_as_the_owners_word_but_not_where_money_goes(
    db: Database,
) -> None:
    await learn(db, "price", "80.00", cardinality="one", author="document")
    claim = await learn(db, "price", "90.00", cardinality="one", author="client")
    account = await learn(db, "iban", "DE1", cardinality="one", author="client")
    async with db.transaction() as tx:
        assert await facts.endorse(tx, claim, "evt_yes")
        assert not await facts.endorse(tx, claim, "evt_again")
        assert not await facts.endorse(tx, account, "evt_yes")
    known = {fact.value: fact.status for fact in await current(db, "rec_ada")}
    assert known == {"90.00": "active", "DE1": "proposed"}
    assert (await verify(db)).faults == ()


async def test_two_records_that_become_one_are_settled_and_split_again(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = [
            await records.create(tx, "person", {"name": name}, None) for name in ("Ada", "A. E.")
        ]
    await learn(db, "phone", "1", record=ada.id, cardinality="one")
    await learn(db, "phone", "2", record=home.id, cardinality="one")
    apart = db.clock()
    async with db.transaction() as tx:
        await merging.merge(tx, ada.id, home.id, None)
    assert [fact.value for fact in await current(db, ada.id)] == ["2"]
    async with db.snapshot() as reader:
        [then] = await facts.as_of(reader, ada.id, "phone", world=reader.now, known=apart)
    assert then.value == "1"
    async with db.transaction() as tx:
        await merging.split(tx, home.id, None)
    assert [fact.value for fact in await current(db, ada.id)] == ["1"]
    assert [fact.value for fact in await current(db, home.id)] == ["2"]


async def test_only_so_much_is_kept_in_mind(db: Database) -> None:
    for number in range(PINS_MAX):
        async with db.transaction() as tx:
            await facts.pin(tx, f"never on day {number}", None, "evt_1")
    with pytest.raises(facts.FullError, match="forget this"):
        async with db.transaction() as tx:
            await facts.pin(tx, "one more", None, "evt_1")
    assert len(await current(db, None, facts.PINNED)) == PINS_MAX


async def test_of_which_more_was_said_is_found_across_a_merge(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = [
            await records.create(tx, "person", {"name": name}, None) for name in ("Ada", "A. E.")
        ]
    await learn(db, "phone", "1", record=ada.id, cardinality="one")
    await learn(db, "phone", "2", record=home.id, cardinality="one")
    await learn(db, "likes", "tea", record=ada.id)
    await learn(db, "likes", "dogs", record=ada.id)
    async with db.transaction() as tx:
        assert await facts.many_voiced(tx) == []
        await merging.merge(tx, ada.id, home.id, None)
        assert await facts.many_voiced(tx) == [(ada.id, "phone")]
