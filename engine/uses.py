"""How often each rule decided, told from the verdicts of the effects."""

import sqlalchemy as sa

from memory.db import Reader
from memory.schema.work import effects


async def counted(reader: Reader) -> dict[str, int]:
    """Return by rule how many effects it decided: the first of a verdict's rules does."""
    first = effects.c.verdict[("rules", 0)].as_string()
    query = sa.select(first.label("rule"), sa.func.count().label("times")).group_by(first)
    return {row.rule: row.times for row in await reader.rows(query) if row.rule is not None}
