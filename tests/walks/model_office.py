"""A Firstmate with a model server behind it, for the walks with language models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import sqlalchemy as sa

from bot import minds
from bot.app import App, open_app
from bot.settings import Settings
from memory.reach import rowid
from memory.schema.models import reasons
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

    async def open(self, **more: Any) -> Chat:
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
        self.app = await open_app(
            self.folder, lambda db, folder: [self.chat], clock=self.clock, models=minds.of(settings)
        )
        await self.app.start()
        await self.chat.pair(self.app)
        self.chat.count = before + 100  # the platform counts on
        return self.chat

    async def rows(self, table: sa.Table) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return await reader.rows(sa.select(table).order_by(rowid(table)))

    async def rules_said(self) -> list[str]:
        """Return the first rule of every refusal."""
        return [r.verdict["rules"][0] for r in await self.rows(reasons) if r.state == "refused"]
