"""The weekly review: on Monday at nine, at most five questions about what contradicts itself.

Facts that dispute each other, and what somebody else claims against a fact or a record. Silence
changes nothing: what is not answered is asked again.
"""

from dataclasses import dataclass
from datetime import time
from typing import Any

import sqlalchemy as sa

from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Facts, Heading, Msg, Para, Span
from engine.chat.tokens import Tap
from engine.flow import daily
from engine.keeping import curating
from engine.rules.house import House
from memory import events, profile
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.schema.records import facts as table

KEY = KIND = "review"
RINGS_AT = time(9)
MONDAY = 0
ASKED_MAX, OPTIONS_MAX = 5, 3
FIELDS = ("phone", "email", "iban")  # what a fact and a record may both say
TITLE = "Which is right?"
NOTHING = "Nothing that I know contradicts itself."
HOW = "What you choose counts from now on; the other stays readable as history."
GUARDED = "An account or an address changes only on its own card, so I can only drop the claim."
ANSWERED = "This is answered already."


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is said in two ways: by facts, and by the record itself, if it says it."""

    record: Record | None
    attribute: str
    claims: tuple[Fact, ...]
    recorded: str | None

    @property
    def name(self) -> str:
        return self.record.name if self.record is not None else "the company"

    @property
    def open(self) -> bool:
        values = {curating.said(fact) for fact in self.claims} | {self.recorded} - {None}
        return len(values) > 1


async def arm(tx: Tx, cause: str | None) -> None:
    """Set the alarm for the next Monday."""
    await daily.arm(tx, KIND, RINGS_AT, cause, weekday=MONDAY)


async def ring(tx: Tx, ref: str, cause: str) -> None:
    """Ask what contradicts itself, if anything does, and set the alarm for the next week."""
    if await doubts(tx):
        await outbox.post(tx, await card(tx, cause, f"review:{cause}"))
    await daily.again(tx, KIND, RINGS_AT, cause, weekday=MONDAY)


async def card(tx: Tx, cause: str, key: str) -> Msg:
    """Note what is asked, and return the questions."""
    found = await doubts(tx)
    about = [[one.record.id if one.record else None, one.attribute] for one in found]
    asked = await events.note(tx, "review.asked", cause, about=about, card=key)
    return await _card(tx, found, asked.id, key)


async def doubts(reader: Reader) -> list[Doubt]:
    """Return what contradicts itself now, what is oldest first, at most five."""
    query = sa.select(table.c.record, table.c.attribute).where(table.c.attribute.in_(FIELDS))
    query = query.where(table.c.closed_at.is_(None), table.c.record.is_not(None))
    fields = await reader.rows(query.order_by(table.c.recorded_at))
    about = await facts.many_voiced(reader) + [(row.record, row.attribute) for row in fields]
    found: dict[tuple[str | None, str], Doubt] = {}
    for record, attribute in about:
        doubt = await _doubt(reader, record, attribute)
        if doubt.open:
            found.setdefault((doubt.record.id if doubt.record else None, attribute), doubt)
    return list(found.values())[:ASKED_MAX]


async def keep(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """This one is right: it has the operator's word, and what still contradicts it is withdrawn."""
    asked, _, number = tap.item.partition(" ")
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        event = await events.get(tx, asked)
        if event is None:
            return Reply(curating.GONE, refused=True)
        doubt = await _doubt(tx, *event.body["about"][int(number)])
        if not doubt.open:
            return Reply(ANSWERED, refused=True)
        chosen = await facts.get(tx, tap.ref) if tap.ref else None
        if tap.ref and (chosen is None or chosen.id not in {one.id for one in doubt.claims}):
            return Reply(curating.GONE, refused=True)
        if chosen is not None and doubt.attribute in facts.GUARDED:
            return Reply(GUARDED, refused=True)
        right = await _settle(tx, doubt, chosen, cause)
        again = [await _doubt(tx, *about) for about in event.body["about"]]
        await outbox.post(tx, await _card(tx, again, asked, event.body["card"]))
    return Reply(f"{doubt.name}, {doubt.attribute}: {right}.")


VERBS: dict[str, Any] = {"fact.keep": keep}


async def _settle(tx: Tx, doubt: Doubt, chosen: Fact | None, cause: str) -> str:
    """Let what was chosen stand alone; return it. None chosen: what the record says."""
    right = str(doubt.recorded) if chosen is None else curating.said(chosen)
    if chosen is not None:
        await facts.endorse(tx, chosen.id, cause)
        if doubt.record is not None and doubt.recorded not in (None, right):
            await records.revise(tx, doubt.record.id, cause, **{doubt.attribute: chosen.value})
    record = doubt.record.id if doubt.record is not None else None
    for other in await facts.current(tx, record, doubt.attribute):
        if curating.said(other) != right:
            for id in other.support:
                await facts.retract(tx, id, cause)
    return right


async def _doubt(reader: Reader, record_id: str | None, attribute: str) -> Doubt:
    record = None if record_id is None else await records.get(reader, record_id)
    about = record.id if record is not None else record_id
    claims = await facts.current(reader, about, attribute)
    recorded = record.state.get(attribute) if record is not None and attribute in FIELDS else None
    return Doubt(record, attribute, tuple(claims), recorded)


async def _card(reader: Reader, found: list[Doubt], asked: str, key: str) -> Msg:
    if not found:
        return Msg(key=key, summary=NOTHING, parts=(_para(NOTHING),))
    settings = await profile.read(reader)
    lines = tuple(_line(number, one, settings) for number, one in enumerate(found, start=1))
    rows = [_buttons(number, one, asked) for number, one in enumerate(found) if one.open]
    evidence = curating.cited(fact for one in found for fact in one.claims)
    return Msg(
        key=key,
        summary=f"{TITLE} {'; '.join(f'{one.name}, {one.attribute}' for one in found)}"[:190],
        parts=(Heading(text=TITLE), Bullets(items=lines), _para(HOW), Facts(evidence=evidence)),
        buttons=tuple(row for row in rows if row),
    )


def _line(number: int, doubt: Doubt, settings: dict[str, Any]) -> str:
    says = [curating.line(fact, settings) for fact in doubt.claims]
    says += [f"the record says {doubt.recorded}"] if doubt.recorded is not None else []
    if not doubt.open:
        return f"{number}. ✓ {doubt.name}: {says[0] if says else 'dropped'}"
    return f"{number}. {doubt.name}: {' · or · '.join(says)}"


def _buttons(number: int, doubt: Doubt, asked: str) -> tuple[Button, ...]:
    """Return a button for each value; what says where money or mail goes can only be dropped."""
    item = f"{asked} {number}"
    can = () if doubt.attribute in facts.GUARDED else doubt.claims[:OPTIONS_MAX]
    row = [
        Button(label=_label(f"{number + 1}: {curating.said(fact)}"), action="fact.keep",
               ref=fact.id, item=item)
        for fact in can
    ]  # fmt: skip
    if doubt.recorded is not None:
        row.append(Button(label=f"{number + 1}: as recorded", action="fact.keep", item=item))
    return tuple(row)


def _label(text: str) -> str:
    limit = curating.LABEL_CHARS_MAX
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
