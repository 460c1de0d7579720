"""Walks of the vectors: another encoder takes over, servers go and come, and it still answers."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import minds, remembering
from bot.app import App, open_app
from bot.settings import Settings
from engine.flow import schedule
from memory import events
from memory.copying.soundness import faults
from memory.copying.verify import verify
from memory.recalling import recall
from memory.recalling.scope import Within
from memory.schema.recall import passages, vectors
from memory.texts import archive, lifecycle
from memory.vectors import index
from memory.vectors.embed import Encoder
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.chroma import chroma_server
from tests.peers.embeddings import EmbeddingServer, embedding_server

COUNT = 300
PACKED = 60
ASKED = "reimburse the purchaser"  # no word of it stands in what answers
ANSWER = "The customer wants her money back"
OLD_ANSWER = "We agreed to repay the buyer in full"
OLD_ASKED = "did we repay anybody?"
OUT = "Until it answers, what I recall is found by words alone"


@dataclass
class Company:
    """One data folder, opened again and again with other settings."""

    folder: Path
    clock: FakeClock
    chat: Chat = field(default_factory=Chat)
    app: App = field(init=False)

    async def open(self, **settings: Any) -> Chat:
        said = Settings(**settings)
        self.chat, before = Chat(), self.chat.count
        self.app = await open_app(
            self.folder,
            lambda db, folder: [self.chat],
            clock=self.clock,
            encoders=minds.encoders(said),
            chroma=said.chroma or "",
        )
        await self.app.start()
        await self.chat.pair(self.app)
        self.chat.count = before + 100
        return self.chat

    async def fill(self) -> None:
        """Remember three hundred notes, and pack the oldest away."""
        async with self.app.db.transaction() as tx:
            for number in range(COUNT):
                text = {5: OLD_ANSWER, 250: ANSWER}.get(
                    number, f"Lamp {number} is on shelf {number}"
                )
                await recall.remember(
                    tx, kind="note", ref=f"evt_{number}", text=text, trust="operator"
                )
            await events.note(tx, "test.filled", None)
        await self.until(self.made)
        async with self.app.db.transaction() as tx:
            old = sa.select(passages.c.session).order_by(passages.c.seq).limit(PACKED)
            sessions = [row.session for row in await tx.rows(old)]
            assert await lifecycle.pack(tx, sessions, None) == PACKED
        await self.until(self.made)

    async def until(self, holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
        begun = time.monotonic()
        while not await holds():
            assert time.monotonic() < begun + seconds, await self.app.remembering.told()
            await asyncio.sleep(0.02)

    async def made(self) -> bool:
        return "All of them can be found by meaning" in " ".join(await self.app.remembering.told())

    async def found(self, asked: str = ASKED) -> list[str]:
        return [one.text for one in await self.app.remembering.recall(asked, Within())]

    async def encoders(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return how many vectors each encoder has, hot and archived."""
        hot: dict[str, int] = {}
        packed: dict[str, int] = {}
        async with self.app.db.snapshot() as reader:
            for row in await reader.rows(sa.select(vectors.c.encoder)):
                hot[row.encoder] = hot.get(row.encoder, 0) + 1
            async for one in archive.each(reader):
                packed[one.encoder] = packed.get(one.encoder, 0) + 1
        return hot, packed


@pytest.fixture
async def company(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Company]:
    monkeypatch.setattr(schedule, "LOOK_EVERY_S", 3600)
    monkeypatch.setattr(remembering, "AGAIN_S", 0.1)
    monkeypatch.setattr(remembering, "AGAIN_S_MAX", 0.2)
    shutil.copytree(filled, tmp_path / "sample")
    made = Company(tmp_path / "sample", clock)
    yield made
    await made.app.close()


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingServer]:
    async with embedding_server() as made:
        yield made


def meaning(server: EmbeddingServer, model: str = "wide") -> dict[str, Any]:
    return {"embedding": f"home/{model}", "model_servers": (f"home={server.url}",)}


async def test_another_encoder_takes_over_while_both_answer_also_across_a_restart(
    company: Company, server: EmbeddingServer
) -> None:
    await company.open()
    await company.fill()
    total = COUNT - PACKED
    before = await company.found()
    assert ANSWER in before
    assert OLD_ANSWER in await company.found(OLD_ASKED)
    await company.app.close()

    server.length, server.left = 300, 2  # two portions, then it hangs
    chat = await company.open(**meaning(server))
    await company.until(lambda: waits(server))
    assert ANSWER in await company.found()
    assert OLD_ANSWER in await company.found(OLD_ASKED)
    await chat.say("/archive")
    assert f"100 of {total} can be found by meaning, too (home/wide)." in chat.last
    assert f"Until then {Encoder.name} answers for the others." in chat.last
    await company.app.close()

    server.left = None
    asked = len(server.asked)
    await company.open(**meaning(server))
    assert ANSWER in await company.found()
    server.open.set()
    await company.until(lambda: changed(company))
    hot, packed = await company.encoders()
    assert hot == {"home/wide": total}
    assert packed == {"home/wide": PACKED}
    assert ANSWER in await company.found()
    assert OLD_ANSWER in await company.found(OLD_ASKED)
    again = [text for body in server.asked[asked:] for text in body["input"]]
    assert sum(text.startswith("Lamp") for text in again) < COUNT - 90  # went on, not anew
    await company.chat.say("/archive")
    assert "All of them can be found by meaning, too (home/wide)." in company.chat.last
    assert "Until then" not in company.chat.last
    assert (await verify(company.app.db)).faults == ()
    assert [said for said in await faults(company.app.db, Path) if "vector" in said] == []


async def waits(server: EmbeddingServer) -> bool:
    return not server.open.is_set()


async def changed(company: Company) -> bool:
    """Say whether only one encoder's vectors are left, and it is told so."""
    hot, packed = await company.encoders()
    told = " ".join(await company.app.remembering.told())
    return len(hot) == len(packed) == 1 and "wait" not in told and "All of them" in told


async def test_while_an_embedding_server_is_down_words_answer_and_it_is_said_once(
    company: Company, server: EmbeddingServer
) -> None:
    server.status = 500
    far = server.url.replace("127.0.0.1", "127.1")
    prices = ("far/small=1000:0",)
    settings = {"embedding": "far/small", "model_servers": (f"far={far}",), "model_prices": prices}
    chat = await company.open(**settings)
    await remember(company, "evt_zebra", "The zebra lamp goes to ada@example.org")
    await remember(company, "evt_money", ANSWER)
    assert "zebra" in (await company.found("where is the zebra?"))[0]
    await company.until(lambda: said(company))
    await asyncio.sleep(1)
    await chat.settle()
    assert [OUT in chat.text(title) for title in titles(chat)].count(True) == 1
    assert await company.found() == []
    server.status = 200
    await company.until(lambda: finds(company))
    assert "The zebra lamp goes to [MAIL]" in server.read
    assert "ada@example.org" not in str(server.read)
    await chat.say("/cost")
    assert "• far/small: " in chat.last
    assert (await verify(company.app.db)).faults == ()


async def test_a_server_of_the_index_holds_no_words_and_may_go_come_back_and_be_emptied(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "AWAY_S", 0.2)
    with chroma_server(tmp_path / "served") as chroma:
        chat = await company.open(chroma=chroma.address)
        await company.fill()
        assert ANSWER in await company.found()
        assert not (company.folder / "index").exists()
        [held] = chroma.rows().values()
        assert len(held["ids"]) == COUNT - PACKED
        assert {tuple(one) for one in held["metadatas"]} == {("record",)}
        assert set(held["documents"] or [None]) == set(held["uris"] or [None]) == {None}

        chroma.kill()
        assert await company.found("who has lamp 77?") != []
        assert ANSWER not in await company.found()
        await remember(company, "evt_new", "The zebra lamp goes to the seller of carpets")
        assert "zebra" in (await company.found("zebra"))[0]
        await company.until(lambda: said(company))
        for _ in range(3):
            await company.found()
        await asyncio.sleep(1)  # several more tries
        await chat.settle()
        assert [OUT in chat.text(title) for title in titles(chat)].count(True) == 1
        await chat.say("/archive")
        assert f"The vector index at {chroma.address} does not answer. {OUT}" in chat.last

        await asyncio.to_thread(chroma.start)
        await company.until(company.made)
        assert ANSWER in await company.found()
        [again] = chroma.rows().values()
        assert again["collection"] == held["collection"]  # found sound and used as it was
        assert len(again["ids"]) == len(held["ids"]) + 1
        await chat.say("/archive")
        assert OUT not in chat.last

        chroma.kill()
        await asyncio.to_thread(chroma.start, tmp_path / "empty")
        await company.found("who has lamp 88?")  # notices it; an answer that is kept would not

        async def filled() -> bool:
            ids = [id for held in chroma.rows().values() for id in held["ids"]]
            return sorted(ids) == sorted(again["ids"])

        await company.until(filled)
        await company.until(lambda: finds(company))
    assert (await verify(company.app.db)).faults == ()


async def remember(company: Company, ref: str, text: str) -> None:
    async with company.app.db.transaction() as tx:
        await recall.remember(tx, kind="note", ref=ref, text=text, trust="operator")


async def said(company: Company) -> bool:
    await company.chat.settle()
    return any(OUT in company.chat.text(title) for title in titles(company.chat))


def titles(chat: Chat) -> list[str]:
    return list(dict.fromkeys(chat.shown[key].summary for key in chat.order))


async def finds(company: Company) -> bool:
    return await company.made() and ANSWER in await company.found()
