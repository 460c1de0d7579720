"""Priced: what the texts of a plan may cost that a model is to write once it has begun.

By what such texts cost here before, where there are enough; else by the most that the calls for
them may cost. A model that costs nothing is no news, and so is a plan that wants no text.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from agents.models.wish import Wish
from agents.playbooks import references
from agents.playbooks import scope as scopes
from agents.specialists.specialist import Scope
from agents.writing import composing, variants
from agents.writing.drafted import Drafted
from agents.writing.drafting import Drafting
from agents.writing.piece import Piece
from engine.models import affording
from engine.models.affording import Texts
from engine.planning import expecting, ledger, plans
from engine.planning.goals import Goal
from engine.planning.mode_words import CREATIVE
from engine.planning.plans import Task
from policies.contracts import GOES_OUT

UNWRITTEN = "x" * composing.TOKENS_MAX  # stands for a text that a later one is written from


async def texts(drafting: Drafting, goal: Goal) -> Texts | None:
    """Return what the texts of the goal's plan may cost; None: nothing."""
    async with drafting.house.db.snapshot() as reader:
        scope = _filled(await scopes.of_goal(reader, goal, None))
        ahead = [one for one in await plans.of_goal(reader, goal.id) if one.state == "pending"]
        usual = await expecting.of_texts(reader)
    most, needs, last = list[Decimal](), dict[str, list[Decimal]](), dict[str, Decimal]()
    for task in ahead:
        for piece, asked in await drafting.opened(goal, task, scope):
            ceilings = await drafting.models.ceilings(asked.wish)
            if not ceilings or not ceilings[0]:
                continue
            whole = ceilings[0] + await _besides(drafting, goal, task, piece, asked.wish)
            likely = whole if usual is None else min(whole, usual.high)
            least = min(ceilings)
            most.append(likely)
            needs.setdefault(task.agent, []).append(min(least, likely))
            last[task.agent] = max(least, last.get(task.agent, ledger.NOTHING))
    if not most:
        return None
    high = sum(most, ledger.NOTHING)
    low = high if usual is None else min(high, usual.low * len(most))
    return affording.price(len(most), low, high, {a: _need(needs[a], last[a]) for a in needs})


def _need(likely: list[Decimal], ceiling: Decimal) -> Decimal:
    """Return what must be left so that the last of them may still be asked for, too."""
    return max(ceiling, sum(likely, ledger.NOTHING) - max(likely) + ceiling)


async def _besides(
    drafting: Drafting, goal: Goal, task: Task, piece: Piece, wish: Wish[Drafted]
) -> Decimal:
    """Return the most that what follows a text may cost: writing it once more, and its judge."""
    creative = drafting.mode(goal, task) == CREATIVE
    many = creative and piece.shown and piece.field == variants.FIELD
    several = replace(wish, tokens_max=variants.TOKENS_MAX) if many else wish
    found = await _most(drafting, several) if many else ledger.NOTHING
    if drafting.house.operation(task.operation).effect in GOES_OUT:
        found += await _most(drafting, several)
    if piece.shown and drafting.judged_by(task):
        judged = await _most(drafting, replace(wish, tier="judge"))
        found += judged * (variants.VARIANTS_MAX if many else 1)
    return found


async def _most(drafting: Drafting, wish: Wish[Drafted]) -> Decimal:
    return max(await drafting.models.ceilings(wish), default=ledger.NOTHING)


def _filled(scope: dict[str, Any]) -> Scope:
    """Return the scope with something in the place of each text that is yet to be written."""
    steps = {
        key: {
            name: UNWRITTEN if references.writes(value) else value for name, value in given.items()
        }
        for key, given in scope[references.STEPS].items()
    }
    return {**scope, references.STEPS: steps}
