"""/enrich: company, role, sector, size, web and country of somebody, with sources; a tap keeps it.

looked ─▶ the card proposes ──tap──▶ a fact of that source, confirmed by you; a company: the record
What was proposed is kept as it was shown, so a tap takes exactly that and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.answers import places
from agents.hearing.front import Command
from agents.specialists import firmographics
from agents.specialists.enricher import Enricher, Found
from bot.commands.who import one_called
from connectors.mcp import arguments
from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import (
    LABEL_CHARS_MAX,
    Button,
    Evidence,
    Facts,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Quote,
    Span,
    say,
)
from engine.chat.tokens import Tap
from engine.chat.why_button import why
from engine.models import shortage
from engine.outside import answered
from engine.outside.tools import Known
from engine.planning import postponed
from engine.rules.house import House
from memory import events, profile
from memory.beliefs import facts
from memory.canon import kinds, records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.events import Event
from memory.ids import derived_id
from memory.recalling import about
from memory.recalling.recall import Recalled
from memory.redaction import REDACTS

KIND, ACTION, SOURCE = "enrich.proposed", "enrich.take", "enrich"
PARTIES = ("person", "company")
ALL = "all"
NOT_A_PARTY = "“{name}” is no person or company. Write /enrich and the name of one."
NOTHING = "{name}: nothing new in {count} of mails, messages, notes and files."
ABOUT = "Nothing is written before you tap. What is taken stands in /facts {name}, with its source."
SEVERAL = "Several are said of: {names}. At most one of each is right."
READ_BY = "Where the rules found nothing, {model} read the sources."
LEFT_OUT = "{count} of what it said does not stand in its source, and was left out."
SILENT = "By rules alone: {why}"
ASKING = "Write /do {tool} {argument}=“{name}” and /enrich {name} again: I read the answer, too."
ASKING_MAX = 2
TAKEN = "{name}: {what} taken."
MOVED = "What I looked at changes just now. Write it once more, please."
CHANGED = "{name} was changed since this was shown, so nothing was taken. Say /enrich once more."
UNSAID = "What said “{value}” is not kept any more, so nothing was taken."
TWO = "Several companies are called “{value}”, so nothing was taken. Say in the record which it is."
RECORD = "the record"
QUOTE_CHARS = 400
SHOWN_MAX = 10
AGAIN_MAX = 5


@dataclass(frozen=True, slots=True)
class Enriching:
    house: House
    enricher: Enricher

    def commands(self) -> dict[str, Command]:
        return {"enrich": self.enrich}

    async def enrich(self, event: Event, rest: str) -> Msg | None:
        """Look what is kept of somebody and propose what it says; nothing is written."""
        for _ in range(AGAIN_MAX):
            done, said = await self._looked(event, rest)
            if done:
                return said
        return say(f"enrich:{event.id}", MOVED)

    async def _looked(self, event: Event, rest: str) -> tuple[bool, Msg | None]:
        """Look once. False: somebody was forgotten, or whom it is about changed meanwhile."""
        key = f"enrich:{event.id}"
        async with self.house.db.snapshot() as reader:
            forgot = await events.newest(reader, *REDACTS)
            record = await one_called(reader, rest)
            if isinstance(record, str):
                return True, say(key, record)
            if record.kind not in PARTIES:
                return True, say(key, NOT_A_PARTY.format(name=record.name))
            settings = await profile.read(reader)
            sources = await self.enricher.look(reader, record, self.house.operations)
            asking = await _asking(reader, record)
        found = await self.enricher.found(record.name, sources, event.id, ours(settings))
        async with self.house.db.transaction() as tx:
            now = await records.get(tx, record.id)
            same = await events.newest(tx, *REDACTS) == forgot
            if now is None or now.version != record.version or not same:
                return False, None
            said = await _proposed(tx, event, now, found, (*_by(found), *asking))
        await shortage.offer(self.house, self.enricher.models.limits, event, "enrich")
        return True, said


def ours(settings: Mapping[str, Any]) -> tuple[str, str]:
    """Return what we are called, which nobody else is."""
    return settings["company"], settings["email"].rpartition("@")[2]


async def _proposed(
    tx: Tx, event: Event, record: Record, found: Found, notes: Sequence[str]
) -> Msg | None:
    """Keep what is proposed as it is shown; or return that there is nothing new."""
    waited, ref = await postponed.of(tx, event.id), event.id
    if waited is not None and waited.state == "taken":
        if not found.model:
            return None  # the first card says all that the rules find
        ref = f"{event.id}.again"
    key, new = f"enrich:{ref}", await _new(tx, record, found)
    if not new:
        count = f"{len(found.sources)} passage{'' if len(found.sources) == 1 else 's'}"
        return say(key, "\n".join([NOTHING.format(name=record.name, count=count), *notes]))
    proposed = await events.append(
        tx, KIND, source=SOURCE, key=ref, trust="outside", cause=event.id,
        actor=str(record.state.get("email") or record.name),
        body={"record": record.id, "version": record.version, "found": new},
    )  # fmt: skip
    if proposed is not None:
        settings = await profile.read(tx)
        msg = _card(key, record, new, found, settings, notes)
        await outbox.post(tx, msg, str(event.body["conv"]))
    return None


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Keep one finding, or all that are not disputed, as the card showed them."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        proposed = await events.by_key(tx, SOURCE, tap.ref)
        record = None if proposed is None else await records.get(tx, proposed.body["record"])
        if proposed is None or record is None or record.status not in ("active", "proposed"):
            return Reply(GONE, refused=True)
        found: list[dict[str, Any]] = proposed.body["found"]
        chosen = [
            one
            for place, one in enumerate(found)
            if tap.item == str(place) or (tap.item == ALL and not one["disputed"])
        ]
        if not chosen:
            return Reply(GONE, refused=True)
        if (lacking := await _lacking(tx, record, chosen, found)) is not None:
            return Reply(lacking, refused=True)
        try:
            for one in chosen:
                await _keep(tx, record.id, one, proposed.id, cause)
        except ValueError as error:
            return Reply(kinds.says(error), refused=True)
        what = ", ".join(f"{one['attribute']} “{one['value']}”" for one in chosen)
        said = TAKEN.format(name=record.name, what=what)
        await outbox.post(tx, say(f"enrich:{cause}", said), who.conv)
    return Reply(said[:190])


VERBS: Mapping[str, Callable[..., Any]] = {ACTION: take}


async def _lacking(
    reader: Reader,
    record: Record,
    chosen: Sequence[dict[str, Any]],
    shown: Sequence[dict[str, Any]],
) -> str | None:
    """Return why nothing of these may be taken: what a card showed may be old by the tap."""
    for one in chosen:
        alike = [other["value"] for other in shown if other["attribute"] == one["attribute"]]
        if await known(reader, record, one["attribute"]) not in (one["old"], *alike):
            return CHANGED.format(name=record.name)
        answers = await answered.kept(reader, record, one["refs"])
        if not answers and not await about.kept(reader, one["refs"]):
            return UNSAID.format(value=one["value"])
        companies = one["attribute"] == "company" and record.kind == "person"
        if companies and len(await records.called(reader, one["value"], "company")) > 1:
            return TWO.format(value=one["value"])
    return None


async def _keep(tx: Tx, record: str, one: Mapping[str, Any], proposed: str, cause: str) -> None:
    """Write one finding: a company into the record, anything else as a fact of its source."""
    attribute, value = str(one["attribute"]), str(one["value"])
    now = await records.get(tx, record)
    assert now is not None
    if attribute == "company" and now.kind == "person":
        known = await records.called(tx, value, "company")
        company = known[0] if known else await records.create(tx, "company", {"name": value}, cause)
        await records.revise(tx, record, cause, company=company.id)
        return
    told = [ref for ref in one["refs"] if await events.get(tx, ref) is not None]
    id = derived_id("fct", proposed, attribute, value)
    await facts.learn(
        tx, attribute, value, record=record, author=one["author"], source=(*told, proposed)[0],
        cardinality="one", fact_id=id,
    )  # fmt: skip
    await facts.endorse(tx, id, cause)


async def _new(reader: Reader, record: Record, found: Found) -> list[dict[str, Any]]:
    """Return what is not known yet, as it is kept and shown: each with what stands there now."""
    several = firmographics.disputed(found.findings)
    listed = []
    for one in found.findings:
        old = await known(reader, record, one.attribute)
        own = one.attribute == "company" and record.kind == "company"
        if own or (old or "").casefold() == one.value.casefold():
            continue
        told = [found.sources[n - 1] for n in one.sources]
        listed.append(
            {
                "attribute": one.attribute,
                "value": one.value,
                "old": old,
                "sources": list(one.sources),
                "refs": [source.ref for source in told],
                "author": "owner" if told[0].trust == "operator" else "client",
                "disputed": one.attribute in several,
            }
        )
    return listed[:SHOWN_MAX]


async def known(reader: Reader, record: Record, attribute: str) -> str | None:
    """Return what is believed of it now."""
    if attribute == "company" and record.state.get("company"):
        company = await records.get(reader, record.state["company"])
        return None if company is None else company.name
    if attribute == "web" and record.state.get("domain"):
        return str(record.state["domain"])
    held = await facts.current(reader, record.id, attribute)
    return next((str(one.value) for one in held if one.status == "active"), None)


def _card(
    key: str, record: Record, new: Sequence[dict[str, Any]], found: Found,
    settings: dict[str, Any], notes: Sequence[str],
) -> Msg:  # fmt: skip
    title, sources = f"{record.name}: what could be added", found.sources
    rows = tuple(
        FieldRow(
            label=f"{one['attribute'].capitalize()} {''.join(f'[{n}]' for n in one['sources'])}",
            old=one["old"],
            new=one["value"],
        )
        for one in new
    )
    parts: list[Part] = [Heading(text=title), FieldDiff(rows=rows)]
    if several := sorted({one["attribute"] for one in new if one["disputed"]}):
        parts.append(_para(SEVERAL.format(names=", ".join(several))))
    parts += [_para(text) for text in (*notes, ABOUT.format(name=record.name))]
    named = sorted({n for one in new for n in one["sources"]})
    quotes = tuple(_quote(n, sources[n - 1], settings) for n in named)
    evidence = tuple(Evidence(label=_kind(sources[n - 1]), ref=sources[n - 1].ref) for n in named)
    parts.append(Fold(title=f"Sources ({len(quotes)})", parts=quotes))
    parts.append(Facts(evidence=(Evidence(label=RECORD, ref=record.id), *evidence)))
    event = key.partition(":")[2]
    return Msg(
        key=key, summary=title[:190], parts=tuple(parts), buttons=_buttons(event, new, found)
    )


def _quote(n: int, one: Recalled, settings: dict[str, Any]) -> Quote:
    who = f"[{n}] {_kind(one)}, {words.moment(one.at, settings)}"
    return Quote(text=one.text[:QUOTE_CHARS], who=who)


def _kind(one: Recalled) -> str:
    return f"answer of {one.by}" if answered.is_answer(one) else places.KINDS[one.kind]


async def _asking(reader: Reader, record: Record) -> list[str]:
    """Return how tools that only read could be asked: by a call of yours, which is judged."""
    return [
        ASKING.format(tool=one.operation, argument=names[0], name=record.name)
        for one in await answered.readers(reader)
        if (names := [n for n in arguments.names(one.takes) if _text(one, n)])
    ][:ASKING_MAX]


def _text(known: Known, name: str) -> bool:
    return arguments.kind(known.takes, name) == "string"


def _buttons(
    event: str, new: Sequence[dict[str, Any]], found: Found
) -> tuple[tuple[Button, ...], ...]:
    sure = sum(not one["disputed"] for one in new)
    every = Button(label="Take all", action=ACTION, ref=event, item=ALL, style="ok")
    each = (
        (Button(label=_label(one), action=ACTION, ref=event, item=str(place)),)
        for place, one in enumerate(new)
    )
    last = ((why(event),),) if found.model else ()
    return (*(((every,),) if sure > 1 else ()), *each, *last)


def _label(one: Mapping[str, Any]) -> str:
    text = f"{one['attribute'].capitalize()}: {one['value']}"
    return text if len(text) <= LABEL_CHARS_MAX else f"{text[: LABEL_CHARS_MAX - 1]}…"


def _by(found: Found) -> Iterator[str]:
    if found.model:
        yield READ_BY.format(model=found.model)
    if found.left_out:
        yield LEFT_OUT.format(count=found.left_out)
    if found.why:
        yield SILENT.format(why=found.why)


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
