"""The command /archive: where what was said lies, and what would go tonight."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents.front import Command
from engine import archiving
from engine.house import House
from engine.messages import Bullets, Heading, Msg, Para, Span
from memory import profile
from memory.events import Event

ARCHIVE = "What was said, and where it lies"
ARCHIVE_HOW = (
    "Questions find both; what is archived is only out of the way. How long anything is kept at "
    "all is said by your rules: /retention."
)


@dataclass(frozen=True, slots=True)
class Memories:
    house: House
    meanings: Callable[[], Awaitable[tuple[str, ...]]]

    def commands(self) -> dict[str, Command]:
        return {"archive": self.archive}

    async def archive(self, event: Event, rest: str) -> Msg:
        """Say what is where and what would go tonight; nothing goes by asking."""
        async with self.house.db.snapshot() as reader:
            lines = archiving.told(await archiving.tonight(reader), await profile.read(reader))
        both = (lines[0], *await self.meanings(), *lines[1:])
        return _listed(f"archive:{event.id}", ARCHIVE, both, ARCHIVE_HOW)


def _listed(key: str, title: str, lines: tuple[str, ...], how: str) -> Msg:
    below = Para(spans=(Span(text=how),))
    return Msg(key=key, summary=title, parts=(Heading(text=title), Bullets(items=lines), below))
