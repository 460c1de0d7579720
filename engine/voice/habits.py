"""Habits: what the operator changes by hand in a draft, kept in pairs, and what it says of them.

Each pair is two versions of one artifact. A trait of style that was changed alike in three drafts
becomes a question (engine/voice/style_desk.py), and is used once the answer is yes.
"""

from typing import NamedTuple

import sqlalchemy as sa

from engine.acting import request as requests
from engine.acting import streaks
from engine.acting.effects import Effect
from engine.keeping import recalls
from engine.planning import edits
from engine.rules.house import House
from engine.voice import style, style_desk
from engine.voice.style import Trait
from memory import artifacts, profile
from memory.beliefs import facts
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader, Tx
from memory.ids import derived_id
from memory.schema.records import artifacts as artifacts_table
from policies.rules import Action

DRAFT = "draft"
TITLE = "{operation} · {field}"
LOOKED_AT_MAX = 20  # pairs of one recipient, the newest
EXAMPLE_CHARS_MAX = 1500
QUOTED_WORDS_MIN = 4  # fewer are anybody's: a customer signs with “Best”, too


class Pair(NamedTuple):
    """What was drafted, and what the operator made of it. `alike`: the same operation and field."""

    drafted: str
    made: str
    alike: bool


async def keep(
    tx: Tx, house: House, effect: Effect, new: Action, cause: str, conv: str | None
) -> None:
    """Keep what was changed in the texts of a draft, and ask about what comes back."""
    roles = house.operation(new.operation).roles
    company = str(await profile.get(tx, "company") or "")
    person = await _recipient(tx, effect)
    name = person.name if person is not None else ""
    found: list[Trait] = []
    for edit in edits.by_hand(effect.action, new):
        before, after = edit["before"], edit["after"]
        if roles.get(edit["field"]) != "text" or not (before and after):
            continue
        about = effect.goal if person is None else person.id
        await _pair(tx, effect, about, edit["field"], str(before), str(after), cause)
        await recalls.corrected(tx, recalls.Draft(effect.task, edit["field"]))
        found += style.traits(str(before), str(after), name, company)
    own = await _own(tx, house, effect.goal, found)
    for trait in own:
        await _noted(tx, effect, trait, cause)
    if own:
        await style_desk.ask(tx, conv)


async def examples(reader: Reader, operation: str, field: str, about: str) -> list[Pair]:
    """Return how the operator changed the last drafts for this record, the newest first.

    Only for this record: what was written to one customer is nothing for a draft to another.
    """
    title = TITLE.format(operation=operation, field=field)
    mine = artifacts_table.c.about.in_(await records.same(reader, about))
    query = sa.select(artifacts_table.c.id, artifacts_table.c.title).filter_by(kind=DRAFT)
    newest = query.where(mine).order_by(artifacts_table.c.at.desc(), artifacts_table.c.id)
    found = []
    for row in await reader.rows(newest.limit(LOOKED_AT_MAX)):
        versions = await artifacts.versions(reader, row.id)
        drafted = [one.text or "" for one in versions if one.author == "agent"]
        if drafted and versions[-1].author == "operator":
            pair = (drafted[-1][:EXAMPLE_CHARS_MAX], (versions[-1].text or "")[:EXAMPLE_CHARS_MAX])
            found.append(Pair(*pair, row.title == title))
    return found


async def _recipient(reader: Reader, effect: Effect) -> Record | None:
    """Return the one person a draft is for, as its card counted it."""
    like = await streaks.like(reader, effect.id, effect.version)
    found = await records.get(reader, like.counterpart) if like.counterpart else None
    if found is None and effect.action.about:
        found = await records.get(reader, effect.action.about)
    return found if found is not None and found.kind == "person" else None


async def _pair(
    tx: Tx, effect: Effect, about: str, field: str, before: str, after: str, cause: str
) -> None:
    """Add what stood there and what the operator made of it to the versions of the draft."""
    id = derived_id("art", effect.id, field)
    title = TITLE.format(operation=effect.action.operation, field=field)
    await artifacts.keep(
        tx, DRAFT, title, artifact_id=id, author="agent", cause=cause, about=about, text=before
    )
    newest = (await artifacts.versions(tx, id))[-1]
    if newest.text != before:  # drafted anew since the last edit
        await artifacts.revise(tx, id, "agent", cause, text=before)
    await artifacts.revise(tx, id, "operator", cause, text=after)


async def _own(reader: Reader, house: House, goal: str, found: list[Trait]) -> list[Trait]:
    """Return the traits that are the operator's: not what they took over from somebody's mail."""
    long = [one for one in found if len(_new(one).split()) >= QUOTED_WORDS_MIN]
    if not long:
        return found
    gate = await requests.begun(reader, house, goal)
    theirs = {one for one in long if gate.origins({"text": _new(one)}).get("text") == "text"}
    return [one for one in found if one not in theirs]


def _new(trait: Trait) -> str:
    """Return the words that a trait puts in."""
    if trait.part == "strike":
        return ""
    return trait.value.partition(style.ARROW)[2] if trait.part == "instead" else trait.value


async def _noted(tx: Tx, effect: Effect, trait: Trait, cause: str) -> None:
    """Note a trait as a guess, once for each draft."""
    attribute = f"{facts.STYLE}.{trait.part}"
    id = derived_id("fct", attribute, trait.value, effect.id)
    await facts.learn(
        tx, attribute, trait.value, record=None, author="agent", source=cause, cardinality="many",
        fact_id=id,
    )  # fmt: skip
