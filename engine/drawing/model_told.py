"""What is told of model calls: one line on a card, and one a call in `/why`."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from engine.chat import words
from memory.db import Reader
from memory.schema.models import reasons
from memory.texts.reach import rowid
from policies.house import ASK

NO_COST = "0.00 (no language model)"
ON_ITS_WAY = "0.00 so far · drafted by the template"
STATES = {
    "answered": "answered",
    "refused": "was not asked, by a rule",
    "resting": "was left alone, for its provider failed too often",
    "declined": "declined",
    "empty": "answered nothing",
    "cut": "was cut off",
    "invalid": "answered in another shape",
    "long": "wrote too much",
    "loop": "said the same again and again",
    "busy": "was busy or had a fault",
    "unclear": "gave no clear answer",
    "misfit": "could not be used",
    "gave_up": "nobody answered, so the template stands",
    "short": "nobody was asked for want of money, so the template stands until there is some",
}


async def on_card(reader: Reader, task: str, currency: str, *, shown: bool = True) -> str:
    """Return what a task cost so far, and who drafted its words.

    `shown`: false where what a model wrote came too late for the card, or is not there yet.
    """
    rows = await _of_task(reader, task)
    if not rows:
        return NO_COST if shown else ON_ITS_WAY
    cost = words.cost(sum((Decimal(row.cost) for row in rows), Decimal(0)), currency)
    models = (row.model for row in rows if row.state == "answered" and shown)
    wrote = next(models, "the template")
    return f"{cost} · drafted by {wrote}"


async def _of_task(reader: Reader, task: str) -> list[sa.Row[Any]]:
    query = sa.select(reasons).filter_by(task=task).order_by(rowid(reasons))
    return await reader.rows(query)


def line(row: sa.Row[Any], currency: str) -> str:
    """Return what is told of one call that was made, or refused: a row of `reasons`."""
    model = f"{row.model} ({row.tier}) " if row.model else ""
    parts = [f"{row.step}: {model}{STATES.get(row.state, row.state)}"]
    if row.cached:
        parts.append("kept from before, nothing was sent")
    elif row.prompt:
        kept = f" ({row.tokens_cached} of them cached)" if row.tokens_cached else ""
        parts.append(f"{row.tokens_in}{kept} + {row.tokens_out} tokens in {row.ms} ms")
        parts.append(words.cost(Decimal(row.cost), currency))
    if row.verdict:
        facts = row.verdict["facts"]
        how = ", with numbers and addresses replaced" if facts.get("redacted") else ""
        where = "somebody else's machine" if facts.get("remote") else "a machine of yours"
        parts.append(f"{facts['data_class']} words, {where}{how}")
        parts.append(f"{ASK}: {', '.join(row.verdict['rules']) or 'no rule'}")
    if row.recalled:
        parts.append(f"{len(row.recalled)} passages recalled")
    return " · ".join([*parts, *([row.why] if row.why else [])])
