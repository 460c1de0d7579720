"""What each agent did: its tasks of thirty days, how much of its drafts you changed, its cost."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from engine.chat import words
from engine.voice.style_told import Sent
from memory.db import Reader
from memory.schema.models import costs
from memory.schema.work import effects, tasks

DAYS = 30
CALLED = {  # the states of what an agent proposed, as a person would say them
    "done": "done",
    "undone": "taken back",
    "waiting": "waiting for you",
    "rejected": "refused by you",
    "denied": "refused by a rule",
    "expired": "expired",
    "withdrawn": "withdrawn",
    "failed": "failed",
    "unknown": "in doubt",
}


async def lines(reader: Reader, drafts: Sequence[Sent], currency: str) -> list[str]:
    """Return a line for each agent that did something or cost something, by name."""
    since = reader.now - timedelta(days=DAYS)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    query = sa.select(tasks.c.agent, effects.c.state).join(effects, effects.c.task == tasks.c.id)
    for row in await reader.rows(query.where(effects.c.at >= since)):
        counted[row.agent][row.state] += 1
    cost: dict[str, Decimal] = defaultdict(Decimal)
    paid = sa.select(costs.c.agent, costs.c.amount).where(costs.c.at >= since)
    for row in await reader.rows(paid):
        cost[row.agent] += Decimal(row.amount)
    names = sorted({*counted, *cost})
    return [_line(name, counted[name], drafts, cost[name], currency) for name in names]


def _line(
    name: str, states: Counter[str], drafts: Sequence[Sent], cost: Decimal, currency: str
) -> str:
    did = [f"{states[state]} {said}" for state, said in CALLED.items() if states[state]]
    mine = [one.changed for one in drafts if one.agent == name]
    if mine:
        by_hand = sum(changed > 0 for changed in mine)
        did.append(f"{by_hand} of {len(mine)} drafts changed by hand")
    return f"{name}: {', '.join([*did, words.cost(cost, currency)])}"
