"""The command /style: how you write, by what edits I know it, and how much you still change."""

from dataclasses import dataclass

from agents.hearing.front import Command
from engine.chat.messages import Bullets, Facts, Heading, Msg, Para, Part, Span, say
from engine.chat.messages import Evidence as Seen
from engine.rules.house import House
from engine.voice import style, style_desk, style_told
from engine.voice.style import Trait
from memory import events, profile
from memory.beliefs.facts import Fact
from memory.canon import records
from memory.db import Reader
from memory.events import Event
from memory.schema.records import facts as table

TITLE = "How you write"
LISTED_MAX, GUESSED_MAX = 10, 5
NOTHING = "I know nothing of your style yet. What you change alike in three drafts I ask you about."
HOW = "Say it yourself with /style {parts} and what it should be, like /style closing Best"
GUESSES = "Seen, and not used before you say yes:"
SETTABLE = ("greeting", "closing", "signature", "strike", "opening", "ending")
UNKNOWN = "I know no “{part}”. Write /style and one of these: {known}."
LONG = "That is longer than {most} characters."
SET = "From now on: {what}."


@dataclass(frozen=True, slots=True)
class Styles:
    house: House

    def commands(self) -> dict[str, Command]:
        return {"style": self.style}

    async def style(self, event: Event, rest: str) -> Msg:
        """Show the style with its evidence, or set one part of it."""
        key = f"styled:{event.id}"
        if rest.strip():
            return await self._set(event, rest.strip(), key)
        async with self.house.db.snapshot() as reader:
            return await self._shown(reader, key)

    async def _set(self, event: Event, rest: str, key: str) -> Msg:
        part, _, value = rest.partition(" ")
        part, value = part.casefold(), value.strip()
        if part not in SETTABLE or not value:
            return say(key, UNKNOWN.format(part=part, known=", ".join(SETTABLE)))
        if len(value) > style.PHRASE_CHARS_MAX:
            return say(key, LONG.format(most=style.PHRASE_CHARS_MAX))
        trait = Trait(part, value)
        async with self.house.db.transaction() as tx:
            noted = await events.note(tx, "style.set", event.id, part=part)
            await style_desk.learn(tx, trait, None, noted.id)
        return say(key, SET.format(what=style.told(trait)))

    async def _shown(self, reader: Reader, key: str) -> Msg:
        settings = await profile.read(reader)
        found = await every(reader)
        listed = found[:LISTED_MAX]
        lines = [await style_told.line(reader, fact, settings) for fact in listed]
        parts: list[Part] = [Heading(text=TITLE)]
        if lines:
            numbered = tuple(f"{number}. {line}" for number, line in enumerate(lines, 1))
            parts.append(Bullets(items=numbered))
        parts += [] if lines else [_para(NOTHING)]
        guessed = (await style_desk.guesses(reader))[:GUESSED_MAX]
        if guessed:
            some = tuple(f"{style.told(one.trait)} ({_drafts(len(one.ids))})" for one in guessed)
            parts += [_para(GUESSES), Bullets(items=some)]
        parts.append(_para(style_told.curve(await style_told.sent(reader, self.house))))
        parts.append(_para(HOW.format(parts=" | ".join(SETTABLE))))
        if evidence := await _evidence(reader, listed):
            parts.append(Facts(evidence=evidence))
        buttons = tuple(style_desk.buttons(n, fact) for n, fact in enumerate(listed, 1))
        return Msg(key=key, summary=TITLE, parts=tuple(parts), buttons=buttons)


async def every(reader: Reader) -> list[Fact]:
    """Return what counts of the style, to everybody first and then person by person."""
    mine = table.c.attribute.startswith(style_desk.PREFIX) & table.c.closed_at.is_(None)
    rows = await reader.rows(table.select().where(mine, table.c.record.is_not(None)))
    people = dict.fromkeys(
        [one.id for row in rows if (one := await records.get(reader, row.record)) is not None]
    )
    found = await style_desk.accepted(reader, None)
    for person in people:
        found += await style_desk.accepted(reader, person)
    return found


async def _evidence(reader: Reader, listed: list[Fact]) -> tuple[Seen, ...]:
    """Return the effects whose drafts were changed so, each once."""
    seen: dict[str, str] = {}
    for fact in listed:
        _, edits = await style_told.edits_of(reader, style_desk.trait_of(fact))
        seen |= {edit.effect: edit.title for edit in edits}
    return tuple(Seen(label=title[:80], ref=effect) for effect, title in seen.items())


def _drafts(count: int) -> str:
    return f"{count} draft{'' if count == 1 else 's'}"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
