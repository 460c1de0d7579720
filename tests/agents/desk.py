"""A door to models in a real house, with somebody else's server behind it, and a wish to ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from agents.models import listed
from agents.models.door import Answer, Models, NoAnswer
from agents.models.whose import People
from agents.models.wish import Part, Wish
from bot.app import App
from engine.models import model_calls
from engine.models.model_calls import Limits
from engine.planning.ledger import Budget
from memory.schema.models import costs, reasons
from memory.texts.reach import rowid
from tests.peers.models import ModelServer, says

GOOD = says({"text": "Hello Ada"})


class Said(BaseModel):
    text: str = Field(min_length=1)


@dataclass
class Desk:
    """A door in a real house, and the server behind it."""

    app: App
    server: ModelServer

    def models(
        self,
        *,
        small: tuple[str, ...] = ("home/one",),
        large: tuple[str, ...] = (),
        day: str = "5",
        goal: str = "5",
        agents: Mapping[str, str] = MappingProxyType({}),
        local_only: bool = False,
        own: tuple[str, ...] = (),
        secrets: tuple[str, ...] = (),
        timeout_s: float = 20,
    ) -> Models:
        """Return the door. `far` is the same server under a name that counts as remote.

        A model called `free` costs nothing.
        """
        far = self.server.url.replace("127.0.0.1", "127.1")  # the same, but not by that name
        servers = (f"home={self.server.url}", f"far={far}", "gone=http://127.0.0.1:9/v1")
        names = {*small, *large}
        tiers = listed.read(
            {"small": small, "large": large},
            servers=servers,
            own=own,
            keys=("home=key-of-home",),
            prices=[f"{name}=100:1000" for name in names if not name.endswith("/free")],
        )
        own_ = {name: Decimal(most) for name, most in agents.items()}
        limits = Limits(Budget(Decimal(day), Decimal(goal), own_), local_only)
        return Models(self.app.house, tiers, limits, secrets=secrets, timeout_s=timeout_s)

    @cached_property
    def people(self) -> People:
        return People(self.app.house.blobs)

    async def reasons(self) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return await reader.rows(sa.select(reasons).order_by(rowid(reasons)))

    async def costs(self) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return await reader.rows(sa.select(costs).order_by(rowid(costs)))


def wish(
    text: str = "Ada waits for an answer.",
    *,
    task: str | None = None,
    basis: str = "b",
    parts: tuple[Part, ...] = (),
    tokens_max: int = 100,
    tier: listed.Tier = "small",
    goal: str | None = None,
    agent: str = "writer",
) -> Wish[Said]:
    wanted = model_calls.Wanted(step="try/1", agent=agent, basis=basis, task=task, goal=goal)
    given = parts or (Part("note", text, "business"),)
    return Wish(wanted, tier, "Answer.", given, Said, tokens_max=tokens_max, chars_max=2000)


def why(answer: Answer[Said] | NoAnswer) -> str:
    assert isinstance(answer, NoAnswer)
    return answer.why
