"""Together: one call that answered several wishes, shared out among them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.models import model_calls
from engine.models.model_calls import Call, Came, Wanted
from memory.db import Tx
from memory.schema.models import reasons
from memory.texts.reach import rowid

SHARED = "It was asked in one request with {others} more; this is its share."


class One(NamedTuple):
    """A wish with its answer, and the key that is kept under."""

    wanted: Wanted
    key: str
    value: Any


async def share(tx: Tx, whole: Wanted, found: Sequence[One]) -> None:
    """Keep each answer, with a reason that bears an equal share of what the call cost.

    The money is booked with the call itself, once.
    """
    query = sa.select(reasons).filter_by(step=whole.step, basis=whole.basis, state="answered")
    row = await tx.row(query.order_by(rowid(reasons).desc()).limit(1))
    if row is None or not found:
        return
    count = len(found)
    call = Call(
        tier=row.tier, model=row.model, remote=False, data_class="personal", redacted=False,
        ceiling=Decimal(0),
    )  # fmt: skip
    for one in found:
        came = Came(
            state="answered",
            why=SHARED.format(others=count - 1),
            answer=one.key,
            tokens_in=row.tokens_in // count,
            tokens_cached=row.tokens_cached // count,
            tokens_out=row.tokens_out // count,
            cost=Decimal(row.cost) / count,
            ms=row.ms // count,
        )
        await model_calls.keep(tx, one.key, one.value)
        await model_calls.note(tx, one.wanted, call, came)
