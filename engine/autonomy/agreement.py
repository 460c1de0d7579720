"""Agreement: what a rule would have done by itself, beside what the operator answered.

Every question of the past is judged again by the facts it was asked with, as in a replay. What
was neither answered nor changed proves nothing and is not counted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.rules import own_rules
from engine.rules.house import House
from engine.rules.replay import DAYS
from engine.rules.rulebook import SOURCE, compose
from memory.db import Reader
from memory.schema.work import approvals, decisions, effect_versions, effects
from policies.book import BookError, join
from policies.facts import FACTS
from policies.judge import judge
from policies.rules import RUNS_BY_ITSELF, Action, Book, Rule

LOOKED_AT_MAX = 200  # versions of this operation, the newest
LATER = effect_versions.alias("later")


@dataclass(frozen=True, slots=True)
class Agreement:
    """`would`: how often it would have run; `alike`: how often you approved just that.

    `differed` names the others by their titles, the newest first.
    """

    would: int
    alike: int
    differed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.alike} of {self.would} like you"


async def agreement(
    reader: Reader, house: House, rule: Rule, since: datetime | None = None
) -> Agreement:
    """Judge the last thirty days, or the time since then, as if the rule had been in force.

    One that can no longer be in force would have done nothing.
    """
    others = [one for one in await own_rules.every(reader) if one.rule != rule.id]
    enforced = rule.model_copy(update={"shadow": False})
    try:
        book = join(compose(house.rulebook.base, others).book, enforced, SOURCE)
    except BookError:
        return Agreement(0, 0)
    since = max(since, _begin(reader)) if since is not None else _begin(reader)
    ran = [row for row in await _answered(reader, rule, since) if _runs(row, book)]
    differed = tuple(str(row.preview["title"]) for row in ran if not _is_alike(row))
    return Agreement(len(ran), len(ran) - len(differed), differed)


def _begin(reader: Reader) -> datetime:
    return reader.now - timedelta(days=DAYS)


def _runs(row: sa.Row[Any], book: Book) -> bool:
    facts = row.preview["facts"].get("situation", {})
    if not facts.keys() >= FACTS.keys() - {"operation", "effect", "agent"}:
        return False
    return judge(Action.model_validate(row.action), facts, book).outcome in RUNS_BY_ITSELF


def _is_alike(row: sa.Row[Any]) -> bool:
    return bool(row.answer == "approve" and row.effect_state != "undone")


async def _answered(reader: Reader, rule: Rule, since: datetime) -> list[sa.Row[Any]]:
    """Return the versions that were answered, or changed by hand instead of an answer."""
    of_version = sa.and_(
        approvals.c.effect == effect_versions.c.effect,
        approvals.c.version == effect_versions.c.version,
    )
    next_one = sa.and_(
        LATER.c.effect == effect_versions.c.effect,
        LATER.c.version == effect_versions.c.version + 1,
    )
    by_hand = sa.and_(approvals.c.state == "superseded", LATER.c.author == "operator")
    query = (
        sa.select(
            effect_versions.c.action,
            effect_versions.c.preview,
            decisions.c.answer,
            effects.c.state.label("effect_state"),
        )
        .join(effects, effects.c.id == effect_versions.c.effect)
        .join(approvals, of_version)
        .join(decisions, decisions.c.approval == approvals.c.id, isouter=True)
        .join(LATER, next_one, isouter=True)
        .where(effect_versions.c.operation == rule.action)
        .where(effect_versions.c.at > since, decisions.c.answer.is_not(None) | by_hand)
        .order_by(effect_versions.c.at.desc())
        .limit(LOOKED_AT_MAX)
    )
    return list(await reader.rows(query))
