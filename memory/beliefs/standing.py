"""Standing: does what was learnt from a source still count? A quotation of it must not say more."""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa

from memory.beliefs import statements
from memory.beliefs.facts import WORDS
from memory.db import Reader
from memory.ids import derived_id
from memory.schema.records import facts
from memory.schema.work import effects, goals

Standing = Literal["counts", "superseded", "over", "withdrawn"]


async def of(reader: Reader, sources: Sequence[str]) -> dict[str, Standing]:
    """Return how the facts of each source stand; a source that told no fact is left out.

    A fact that is recalled itself is its own source. *Over* is what was noted for a while.
    """
    mine = facts.c.source.in_(sources) | facts.c.id.in_(sources)
    told = await reader.rows(sa.select(facts.c.id, facts.c.source).where(mine))
    pairs = [(row.id, ref) for row in told for ref in (row.id, row.source) if ref in sources]
    noted = sa.select(effects.c.id, goals.c.asked_by).join(goals, goals.c.id == effects.c.goal)
    for row in await reader.rows(noted.where(goals.c.asked_by.in_(sources))):
        pairs.append((derived_id("fct", row.id), row.asked_by))  # a note is kept by its effect
    seen: dict[str, set[str]] = {}
    for id, source in pairs:
        fact = await statements.get(reader, id)
        if fact is not None:
            over = fact.status == "superseded" and fact.attribute in WORDS
            seen.setdefault(source, set()).add("over" if over else fact.status)
    return {source: _standing(some) for source, some in seen.items()}


def _standing(some: set[str]) -> Standing:
    if some == {"retracted"}:
        return "withdrawn"
    if some <= {"retracted", "over"}:
        return "over"
    return "superseded" if some <= {"retracted", "superseded", "over"} else "counts"
