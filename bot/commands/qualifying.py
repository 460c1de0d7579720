"""/qualify: how well somebody fits as a customer, as points, each with where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    Part,
    Quote,
    Span,
    say,
)
from engine.rules.house import House
from memory import profile
from memory.canon.records import Record
from memory.events import Event
from memory.recalling import about
from memory.recalling.recall import Recall, Recalled
from memory.recalling.scope import Within

QUERY = "need interested budget price offer deadline decide later expensive Angebot Preis"
NEWEST_MAX = 200  # passages that are read whatever they say; what is older is looked for
SOURCES_MAX = 3  # a reason; the newest
QUOTE_CHARS = 400
SILENT = "Nothing in {passages} speaks for it or against it."
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
            newest = await about.newest(reader, found.id, NEWEST_MAX)
        older = await self.search(QUERY, Within(record=found.id, sensitivity="personal"))
        read = list({one.id: one for one in (*newest, *older)}.values())
        reasons = _score(read, now).reasons
        named = {n for reason in reasons for n in reason.sources[:SOURCES_MAX]}
        told = [one for n, one in enumerate(read, 1) if n in named]
        return _message(key, found, _score(told, now), told, len(read), settings)


def _score(read: Sequence[Recalled], now: datetime) -> Score:
    return qualifier.score([Said(n, one.text, one.at) for n, one in enumerate(read, 1)], now)


def _message(
    key: str,
    record: Record,
    score: Score,
    told: list[Recalled],
    read: int,
    settings: dict[str, str],
) -> Msg:
    title = f"{record.name}: {score.points} of 100, {score.says}"[:190]
    if not read:
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
    count = f"{read} passage" + ("" if read == 1 else "s")
    sources: Part = (
        Fold(title=f"Sources ({len(quotes)})", parts=quotes)
        if quotes
        else Para(spans=(Span(text=SILENT.format(passages=count)),))
    )
    return Msg(
        key=key,
        summary=title,
        parts=(
            Heading(text=title),
            Bullets(items=(f"{qualifier.BEGIN:+d} to begin with", *reasons)),
            sources,
            Para(spans=(Span(text=HOW.format(name=record.name)),)),
            Facts(evidence=(Evidence(label="the record", ref=record.id), *evidence)),
        ),
    )
