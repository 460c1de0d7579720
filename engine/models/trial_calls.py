"""What a trial's calls came to: of each task all that were made, whoever answered in the end.

Whoever was drawn is counted with what it cost and with what it did not answer, so that a model
that only ever fails is not free of charge, and the one that stood in for it does not pay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from engine.models.model_calls import BY_MONEY
from memory.db import Reader
from memory.schema.models import reasons
from memory.texts.reach import rowid

Call = sa.Row[Any]
VERDICT = sa.case((reasons.c.state == "refused", reasons.c.verdict)).label("verdict")
COLUMNS = (  # not the prompts: they are long, and nobody reads them here
    *(reasons.c[name] for name in ("id", "task", "step", "basis", "model", "answer", "state")),
    *(reasons.c[name] for name in ("cost", "ms", "cached")),
    VERDICT,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """All calls of one task. `missed`: who was asked first did not answer something of it.

    `ms`: how long all took; None: nothing left, as each answer was kept from before.
    """

    cost: Decimal
    ms: int | None
    missed: bool


async def read(reader: Reader, *conditions: sa.ColumnElement[bool]) -> Sequence[Call]:
    """Return the calls of which all of this holds, the oldest first."""
    return await reader.rows(sa.select(*COLUMNS).where(*conditions).order_by(rowid(reasons)))


def asked(calls: Iterable[Call]) -> Asked | None:
    """Return what a task's calls came to; None: there was no model to ask."""
    calls = list(calls)
    if not any(call.model for call in calls):
        return None
    sent = [call.ms for call in calls if not call.cached and call.ms]
    return Asked(
        cost=sum((Decimal(call.cost) for call in calls), Decimal(0)),
        ms=sum(sent) if sent else None,
        missed=any(_missed(wish) for wish in _wishes(calls)),
    )


def _wishes(calls: Iterable[Call]) -> list[list[Call]]:
    """Return the calls by what they were to answer."""

    def wish(call: Call) -> tuple[str, str]:
        return call.step, call.basis

    return [list(group) for _, group in groupby(sorted(calls, key=wish), wish)]


def _missed(wish: Sequence[Call]) -> bool:
    """Say whether the model that was to be asked first gave no answer, money apart."""
    first = next((call.model for call in wish if call.model), "")
    of_it = [call for call in wish if call.model == first and not _for_money(call)]
    return bool(first and of_it) and all(call.state != "answered" for call in of_it)


def _for_money(call: Call) -> bool:
    return call.state == "refused" and bool(BY_MONEY & set((call.verdict or {}).get("rules", ())))
