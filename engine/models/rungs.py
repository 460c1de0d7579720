"""Rung: how far a budget for models came down. Each is said once, with a way up.

normal ──▶ thrifty ──▶ frozen, until midnight
   ▲──────────┴──────────┘  “Raise by 2.00 EUR today”

The budgets of the day, of an agent and of a goal; of a goal only the end of it is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.acting import taps
from engine.acting.taps import Person, Reply
from engine.chat import outbox, words
from engine.chat.messages import Button, say
from engine.chat.tokens import Tap
from engine.flow import schedule
from engine.flow.durable import open_work
from engine.planning import ledger
from engine.planning.ledger import LEVELS, Budget, Level, Purse, Spent
from engine.rules.house import House
from memory import events, profile
from memory.db import Reader, Tx
from memory.schema.work import goals

RAISE = "raise_budget"
LOOK = "money"  # the work of taking up what waited for it (shortage.py)
BY = Decimal(2)
KEPT = "budget_raised"  # {"day": "2026-11-27", "by": {"day": "4.00", "agent:writer": "2"}}
SAID: dict[tuple[str, Level], str] = {
    ("day", "thrifty"): "Most of today's {most} for language models is used ({spent}), so only "
    "small models are asked until midnight.",
    ("day", "frozen"): "Today's {most} for language models does not allow for the next call "
    "({spent} are used). Until midnight templates and kept answers stand in, and what needs more "
    "waits for you.",
    ("agent", "thrifty"): "Most of today's {most} for the {whose}'s language models is used "
    "({spent}), so only small models are asked for it until midnight.",
    ("agent", "frozen"): "Today's {most} for the {whose}'s language models is too little for its "
    "next call ({spent} are used). Until midnight it goes on with templates and kept answers.",
    ("goal", "frozen"): "The {most} that language models may cost for “{whose}” is too little for "
    "the next call ({spent} are used), so it goes on with templates and kept answers.",
}
RAISED = {
    "day": "Raised: language models may cost {most} today. Tomorrow it is {usual} again.",
    "agent": "Raised: language models may cost the {whose} {most} today. Tomorrow it is {usual} "
    "again.",
    "goal": "Raised: until midnight language models may cost {most} for “{whose}”.",
}
ANOTHER = "That was for another day, so nothing was raised."
ALREADY = "It was raised already: language models may cost more today than this message says."


@dataclass(frozen=True, slots=True)
class Standing:
    """What one call is paid from. `usual`: without what the operator added today."""

    settings: dict[str, Any]
    spent: Spent
    now: tuple[Purse, ...]
    usual: tuple[Purse, ...]

    def level(self, ceiling: Decimal) -> Level:
        """Return what all of them leave for a call with this ceiling."""
        return ledger.level(self.now, ceiling)

    def pays_tomorrow(self, ceiling: Decimal) -> bool:
        """Say whether a new day could pay a call with this ceiling; a wish has no new day."""
        fresh = [
            p if p.of.startswith("goal:") else replace(p, spent=ledger.NOTHING) for p in self.usual
        ]
        return ledger.level(fresh, ceiling) != "frozen"

    def paying(self, ceiling: Decimal) -> "Standing":
        """Return how they stand once this is set aside of each."""
        return replace(self, now=tuple(replace(p, spent=p.spent + ceiling) for p in self.now))


async def standing(reader: Reader, usual: Budget, goal: str | None, agent: str) -> Standing:
    """Return how the budgets stand that a call of this agent for this goal is paid from."""
    settings = await profile.read(reader)
    spent = await ledger.spent(reader, goal, agent, settings)
    budget = _allowed(usual, goal, _raised(settings, reader.now))
    purses = (ledger.purses(spent, one, goal, agent) for one in (budget, usual))
    return Standing(settings, spent, *purses)


async def allowed(reader: Reader, budget: Budget, goal: str | None = None) -> Budget:
    """Return the budget with what the operator added to it today, also for this goal."""
    return _allowed(budget, goal, _raised(await profile.read(reader), reader.now))


async def tell(tx: Tx, stands: Standing, ceiling: Decimal) -> None:
    """Say to which rungs a call with this ceiling brings its budgets; each once, until raised."""
    for purse, planned in zip(stands.now, stands.usual, strict=True):
        kind, _, name = purse.of.partition(":")
        if not name and kind != "day":
            continue  # one wish without a goal: nothing follows that more money would help
        if not purse.most and kind != "day":
            continue  # you set it to nothing: that needs no saying with every wish
        if (kind, purse.level(ceiling)) in SAID:
            await _tell(tx, stands.settings, purse, ceiling, planned.most)


async def _tell(
    tx: Tx, settings: dict[str, Any], purse: Purse, ceiling: Decimal, usual: Decimal
) -> None:
    level = purse.level(ceiling)
    currency, ref = settings["currency"], _ref(words.today(tx.now, settings), purse.most, purse.of)
    key = f"rung:{level}:{ref}"
    if await outbox.get(tx, key) is not None:
        return
    text = SAID[purse.of.partition(":")[0], level].format(
        most=words.money(purse.most, currency),
        spent=words.cost(purse.spent, currency),
        whose=await _whose(tx, purse.of),
    )
    await outbox.post(tx, say(key, text, buttons=((_up(ref, usual),),)))


def button(reader: Reader, stands: Standing, ceiling: Decimal) -> Button:
    """Return the way up for the poorest of the budgets that this is paid from."""
    poorest = max(
        zip(stands.now, stands.usual, strict=True),
        key=lambda one: (LEVELS.index(one[0].level(ceiling)), one[0].spent - one[0].most),
    )
    return way_up(reader, stands.settings, *poorest)


def way_up(reader: Reader, settings: dict[str, Any], purse: Purse, usual: Purse) -> Button:
    """Return the button that raises one budget today."""
    return _up(_ref(words.today(reader.now, settings), purse.most, purse.of), usual.most)


def _up(ref: str, usual: Decimal) -> Button:
    return Button(label=f"Raise by {BY} today", action=RAISE, ref=ref, item=str(usual))


async def raise_today(
    house: House, tap: Tap, who: Person, key: str, values: dict[str, str]
) -> Reply:
    """Let language models cost more today. A second tap on the same message changes nothing."""
    async with house.db.transaction() as tx:
        cause = await taps.heard(tx, tap, who, key, values)
        settings = await profile.read(tx)
        today = words.today(tx.now, settings)
        day, _, of = tap.ref.split("/", 2)
        usual, raised = Decimal(tap.item), _raised(settings, tx.now)
        more = _more(raised, of)
        if day != today:
            return Reply(ANOTHER, refused=True)
        if tap.ref != _ref(today, usual + more, of):
            return Reply(ALREADY, refused=True)
        by = {**raised, of: str(more + BY)}
        await profile.save(tx, cause, **{KEPT: {"day": today, "by": by}})
        await open_work(tx, LOOK, cause, key=f"{LOOK}:{cause}", lane="now")
        whose = await _whose(tx, of)
    currency = settings["currency"]
    most = words.money(usual + more + BY, currency)
    text = RAISED[of.partition(":")[0]]
    return Reply(text.format(most=most, usual=words.money(usual, currency), whose=whose))


VERBS = {RAISE: raise_today}


async def look_tomorrow(tx: Tx) -> None:
    """Look after the operator's midnight what there is money for; once, however often said."""
    midnight = words.midnight(tx.now, await profile.read(tx))
    due = (midnight + timedelta(days=1)).astimezone(tx.now.tzinfo)
    key = f"{LOOK}:{due.date().isoformat()}"
    noted = await events.note(tx, "money.short", None, due_at=due)
    await schedule.set_alarm(tx, key, due, LOOK, key, noted.id)


def _ref(today: str, most: Decimal, of: str) -> str:
    return f"{today}/{most:.2f}/{of}"


def _more(raised: Mapping[str, str], of: str) -> Decimal:
    return Decimal(raised.get(of, 0))


def _allowed(budget: Budget, goal: str | None, more: Mapping[str, str]) -> Budget:
    agents = {name: most + _more(more, f"agent:{name}") for name, most in budget.agents.items()}
    return replace(
        budget,
        day=budget.day + _more(more, "day"),
        goal=budget.goal + _more(more, f"goal:{goal}"),
        agents=agents,
    )


def _raised(settings: dict[str, Any], now: datetime) -> dict[str, str]:
    """Return by how much each budget was raised today."""
    raised: dict[str, Any] | None = settings.get(KEPT)
    if raised is None or raised["day"] != words.today(now, settings):
        return {}
    return dict(raised["by"])


async def _whose(reader: Reader, of: str) -> str:
    """Return the agent's name, or the goal in words."""
    kind, _, name = of.partition(":")
    if kind != "goal":
        return name
    text = await reader.value(sa.select(goals.c.text).filter_by(id=name))
    return "a plan" if text is None else str(text)
