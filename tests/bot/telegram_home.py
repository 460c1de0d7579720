"""A house that only remembers what it was asked, for tests of a surface."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from bot.surfaces import Heard
from engine.acting.taps import Person, Reply

CODE = "ABCD2345"


@dataclass
class Home:
    """Everything a surface says to the house, as plain lists. `broken` makes storing fail."""

    paired: set[tuple[str, str]] = field(default_factory=set)
    heard: list[Heard] = field(default_factory=list)
    taps: list[tuple[Person, str, str, dict[str, str]]] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    codes_tried: list[str] = field(default_factory=list)
    opens: list[str] = field(default_factory=list)
    answer: str = "Approved."
    broken: Exception | None = None
    slow_s: float = 0
    storing: bool = False
    db: Any = None  # a surface on Telegram has no business there

    async def opened(self, who: Person, token: str) -> None:
        self.opens.append(token)

    def taking_in(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def hear(self, heard: Heard) -> bool:
        self.storing = True
        await asyncio.sleep(self.slow_s)
        if self.broken:
            raise self.broken
        if heard.key in [known.key for known in self.heard]:
            return False
        self.heard.append(heard)
        return True

    async def tap(self, who: Person, key: str, token: str, values: dict[str, str]) -> Reply:
        if self.broken:
            raise self.broken
        if key not in [known[1] for known in self.taps]:
            self.taps.append((who, key, token, values))
        return Reply(self.answer)

    async def person(self, surface: str, chat: str, user: str) -> Person | None:
        return Person(user, surface, f"{surface}:{chat}") if (chat, user) in self.paired else None

    async def pair(self, surface: str, chat: str, user: str, code: str) -> Person | None:
        self.codes_tried.append(code)
        if code != CODE:
            return None
        self.paired.add((chat, user))
        return Person(user, surface, f"{surface}:{chat}")

    async def cursor(self, name: str) -> str | None:
        return self.cursors.get(name)

    async def save_cursor(self, name: str, value: str) -> None:
        self.cursors[name] = value
