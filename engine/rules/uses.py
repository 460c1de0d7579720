"""How often each rule decided, told from the verdicts of the effects."""

import sqlalchemy as sa

from memory.db import Reader
from memory.schema.rules import own_rules
from memory.schema.work import effects
from policies.rules import RUNS_BY_ITSELF

RAN = ("running", "done", "undone", "unknown")  # or may have


async def ran(reader: Reader, rule: str) -> int:
    """Return how often this rule, as it stands now, let something run by itself."""
    since = await reader.value(sa.select(sa.func.max(own_rules.c.at)).filter_by(rule=rule))
    named = effects.c.verdict["rules"].as_string().contains(f'"{rule}"', autoescape=True)
    by_itself = effects.c.verdict["outcome"].as_string().in_(sorted(RUNS_BY_ITSELF))
    query = sa.select(sa.func.count()).where(named, by_itself, effects.c.state.in_(RAN))
    if since is not None:
        query = query.where(effects.c.at >= since)
    return int(await reader.value(query))


async def counted(reader: Reader) -> dict[str, int]:
    """Return by rule how many effects it decided: the first of a verdict's rules does."""
    first = effects.c.verdict[("rules", 0)].as_string()
    query = sa.select(first.label("rule"), sa.func.count().label("times")).group_by(first)
    return {row.rule: row.times for row in await reader.rows(query) if row.rule is not None}
