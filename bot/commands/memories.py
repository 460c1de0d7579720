"""The commands /memory and /archive: how well recall does, and where what was said lies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents.hearing.front import Command
from engine.chat import session, words
from engine.chat.messages import Bullets, Heading, Msg, Para, Span
from engine.chat.session import Session
from engine.keeping import archiving, recalls
from engine.rules.house import House
from memory import profile
from memory.canon import records
from memory.events import Event

MEMORY = "How well I remember"
MEMORY_HOW = (
    "Wrong is what you said was wrong, or “Not what I asked” under an answer. /archive says where "
    "what was said lies; /cost says what models cost in all."
)
NAMED_MAX = 5
ARCHIVE = "What was said, and where it lies"
ARCHIVE_HOW = (
    "Questions find both; what is archived is only out of the way. All that would go tonight, each "
    "policy by itself, and how long anything is kept at all: /retention."
)


@dataclass(frozen=True, slots=True)
class Memories:
    house: House
    meanings: Callable[[], Awaitable[tuple[str, ...]]]

    def commands(self) -> dict[str, Command]:
        return {"archive": self.archive, "memory": self.memory}

    async def memory(self, event: Event, rest: str) -> Msg:
        """Say what was recalled, used and wrong, how fast, and what this conversation is about."""
        async with self.house.db.snapshot() as reader:
            settings = await profile.read(reader)
            seen = await recalls.counted(reader, settings)
            today = words.midnight(reader.now, settings).date()
            here = await session.of(reader, str(event.body["conv"]))
            names = [one.name for id in here.about if (one := await records.get(reader, id))]
        lines = (*recalls.told(seen, settings, today), *_here(here, names))
        return _listed(f"memory:{event.id}", MEMORY, lines, MEMORY_HOW)

    async def archive(self, event: Event, rest: str) -> Msg:
        """Say what is where and what would go tonight; nothing goes by asking."""
        async with self.house.db.snapshot() as reader:
            lines = archiving.told(await archiving.tonight(reader), await profile.read(reader))
        both = (lines[0], *await self.meanings(), *lines[1:])
        return _listed(f"archive:{event.id}", ARCHIVE, both, ARCHIVE_HOW)


def _here(here: Session, names: list[str]) -> tuple[str, ...]:
    """Return what is at hand of this conversation."""
    if not here.turns:
        return (
            "Of this conversation nothing is at hand: nothing was said in the last four hours.",
        )
    turns = f"{len(here.turns)} turn{'' if len(here.turns) == 1 else 's'}"
    about = f", about {', '.join(names[:NAMED_MAX])}" if names else ""
    lines = [f"Of this conversation {turns} are at hand{about}."]
    if here.earlier:
        lines.append(f"Before that, in short: {' / '.join(here.earlier.splitlines())}")
    return tuple(lines)


def _listed(key: str, title: str, lines: tuple[str, ...], how: str) -> Msg:
    below = Para(spans=(Span(text=how),))
    return Msg(key=key, summary=title, parts=(Heading(text=title), Bullets(items=lines), below))
