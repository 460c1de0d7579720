"""A Firstmate with a model server behind it, for the walks with language models."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa

from agents.models.door import Models
from agents.models.wish import Wish
from agents.writing.drafted import Drafted
from agents.writing.variants import Variants
from bot import minds
from bot.app import App, open_app
from bot.settings import Settings
from bot.surfaces import Heard, Surface
from engine.rules.house import House
from memory.schema.models import reasons
from memory.texts.reach import rowid
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.peers.models import ModelServer, says

WISH = "write to Bruno that the file is ready"
TEMPLATE = "the file is ready"
WROTE = "Dear Bruno, your file is ready for you. Yours, Studio Example"
DRAFT = says({"text": WROTE})
CARD = "Send e-mail"
Way = Literal["plain", "litellm"]
WAYS: tuple[Way, ...] = ("plain", "litellm")
MODEL: Mapping[Way, str] = MappingProxyType({"plain": "home/one", "litellm": "openai/one"})
PRICED = ("far/one", "home/one", "home/two", "openai/one")


def slow(models: Models, may_answer: asyncio.Event) -> Models:
    """Let nobody answer with a draft before he may."""
    ask = models.ask

    async def asked(wish: Wish[Any]) -> Any:
        if issubclass(wish.gives, Drafted | Variants):
            await may_answer.wait()
        return await ask(wish)

    models.ask = asked
    return models


def one(kind: str, *, sure: bool = True, **more: Any) -> dict[str, Any]:
    """Return one thing that a message says, as a model writes it that reads the operator."""
    slots = [{"slot": slot, "words": words} for slot, words in more.pop("slots", {}).items()]
    return {"kind": kind, "sure": sure, "slots": slots} | more


def heard(*entries: dict[str, Any]) -> dict[str, Any]:
    """Return what a model says of a message."""
    return says({"heard": list(entries)})


@dataclass
class Office:
    """A Firstmate with a model server behind it; opened again it is the same folder.

    `way`: by which door it is asked: plain HTTP, or litellm, to which it is somebody else's.
    """

    folder: Path
    server: ModelServer
    clock: FakeClock
    way: Way = "plain"
    chat: Chat = field(default_factory=Chat)
    app: App = field(init=False)
    models: Models = field(init=False)
    opened: Mapping[str, Any] = field(default_factory=dict)  # with these settings
    may_answer: asyncio.Event | None = None  # before it is set no draft is answered

    async def open(self, *others: Surface, **more: Any) -> Chat:
        """Open it; `far` is the same server under a name that counts as somebody else's."""
        far = self.server.url.replace("127.0.0.1", "127.1")
        settings = Settings(
            **{
                "model_small": (MODEL[self.way],),
                "model_servers": (f"home={self.server.url}", f"far={far}"),
                "model_keys": "openai=key-1",
                "model_prices": tuple(f"{name}=10:100" for name in PRICED),
                "model_timeout_s": 60,  # the machine may be busy
            }
            | more
        )
        self.chat, before = Chat(), self.chat.count
        self.opened = more

        def models(house: House) -> Models:
            made = self.models = minds.of(settings)(house)
            return made if self.may_answer is None else slow(made, self.may_answer)

        self.app = await open_app(
            self.folder,
            lambda db, folder: [self.chat, *others],
            clock=self.clock,
            models=models,
            encoders=minds.encoders(settings),
        )
        await self.app.start()
        await self.chat.pair(self.app)
        self.chat.count = before + 100  # the platform counts on
        return self.chat

    async def say(self, words: str) -> None:
        """Say something and wait for nothing."""
        self.chat.count += 1
        await self.app.hear(Heard(self.chat.who, f"m{self.chat.count}", words))

    async def rows(self, table: sa.Table, *, after: int = 0) -> list[Any]:
        """Return its rows in their order, but for the first so many."""
        query = sa.select(table).order_by(rowid(table))
        async with self.app.db.snapshot() as reader:
            return await reader.rows(query.offset(after) if after else query)

    async def count(self, table: sa.Table) -> int:
        async with self.app.db.snapshot() as reader:
            return int(await reader.value(sa.select(sa.func.count()).select_from(table)))

    async def rules_said(self) -> list[str]:
        """Return the first rule of every refusal."""
        return [r.verdict["rules"][0] for r in await self.rows(reasons) if r.state == "refused"]
