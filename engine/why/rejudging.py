"""Rejudging: what was decided about an effect, judged once more by what was kept when it was.

The rule book by its hash, the facts as they stood, the action by its digest: nothing of today.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.acting.digests import digest
from engine.rules import bundles
from engine.rules.replay import UNKEPT
from memory.db import Reader
from memory.schema.work import approvals, decisions, effect_versions, effects
from policies.facts import FACTS, OF_MODELS, with_usual
from policies.judge import judge
from policies.rules import Action

NO_FACTS = "it kept no facts to be judged by"
NO_BOOK = "the rule book {} is not kept, or this version cannot read it"


@dataclass(frozen=True, slots=True)
class Again:
    """One thing that was done again. `differs`: how; "": it came out the same.

    `gone`: what of it was erased or let go since, so that it cannot be done again.
    """

    what: str
    differs: str = ""
    gone: str = ""


async def versions(reader: Reader, effect: str) -> list[Again]:
    """Judge every version of an effect again, and see that the answers bind what they should."""
    found: list[Again] = []
    rows = await reader.rows(
        sa.select(effect_versions).filter_by(effect=effect).order_by(effect_versions.c.version)
    )
    for row in rows:
        what = f"Version {row.version}: {row.verdict['outcome']}"
        action = Action.model_validate(row.action)
        facts = row.preview["facts"].get("situation")
        differs = _facts_missing(facts) or await verdict(reader, action, facts, row.verdict)
        found.append(Again(what, differs))
        if digest(action) != row.digest:
            found.append(Again(what, "its digest is of another action"))
    return [*found, *await _answers(reader, effect, {row.version: row.digest for row in rows})]


async def verdict(
    reader: Reader, action: Action, facts: Mapping[str, Any], then: Mapping[str, Any]
) -> str:
    """Return how the same book judges the same facts otherwise than it did; "": it does not."""
    book = await bundles.book(reader, then["bundle"])
    if book is None:
        return NO_BOOK.format(then["bundle"])
    now = judge(action, with_usual(facts), book)
    if now.outcome == then["outcome"] and list(now.rules) == list(then["rules"]):
        return ""
    return f"now {now.outcome} by {', '.join(now.rules) or 'no rule'}: {now.because}"


def _facts_missing(facts: Mapping[str, Any] | None) -> str:
    known = FACTS.keys() - OF_MODELS - UNKEPT
    return "" if facts is not None and facts.keys() >= known else NO_FACTS


async def _answers(reader: Reader, effect: str, digests: Mapping[int, str]) -> list[Again]:
    """Compare what was answered, and what was done, with what was shown."""
    query = (
        sa.select(approvals.c.version, approvals.c.digest, decisions.c.answer)
        .join(decisions, decisions.c.approval == approvals.c.id)
        .where(approvals.c.effect == effect)
        .order_by(approvals.c.version)
    )
    answered = await reader.rows(query)
    done = await reader.row(
        sa.select(effects.c.version, effects.c.digest, effects.c.state).filter_by(id=effect)
    )
    return [*_bound(answered, digests), *(() if done is None else _done(done, digests))]


def _bound(rows: list[sa.Row[Any]], digests: Mapping[int, str]) -> Iterator[Again]:
    for row in rows:
        same = row.digest == digests.get(row.version)
        differs = "" if same else "it was given to another action than this version"
        yield Again(f"Your answer to version {row.version}: {row.answer}", differs)


def _done(row: sa.Row[Any], digests: Mapping[int, str]) -> Iterator[Again]:
    same = row.digest == digests.get(row.version)
    differs = "" if same else f"it is not what version {row.version} was"
    yield Again(f"What is {row.state}", differs)
