"""An answer told again is the answer that would be found now, whatever happened in between."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memory.canon import merging, records
from memory.db import Database
from memory.forgetting.erasure import erase
from memory.recalling import candidates
from memory.recalling.answers import KEPT_MAX, Answers
from memory.recalling.recall import Recalled, embed_pending, recall
from memory.texts import lifecycle
from memory.texts.passages import forget, remember
from memory.vectors.embed import EncoderDownError, Encodes, find_encoder
from memory.vectors.index import Index
from tests.memory import histories
from tests.memory.test_reencoding import Fake

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WORDS = ("order", "lamp", "glazier", "invoice", "window", "paint", "euros", "rolls", "xylophone")
Step = Callable[["Company", random.Random], Awaitable[None]]


@pytest.fixture
def clock() -> Any:
    return lambda: NOW


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    index = Index(tmp_path / "index")
    yield index
    await index.close()


class Company:
    """A database in which things happen, and one that asks with and without kept answers."""

    def __init__(self, db: Database, encoder: Encodes | None, index: Index | None) -> None:
        self.db, self.encoder, self.index = db, encoder, index
        self.answers = Answers[Recalled]()
        self.people: list[str] = []
        self.refs: list[str] = []
        self.hits = 0

    async def ask(self, query: str, kept: bool = True, **scope: Any) -> list[Recalled]:
        async with self.db.snapshot() as reader:
            return await recall(
                reader, query, encoder=self.encoder, index=self.index,
                answers=self.answers if kept else None, **scope,
            )  # fmt: skip

    async def compare(self, chance: random.Random) -> None:
        """Ask twice with kept answers and once without: all three say the same."""
        query = " ".join(chance.choices(WORDS, k=2))
        scope = {"record": chance.choice(self.people)} if chance.random() < 0.3 else {}
        first, again = await self.ask(query, **scope), await self.ask(query, **scope)
        assert first == again == await self.ask(query, kept=False, **scope)
        self.hits += bool(first)


async def _say(company: Company, chance: random.Random) -> None:
    ref = f"evt_{chance.randint(1, 30)}"
    async with company.db.transaction() as tx:
        await remember(
            tx, kind=chance.choice(("message", "mail")), ref=ref, trust="operator",
            text=" ".join(chance.choices(WORDS, k=5)), record=chance.choice(company.people),
            conv=chance.choice((None, "web:1")),
        )  # fmt: skip
    company.refs.append(ref)


async def _forget(company: Company, chance: random.Random) -> None:
    async with company.db.transaction() as tx:
        await forget(tx, chance.sample(company.refs, min(2, len(company.refs))))


async def _pack(company: Company, chance: random.Random) -> None:
    async with company.db.transaction() as tx:
        rules = lifecycle.Policy(days={"message": 90, "mail": 90}, hot=chance.randint(2, 8))
        await lifecycle.pack(tx, [one.session for one in await lifecycle.due(tx, rules)], None)


async def _merge(company: Company, chance: random.Random) -> None:
    one, other = chance.sample(company.people, 2)
    async with company.db.transaction() as tx:
        kept, gone = await records.get(tx, one), await records.get(tx, other)
        if kept is not None and gone is not None and kept.id != gone.id:
            with suppress(merging.MergeError):  # one of them is erased
                await merging.merge(tx, kept.id, gone.id, None)


async def _erase(company: Company, chance: random.Random) -> None:
    async with company.db.transaction() as tx:
        await erase(tx, chance.choice(company.people), None)


async def _live(company: Company, chance: random.Random) -> None:
    await histories.live(company.db, chance.randint(0, 10**9), 1)


async def _embed(company: Company, chance: random.Random) -> None:
    if company.encoder is not None and company.index is not None:
        await embed_pending(company.db, company.encoder, company.index, limit=5)


STEPS: tuple[Step, ...] = (
    *(_say, _say, _say, _say, _forget, _pack, _merge, _live, _live, _embed, _embed),
    _erase,
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("meaning", [False, True], ids=["by words", "with meaning"])
async def test_a_kept_answer_is_never_another_than_the_one_found_now(
    db: Database, index: Index, seed: int, meaning: bool
) -> None:
    chance = random.Random(seed)
    company = Company(db, find_encoder() if meaning else None, index if meaning else None)
    async with db.transaction() as tx:
        for name in ("Ada Example", "Bruno Sample", "Chloé Specimen", "Dorota Pattern"):
            company.people.append((await records.create(tx, "person", {"name": name}, None)).id)
    await _say(company, chance)
    for _ in range(40):
        await chance.choice(STEPS)(company, chance)
        for _ in range(2):
            await company.compare(chance)
    assert company.hits > 10


async def test_the_same_question_is_answered_without_looking_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company(db, None, None)
    async with db.transaction() as tx:
        await remember(tx, kind="note", ref="n1", text="The glazier came", trust="operator")
    first = await company.ask("glazier")
    monkeypatch.setattr("memory.recalling.recall._recall", None)
    assert await company.ask("glazier") == first != []
    with pytest.raises(TypeError):
        await company.ask("glazier", kinds=("mail",))  # another question
    db.clock = lambda: NOW + timedelta(days=1)
    with pytest.raises(TypeError):
        await company.ask("glazier")  # another day


class Shaky(Fake):
    """An encoder that may be down."""

    down = False

    async def vectors(self, texts: Sequence[str], *, hurry: bool = False) -> list[list[float]]:
        if self.down:
            raise EncoderDownError("nobody there")
        return await super().vectors(texts)


async def test_what_was_found_while_the_encoder_or_the_index_was_away_is_not_kept(
    db: Database, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Shaky("one")
    company = Company(db, encoder, index)
    async with db.transaction() as tx:
        await remember(tx, kind="note", ref="n1", text="The glazier came", trust="operator")
    await embed_pending(db, encoder, index)
    encoder.down = True
    assert await company.ask("carpets") == []
    encoder.down = False
    assert [one.ref for one in await company.ask("carpets")] == ["n1"]

    def away(*_: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(candidates, "FEW_MAX", 0)  # or the index is not needed
    with monkeypatch.context() as patch:
        patch.setattr(index, "_nearest", away)
        assert await company.ask("curtains") == []
    assert not index.trusted
    index.trusted = True  # it was compared, and is as it was
    assert [one.ref for one in await company.ask("curtains")] == ["n1"]


async def test_a_transaction_that_comes_to_nothing_leaves_no_answer(db: Database) -> None:
    company = Company(db, None, None)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await remember(tx, kind="note", ref="n1", text="The glazier came", trust="operator")
            assert await recall(tx, "glazier", answers=company.answers)
            raise ZeroDivisionError
    async with db.transaction() as tx:
        await remember(tx, kind="note", ref="n2", text="Rolls are baked", trust="operator")
    assert await company.ask("glazier") == []


async def test_what_was_on_its_way_while_words_were_forgotten_is_not_kept() -> None:
    answers = Answers[str]()
    clears = answers.clears
    answers.clear()
    answers.keep("question", 1, ["xylophone"], clears)
    assert "question" not in answers
    answers.keep("question", 1, ["rolls"], answers.clears)
    assert answers.get("question", 1) == ["rolls"]
    assert answers.get("question", 2) is None
    assert "question" not in answers


async def test_only_so_many_answers_are_kept_and_the_oldest_goes_first() -> None:
    answers = Answers[int]()
    for number in range(KEPT_MAX):
        answers.keep(number, 1, [number], answers.clears)
    assert answers.get(0, 1) == [0]
    answers.keep("one more", 1, [], answers.clears)
    assert 0 in answers
    assert 1 not in answers


async def test_words_cut_out_of_a_box_are_told_to_whoever_keeps_answers(db: Database) -> None:
    cut: list[str] = []
    db.listen("cut", cut.append)
    company = Company(db, None, None)
    async with db.transaction() as tx:
        await remember(tx, kind="mail", ref="n1", text="xylophone", trust="operator")
        rules = lifecycle.Policy(days={"mail": 0}, hot=9)
        await lifecycle.pack(tx, [one.session for one in await lifecycle.due(tx, rules)], None)
    assert [one.ref for one in await company.ask("xylophone")] == ["n1"]
    async with db.transaction() as tx:
        await forget(tx, ["n1"])
    assert cut
    assert await company.ask("xylophone") == []
