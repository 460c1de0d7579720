"""The door to embedding models, against a server that speaks the protocol: words, money, faults."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from agents.models import embedding, listed
from agents.models.embedding import Embedding
from bot.app import App
from engine.models.model_calls import Limits
from engine.planning import ledger
from engine.planning.ledger import Budget
from memory.copying.verify import verify
from memory.schema.models import costs, reasons
from memory.texts.reach import rowid
from memory.vectors.embed import EncoderDownError
from tests.peers.embeddings import EmbeddingServer, embedding_server
from tests.peers.models import model_server

SECRET = "tok-very-secret-value"
IBAN = "DE89 3704 0044 0532 0130 00"


@dataclass
class Desk:
    """A door in a real house, and the server behind it."""

    app: App
    server: EmbeddingServer

    def embedding(
        self, name: str = "home/small", *, url: str = "", local_only: bool = False, day: str = "5"
    ) -> Embedding:
        """Return the door. `far` is the same server under a name that counts as remote."""
        at = url or self.server.url
        known = listed.Known.of(
            (f"home={at}", f"far={at.replace('127.0.0.1', '127.1')}", "gone=http://127.0.0.1:9/v1"),
            ("home=key-of-home",),
            (),
            ("far/small=100:0", "home/small=100:0", "home/free=0:0"),
        )
        model = known.embedding(name)
        assert model is not None
        limits = Limits(Budget(Decimal(day), Decimal(5)), local_only)
        return Embedding(self.app.house, model, limits, secrets=(SECRET,), timeout_s=60)

    async def reasons(self) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return await reader.rows(sa.select(reasons).order_by(rowid(reasons)))

    async def costs(self) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return await reader.rows(sa.select(costs).order_by(rowid(costs)))


@pytest.fixture
async def desk(app: App, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(embedding, "HURRY_S", 60.0)  # however slow the machine is
    async with embedding_server() as server:
        yield Desk(app, server)


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_texts_become_vectors_of_length_one_in_their_order_and_are_paid_for(
    desk: Desk,
) -> None:
    texts = ["The customer wants her money back", "Please refund me", "The meeting moved to Friday"]
    asked, same, other = await desk.embedding().vectors(texts)
    assert cosine(asked, asked) == pytest.approx(1)
    assert cosine(asked, same) > cosine(asked, other) + 0.15
    [body] = desk.server.asked
    assert body == {"model": "small", "input": texts, "encoding_format": "float"}
    assert desk.server.keys == ["Bearer key-of-home"]
    [reason], [cost] = await desk.reasons(), await desk.costs()
    assert (reason.state, reason.step, reason.tokens_in) == ("answered", "embed/1", 30)
    assert reason.prompt == []  # what was sent is kept once, as the passages
    assert Decimal(reason.cost) == Decimal(cost.amount) == Decimal("0.003")
    assert Decimal(cost.ceiling) > Decimal(cost.amount)
    assert reason.verdict["facts"]["data_class"] == "personal"
    assert (await verify(desk.app.db)).faults == ()


async def test_somebody_elses_server_of_the_same_protocol_is_understood(desk: Desk) -> None:
    async with model_server() as other:
        other.script({"embedding": [3.0, 4.0]})
        made = await desk.embedding(url=other.url).vectors(["one", "two"])
    assert made == [[0.6, 0.8], [0.6, 0.8]]


async def test_more_texts_than_a_call_takes_go_in_several(desk: Desk) -> None:
    made = await desk.embedding().vectors([f"text {n}" for n in range(embedding.TEXTS_MAX + 1)])
    assert len(made) == embedding.TEXTS_MAX + 1
    assert [len(body["input"]) for body in desk.server.asked] == [embedding.TEXTS_MAX, 1]


@pytest.mark.parametrize("name", ["home/small", "far/small"])
async def test_no_secret_is_ever_sent(desk: Desk, name: str) -> None:
    texts = [f"the token is {SECRET}", "my password: hunter22 is old", "a plain note"]
    assert len(await desk.embedding(name).vectors(texts)) == 3
    assert desk.server.read == ["the token is …", "my … is old", "a plain note"]


async def test_somebody_elses_server_reads_no_accounts_addresses_and_phones(desk: Desk) -> None:
    text = f"Ada, ada@example.org, pays from {IBAN}, phone +43 660 1234567"
    await desk.embedding("far/small").vectors([text])
    assert desk.server.read == ["Ada, [MAIL], pays from [IBAN], phone [PHONE]"]
    await desk.embedding("home/small").vectors([text])
    assert desk.server.read[1] == text


async def test_local_only_asks_nobody_else(desk: Desk) -> None:
    with pytest.raises(EncoderDownError, match="was not asked"):
        await desk.embedding("far/small", local_only=True).vectors(["a note"])
    assert desk.server.asked == []
    [reason] = await desk.reasons()
    assert (reason.state, reason.verdict["rules"][0]) == ("refused", "models-local-only")
    assert len(await desk.embedding("home/small", local_only=True).vectors(["a note"])) == 1


async def test_a_budget_that_is_used_up_stops_no_server_that_costs_nothing(desk: Desk) -> None:
    async with desk.app.db.transaction() as tx:
        await ledger.reserve(
            tx, task=None, goal=None, agent="writer", tier="small", model="x", ceiling=Decimal(9)
        )
    with pytest.raises(EncoderDownError, match="budget for models"):
        await desk.embedding("home/small").vectors(["A lamp."])
    [vector] = await desk.embedding("home/free").vectors(["A lamp."])
    assert vector


async def test_an_empty_budget_asks_nobody(desk: Desk) -> None:
    with pytest.raises(EncoderDownError, match="budget"):
        await desk.embedding(day="0.0001").vectors(["a note of a few words"])
    assert desk.server.asked == []


FAULTS = {429: "too much to do", 500: "has a fault", 401: "the key is wrong", 404: "no such model"}


@pytest.mark.parametrize("status", FAULTS)
async def test_a_fault_of_the_server_is_said_and_a_passing_one_tried_again(
    desk: Desk, status: int
) -> None:
    desk.server.status = status
    with pytest.raises(EncoderDownError, match=FAULTS[status]):
        await desk.embedding().vectors(["a note"])
    passing = status in (429, 500)
    assert len(desk.server.asked) == (embedding.TRIES_MAX if passing else 1)
    assert {cost.state for cost in await desk.costs()} == {"settled"}


async def test_nobody_there_is_said(desk: Desk) -> None:
    with pytest.raises(EncoderDownError, match=r"Nobody answers at 127\.0\.0\.1:9"):
        await desk.embedding("gone/small").vectors(["a note"], hurry=True)


async def test_a_question_tries_once_and_then_not_until_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = desk.embedding()
    desk.server.status = 500
    for _ in range(3):
        with pytest.raises(EncoderDownError, match="has a fault"):
            await door.vectors(["a question"], hurry=True)
    assert len(desk.server.asked) == 1
    desk.server.status = 200
    monkeypatch.setattr(embedding, "DOWN_S", 0)
    await door.vectors(["a passage"])  # whoever can wait tries again, and opens it for all
    assert len(await door.vectors(["a question"], hurry=True)) == 1


async def test_a_question_waits_no_longer_than_it_may(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "HURRY_S", 0.2)
    desk.server.open.clear()
    with pytest.raises(EncoderDownError, match=r"did not answer within 0\.2 seconds"):
        await desk.embedding().vectors(["a question"], hurry=True)
    [cost] = await desk.costs()
    assert (cost.state, cost.amount) == ("lost", cost.ceiling)  # it may have been billed


async def test_a_call_that_nobody_needs_any_more_leaves_nothing_reserved(desk: Desk) -> None:
    desk.server.open.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await desk.embedding().vectors(["a question"])
    [cost] = await desk.costs()
    assert (cost.state, cost.amount) == ("lost", cost.ceiling)


async def test_one_text_too_long_for_the_server_holds_up_no_other(desk: Desk) -> None:
    desk.server.chars_max = 500
    texts = [*(f"note {n}" for n in range(9)), "long " * 200]
    made = await desk.embedding().vectors(texts)
    assert len(made) == 10
    assert {len(one) for one in made} == {384}
    assert max(len(text) for body in desk.server.asked[-1:] for text in body["input"]) <= 500


BAD = [
    {},
    {"data": []},
    {"data": [{"index": 1, "embedding": [1.0]}]},
    {"data": [{"index": 0, "embedding": []}]},
    {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
    {"data": [{"index": 0, "embedding": ["x"]}]},
    {"data": [{"index": 0, "embedding": [float("nan")]}]},
    {"data": "AAAA"},
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
async def test_what_is_no_list_of_vectors_is_refused(desk: Desk, body: Any) -> None:
    desk.server.body = body or {"error": "none"}
    with pytest.raises(EncoderDownError, match="no list of vectors"):
        await desk.embedding().vectors(["a note"])
