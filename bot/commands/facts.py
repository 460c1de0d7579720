"""Facts in the chat: asked, told, corrected, pinned and taken out, in words; /facts lists them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agents.answers import knowing
from agents.answers.asking import NOTED, Asking
from agents.answers.knowing import Heard
from agents.hearing.front import Command
from agents.reading import parties
from agents.reading.lasting import UnreadError
from agents.reading.words import Context
from engine.chat import outbox, words
from engine.chat.messages import Bullets, Facts, Heading, Msg, Para, Part, Span, say
from engine.desks import lessons
from engine.keeping import curating, recalls, review
from engine.rules.house import House
from memory import profile
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.canon import records
from memory.db import Reader, Tx
from memory.events import Event
from memory.texts import lifetimes

LISTED_MAX = 30
HOW = "Write a name after it, like /facts Ada, or say it: “the price for Ada is 90 EUR”."
SEVERAL = "Several are called so. Write one of these: {names}."
NOBODY = "I know nobody called “{name}”."
UNKNOWN = "I know no {attribute} of {name}."
NONE = "Nothing was ever noted on {name}."
NO_SUCH = "I told you no {attribute} just now. Say whose it is: “the {attribute} of Ada is …”."
FOR_A_WHILE = "Told until {end}; {days} days later it goes for good, with this message."
PINNED = "Kept in mind for good"
SOURCE = "Nothing that this mail said counts any more ({count} facts)."


@dataclass(frozen=True, slots=True)
class Knowing:
    house: House
    asking: Asking

    def commands(self) -> dict[str, Command]:
        return {"facts": self.facts, "review": self.review}

    async def review(self, event: Event, rest: str) -> Msg:
        """Ask now what the weekly review would ask."""
        async with self.house.db.transaction() as tx:
            return await review.card(tx, event.id, f"review:{event.id}")

    async def facts(self, event: Event, rest: str) -> Msg | None:
        """Answer, keep or correct what was said; with a name alone, list what is known."""
        key, conv = f"facts:{event.id}", str(event.body["conv"])
        unknown = ""
        try:
            async with self.house.db.transaction() as tx:
                heard = await knowing.heard(tx, rest)
                if heard is None:
                    msg = await _list(tx, rest, key)
                elif len(heard.who) > 1 and heard.what not in ("pin", "keep"):
                    msg = say(key, SEVERAL.format(names=", ".join(o.label for o in heard.who)))
                elif not (unknown := await _unknown(tx, heard)):
                    msg = await _DO[heard.what](tx, event, heard, key, conv)
                if not unknown:
                    await outbox.post(tx, msg, conv)
        except (UnreadError, facts.FullError) as error:
            return say(key, str(error))
        if unknown:  # but somebody may have spoken of it
            await self.asking.answer(event, rest, unknown)
        return None


async def _ask(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    """Answer from the facts of one record, each with its event."""
    found = await answer(tx, heard, await _context(tx))
    settings = await profile.read(tx)
    name = heard.who[0].value
    lines = tuple(curating.line(fact, settings) for fact in found)
    evidence = Facts(evidence=curating.cited(found))
    parts = (Heading(text=f"{name} · {heard.attribute}"), Bullets(items=lines), evidence)
    return Msg(key=key, summary=f"{name}: {lines[0]}"[:190], parts=parts)


async def _unknown(reader: Reader, heard: Heard) -> str:
    """Return that no such fact is known, where one is asked for and none is; else ""."""
    if heard.what != "ask" or await answer(reader, heard, await _context(reader)):
        return ""
    return UNKNOWN.format(attribute=heard.attribute, name=heard.who[0].value)


async def answer(reader: Reader, heard: Heard, context: Context) -> list[Fact]:
    """Return what held of whom is meant at that moment, by what was known at the other."""
    record = str(heard.who[0].ref)
    world = knowing.asked(heard.when, context)
    known = knowing.known(heard.known, context)
    if known is not None and not heard.when:
        world = min(known, context.now)
    return await facts.as_of(reader, record, heard.attribute, world=world, known=known)


async def _tell(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    """Keep what the operator says of somebody; what it ends is shown."""
    context, record = await _context(tx), str(heard.who[0].ref)
    value, unit = knowing.value(heard.value, heard.attribute, context)
    before = await facts.current(tx, record, heard.attribute)
    id = await facts.learn(
        tx, heard.attribute, value, record=record, author="owner", source=event.id,
        cardinality="one", unit=unit, valid_from=knowing.start(heard.since, context),
        valid_to=knowing.start(heard.until, context),
    )  # fmt: skip
    old = [fact for fact in before if fact.status != "proposed"]
    return await curating.changed(tx, key, f"Noted on {heard.who[0].value}", old, id)


async def _correct(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    """Set right what was told last, or what is known of whom the words name."""
    if heard.who:
        known = await facts.current(tx, heard.who[0].ref, heard.attribute)
    else:
        _, known = await curating.told(tx, conv, event.body.get("reply_to"))
    meant = [fact for fact in known if heard.attribute in ("", fact.attribute)]
    if not meant:
        return say(key, NO_SUCH.format(attribute=heard.attribute or "such thing"))
    if len({fact.attribute for fact in meant}) > 1:
        return curating.which(meant, key)
    wrong = meant[0]
    context = await _context(tx, wrong.unit)
    value, unit = knowing.value(heard.value, wrong.attribute, context)
    for other in meant[1:]:
        await facts.retract(tx, other.id, event.id)
    new = await facts.correct(tx, wrong, value, event.id, unit)
    return await curating.changed(tx, key, "Corrected", meant, new)


async def _withdraw(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    card, known = await curating.told(tx, conv, event.body.get("reply_to"))
    kind, _, source = card.partition(":")
    if kind in ("", "asked") and await recalls.wrong(tx, conv) and not known:
        return say(key, NOTED)
    if kind == "item" and not known:  # a mail: whatever it told
        gone = await facts.retract_source(tx, source, event.id)
        return say(key, SOURCE.format(count=len(gone)))
    return await curating.withdraw(tx, known, key, "Taken out", event.id)


async def _pin(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    """Keep something in mind, about the one it names or else about the company."""
    record = str(heard.who[0].ref) if len(heard.who) == 1 else None
    id = await facts.pin(tx, heard.value.strip(), record, event.id)
    about = heard.who[0].value if record else "the company"
    return await curating.changed(tx, key, f"{PINNED}: {about}", [], id)


async def _keep(tx: Tx, event: Event, heard: Heard, key: str, conv: str) -> Msg:
    """Note something for a while, about the one it names or else about the company."""
    record = str(heard.who[0].ref) if len(heard.who) == 1 else None
    end = knowing.end(heard, await _context(tx))
    id = await facts.learn(
        tx, facts.NOTE, heard.value.strip(), record=record, author="owner", source=event.id,
        valid_to=end,
    )  # fmt: skip
    settings = await profile.read(tx)
    days = lifetimes.of("noted").days
    note = FOR_A_WHILE.format(end=words.moment(end, settings), days=days)
    about = heard.who[0].value if record else "the company"
    return await curating.changed(tx, key, f"Noted for a while: {about}", [], id, note)


_Do = Callable[[Tx, Event, Heard, str, str], Awaitable[Msg]]
_DO: dict[str, _Do] = {
    "ask": _ask,
    "tell": _tell,
    "correct": _correct,
    "wrong": _withdraw,
    "forget": _withdraw,
    "pin": _pin,
    "keep": _keep,
}


async def _list(reader: Reader, name: str, key: str) -> Msg:
    """List everything that was ever said of somebody, the newest first, as it stands now."""
    found = [one for each in await parties.find(reader, name) for one in each.readings if one.ref]
    by_id = {one.ref: one for one in found}
    if not by_id:
        return say(key, NOBODY.format(name=name) if name else HOW)
    if len(by_id) > 1:
        return say(key, SEVERAL.format(names=", ".join(one.label for one in by_id.values())))
    record = await records.get(reader, str(next(iter(by_id))))
    assert record is not None
    settings = await profile.read(reader)
    every = [
        one
        for one in reversed(await facts.history(reader, record.id))
        if not one.attribute.startswith(lessons.PREFIX)
    ]
    if not every:
        return say(key, NONE.format(name=record.name))
    parts: list[Part] = [Heading(text=f"{record.name} · facts")]
    parts += [Bullets(items=tuple(_listed(one, settings) for one in every[:LISTED_MAX]))]
    more = len(every) - LISTED_MAX
    parts += [Para(spans=(Span(text=f"{more} older ones are kept as well."),))] if more > 0 else []
    parts.append(Facts(evidence=curating.cited(o for o in every if o.status != "retracted")))
    return Msg(key=key, summary=f"Facts about {record.name}"[:190], parts=tuple(parts))


def _listed(fact: Fact, settings: dict[str, Any]) -> str:
    gone = " · withdrawn" if fact.status == "retracted" else ""
    return f"{curating.line(fact, settings)}{gone}"


async def _context(reader: Reader, unit: str | None = None) -> Context:
    settings = await profile.read(reader)
    return Context(
        now=reader.now, zone=settings["zone"], locale=settings["locale"],
        currency=unit or settings["currency"],
    )  # fmt: skip
