"""Replay: what another rule book would have said of the last thirty days.

Every version of an effect keeps the facts it was judged by, so it can be judged again: once by the
rules in force and once by those that would be. Only the difference of the two is the new rule's;
what was said at the time may have come from rules that are gone.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from memory.db import Reader
from memory.schema.work import approvals, decisions, effect_versions
from policies.facts import FACTS, OF_MODELS, with_usual
from policies.judge import covers, judge
from policies.rules import RUNS_BY_ITSELF, Action, Book, Outcome, Rule

DAYS = 30
VERSIONS_MAX = 1000  # the newest; judging one takes about a millisecond
AT_ONCE = 50  # judged before others have their turn
UNKEPT = frozenset({"operation", "effect", "agent", "spec"})  # in the action, or of late only
ASKS: tuple[Outcome, ...] = ("ask", "ask_twice")


@dataclass(frozen=True, slots=True)
class Refused:
    """What would have run by itself although the operator had said no."""

    title: str
    at: datetime


@dataclass(slots=True)
class Replay:
    """What would have been different; `unknown`: versions that kept no facts to judge by."""

    judged: int = 0
    changed: int = 0
    asks_before: int = 0
    asks_after: int = 0
    unknown: int = 0
    more: bool = False  # there were more versions than are looked at
    refused: tuple[Refused, ...] = ()


async def replay(reader: Reader, rule: Rule, before: Book, after: Book) -> Replay:
    """Judge what was proposed in the last thirty days by both books, which differ in one rule."""
    found = Replay()
    rows = await _kept(reader)
    found.more = len(rows) > VERSIONS_MAX
    for number, row in enumerate(rows[:VERSIONS_MAX]):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        _judge(found, row, rule, before, after)
    return found


def _judge(found: Replay, row: sa.Row[Any], rule: Rule, before: Book, after: Book) -> None:
    facts = row.preview["facts"].get("situation", {})
    if not facts.keys() >= FACTS.keys() - OF_MODELS - UNKEPT:
        found.unknown += 1
        return
    facts = with_usual({}) | facts
    action = Action.model_validate(row.action)
    was = judge(action, facts, before).outcome
    touched = covers(rule, action.operation, action.effect)
    now = judge(action, facts, after).outcome if touched else was
    found.judged += 1
    found.changed += was != now
    found.asks_before += was in ASKS
    found.asks_after += now in ASKS
    if row.answer == "reject" and now in RUNS_BY_ITSELF and was not in RUNS_BY_ITSELF:
        found.refused += (Refused(row.preview["title"], row.at),)


async def _kept(reader: Reader) -> list[sa.Row[Any]]:
    """Return the versions of the last thirty days with what the operator answered, newest first."""
    of_version = sa.and_(
        approvals.c.effect == effect_versions.c.effect,
        approvals.c.version == effect_versions.c.version,
    )
    query = (
        sa.select(
            effect_versions.c.action,
            effect_versions.c.preview,
            effect_versions.c.at,
            decisions.c.answer,
        )
        .join(approvals, of_version, isouter=True)
        .join(decisions, decisions.c.approval == approvals.c.id, isouter=True)
        .where(effect_versions.c.at >= reader.now - timedelta(days=DAYS))
        .order_by(effect_versions.c.at.desc())
        .limit(VERSIONS_MAX + 1)
    )
    return list(await reader.rows(query))
