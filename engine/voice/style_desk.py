"""The style desk: what was changed alike three times is asked on one card; a tap takes or drops it.

guess ──alike in three drafts──▶ asked ──yes──▶ the owner's word: drafts are written so
                                   └──no──▶ withdrawn, and not asked again
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.acting.taps import GONE, Person, Reply, heard
from engine.chat import outbox
from engine.chat.messages import Bullets, Button, Form, Heading, Input, Msg, Para, Span, say
from engine.chat.tokens import Tap
from engine.rules.house import House
from engine.voice import style
from engine.voice.style import Style, Trait
from memory.beliefs import facts
from memory.beliefs.facts import Fact
from memory.canon import records
from memory.db import Reader, Tx
from memory.redaction import ERASED
from memory.schema.records import artifact_versions, artifacts
from memory.schema.records import facts as table

ASKED_AT = 3  # drafts in which it was changed alike
ASKED_MAX = 4  # on one card; the others follow
NO_WORDS = ("length", "address")  # these parts are so, or are not: they hold no words to change
PREFIX = f"{facts.STYLE}."
TITLE = "Shall I write so from now on?"
HOW = "You changed this alike in your own drafts. Until you say yes, I write as before."
TAKEN = "From now on: {}."
TAKEN_FOR = "From now on, to {name}: {what}."
DROPPED = "I leave it as it was."
FORGOTTEN = "Forgotten: {}. I write as if I had never learnt it."
CHANGED = "Changed: {}."
EMPTY = "Write what it should be, or tap Forget."
LONG = "That is longer than {} characters, which is more than a trait of style."


@dataclass(frozen=True, slots=True)
class Guess:
    """A trait with the drafts it was seen in. `ids`: its facts; `whom`: the people, by record."""

    trait: Trait
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    whom: frozenset[str]


async def known(reader: Reader, record: str | None = None) -> Style:
    """Return how the operator writes to this person: what is for them goes before the rest."""
    found = await accepted(reader, None)
    if record is not None:
        found = [*found, *await accepted(reader, record)]
    single: dict[str, str] = {}
    several: list[Trait] = []
    for fact in found:
        trait = trait_of(fact)
        if trait.part in style.SINGLE:
            single[trait.part] = trait.value
        elif trait not in several:
            several.append(trait)
    return Style(single, tuple(several))


async def accepted(reader: Reader, record: str | None) -> list[Fact]:
    """Return what counts of the style, the oldest word first: the last one of a part is used."""
    current = [one for one in await facts.current(reader, record) if one.status == "active"]
    return [one for one in reversed(current) if one.attribute.startswith(PREFIX)]


async def guesses(reader: Reader) -> list[Guess]:
    """Return what was seen in drafts and neither answered nor taken, the oldest first."""
    mine = table.c.attribute.startswith(PREFIX) & (table.c.author == "agent")
    rows = await reader.rows(sa.select(table).where(mine).order_by(table.c.recorded_at, table.c.id))
    by_trait: dict[Trait, list[sa.Row[Any]]] = defaultdict(list)
    for row in rows:
        if ERASED.rstrip("]") in str(row.value):
            continue  # whom it was for, or names, was forgotten
        by_trait[Trait(row.attribute.removeprefix(PREFIX), str(row.value))].append(row)
    taken = await _taken(reader)
    found = []
    for trait, seen in by_trait.items():
        if trait in taken or any(row.closed_at or row.endorsed_at for row in seen):
            continue
        sources = tuple(row.source for row in seen if row.source)
        whom = frozenset(await _recipients(reader, sources))
        found.append(Guess(trait, tuple(row.id for row in seen), sources, whom))
    return found


async def ask(tx: Tx, conv: str | None) -> None:
    """Ask on one card about all that was changed alike often enough and not answered yet."""
    if ripe := await _ripe(tx):
        key = _key(conv)
        await outbox.post(tx, await _card(tx, key, ripe), conv)
        if conv is not None:
            await outbox.show_again(tx, key, conv)


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes: drafts are written so from now on, to everybody or to this one person."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        guess = await _guess(tx, tap.ref)
        person = await records.get(tx, tap.item) if tap.item else None
        if guess is None or (tap.item and person is None):
            return Reply(GONE, refused=True)
        await learn(tx, guess.trait, None if person is None else person.id, cause)
        what = style.told(guess.trait)
        said = TAKEN.format(what) if person is None else _for(person.name, what)
        await _answered(tx, said, who.conv)
    return Reply(said)


async def drop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No: it was meant for these drafts alone."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        guess = await _guess(tx, tap.ref)
        if guess is None:
            return Reply(GONE, refused=True)
        for id in guess.ids:
            await facts.retract(tx, id, cause)
        await _answered(tx, DROPPED, who.conv)
    return Reply(DROPPED)


async def forget(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Forget a trait that counted, and what it was seen in."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        if fact is None or not await _withdraw(tx, fact, cause):
            return Reply(GONE, refused=True)
    return Reply(FORGOTTEN.format(style.told(trait_of(fact))))


async def change(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Put the operator's words in the place of a trait."""
    value = values.get("value", "").strip()
    if not value:
        return Reply(EMPTY, refused=True)
    if len(value) > style.PHRASE_CHARS_MAX:
        return Reply(LONG.format(style.PHRASE_CHARS_MAX), refused=True)
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        if fact is None or fact.status == "retracted" or trait_of(fact).part in NO_WORDS:
            return Reply(GONE, refused=True)
        trait = _changed(trait_of(fact), value)
        await _withdraw(tx, fact, cause)
        await learn(tx, trait, fact.record, cause)
    return Reply(CHANGED.format(style.told(trait)))


VERBS: dict[str, Any] = {
    "style.keep": take,
    "style.drop": drop,
    "style.forget": forget,
    "style.change": change,
}


async def learn(tx: Tx, trait: Trait, record: str | None, cause: str) -> str:
    """Keep a trait as the operator's word; of a part that has one, it replaces the one before."""
    return await facts.learn(
        tx, f"{PREFIX}{trait.part}", trait.value, record=record, author="owner", source=cause,
        cardinality="one" if trait.part in style.SINGLE else "many",
    )  # fmt: skip


def buttons(number: int, fact: Fact) -> tuple[Button, ...]:
    """Return what can be done with a trait that counts."""
    part, value = trait_of(fact)
    forget = Button(label=f"Forget {number}", action="style.forget", ref=fact.id, style="danger")
    if part in NO_WORDS:
        return (forget,)
    most = style.PHRASE_CHARS_MAX
    edit = Input(id="value", label=part.capitalize(), initial=value, max_chars=most)
    form = Form(title=f"Change the {part}"[:24], fields=(edit,))
    return Button(label=f"Change {number}", action="style.change", ref=fact.id, form=form), forget


def _changed(trait: Trait, value: str) -> Trait:
    """Return a trait with another value; of “old → new”, the new words alone may be said."""
    if trait.part == "instead" and style.ARROW not in value:
        value = f"{trait.value.partition(style.ARROW)[0]}{style.ARROW}{value}"
    return Trait(trait.part, value)


def trait_of(fact: Fact) -> Trait:
    return Trait(fact.attribute.removeprefix(PREFIX), str(fact.value))


async def _withdraw(tx: Tx, fact: Fact, cause: str) -> bool:
    """Withdraw a fact with all that say the same, so that nothing older holds again unseen."""
    if fact.status == "retracted":
        return False
    for id in fact.support or (fact.id,):
        await facts.retract(tx, id, cause)
    return True


async def _answered(tx: Tx, said: str, conv: str) -> None:
    """Show what is still asked, or else what was answered last."""
    left, key = await _ripe(tx), _key(conv)
    await outbox.post(tx, await _card(tx, key, left) if left else say(key, said), conv)


async def _ripe(reader: Reader) -> list[Guess]:
    return [one for one in await guesses(reader) if len(one.ids) >= ASKED_AT][:ASKED_MAX]


async def _card(reader: Reader, key: str, ripe: Sequence[Guess]) -> Msg:
    lines, rows = [], []
    for number, guess in enumerate(ripe, 1):
        only = await records.get(reader, next(iter(guess.whom))) if len(guess.whom) == 1 else None
        where = f", all to {only.name}" if only is not None else ""
        what = style.told(guess.trait)
        lines.append(f"{number}. {what[0].upper()}{what[1:]} (in {len(guess.ids)} drafts{where})")
        ref = guess.ids[0]
        row = [Button(label=f"{number}: write it so", action="style.keep", ref=ref, style="ok")]
        if only is not None:
            label = f"{number}: only to {only.name.split()[0]}"[:24]
            row.append(Button(label=label, action="style.keep", ref=ref, item=only.id))
        rows.append((*row, Button(label=f"{number}: no", action="style.drop", ref=ref)))
    parts = (Heading(text=TITLE), Bullets(items=tuple(lines)), Para(spans=(Span(text=HOW),)))
    return Msg(key=key, summary=TITLE, parts=parts, buttons=tuple(rows))


async def _guess(reader: Reader, ref: str) -> Guess | None:
    """Return the guess that this fact is one of; None where it was answered before."""
    return next((one for one in await guesses(reader) if ref in one.ids), None)


async def _taken(reader: Reader) -> set[Trait]:
    """Return what the operator ever said of their style themselves, to anybody."""
    said = table.c.attribute.startswith(PREFIX) & (table.c.author == "owner")
    # one that holds no more was answered, too: it was forgotten, or another came after it
    rows = await reader.rows(sa.select(table.c.attribute, table.c.value).where(said))
    return {Trait(row.attribute.removeprefix(PREFIX), str(row.value)) for row in rows}


async def _recipients(reader: Reader, sources: Sequence[str]) -> set[str]:
    """Return the records that the drafts were for which these edits changed."""
    query = (
        sa.select(artifacts.c.about)
        .join(artifact_versions, artifact_versions.c.artifact == artifacts.c.id)
        .where(artifact_versions.c.cause.in_(sources), artifacts.c.kind == "draft")
    )
    return {row.about for row in await reader.rows(query) if row.about}


def _for(name: str, what: str) -> str:
    return TAKEN_FOR.format(name=name, what=what)


def _key(conv: str | None) -> str:
    return f"style:{conv or ''}"
