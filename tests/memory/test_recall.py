"""Recall, with a real database, a real encoder and a real index, and no network."""

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memory.db import Database
from memory.recalling import candidates
from memory.recalling import recall as module
from memory.recalling.recall import Recalled, embed_pending, forget, rebuild, recall
from memory.recalling.recall import remember as remember_in
from memory.schema import metadata
from memory.schema.recall import passages, vectors
from memory.texts.passages import PIECE_CHARS
from memory.vectors.embed import Encoder, find_encoder
from memory.vectors.index import Index, IndexBrokenError, Vector
from memory.vectors.meaning import packed
from tests.memory.conftest import BOTH

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
NOTES = {
    "note_money": "Ada asked for a refund of her last order.",
    "note_visit": "The plumber comes on Tuesday to repair the kitchen sink.",
    "note_tone": "She likes short letters, without exclamation marks.",
    "note_tax": "The quarterly VAT return is due on the tenth.",
    "note_bank": "The bank confirmed the new standing order.",
    **{
        f"note_{number}": f"Invoice INV-{number} was sent to a customer." for number in range(1, 30)
    },
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*address: object, **_: object) -> Any:
        raise AssertionError(f"recall reached for the network: {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = find_encoder()
    assert found is not None
    return found


@pytest.fixture
async def database(tmp_path: Path, server: str | None) -> AsyncIterator[Database]:
    database = Database(tmp_path / "t.db", clock=lambda: NOW, server=server)
    async with database.engine.begin() as conn:
        await conn.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


async def remember(database: Database, ref: str, text: str, **more: Any) -> list[str]:
    async with database.transaction() as tx:
        return await remember_in(
            tx, **{"kind": "note", "ref": ref, "text": text, "trust": "operator", **more}
        )


async def remember_all(database: Database, notes: dict[str, str], **more: Any) -> None:
    for ref, text in notes.items():
        await remember(database, ref, text, **more)


async def ask(database: Database, query: str, **how: Any) -> list[Recalled]:
    async with database.snapshot() as reader:
        return await recall(reader, query, **how)


async def refs(database: Database, query: str, **how: Any) -> list[str]:
    return [passage.ref for passage in await ask(database, query, **how)]


async def words_kept(database: Database, word: str) -> bool:
    """Say whether the full text still holds the word anywhere in its blocks."""
    async with database.snapshot() as reader:
        blocks = await reader.conn.execute(sa.text("SELECT block FROM passages_fts_data"))
        texts = await reader.conn.execute(sa.text("SELECT c0 || c1 FROM passages_fts_content"))
        return any(word.encode() in block for (block,) in blocks) or any(
            word in (text or "") for (text,) in texts
        )


@BOTH
async def test_a_text_is_found_by_its_words_the_moment_it_is_stored(database: Database) -> None:
    await remember(
        database, "evt_1", "The résumé for Café Example is ready", trust="outside", record="rec_1"
    )
    [found] = await ask(database, "resumes at the cafe?")
    assert found.ref == "evt_1"
    assert found.text == "The résumé for Café Example is ready"
    assert (found.kind, found.trust, found.record, found.at) == ("note", "outside", "rec_1", NOW)


async def test_a_paraphrase_is_found_by_meaning_where_words_find_nothing(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    question = "customer wanting money returned"
    assert "note_money" not in await refs(database, question)
    assert "note_money" in (await refs(database, question, encoder=encoder, index=index))[:3]


async def test_a_number_is_found_by_words_where_meanings_are_all_alike(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    orders = {f"note_{n}": f"Order {n} was sent to a customer." for n in range(83_900, 83_930)}
    await remember_all(database, orders)
    await rebuild(database, encoder, index)
    async with database.snapshot() as reader:
        named = {row.id: row.ref for row in await reader.rows(sa.select(passages))}
    missed = 0
    for ref in [*orders, "note_7"]:
        question = f"what about {'INV-7' if ref == 'note_7' else ref.removeprefix('note_')}?"
        assert (await refs(database, question, encoder=encoder, index=index))[0] == ref
        [vector] = encoder.encode([question])
        [near] = await index.nearest(vector, 1, encoder=encoder.name)
        missed += named[near] != ref
    assert missed > 5  # by meaning alone
    assert (await refs(database, "INV-7"))[0] == "note_7"


async def test_what_is_not_embedded_yet_is_found_by_its_words(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    await remember(database, "note_new", "The glazier replaced the shop window.")
    assert (await refs(database, "glazier window", encoder=encoder, index=index))[0] == "note_new"


@BOTH
async def test_an_answer_is_found_by_the_words_of_what_was_said_before_it(
    database: Database,
) -> None:
    await remember(database, "evt_other", "On Monday.", conv="web:2")
    await remember(database, "evt_asked", "When does the glazier come?", conv="web:1")
    await remember(database, "evt_said", "On Thursday at nine.", conv="web:1")
    assert await refs(database, "glazier") == ["evt_asked", "evt_said"]


@BOTH
async def test_only_passages_about_the_record_are_recalled_when_one_is_named(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES, record="rec_other")
    await remember(database, "evt_ada", "She prefers bank transfer.", record="rec_ada")
    await rebuild(database, encoder, index)
    for how in ({}, {"encoder": encoder, "index": index}):
        assert await refs(database, "bank order", record="rec_ada", **how) == ["evt_ada"]


@BOTH
async def test_a_scope_is_left_by_no_passage(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await remember(database, "evt_chat", "The order is paid", conv="web:1", kind="message")
    await remember(database, "evt_mail", "I paid the order", trust="outside", kind="mail")
    await rebuild(database, encoder, index)
    scopes: list[tuple[dict[str, Any], list[str]]] = [
        ({"conv": "web:1"}, ["evt_chat"]),
        ({"kinds": ("mail",)}, ["evt_mail"]),
        ({"kinds": ("mail", "message")}, ["evt_chat", "evt_mail"]),
        ({"trusts": ("outside",)}, ["evt_mail"]),
        ({"kinds": ("mail",), "conv": "web:1"}, []),
    ]
    for scope, wanted in scopes:
        for how in ({}, {"encoder": encoder, "index": index}):
            assert sorted(await refs(database, "order paid", **scope, **how)) == wanted


@BOTH
async def test_each_passage_says_why_it_was_found(
    database: Database, encoder: Encoder, index: Index
) -> None:
    may = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
    await remember_all(database, NOTES)
    await remember(
        database, "evt_1", "The price of oak went up last week", by="Ada Example", at=may
    )
    await rebuild(database, encoder, index)
    question = "When did Ada speak about the price, in May?"
    [best, *_] = await ask(database, question, encoder=encoder, index=index)
    assert best.ref == "evt_1"
    assert best.because == (
        "words: price · meaning · said by Ada Example · dated 3 May 2026 · tells a time"
    )


@BOTH
async def test_whom_and_which_day_a_question_names_decides_between_equal_words(
    database: Database,
) -> None:
    for day in (3, 17):
        for who in ("Ada", "Bruno"):
            at = datetime(2026, 5, day, 9, 0, tzinfo=UTC)
            text = f"The {who.lower()[0]}{day} walk by the lake was long and lovely"
            await remember(database, f"evt_{who}_{day}", text, by=who, at=at, conv=f"web:{who}")
    assert (await refs(database, "What did Ada say of her walk on 17 May?"))[0] == "evt_Ada_17"
    assert (await refs(database, "Was sagte Bruno am 3. Mai vom walk?"))[0] == "evt_Bruno_3"
    assert len(await refs(database, "walk with Ada and Bruno")) == 4


@BOTH
async def test_among_few_what_the_index_does_not_find_is_found(
    database: Database, encoder: Encoder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    monkeypatch.setattr(index, "nearest_here", lambda *_, **__: {})  # its graph leads nowhere
    asked = "reimburse the purchaser"
    [best, *_] = await ask(database, asked, encoder=encoder, index=index)
    assert (best.ref, best.because) == ("note_money", "meaning")
    monkeypatch.setattr(candidates, "FEW_MAX", len(NOTES) - 1)
    assert await refs(database, asked, encoder=encoder, index=index) == []


@BOTH
async def test_a_day_begins_where_the_operator_is(database: Database) -> None:
    late = datetime(2026, 5, 2, 22, 30, tzinfo=UTC)  # in Berlin it is 3 May already
    await remember(database, "evt_late", "the walk by the lake was long", at=late)
    await remember(database, "evt_day", "the walk by the sea was long", at=late - timedelta(days=1))
    berlin = ZoneInfo("Europe/Berlin")
    [best, _] = await ask(database, "which walk was long on 3 May 2026?", zone=berlin)
    assert (best.ref, "dated 3 May 2026" in best.because) == ("evt_late", True)
    for zone, ref in ((berlin, "evt_day"), (UTC, "evt_late")):
        [best, _] = await ask(database, "which walk was long on 2 May 2026?", zone=zone)
        assert best.ref == ref
    night = Database(database.path, clock=lambda: late, server=database.server)
    for zone, ref in ((berlin, "evt_day"), (UTC, "evt_day")):
        [best, _] = await ask(night, "which walk was long yesterday?", zone=zone)
        assert best.ref == ref
        assert f"dated {2 if zone is berlin else 1} May" in best.because
    await night.close()


@BOTH
async def test_irregular_forms_of_a_word_are_the_same_word(database: Database) -> None:
    await remember_all(database, NOTES)
    await remember(database, "evt_1", "We bought new chairs", conv="web:1")
    assert (await refs(database, "what did we buy"))[0] == "evt_1"


@BOTH
async def test_after_a_pause_a_conversation_begins_anew(database: Database) -> None:
    later = NOW + timedelta(hours=5)
    await remember(database, "evt_1", "When does the glazier come?", conv="web:1", at=NOW)
    await remember(database, "evt_2", "Good morning", conv="web:1", at=later)
    assert await refs(database, "glazier") == ["evt_1"]


@BOTH
async def test_what_follows_something_forgotten_gets_another_vector(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember(database, "evt_1", "The surgeon called about my knee", conv="web:1")
    await remember(database, "evt_2", "Noted, thank you", conv="web:1")
    await rebuild(database, encoder, index)
    async with database.transaction() as tx:
        await forget(tx, ["evt_1"])
    while await embed_pending(database, encoder, index):
        pass
    async with database.snapshot() as reader:
        kept = await reader.rows(sa.select(vectors.c.numbers))
    assert [row.numbers for row in kept] == [packed(encoder.encode(["Noted, thank you"])[0])]


async def test_an_index_that_starts_over_asks_the_encoder_nothing(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    shutil.rmtree(index.folder)
    index.trusted = False
    mute = Mute(Path("none"))
    while await embed_pending(database, mute, index):
        pass
    found = await refs(database, "customer wanting money returned", encoder=encoder, index=index)
    assert "note_money" in found[:3]


class Mute(Encoder):
    """An encoder that must not be needed."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        raise AssertionError(f"encoded again: {texts}")


@BOTH
async def test_recall_stays_within_its_budget_and_gives_the_best_in_any_case(
    database: Database,
) -> None:
    await remember(database, "evt_short", "glazier")
    await remember(database, "evt_long", "glazier window " * 32)
    await remember(database, "evt_longest", "glazier " * 89 + "shutter")
    all_of_them = ["evt_longest", "evt_long", "evt_short"]
    assert await refs(database, "glazier", budget_tokens=600) == all_of_them
    assert await refs(database, "glazier", budget_tokens=210) == ["evt_longest", "evt_short"]
    assert await refs(database, "glazier", budget_tokens=1) == ["evt_longest"]
    assert await refs(database, "glazier", k=2) == all_of_them[:2]


@BOTH
async def test_a_long_text_is_recalled_at_the_place_that_answers(database: Database) -> None:
    filler = "\n".join(f"Paragraph {n} talks of nothing in particular. " * 5 for n in range(60))
    text = f"{filler}\nThe deposit is forty euros.\n{filler}\n{'x' * 5_000}"
    names = await remember(database, "art_1", text)
    assert len(names) > 30
    [best, *_] = await ask(database, "deposit euros")
    assert "The deposit is forty euros." in best.text
    async with database.snapshot() as reader:
        stored = [row.text for row in await reader.rows(sa.select(passages.c.text))]
    assert max(map(len, stored)) <= PIECE_CHARS
    assert "".join("".join(stored).split()) == "".join(text.split())


async def test_a_moment_is_stored_so_that_text_order_is_time_order(database: Database) -> None:
    await remember(database, "evt_1", "The glazier comes", at=NOW)
    async with database.snapshot() as reader:
        stored = sa.select(sa.cast(passages.c.at, sa.Text))
        assert await reader.value(stored) == "2026-11-21 09:00:00.000000"
    with pytest.raises(ValueError, match="without a zone"):
        await remember(database, "evt_2", "The baker comes", at=NOW.replace(tzinfo=None))


@BOTH
async def test_a_blank_text_is_no_passage(database: Database) -> None:
    assert await remember(database, "evt_1", " \n\t ") == []


@BOTH
async def test_remembering_again_changes_nothing_and_signals_nothing(database: Database) -> None:
    heard: list[str] = []
    database.listen("passage", heard.append)
    first = await remember(database, "evt_1", "The glazier comes on Monday")
    again = await remember(database, "evt_1", "The glazier comes on Monday")
    assert first == again == heard
    assert await refs(database, "glazier") == ["evt_1"]


@BOTH
async def test_a_new_text_of_the_same_source_replaces_the_old(database: Database) -> None:
    heard: list[str] = []
    database.listen("forgotten", heard.append)
    old = await remember(database, "fact_1", "She likes long letters")
    await remember(database, "fact_1", "She likes short notes", record="rec_ada")
    [found] = await ask(database, "likes")
    assert (found.text, found.record) == ("She likes short notes", "rec_ada")
    assert heard == old
    assert await refs(database, "letters") == []


@BOTH
async def test_what_is_rolled_back_was_never_remembered(database: Database) -> None:
    heard: list[str] = []
    database.listen("passage", heard.append)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await remember_in(tx, kind="note", ref="evt_1", text="glazier", trust="operator")
            raise ZeroDivisionError
    assert await refs(database, "glazier") == []
    assert heard == []


async def test_what_is_forgotten_leaves_no_word_and_no_vector(
    database: Database, encoder: Encoder, index: Index
) -> None:
    forgotten: list[str] = []
    database.listen("forgotten", forgotten.append)
    await remember(database, "evt_0", "Good morning", conv="web:1")
    await remember(database, "evt_1", "My secret word is xylophone", conv="web:1")
    await remember(database, "evt_2", "Noted, thank you", conv="web:1")
    await rebuild(database, encoder, index)
    assert await words_kept(database, "xylophon")
    async with database.transaction() as tx:
        await forget(tx, ["evt_1", "evt_unknown"])
    await index.delete(forgotten)
    assert await refs(database, "xylophone secret", encoder=encoder, index=index) != []
    assert await refs(database, "xylophone secret") == []
    assert not await words_kept(database, "xylophon")
    assert await refs(database, "morning") == ["evt_0", "evt_2"]  # the next follows the one before
    assert await Index(index.folder).agrees(1, encoder=Encoder.name)  # evt_2's held evt_1's words


class Interrupted(Encoder):
    """An encoder during whose work the operator forgets what it is encoding."""

    def __init__(self, inner: Encoder, path: Path) -> None:
        self._inner, self._path = inner, path

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        import sqlite3

        with sqlite3.connect(self._path) as other:
            other.execute("DELETE FROM passages WHERE ref = 'note_money'")
        other.close()
        return self._inner.encode(texts)


async def test_what_is_forgotten_while_it_is_embedded_gets_no_vector(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await embed_pending(database, Interrupted(encoder, database.path), index)
    assert await index.agrees(len(NOTES) - 1, encoder=Encoder.name)


async def test_embedding_goes_in_portions_and_ends(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    portions = [await embed_pending(database, encoder, index, limit=20) for _ in range(3)]
    assert portions == [20, len(NOTES) - 20, 0]


async def test_after_a_restart_everything_is_found_and_nothing_is_embedded_again(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    before = await ask(database, "customer wanting money back", encoder=encoder, index=index)
    await index.close()
    await database.close()
    reopened, fresh = Database(database.path, clock=lambda: NOW), Index(index.folder)
    after = await ask(reopened, "customer wanting money back", encoder=encoder, index=fresh)
    assert after == before
    assert fresh.trusted
    assert await embed_pending(reopened, encoder, fresh) == 0
    await fresh.close()
    await reopened.close()


@pytest.mark.parametrize("alive", [True, False], ids=["while in use", "between two runs"])
async def test_a_lost_index_costs_no_answer_and_is_rebuilt(
    database: Database, encoder: Encoder, index: Index, alive: bool
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    how = {"encoder": encoder, "index": index}
    before = await ask(database, "refund of money", **how)
    if not alive:
        await index.close()
        how["index"] = index = Index(index.folder)
    shutil.rmtree(index.folder)
    assert "note_money" in await refs(database, "refund of money", **how)
    await remember(database, "note_later", "Something new makes the index look again.")
    with contextlib.suppress(IndexBrokenError):
        await embed_pending(database, encoder, index)
    while await embed_pending(database, encoder, index):
        pass
    assert await index.agrees(len(NOTES) + 1, encoder=Encoder.name)
    after = await ask(database, "refund of money", **how)
    assert [passage.id for passage in after] == [passage.id for passage in before]
    await index.close()


async def test_a_vector_stored_but_not_noted_before_a_crash_starts_the_index_over(
    database: Database, encoder: Encoder, index: Index
) -> None:
    await remember_all(database, NOTES)
    await rebuild(database, encoder, index)
    await index.upsert(
        [Vector("psg_orphan", "", encoder.encode(["an orphan"])[0])], encoder=encoder.name
    )
    await index.close()
    fresh = Index(index.folder)
    assert "note_money" in await refs(database, "refund", encoder=encoder, index=fresh)
    assert fresh.trusted is False
    while await embed_pending(database, encoder, fresh):
        pass
    assert await fresh.agrees(len(NOTES), encoder=Encoder.name)
    await fresh.close()


@BOTH
@pytest.mark.parametrize(
    "query", ["", '"', "NOT", "a AND", "ref:x", "*", "(", "-", "NEAR(a b)", "^a", "\x00", "\ud800"]
)
async def test_no_query_is_an_error(database: Database, query: str) -> None:
    await remember(database, "evt_1", "something to find")
    await ask(database, query)


@BOTH
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=ANY_TEXT, query=ANY_TEXT)
@example(text="half a \ud83d pair", query="half\ud83da")
async def test_any_text_can_be_remembered_and_any_text_asked(
    database: Database, text: str, query: str
) -> None:
    await remember(database, "evt_1", text)
    await ask(database, query)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.lists(st.sampled_from(['"', "INV-7", "OR", "*", "(", "xyz", "'", ":"]), max_size=6))
async def test_signs_around_a_number_do_not_hide_it(database: Database, query: list[str]) -> None:
    await remember(database, "note_7", NOTES["note_7"])
    found = await refs(database, " ".join(query))
    assert found == (["note_7"] if "INV-7" in query else [])


def test_recall_by_words_loads_neither_the_index_nor_the_encoder() -> None:
    code = (
        "import sys; import memory.recalling.recall;"
        "print({'chromadb', 'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules))"
    )
    root = Path(module.__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert said.stdout.strip() == b"set()"
