"""Two records that are one become one, and can be taken apart again."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.beliefs import facts
from memory.canon import merging, records
from memory.canon.merging import MergeError
from memory.canon.records import Record
from memory.copying.verify import verify
from memory.db import Database, Reader, Tx
from memory.recalling import recall
from tests.memory.conftest import BOTH

pytestmark = BOTH

ADA = {"name": "Ada Example", "email": "ada@example.org", "phone": "+49301"}
PRIVATE = {"name": "A. Example", "email": "ada@home.example", "phone": "+49302", "language": "de"}


async def two(tx: Tx, one: dict[str, Any], other: dict[str, Any]) -> tuple[Record, Record]:
    first = await records.create(tx, "person", one, None)
    return first, await records.create(tx, "person", other, None)


async def test_the_one_that_stays_is_found_by_all_that_names_the_other(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = await two(tx, ADA, PRIVATE)
        order = {"name": "R-1", "number": "R-1", "total": "1.00", "currency": "EUR"}
        await records.create(tx, "order", order | {"customer": home.id}, None)
        await facts.learn(tx, "note", "likes tea", record=home.id, author="owner", source=None)
        kept = await merging.merge(tx, ada.id, home.id, None)
    assert kept.state["emails"] == ["ada@home.example"]
    assert kept.state["aliases"] == ["A. Example"]
    assert kept.state["phone"] == "+49301"  # its own word wins
    assert kept.state["language"] == "de"
    async with db.snapshot() as reader:
        assert await records.get(reader, home.id) == kept
        assert await records.by_key(reader, "email", "ada@home.example") == kept
        assert await records.of_kind(reader, "person") == [kept]
        [order_of_hers] = await records.of_kind(reader, "order", customer=ada.id)
        assert order_of_hers.name == "R-1"
        [note] = await facts.current(reader, ada.id)
        assert note.value == "likes tea"
    assert (await verify(db)).faults == ()


async def test_what_is_written_to_the_other_afterwards_is_written_to_the_one(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = await two(tx, ADA, PRIVATE)
        await merging.merge(tx, ada.id, home.id, None)
        revised = await records.revise(tx, home.id, None, language="en")
    assert revised.id == ada.id
    assert (await verify(db)).faults == ()


async def test_a_split_gives_back_both_and_keeps_what_came_since(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = await two(tx, ADA, PRIVATE)
        await merging.merge(tx, ada.id, home.id, None)
        since: dict[str, Any] = {"phone": "+49303", "language": "fr"}
        since["emails"] = ["ada@third.example"]
        also = {"emails": ["ada@home.example", "ada@third.example"]}
        await records.revise(tx, ada.id, None, **since | also)
        first, second = await merging.split(tx, home.id, None)
    assert second == home
    assert first.state == ada.state | since
    async with db.snapshot() as reader:
        assert await records.by_key(reader, "email", "ada@home.example") == home
        assert await records.same(reader, ada.id) == [ada.id]
    assert (await verify(db)).faults == ()


async def test_who_left_while_another_was_merged_is_not_named_by_that_one(db: Database) -> None:
    async with db.transaction() as tx:
        bruno, home = await two(tx, {"name": "Bruno Beispiel"}, PRIVATE)
        ada = await records.create(tx, "person", ADA, None)
        await merging.merge(tx, bruno.id, home.id, None)
        await merging.merge(tx, ada.id, bruno.id, None)
        await merging.split(tx, home.id, None)
        first, second = await merging.split(tx, bruno.id, None)
    assert (first.state, second.state) == (ada.state, bruno.state)
    async with db.snapshot() as reader:
        assert await records.called(reader, "A. Example", "person") == [home]
        assert await records.by_key(reader, "email", "ada@home.example") == home
    assert (await verify(db)).faults == ()


@pytest.mark.parametrize(
    ("kind", "state", "why"),
    [
        ("company", {"name": "Example GmbH"}, "a person and Example GmbH a company"),
        ("order", {"name": "R-1", "number": "R-1", "total": "1", "currency": "EUR"}, "an? person"),
    ],
)
async def test_what_cannot_be_one_is_refused(
    db: Database, kind: str, state: dict[str, Any], why: str
) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", ADA, None)
        other = await records.create(tx, kind, state, None)
        with pytest.raises(MergeError, match=why):
            await merging.merge(tx, ada.id, other.id, None)
        with pytest.raises(MergeError, match="one record already"):
            await merging.merge(tx, ada.id, ada.id, None)
        with pytest.raises(MergeError, match="nothing to take apart"):
            await merging.split(tx, ada.id, None)


async def test_two_invoices_are_never_one(db: Database) -> None:
    async with db.transaction() as tx:
        made = [
            await records.create(
                tx, "invoice", {"name": n, "number": n, "total": "1", "currency": "EUR"}, None
            )
            for n in ("I-1", "I-2")
        ]
        with pytest.raises(MergeError, match="two numbers are two of them"):
            await merging.merge(tx, made[0].id, made[1].id, None)


async def test_who_was_said_to_be_two_is_remembered(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = await two(tx, ADA, PRIVATE)
        assert await merging.apart(tx) == set()
        await merging.keep_apart(tx, home.id, ada.id, None)
        assert await merging.apart(tx) == {frozenset((ada.id, home.id))}


WORD = st.sampled_from(["Ada", "Bruno", "Cleo Muster", "ada"])
MAILS = st.lists(
    st.sampled_from([f"{c}@x.example" for c in "abcdefgh"]), unique=True, min_size=2, max_size=6
)
OWN = st.dictionaries(st.sampled_from(["size", "club"]), st.sampled_from(["S", "M", True]))
PHONES = st.lists(st.sampled_from(["+493011111", "+493022222"]), unique=True)
OPTIONAL = st.none() | st.sampled_from(["de", "en"])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    mails = draw(MAILS)
    cut = draw(st.integers(0, len(mails)))
    made = []
    for own in (mails[:cut], mails[cut:]):
        state = {"name": draw(WORD), "language": draw(OPTIONAL), "emails": own[1:]}
        state |= {"email": own[0] if own else None, "aliases": draw(st.lists(WORD, max_size=2))}
        state |= {"own": draw(OWN), "phones": draw(PHONES)}
        made.append(state)
    return made[0], made[1]


async def held(reader: Reader, *ids: str) -> list[Any]:
    return [
        (await records.get(reader, id), sorted(await records.keys_of(reader, id, "email")))
        for id in ids
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pair=pairs())
async def test_to_merge_and_split_changes_nothing_but_the_version(
    empty: Path,
    tmp_path_factory: pytest.TempPathFactory,
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    folder = tmp_path_factory.mktemp("merging") / "data"
    db = Database(shutil.copytree(empty, folder) / "firstmate.db")
    async with db.transaction() as tx:
        ada, other = await two(tx, *pair)
        before = await held(tx, ada.id, other.id)
        kept = await merging.merge(tx, ada.id, other.id, None)
        addresses = {*(before[0][1]), *(before[1][1])}
        assert set(await records.keys_of(tx, ada.id, "email")) == addresses
        given_to = [kept.state["email"], *kept.state["emails"]]
        assert {one.lower() for one in given_to if one} == addresses
        await merging.split(tx, other.id, None)
        after = await held(tx, ada.id, other.id)
    assert [(r.state, r.status, keys) for r, keys in after] == [
        (r.state, r.status, keys) for r, keys in before
    ]
    assert (await verify(db)).faults == ()
    await db.close()


async def test_what_was_said_of_the_other_is_recalled_of_the_one(db: Database) -> None:
    async with db.transaction() as tx:
        ada, home = await two(tx, ADA, PRIVATE)
        await recall.remember(
            tx, kind="note", ref="n1", text="likes green tea", record=home.id, trust="operator"
        )
        await merging.merge(tx, ada.id, home.id, None)
    async with db.snapshot() as reader:
        [found] = await recall.recall(reader, "which tea?", record=ada.id)
        assert found.ref == "n1"
    async with db.transaction() as tx:
        await merging.split(tx, home.id, None)
    async with db.snapshot() as reader:
        assert await recall.recall(reader, "which tea?", record=ada.id) == []


@pytest.mark.parametrize("mine", ["post@lamp.example", None])
async def test_two_companies_with_addresses_of_mail_become_one_with_both(
    db: Database, mine: str | None
) -> None:
    async with db.transaction() as tx:
        lamp = await records.create(tx, "company", {"name": "Lamp GmbH", "email": mine}, None)
        other = {"name": "Lamp", "email": "hello@lamp.example"}
        also = await records.create(tx, "company", other, None)
        kept = await merging.merge(tx, lamp.id, also.id, None)
    addresses = [kept.state["email"], *kept.state["emails"]]
    assert addresses == [one for one in (mine, "hello@lamp.example") if one]
    assert (await verify(db)).faults == ()
