"""What models cost, told: in all, today, what was of no use, by outcome and by model."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine import ledger, model_told, words
from engine.ledger import NOTHING, Budget, Level, Purse
from engine.model_calls import HEARD, UNHEARD
from memory import profile
from memory.db import Reader
from memory.schema.models import costs, reasons
from memory.schema.work import outcomes

LEVELS: dict[Level, str] = {
    "normal": "every model may be asked.",
    "thrifty": "only small models are asked.",
    "frozen": "no model is asked until tomorrow.",
}
NONE = "{}. No language model is in use, and nothing is finished yet."


async def told(reader: Reader, currency: str, budget: Budget | None = None) -> str:
    """Return the costs in a few lines: in all, today, for each kind of outcome and each model."""
    done = await reader.rows(sa.select(outcomes).filter_by(succeeded=True))
    calls = await reader.rows(sa.select(costs.c.model, costs.c.amount))
    if not calls and not done:
        return NONE.format(words.money(0, currency))
    used = "in all." if calls else "in all; no language model is in use."
    total = _sum(row.amount for row in calls)
    lines = [f"{words.cost(total, currency)} {used}"]
    if calls and budget is not None:
        lines += await _today(reader, currency, budget)
    lines += _by_kind(done, currency)
    lines += _by_model(calls, currency)
    return "\n".join([*lines, *await _useless(reader, currency)])


async def _today(reader: Reader, currency: str, budget: Budget) -> list[str]:
    so_far = await ledger.spent(reader, None)
    day = Purse("day", budget.day, so_far.today)
    lines = [f"Today {_of(day, currency)}: {LEVELS[day.level(NOTHING)]}"]
    for agent, most in sorted(budget.agents.items()):
        own = Purse(f"agent:{agent}", most, (await ledger.spent(reader, None, agent)).agent)
        lines.append(f"• the {agent} today: {_of(own, currency)}")
    return lines


def _by_kind(done: list[sa.Row[Any]], currency: str) -> list[str]:
    lines, kinds = [], defaultdict(list)
    for row in done:
        kinds[row.kind].append(row)
    for kind, rows in sorted(kinds.items()):
        each = _sum(row.cost for row in rows) / len(rows)
        saved = sum(row.minutes_saved for row in rows)
        touched = sum(row.touches for row in rows)
        lines.append(
            f"• {kind.replace('_', ' ')}: {len(rows)} done, {words.cost(each, currency)} each, "
            f"about {saved} minutes saved, {touched} decisions of yours"
        )
    return lines


def _by_model(calls: list[sa.Row[Any]], currency: str) -> list[str]:
    lines, models = [], defaultdict(list)
    for row in calls:
        models[row.model].append(row.amount)
    for model, amounts in sorted(models.items()):
        count = f"{len(amounts)} call{'' if len(amounts) == 1 else 's'}"
        lines.append(f"• {model}: {count}, {words.cost(_sum(amounts), currency)}")
    return lines


async def _useless(reader: Reader, currency: str) -> list[str]:
    """Return what was paid this month for calls that brought nothing to use."""
    month = words.midnight(reader.now, await profile.read(reader)).replace(day=1)
    query = sa.select(reasons.c.state, reasons.c.cost).where(
        reasons.c.at >= month, reasons.c.state.in_((*UNHEARD, *HEARD)), reasons.c.cached.is_(False)
    )
    sent = await reader.rows(query)
    wasted = [row for row in sent if row.state != "answered"]
    if not wasted:
        return []
    how = Counter(model_told.STATES[row.state] for row in wasted)
    each = ", ".join(f"{count} {state}" for state, count in how.most_common())
    cost = words.cost(_sum(row.cost for row in wasted), currency)
    return [f"• of no use this month: {len(wasted)} of {len(sent)} calls, {cost} ({each})"]


def _of(purse: Purse, currency: str) -> str:
    return f"{words.cost(purse.spent, currency)} of {words.money(purse.most, currency)}"


def _sum(amounts: Iterable[str]) -> Decimal:
    """Add decimals up exactly, which SQLite's numbers would not."""
    return sum(map(Decimal, amounts), NOTHING)
