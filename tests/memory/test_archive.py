"""What was said long ago is packed away and found all the same, until it is forgotten."""

import json
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from memory import events
from memory.canon import records
from memory.copying.verify import verify
from memory.db import Database
from memory.dialects import Raw
from memory.dialects.sqlite_words import Fts5
from memory.forgetting.erasure import erase, preview, scrub
from memory.recalling import candidates
from memory.recalling.recall import Recalled, rebuild, recall
from memory.recalling.scope import Scope
from memory.recalling.unpacking import by_archive
from memory.schema.recall import archived, boxes, passages
from memory.texts import archive, lifecycle
from memory.texts.gist import gist
from memory.texts.lifecycle import Policy
from memory.texts.passages import forget, remember
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index
from tests.memory.conftest import BOTH

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
RULES = Policy(days={"message": 90, "mail": 180}, hot=1000)
TALK = ("When does the glazier come?", "On Thursday at nine.", "Then I open the shop at ten.")


@pytest.fixture
def clock() -> Any:
    return lambda: NOW


async def say(db: Database, ref: str, text: str, at: datetime = LONG_AGO, **more: Any) -> None:
    said = {"kind": "message", "conv": "web:1", "trust": "operator", "at": at, **more}
    async with db.transaction() as tx:
        await remember(tx, ref=ref, text=text, **said)


async def talk(db: Database) -> None:
    """A talk long ago, and one of today."""
    for place, text in enumerate(TALK):
        await say(db, f"evt_{place}", text, LONG_AGO + timedelta(minutes=place), by="Ada Example")
    await say(db, "evt_new", "The baker brings rolls.", NOW)


async def pack_due(db: Database, rules: Policy = RULES) -> int:
    async with db.transaction() as tx:
        going = await lifecycle.due(tx, rules)
        return await lifecycle.pack(tx, [one.session for one in going], None)


async def ask(db: Database, query: str, **how: Any) -> list[Recalled]:
    async with db.snapshot() as reader:
        return await recall(reader, query, **how)


async def refs(db: Database, query: str, **how: Any) -> list[str]:
    return [one.ref for one in await ask(db, query, **how)]


async def held(db: Database) -> tuple[int, int]:
    """Return how many passages are hot and how many archived."""
    async with db.snapshot() as reader:
        return await lifecycle.hot(reader), (await archive.contents(reader)).passages


def on_disk(db: Database) -> str:
    files = sorted(db.path.parent.glob(f"{db.path.name}*"))
    return b"".join(file.read_bytes() for file in files).decode("utf-8", "replace").lower()


def unpacked(db: Database) -> str:
    """Return all that the packs and summaries say."""
    with closing(sqlite3.connect(db.path)) as conn:
        rows = conn.execute("SELECT pack, text FROM boxes").fetchall()
    return "\n".join(str(archive.unpack(pack)) + text for pack, text in rows).lower()


@BOTH
async def test_what_is_old_is_packed_and_found_again_word_for_word(db: Database) -> None:
    await talk(db)
    before = await ask(db, "when does the glazier come")
    assert await pack_due(db) == 3
    assert await held(db) == (1, 3)
    after = await ask(db, "when does the glazier come")
    assert {one.ref for one in before} == {"evt_0", "evt_1"}
    assert {(one.id, one.text, one.at, one.by) for one in after} == {
        (one.id, one.text, one.at, one.by) for one in before
    }


@BOTH
async def test_the_full_text_and_the_vectors_no_longer_hold_what_is_packed(db: Database) -> None:
    await talk(db)
    await pack_due(db)
    async with db.snapshot() as reader:
        assert [row.ref for row in await reader.rows(sa.select(passages.c.ref))] == ["evt_new"]
        rows = await candidates.by_words(reader, ['"glazier"'], Scope(), ())
    assert rows == []


@BOTH
async def test_an_archived_passage_scores_as_it_did_when_it_was_hot(db: Database) -> None:
    chance = random.Random(3)
    words = ["lamp", "chair", "glazier", "invoice", "paint", "window", "order", "shelf"]
    for place in range(200):
        at = (LONG_AGO if place % 2 else NOW - timedelta(days=3)) + timedelta(hours=5 * place)
        text = " ".join(chance.choices(words, range(1, 9), k=7))
        await say(db, f"evt_{place}", text, at, conv=f"web:{place % 6}")
    terms = ['"lamp"', '"glazier"', '"shelf"']
    async with db.snapshot() as reader:
        hot = {row.ref: row.words for row in await candidates.by_words(reader, terms, ANY, ())}
    await pack_due(db)
    async with db.snapshot() as reader:
        cold = {row.ref: row.words for row in await by_archive(reader, terms, ANY, ())}
    shared = hot.keys() & cold.keys()
    assert len(shared) > 20
    for ref in shared:
        assert cold[ref] == pytest.approx(hot[ref], rel=0.25)


ANY = Scope()


@BOTH
async def test_a_session_stays_whole_until_its_last_word_is_old(db: Database) -> None:
    almost = NOW - timedelta(days=90)
    await say(db, "evt_1", "The lamp arrived", almost - timedelta(hours=1))
    await say(db, "evt_2", "It is broken", almost + timedelta(hours=1))
    assert await pack_due(db) == 0
    await say(db, "evt_3", "Other talk", almost - timedelta(days=2), conv="web:2")
    assert await pack_due(db) == 1
    assert await held(db) == (2, 1)


async def test_each_kind_has_days_of_its_own_and_what_is_not_named_stays_hot(db: Database) -> None:
    for kind in ("message", "mail", "note"):
        await say(db, f"{kind}_1", f"about the {kind}", NOW - timedelta(days=100), kind=kind,
                  conv=kind)  # fmt: skip
    assert await pack_due(db) == 1
    assert await pack_due(db, RULES.model_copy(update={"days": {"mail": 99.0}})) == 1
    async with db.snapshot() as reader:
        assert [row.ref for row in await reader.rows(sa.select(passages.c.ref))] == ["note_1"]


@BOTH
async def test_too_many_send_the_oldest_away_before_their_days_are_over(db: Database) -> None:
    for day in range(10):
        await say(db, f"evt_{day}", f"day {day}", NOW - timedelta(days=day), conv=f"web:{day}")
    assert await pack_due(db, RULES.model_copy(update={"hot": 4})) == 6
    async with db.snapshot() as reader:
        kept = await reader.rows(sa.select(passages.c.ref).order_by(passages.c.at))
    assert [row.ref for row in kept] == ["evt_3", "evt_2", "evt_1", "evt_0"]


@BOTH
async def test_packing_twice_packs_once_and_only_what_happened_is_noted(db: Database) -> None:
    await talk(db)
    assert [await pack_due(db), await pack_due(db)] == [3, 0]
    async with db.snapshot() as reader:
        noted = await events.of_kind(reader, lifecycle.PACKED)
    assert [event.body for event in noted] == [{"passages": 3, "sessions": 1}]
    assert (await verify(db)).faults == ()


async def test_the_index_is_told_what_it_no_longer_holds(db: Database) -> None:
    await talk(db)
    async with db.snapshot() as reader:
        old = sa.select(passages.c.id).where(passages.c.ref != "evt_new").order_by(passages.c.seq)
        ids = [row.id for row in await reader.rows(old)]
    gone: list[str] = []
    db.listen("forgotten", gone.append)
    await pack_due(db)
    assert gone == ids


@BOTH
async def test_boxes_are_filled_up_before_a_new_one_is_begun(db: Database) -> None:
    for day in range(archive.BOX_PASSAGES + 10):
        at = LONG_AGO + timedelta(days=day)
        await say(db, f"evt_{day}", f"talk number {day}", at, conv="web:1")
        if day % 9 == 0:
            await pack_due(db)
    await pack_due(db)
    async with db.snapshot() as reader:
        sizes = [row.passages for row in await reader.rows(sa.select(boxes).order_by("box"))]
    assert sizes == [archive.BOX_PASSAGES, 10]


@BOTH
async def test_a_scope_is_left_by_no_archived_passage(db: Database) -> None:
    async with db.transaction() as tx:
        ada = await records.create(tx, "person", {"name": "Ada Example"}, None)
    await say(db, "evt_1", "The order is paid", kind="mail", conv=None, record=ada.id)
    await say(db, "evt_2", "The order is late", kind="mail", conv=None, trust="outside")
    await say(db, "evt_3", "The order is wrong", conv="web:2")
    await pack_due(db)
    scopes: list[tuple[dict[str, Any], list[str]]] = [
        ({"record": ada.id}, ["evt_1"]),
        ({"trusts": ("outside",)}, ["evt_2"]),
        ({"conv": "web:2"}, ["evt_3"]),
        ({"kinds": ("mail",)}, ["evt_1", "evt_2"]),
        ({"kinds": ("mail",), "conv": "web:2"}, []),
    ]
    for scope, wanted in scopes:
        assert sorted(await refs(db, "order", **scope)) == wanted
        assert await refs(db, "glazier", **scope) == []  # without an encoder only words find


@BOTH
async def test_a_day_the_question_names_opens_the_box_of_that_day(db: Database) -> None:
    for week in range(30):
        at = LONG_AGO + timedelta(weeks=week)
        await say(db, f"evt_{week}", "The lamp was sold", at, conv=f"web:{week}")
    await pack_due(db)
    day = f"{LONG_AGO + timedelta(weeks=17):%-d %B %Y}"
    assert (await refs(db, f"what was sold on {day}?"))[0] == "evt_17"


async def test_what_is_forgotten_leaves_no_byte_in_a_box(db: Database) -> None:
    await say(db, "evt_1", "My secret word is xylophone", by="Zed Zebra")
    await say(db, "evt_2", "Noted, thank you", LONG_AGO + timedelta(minutes=1))
    await pack_due(db)
    assert "xylophone" in unpacked(db)
    async with db.transaction() as tx:
        await forget(tx, ["evt_1", "evt_unknown"])
    await scrub(db)
    assert "xylophon" not in unpacked(db) + on_disk(db)
    assert "zebra" not in unpacked(db) + on_disk(db)
    assert await refs(db, "xylophone noted") == ["evt_2"]
    async with db.transaction() as tx:
        await forget(tx, ["evt_2"])
    assert await held(db) == (0, 0)


async def test_the_words_of_all_boxes_are_tidied_once_however_many_change(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await say(db, f"evt_{number}", "My secret word is xylophone", conv=f"web:{number}")
    await pack_due(db)
    tidied: list[bool] = []
    whole = Fts5.tidy

    def tidy(self: Fts5, raw: Raw, *, packed: bool = False) -> None:
        tidied.append(packed)
        whole(self, raw, packed=packed)

    monkeypatch.setattr(Fts5, "tidy", tidy)
    async with db.transaction() as tx:
        await archive.cut(tx, lambda one: one._replace(text="My secret word is gone"))
    assert tidied == [True]
    assert "xylophone" not in unpacked(db)
    async with db.transaction() as tx:
        await archive.cut(tx, lambda one: one)
    assert tidied == [True]


@BOTH
async def test_a_new_text_of_an_archived_source_replaces_the_old(db: Database) -> None:
    await say(db, "evt_1", "She likes long letters")
    await pack_due(db)
    await say(db, "evt_1", "She likes long letters")
    assert await held(db) == (0, 1)
    await say(db, "evt_1", "She likes short notes")
    assert await held(db) == (1, 0)
    assert [one.text for one in await ask(db, "likes")] == ["She likes short notes"]


@BOTH
async def test_an_erased_person_goes_from_the_archive_too(db: Database) -> None:
    async with db.transaction() as tx:
        state = {"name": "Adalind Example", "email": "ada@example.org", "aliases": ["Adalind"]}
        ada = await records.create(tx, "person", state, None)
    await say(db, "evt_1", "I want my lamp back", kind="mail", conv=None, record=ada.id)
    await say(
        db, "evt_2", "Adalind sends her regards to Bob", by="Bob Sample", kind="mail", conv=None
    )
    await say(db, "evt_3", "Ask ada@example.org about the chairs")
    await say(db, "evt_4", "The glazier was here", LONG_AGO + timedelta(minutes=1))
    await pack_due(db)
    async with db.snapshot() as reader:
        assert (await preview(reader, ada.id)).rows["passages"] == 2
    async with db.transaction() as tx:
        await erase(tx, ada.id, None)
    await scrub(db)
    left = unpacked(db) + on_disk(db)
    assert [word for word in ("adalind", "example.org", "lamp", "chairs") if word in left] == []
    assert await refs(db, "regards to bob and the glazier") == ["evt_2", "evt_4"]
    assert (await verify(db)).faults == ()


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = find_encoder()
    assert found is not None
    return found


@BOTH
async def test_an_archived_passage_keeps_what_it_means_until_its_words_are_cut(
    db: Database, encoder: Encoder, index: Index
) -> None:
    await talk(db)
    await rebuild(db, encoder, index)
    await pack_due(db)
    async with db.snapshot() as reader:
        packed = [one async for one in archive.each(reader)]
        [vector] = encoder.encode(["glazier"])
        rows = await by_archive(reader, ['"glazier"'], ANY, ())
    assert {one.encoder for one in packed} == {encoder.name}
    found = candidates.candidates(rows, {encoder.name: vector})
    assert [one.meaning > 0.2 for one in found] == [True, True]
    async with db.snapshot() as reader:
        told = await recall(reader, "who repairs a window", conv="web:1", encoder=encoder)
    assert "evt_0" in [one.ref for one in told]  # in a scope the meaning alone finds it
    async with db.transaction() as tx:
        await forget(tx, ["evt_1"])
    async with db.snapshot() as reader:
        left = [(one.ref, bool(one.numbers)) async for one in archive.each(reader)]
    assert left == [("evt_0", True), ("evt_2", False)]  # that was made from evt_1 as well


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE boxes SET pack = X'00'", ["Box 1: it is damaged and cannot be opened."]),
        (
            "UPDATE boxes SET pack = CAST(pack || X'00' AS BLOB)",
            ["Box 1: it is damaged and cannot be opened."],
        ),
        (
            "UPDATE boxes SET passages = 9",
            ["Box 1: it does not hold what the archive says it does."],
        ),
        (
            "DELETE FROM archived WHERE ref = 'evt_1'",
            ["Box 1: it does not hold what the archive says it does."],
        ),
        (
            "INSERT INTO archived_fts(archived_fts) VALUES ('delete-all')",
            ["Box 1: it cannot be found by its words."],
        ),
    ],
)
async def test_a_box_that_is_not_as_it_should_be_is_said(
    db: Database, damage: str, said: list[str]
) -> None:
    await talk(db)
    await pack_due(db)
    async with db.snapshot() as reader:
        assert await archive.faults(reader) == []
    async with db.transaction() as tx:
        await tx.conn.exec_driver_sql(damage)
    async with db.snapshot() as reader:
        assert await archive.faults(reader) == said


def test_a_gist_is_short_in_order_and_made_of_what_was_said() -> None:
    said = [
        "Good morning",
        "The lamp from order 7 arrived broken",
        "Please refund the lamp of order 7",
        "Ok",
        "The refund for order 7 was sent today",
        "See you",
    ]
    told = gist(said, 75)
    lines = told.split("\n")
    assert len(told) <= 75
    assert lines == [line for line in said if line in lines]
    assert [line for line in lines if "order 7" in line] == [said[1], said[2]]
    assert gist([], 100) == gist(["a b c"], 100) == ""
    assert gist(["long " * 100], 1000).endswith("…")


def test_the_policy_names_days_and_a_bound() -> None:
    rules = lifecycle.policy()
    assert rules.hot >= 1000
    assert all(days >= 30 for days in rules.days.values())
    assert json.loads(rules.model_dump_json())["days"]["message"] == 90


async def join_small(db: Database) -> int:
    """Join what are small boxes; return how many boxes there are then."""
    async with db.transaction() as tx:
        for group in await archive.small(tx, 32):
            assert await archive.join(tx, group)
        return (await archive.contents(tx)).boxes


async def scattered(db: Database, chance: random.Random) -> None:
    """Fill boxes of three conversations and forget most of what is in them."""
    words = ["lamp", "chair", "glazier", "invoice", "paint", "window", "order", "shelf"]
    for place in range(400):
        text = " ".join([*chance.choices(words, k=6), f"number {place}"])
        at = LONG_AGO + timedelta(hours=5 * place)
        await say(db, f"evt_{place}", text, at, conv=f"web:{place % 3}")
    while await pack_due(db):
        pass
    gone = [f"evt_{place}" for place in chance.sample(range(400), 330)]
    async with db.transaction() as tx:
        await forget(tx, gone)


@BOTH
async def test_small_boxes_of_one_topic_become_one_and_nothing_else_changes(db: Database) -> None:
    await scattered(db, random.Random(11))
    async with db.snapshot() as reader:
        before = [one async for one in archive.each(reader)]
        many = (await archive.contents(reader)).boxes
    asked = ["lamp glazier", "shelf order", "number 7", "invoice paint window"]
    told = [[(one.id, one.text, one.at) for one in await ask(db, query)] for query in asked]
    async with db.snapshot() as reader:
        last = {max(group) for group in await archive.small(reader, 32)}
    assert await join_small(db) == 3 < many
    assert await join_small(db) == 3
    async with db.snapshot() as reader:
        after = [one async for one in archive.each(reader)]
        sizes = await reader.rows(sa.select(boxes.c.box, boxes.c.passages, boxes.c.topic))
        assert await archive.faults(reader) == []
    assert sorted(after) == sorted(before)
    assert all(row.passages <= archive.BOX_PASSAGES for row in sizes)
    assert len({row.topic for row in sizes}) == 3
    assert last <= {row.box for row in sizes}  # so that another encoder meets what it had not met
    again = [[(one.id, one.text, one.at) for one in await ask(db, query)] for query in asked]
    assert again == told
    assert (await verify(db)).faults == ()


async def test_what_is_joined_is_forgotten_and_erased_down_to_the_last_byte(db: Database) -> None:
    await scattered(db, random.Random(12))
    await say(db, "evt_x", "My secret word is xylophone", LONG_AGO, by="Zed Zebra", conv="web:1")
    await pack_due(db)
    await join_small(db)
    assert "xylophone" in unpacked(db)
    async with db.transaction() as tx:
        await forget(tx, ["evt_x"])
    await scrub(db)
    assert "xylophon" not in unpacked(db) + on_disk(db)
    async with db.snapshot() as reader:
        assert await archive.faults(reader) == []


@BOTH
async def test_boxes_that_changed_since_they_were_looked_at_are_not_joined(db: Database) -> None:
    await scattered(db, random.Random(13))
    async with db.snapshot() as reader:
        groups = await archive.small(reader, 32)
        refs_ = {row.ref for row in await reader.rows(sa.select(archived.c.ref).where(
            archived.c.box == groups[0][0]))}  # fmt: skip
        sizes = {row.box: row.topic for row in await reader.rows(sa.select(boxes))}
    async with db.transaction() as tx:
        await forget(tx, sorted(refs_))
        assert not await archive.join(tx, groups[0])
        strangers = [next(box for box in sizes if sizes[box] == topic)
                     for topic in sorted(set(sizes.values()))[1:]]  # fmt: skip
        assert not await archive.join(tx, strangers)
    async with db.snapshot() as reader:
        assert await archive.faults(reader) == []
