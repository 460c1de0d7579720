"""/research: findings on a card, each sentence with its sources; the passages stand below it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.answers import answering, places
from agents.answers import rechecked as again
from agents.answers import sought as reading
from agents.answers.sought import Sought
from agents.hearing.front import Command
from agents.specialists.researcher import Findings, Found, Researcher
from engine.chat import outbox, words
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
from engine.chat.why_button import why
from engine.keeping import recalls
from engine.models import shortage
from engine.rules.house import House
from engine.why.calls import Call
from engine.why.rerun import Led
from memory import events, profile
from memory.db import Reader
from memory.events import Event
from memory.recalling.recall import Recalled
from memory.redaction import REDACTS

HOW = "Say what about: /research what we agreed with Ada on prices."
NOTHING = "I find nothing about this. I looked through {} of mails, messages, notes and files."
PLAIN = "No language model is set up, so these are the passages themselves."
SILENT = "No findings, so these are the passages themselves: {}"
LEFT_OUT = "{} left out: what they named as their sources did not say so."
BORNE = "{kept} of {all} sentences stand in the sources they name; the others are left out"
OTHER = "the card shows other findings"
QUOTE_CHARS = 400
AGAIN_MAX = 3  # something was forgotten meanwhile: look anew


@dataclass(frozen=True, slots=True)
class Researching:
    house: House
    researcher: Researcher

    def commands(self) -> dict[str, Command]:
        return {"research": self.research}

    async def research(self, event: Event, rest: str) -> Msg | None:
        """Show the passages at once, then what a model finds in them; nothing is ever done."""
        if not rest:
            return say(f"research:{event.id}", HOW)
        for _ in range(AGAIN_MAX):
            if await self._told(event, rest):
                return None
        return None

    async def _told(self, event: Event, question: str) -> bool:
        """Look, ask and show. False: somebody was forgotten meanwhile, so nothing of it stands."""
        async with self.house.db.snapshot() as reader:
            forgot = await events.newest(reader, *REDACTS)
            sought = await reading.read(reader, question, str(event.body["conv"]))
        found = await self.researcher.look(question, event.id)
        sources = tuple(one for one in found if _fits(one, sought))
        if not sources and self.researcher.models.set_up:
            sources = found  # a model may see what no word of them says
        first = Found((), sources, why="" if self.researcher.models.set_up else PLAIN)
        if not await self._shown(event, question, first, forgot):
            return False
        if not sources or not self.researcher.models.set_up:
            return True
        findings = await self.researcher.findings(question, sources, event.id)
        shown = await self._shown(event, question, findings, forgot)
        if shown and not findings.model:
            limits = self.researcher.models.limits
            await shortage.offer(self.house, limits, event, "research")
        return shown

    async def _shown(self, event: Event, question: str, found: Found, forgot: str | None) -> bool:
        async with self.house.db.transaction() as tx:
            if await events.newest(tx, *REDACTS) != forgot:
                return False
            msg = await _message(tx, f"research:{event.id}", question, found)
            await outbox.post(tx, msg, str(event.body["conv"]))
        return True


def _fits(one: Recalled, sought: Sought) -> bool:
    about = sought.record is not None and one.record == sought.record.id
    return reading.fits(one, sought, about)


async def _message(reader: Reader, key: str, question: str, found: Found) -> Msg:
    settings = await profile.read(reader)
    title = f"Findings: {question}"[:190]
    parts: list[Part] = [Heading(text=title)]
    if not found.sources:
        looked = _count(await recalls.looked(reader), "passage")
        return Msg(key=key, summary=title, parts=(*parts, _para(NOTHING.format(looked))))
    said = _lines(found.findings)
    parts += [Bullets(items=said)] if said else []
    parts += [_para(text) for text in _notes(found)]
    quotes = tuple(
        Quote(
            text=one.text[:QUOTE_CHARS],
            who=f"[{n}] {places.KINDS[one.kind]}, {words.moment(one.at, settings)}",
        )
        for n, one in enumerate(found.sources, 1)
    )
    parts += [Fold(title=f"Sources ({len(quotes)})", parts=quotes)] if said else quotes
    evidence = tuple(Evidence(label=places.KINDS[o.kind], ref=o.ref) for o in found.sources)
    buttons = ((why(key.partition(":")[2]),),) if found.model else ()
    return Msg(key=key, summary=title, parts=(*parts, Facts(evidence=evidence)), buttons=buttons)


async def rechecked(reader: Reader, call: Call) -> Led | None:
    """Hold findings once more against their sources, and compare them with what the card shows."""
    sources = again.sources_of(call)
    if sources is None:
        return Led("", gone=again.NOT_SENT)
    said = Findings.model_validate(call.value).findings
    question = call.parts[again.QUESTION]
    kept = [one for one in said if not answering.unborne(one, question, sources)]
    says, used = BORNE.format(kept=len(kept), all=len(said)), again.named(call, kept)
    msg = await again.card(reader, f"research:{call.row.task}")
    if msg is None:
        return Led(says, used, gone=again.NO_CARD)
    shown = next((part.items for part in msg.parts if isinstance(part, Bullets)), ())
    if shown == _lines(kept):
        return Led(says, used)
    return Led(says, used, gone=again.REPLACED) if call.redacted else Led(says, used, OTHER)


def _lines(findings: Iterable[answering.Sentence]) -> tuple[str, ...]:
    return tuple(f"{one.text.strip()} {answering.numbers(one)}" for one in findings)


def _notes(found: Found) -> Iterator[str]:
    if found.model:
        yield f"Written by {found.model}, from the sources below."
    if found.left_out:
        yield LEFT_OUT.format(_count(found.left_out, "sentence"))
    if found.why:
        yield found.why if found.why == PLAIN else SILENT.format(found.why)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
