"""Habits: what the operator changes by hand in a draft, in pairs, and what it says of their style.

Each pair is kept as two versions of one artifact. A greeting, closing or signature that was changed
alike in two drafts becomes a question, and is used once the answer is yes.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine import edits, outbox, recalls
from engine.effects import Effect
from engine.house import House
from engine.messages import Button, say
from engine.taps import GONE, Person, Reply, heard
from engine.tokens import Tap
from memory import artifacts, facts, profile, records
from memory.db import Reader, Tx
from memory.ids import derived_id
from memory.schema.records import artifacts as artifacts_table
from memory.schema.records import facts as facts_table
from policies.rules import Action

DRAFT = "draft"
TITLE = "{operation} · {field}"
ASKED_AT = 2  # drafts in which it was changed alike
LINE_CHARS_MAX = 60
EXAMPLES_MAX, EXAMPLE_CHARS_MAX = 2, 500
ASKS = "In {count} drafts you made the {part} “{value}”. Shall I write it so from now on?"
KEPT = "From now on the {part} is “{value}”."
DROPPED = "I leave it as it was."


async def keep(
    tx: Tx, house: House, effect: Effect, new: Action, cause: str, conv: str | None
) -> None:
    """Keep what was changed in the texts of a draft, and ask about what comes back."""
    roles = house.operation(new.operation).roles
    company = str(await profile.get(tx, "company") or "")
    person = await records.get(tx, new.about) if new.about else None
    for edit in edits.by_hand(effect.action, new):
        before, after = edit["before"], edit["after"]
        if roles.get(edit["field"]) != "text" or not (before and after):
            continue
        await _pair(tx, effect, edit["field"], str(before), str(after), cause)
        await recalls.corrected(tx, recalls.Draft(effect.task, edit["field"]))
        first = person.name.split()[0] if person is not None else ""
        for part, value in style(str(before), str(after), first, company):
            await _noted(tx, effect, part, value, cause, conv)


def style(before: str, after: str, first: str, company: str) -> Iterator[tuple[str, str]]:
    """Yield what an edit changed of greeting, closing and signature, as templates have them."""
    old, new = (text.strip().splitlines() or [""] for text in (before, after))
    if first and first in old[0] and first in new[0] and old[0] != new[0]:
        yield "greeting", new[0].strip().replace(first, "{name}")
    ends = [text.strip().rpartition("\n\n")[2].splitlines() for text in (before, after)]
    if [len(end) for end in ends] == [2, 2]:
        for part, was, now in zip(("closing", "signature"), *ends, strict=True):
            if was != now and now.strip():
                yield part, now.strip().replace(company, "{company}") if company else now.strip()


async def examples(reader: Reader, operation: str, field: str, about: str) -> list[tuple[str, str]]:
    """Return how the operator changed the last drafts of this kind for this record.

    Only for this record: what was written to one customer is nothing for a draft to another.
    """
    title = TITLE.format(operation=operation, field=field)
    query = sa.select(artifacts_table.c.id).filter_by(kind=DRAFT, title=title)
    query = query.where(artifacts_table.c.about.in_(await records.same(reader, about)))
    newest = query.order_by(artifacts_table.c.at.desc(), artifacts_table.c.id).limit(EXAMPLES_MAX)
    found = []
    for row in await reader.rows(newest):
        versions = await artifacts.versions(reader, row.id)
        drafted = [one.text or "" for one in versions if one.author == "agent"]
        if drafted and versions[-1].author == "operator":
            pair = (drafted[-1], versions[-1].text or "")
            found.append((pair[0][:EXAMPLE_CHARS_MAX], pair[1][:EXAMPLE_CHARS_MAX]))
    return found


async def take(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """Yes: drafts are written so from now on."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        if fact is None or not await facts.endorse(tx, fact.id, cause):
            return Reply(GONE, refused=True)
        said = KEPT.format(part=_part(fact.attribute), value=fact.value)
        await outbox.post(tx, say(_key(fact.attribute, fact.value), said), who.conv)
    return Reply(said)


async def drop(house: House, tap: Tap, who: Person, key: str, values: dict[str, str]) -> Reply:
    """No: it was meant for these drafts alone."""
    async with house.db.transaction() as tx:
        cause = await heard(tx, tap, who, key, values)
        fact = await facts.get(tx, tap.ref)
        if fact is None:
            return Reply(GONE, refused=True)
        for id in await _alike(tx, fact.attribute, fact.value):
            await facts.retract(tx, id, cause)
        await outbox.post(tx, say(_key(fact.attribute, fact.value), DROPPED), who.conv)
    return Reply(DROPPED)


VERBS: dict[str, Any] = {"style.keep": take, "style.drop": drop}


async def _pair(tx: Tx, effect: Effect, field: str, before: str, after: str, cause: str) -> None:
    """Add what stood there and what the operator made of it to the versions of the draft."""
    id = derived_id("art", effect.id, field)
    title = TITLE.format(operation=effect.action.operation, field=field)
    about = effect.action.about or effect.goal
    await artifacts.keep(
        tx, DRAFT, title, artifact_id=id, author="agent", cause=cause, about=about, text=before
    )
    newest = (await artifacts.versions(tx, id))[-1]
    if newest.text != before:  # drafted anew since the last edit
        await artifacts.revise(tx, id, "agent", cause, text=before)
    await artifacts.revise(tx, id, "operator", cause, text=after)


async def _noted(
    tx: Tx, effect: Effect, part: str, value: str, cause: str, conv: str | None
) -> None:
    """Note a change of style as a guess; the second draft that says the same asks."""
    if len(value) > LINE_CHARS_MAX:
        return
    attribute = f"{facts.STYLE}.{part}"
    before = await _alike(tx, attribute, value)
    id = derived_id("fct", attribute, value, effect.id)
    await facts.learn(
        tx, attribute, value, record=None, author="agent", source=cause, cardinality="many",
        fact_id=id,
    )  # fmt: skip
    count = len({*before, id})
    key = _key(attribute, value)
    if count < ASKED_AT or await outbox.get(tx, key) is not None:
        return  # asked once, whatever the answer
    yes = Button(label="Write it so", action="style.keep", ref=id)
    no = Button(label="No", action="style.drop", ref=id)
    text = ASKS.format(count=count, part=part, value=value)
    await outbox.post(tx, say(key, text, buttons=((yes, no),)), conv)


async def _alike(reader: Reader, attribute: str, value: Any) -> list[str]:
    """Return the guesses that say the same and were neither confirmed nor withdrawn."""
    query = sa.select(facts_table).filter_by(attribute=attribute, author="agent", closed_at=None)
    rows = await reader.rows(query.where(facts_table.c.endorsed_by.is_(None)))
    return [row.id for row in rows if row.value == value]


def _part(attribute: str) -> str:
    return attribute.removeprefix(f"{facts.STYLE}.")


def _key(attribute: str, value: Any) -> str:
    return f"style:{derived_id('sty', attribute, value)}"
