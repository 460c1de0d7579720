"""Curating: what is known is told with its source; what is wrong is taken out or set right.

Each change shows what held before and now, and where the old was used; one tap takes it back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from engine.acting.taps import Person, Reply, heard
from engine.chat import outbox, words
from engine.chat.messages import (
    Bullets,
    Button,
    Evidence,
    Facts,
    FieldDiff,
    FieldRow,
    Heading,
    Msg,
    Para,
    Part,
    Span,
)
from engine.chat.tokens import Tap
from engine.keeping import into_record
from engine.rules.house import House
from memory import profile
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.db import Reader, Tx
from memory.dialects import place_of
from memory.schema.work import effects

LABEL_CHARS_MAX = 24
CITED_MAX, USES_MAX, LOOKED_AT = 8, 5, 6
WHO = {
    "owner": "you", "document": "a document", "connector": "a system of record",
    "client": "somebody else's words", "agent": "a guess of mine",
}  # fmt: skip
MARKS = {"proposed": "not confirmed", "disputed": "disputed", "superseded": "no longer"}
UNTOLD = "I told you nothing from memory just now, so I do not know what is meant."
WHICH = "Which of these?"
GONE = "That is not known any more."
KEPT = "It is no longer used. Its words stay in the log until a rule of yours lets them go."
BACK = "Back as it was."


def line(fact: Fact, settings: dict[str, Any]) -> str:
    """Return a fact in one line: value, since when, who said so and when, and whether it counts."""
    mark = f" · {MARKS[fact.status]}" if fact.status in MARKS else ""
    since = ""
    if fact.valid_from != fact.recorded_at:
        since = f" since {words.day(fact.valid_from, settings)}"
    if fact.valid_to is not None:
        since += f" until {words.day(fact.valid_to, settings)}"
    who = WHO[fact.author]
    return f"{shown(fact)}{since} ({who}, {words.moment(fact.recorded_at, settings)}){mark}"


def shown(fact: Fact) -> str:
    """Return attribute and value: “Price: 90.00 EUR”."""
    name = "Always" if fact.attribute == facts.PINNED else fact.attribute.capitalize()
    return f"{name}: {said(fact)}"


def said(fact: Fact) -> str:
    return f"{fact.value} {fact.unit}" if fact.unit else str(fact.value)


def cited(known: Iterable[Fact]) -> tuple[Evidence, ...]:
    """Return the facts and the events they are from, to stand on a message that tells them."""
    some = list(known)[:CITED_MAX]
    return tuple(
        one
        for fact in some
        for one in (
            Evidence(label=shown(fact)[:80], ref=fact.id),
            *([Evidence(label="its source", ref=fact.source)] if fact.source else []),
        )
    )


async def told(reader: Reader, conv: str, reply_to: str | None) -> tuple[str, list[Fact]]:
    """Return the card that was replied to, or else told something last, and the facts on it."""
    if reply_to is not None:
        card = await outbox.shown_as(reader, conv, reply_to)
        cards = [card] if card is not None else []
    else:
        cards = list(reversed(await outbox.latest(reader, conv, LOOKED_AT)))
    for card in cards:
        refs = [
            one.ref for part in card.msg.parts if isinstance(part, Facts) for one in part.evidence
        ]
        ids = dict.fromkeys(ref for ref in refs if ref.startswith("fct_"))
        found = [await facts.get(reader, id) for id in ids]
        known = [fact for fact in found if fact is not None and fact.status != "retracted"]
        if known or reply_to is not None:
            return card.key, known
    return "", []


async def changed(
    tx: Tx, key: str, title: str, old: Sequence[Fact], new: str | None, note: str = ""
) -> Msg:
    """Return the message of a change: the difference, where the old was used, and the way back."""
    first = old[0] if old else None
    about = new or (first.id if first else "")
    fact = await facts.get(tx, about)
    assert fact is not None
    holds = [one for one in await facts.current(tx, fact.record, fact.attribute) if _sure(one)]
    many = fact.cardinality == "many"
    now = None if many and new is None else ", ".join(map(said, holds)) or None
    before = ", ".join(map(said, old)) or None
    name = "Always" if fact.attribute == facts.PINNED else fact.attribute.capitalize()
    parts: list[Part] = [
        Heading(text=title),
        FieldDiff(rows=(FieldRow(label=name, old=before, new=now),)),
    ]
    used = [use for one in old for use in await uses(tx, one)][:USES_MAX]
    if used:
        parts += [_para("It was used here:"), Bullets(items=tuple(used))]
    settings = await profile.read(tx)
    parts += [_para(note or line(fact, settings))]
    evidence = cited([fact] if fact.status != "retracted" else holds)
    parts += [Facts(evidence=evidence)] if evidence else []
    back = Button(
        label="Take it back", action="fact.back", ref=first.id if first else "", item=new or ""
    )
    beside = await into_record.beside(tx, fact) if new else None
    parts += [_para(beside[0])] if beside else []
    buttons = ((back, beside[1]),) if beside else ((back,),)
    summary = f"{title} · {name}: {before or 'nothing'} → {now or 'nothing'}"[:190]
    return Msg(key=key, summary=summary, parts=tuple(parts), buttons=buttons)


async def uses(reader: Reader, fact: Fact) -> list[str]:
    """Return where a fact was told, and what was proposed or done because of where it is from."""
    settings = await profile.read(reader)
    lines = [
        f"told: {card.msg.summary} ({words.moment(card.at, settings)})"
        for card in await outbox.naming(reader, fact.id)
    ]
    named = [place_of(sa.cast(effects.c.action, sa.Text), f'"{fact.id}"') > 0]
    query = sa.select(effects.c.action, effects.c.state).where(*named).limit(USES_MAX)
    rows = await reader.rows(query)
    return lines + [f"{row.action['operation']}: {row.state}" for row in rows]


async def withdraw(tx: Tx, known: Sequence[Fact], key: str, title: str, cause: str) -> Msg:
    """Take out what was told; of several ask which one is meant."""
    if not known:
        return Msg(key=key, summary=UNTOLD, parts=(_para(UNTOLD),))
    if len(known) > 1:
        return which(known, key)
    for id in known[0].support or (known[0].id,):
        await facts.retract(tx, id, cause)
    return await changed(tx, key, title, known, None, KEPT)


def which(known: Sequence[Fact], key: str) -> Msg:
    """Ask which of several facts is meant, a button for each."""
    rows = tuple(
        (Button(label=_label(shown(fact)), action="fact.wrong", ref=fact.id),)
        for fact in known[:CITED_MAX]
    )
    return Msg(key=key, summary=WHICH, parts=(_para(WHICH),), buttons=rows)


async def wrong(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """This one is wrong: it is taken out."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        if fact is None or fact.status == "retracted":
            return Reply(GONE, refused=True)
        msg = await withdraw(tx, [fact], f"fact:{cause}", "Taken out", cause)
        await outbox.post(tx, msg, who.conv)
    return Reply(f"Taken out: {shown(fact)}.")


async def back(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Take back a change: what was put in goes, what was taken out is said anew by the operator."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        new = await facts.get(tx, tap.item) if tap.item else None
        old = await facts.get(tx, tap.ref) if tap.ref else None
        if new is not None and not await facts.retract(tx, new.id, cause):
            return Reply(GONE, refused=True)
        if old is not None and old.status == "retracted":
            if new is None and old.closed_by is not None and await _said_again(tx, old):
                return Reply(GONE, refused=True)
            await facts.learn(
                tx, old.attribute, old.value, record=old.record, author="owner", source=cause,
                cardinality=old.cardinality, unit=old.unit, valid_from=old.valid_from,
                valid_to=old.valid_to,
            )  # fmt: skip
        about = old or new
        assert about is not None
        holds = await facts.current(tx, about.record, about.attribute)
        told_ = ", ".join(shown(one) for one in holds) or f"No {about.attribute} is known."
        parts = (_para(f"{BACK} {told_}"), Facts(evidence=cited(holds)))
        msg = Msg(key=f"fact:{cause}", summary=BACK, parts=parts)
        await outbox.post(tx, msg, who.conv)
    return Reply(BACK)


VERBS: dict[str, Any] = {"fact.wrong": wrong, "fact.back": back}


async def _said_again(reader: Reader, old: Fact) -> bool:
    """Say whether the same stands there already: a second tap changes nothing."""
    return any(
        (one.value, one.unit) == (old.value, old.unit)
        for one in await facts.current(reader, old.record, old.attribute)
        if _sure(one)
    )


def _sure(fact: Fact) -> bool:
    return fact.status in ("active", "disputed")


def _label(text: str) -> str:
    return text if len(text) <= LABEL_CHARS_MAX else f"{text[: LABEL_CHARS_MAX - 1]}…"


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
