"""/qualify: how well somebody fits as a customer, as points, each with where it stands."""

from dataclasses import dataclass

from agents.answers import places
from agents.hearing.front import Command
from agents.specialists import qualifier
from agents.specialists.qualifier import Said, Score
from bot.commands.who import one_called
from engine.chat import words
from engine.chat.messages import (
    Bullets,
    Evidence,
    Facts,
    Fold,
    Heading,
    Msg,
    Para,
    Quote,
    Span,
    say,
)
from engine.rules.house import House
from memory import profile
from memory.events import Event
from memory.recall import Recall, Recalled
from memory.records import Record
from memory.scope import Within

QUERY = "need interested budget price offer deadline decide later expensive Angebot Preis"
QUOTE_CHARS = 400
NOTHING = "{name} wrote nothing that I know of, so there is nothing to go by: {points} of 100."
HOW = "Points by rules, from their words and yours; what they wrote proves nothing. /who {name}"


@dataclass(frozen=True, slots=True)
class Qualifying:
    house: House
    search: Recall

    def commands(self) -> dict[str, Command]:
        return {"qualify": self.qualify}

    async def qualify(self, event: Event, rest: str) -> Msg:
        """Tell how likely somebody buys; it reads, and changes nothing."""
        key = f"qualify:{event.id}"
        async with self.house.db.snapshot() as reader:
            found = await one_called(reader, rest)
            if isinstance(found, str):
                return say(key, found)
            settings, now = await profile.read(reader), reader.now
        told = await self.search(QUERY, Within(record=found.id, sensitivity="personal"))
        said = [Said(n, one.text, one.at) for n, one in enumerate(told, 1)]
        return _message(key, found, qualifier.score(said, now), told, settings)


def _message(
    key: str, record: Record, score: Score, told: list[Recalled], settings: dict[str, str]
) -> Msg:
    title = f"{record.name}: {score.points} of 100, {score.says}"[:190]
    if not told:
        return say(key, NOTHING.format(name=record.name, points=score.points))
    reasons = tuple(
        f"{one.points:+d} {one.says} {''.join(f'[{n}]' for n in one.sources)}"
        for one in score.reasons
    )
    quotes = tuple(
        Quote(
            text=one.text[:QUOTE_CHARS],
            who=f"[{n}] {places.KINDS[one.kind]}, {words.moment(one.at, settings)}",
        )
        for n, one in enumerate(told, 1)
    )
    evidence = tuple(Evidence(label=places.KINDS[one.kind], ref=one.ref) for one in told)
    return Msg(
        key=key,
        summary=title,
        parts=(
            Heading(text=title),
            Bullets(items=(f"{qualifier.BEGIN:+d} to begin with", *reasons)),
            Fold(title=f"Sources ({len(quotes)})", parts=quotes),
            Para(spans=(Span(text=HOW.format(name=record.name)),)),
            Facts(evidence=(Evidence(label="the record", ref=record.id), *evidence)),
        ),
    )
