"""What models cost, told: in all, today, this month, for each finished outcome, by model."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from engine.drawing import model_told
from engine.models import queue_desk, rungs
from engine.models.model_calls import HEARD, UNHEARD
from engine.planning import expecting, ledger
from engine.planning.ledger import NOTHING, Budget, Level, Purse
from memory import profile
from memory.db import Reader
from memory.schema.models import costs, reasons
from memory.schema.work import goals, outcomes

LEVELS: dict[Level, str] = {
    "normal": "every model may be asked.",
    "thrifty": "only small models are asked, and read half of what is remembered.",
    "frozen": "no model is asked until tomorrow.",
}
DONE = {  # what a finished outcome is called
    "answer": "question answered",
    "bill": "bill paid",
    "invoice_sent": "invoice sent",
    "mail": "mail sent",
    "meeting": "meeting booked",
    "note": "note kept",
    "payment": "payment recorded",
    "post": "post published",
    "refund": "refund made",
    "reminder": "reminder set",
}
WITHOUT_GOAL = {  # what is asked for and is no wish: by the purpose in a step's name
    "answer": "answer in a model's words",
    "enrich": "look at what is known of somebody",
    "hear.words": "message understood that was no one wish",
    "intake.read": "mail read",
    "research": "research",
    "rule": "rule put into words",
    "strategy": "weekly look put into words",
}
FOR = {  # what a tier of models is asked for
    "small": "reading, answers, short drafts",
    "large": "planning, research, long drafts, disputes",
    "judge": "checking drafts",
}
NONE = "{}. No language model is in use, and nothing is finished yet."


async def told(reader: Reader, currency: str, usual: Budget | None = None) -> str:
    """Return the costs in a few lines: in all, today, this month, by outcome and by model.

    `usual`: the budget of every day, without what today was raised by.
    """
    ended = await reader.rows(sa.select(outcomes))
    calls = await reader.rows(sa.select(costs.c.model, costs.c.tier, costs.c.amount))
    if not calls and not any(row.succeeded for row in ended):
        return NONE.format(words.money(0, currency))
    used = "in all." if calls else "in all; no language model is in use."
    total = _sum(row.amount for row in calls)
    lines = [f"{words.cost(total, currency)} {used}"]
    if calls and usual is not None:
        raised = await rungs.allowed(reader, usual)
        lines += await _today(reader, currency, raised)
        lines.append(await expecting.of_month(reader, currency, usual, raised))
    kinds = defaultdict(list)
    for row in ended:
        kinds[row.kind].append(row)
    for kind, rows in sorted(kinds.items()):
        coming = f"; {await expecting.of_next(reader, kind, currency)}" if calls else ""
        lines.append(_of_kind(kind, rows, currency) + coming)
    lines += await _without_goal(reader, currency)
    lines += [*_by_tier(calls, currency), *_by_model(calls, currency)]
    lines += await queue_desk.lines(reader)
    return "\n".join([*lines, *await _useless(reader, currency)])


async def _today(reader: Reader, currency: str, budget: Budget) -> list[str]:
    so_far = await ledger.spent(reader, None)
    day = Purse("day", budget.day, so_far.today)
    lines = [f"Today {_of(day, currency)}: {LEVELS[day.level(NOTHING)]}"]
    for agent, most in sorted(budget.agents.items()):
        own = Purse(f"agent:{agent}", most, (await ledger.spent(reader, None, agent)).agent)
        lines.append(f"• the {agent} today: {_of(own, currency)}")
    return lines


def _of_kind(kind: str, ended: list[sa.Row[Any]], currency: str) -> str:
    """Return the price of what is finished: what came to nothing is paid by what did not."""
    done = [row for row in ended if row.succeeded]
    name, cost = DONE.get(kind, kind.replace("_", " ")), _sum(row.cost for row in ended)
    vain = len(ended) - len(done)
    if not done:
        return f"• {name}: none, {words.cost(cost, currency)} for {vain} that came to nothing"
    with_vain = f", with {vain} that came to nothing" if vain else ""
    saved = sum(row.minutes_saved for row in done)
    touched = sum(row.touches for row in done)
    return (
        f"• {name}: {len(done)} done, {words.cost(cost / len(done), currency)} each{with_vain}, "
        f"about {saved} minutes saved, {touched} decisions of yours"
    )


async def _without_goal(reader: Reader, currency: str) -> list[str]:
    """Return the price of each answer, research, read mail: what is asked for and is no wish."""
    r = reasons.c
    none = sa.or_(r.goal.is_(None), r.goal.not_in(sa.select(goals.c.id)))
    asked: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    for row in await reader.rows(sa.select(r.step, r.task, r.state, r.cost).where(none)):
        asked[row.step.partition("/")[0]].append(row)
    lines = []
    for purpose, name in sorted(WITHOUT_GOAL.items(), key=lambda one: one[1]):
        if not (rows := asked.get(purpose)):
            continue
        cost, done = _sum(row.cost for row in rows), {r.task for r in rows if r.state == "answered"}
        vain = len({row.task for row in rows} - done)
        price = f"{len(done)}, {words.cost(cost / len(done), currency)} each" if done else ""
        none_of = f"none, {words.cost(cost, currency)} for {vain} that came to nothing"
        with_vain = f", with {vain} that came to nothing" if vain else ""
        lines.append(f"• {name}: {f'{price}{with_vain}' if done else none_of}")
    return lines


def _by_tier(calls: list[sa.Row[Any]], currency: str) -> list[str]:
    """Return what each tier is for and cost, where more than one was asked."""
    tiers = defaultdict(list)
    for row in calls:
        tiers[row.tier].append(row.amount)
    told = [_calls(f"{tier} ({FOR[tier]})", tiers[tier], currency) for tier in FOR if tiers[tier]]
    return told if len(told) > 1 else []


def _by_model(calls: list[sa.Row[Any]], currency: str) -> list[str]:
    models = defaultdict(list)
    for row in calls:
        models[row.model].append(row.amount)
    return [_calls(model, amounts, currency) for model, amounts in sorted(models.items())]


def _calls(name: str, amounts: list[str], currency: str) -> str:
    count = f"{len(amounts)} call{'' if len(amounts) == 1 else 's'}"
    return f"• {name}: {count}, {words.cost(_sum(amounts), currency)}"


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
