"""What work has cost, per finished outcome. Without a language model that is honestly nothing."""

from collections import defaultdict
from decimal import Decimal

import sqlalchemy as sa

from engine import words
from memory.db import Reader
from memory.schema.work import outcomes


async def told(reader: Reader, currency: str) -> str:
    """Return the costs in a few lines: in all, and for each kind of outcome."""
    rows = await reader.rows(sa.select(outcomes).filter_by(succeeded=True))
    total = sum((Decimal(row.cost) for row in rows), Decimal(0))
    if not rows:
        return (
            f"{words.money(0, currency)}. No language model is in use, and nothing is finished yet."
        )
    kinds = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    lines = [f"{words.money(total, currency)} in all; no language model is in use."]
    for kind, done in sorted(kinds.items()):
        each = sum((Decimal(row.cost) for row in done), Decimal(0)) / len(done)
        saved = sum(row.minutes_saved for row in done)
        touched = sum(row.touches for row in done)
        lines.append(
            f"• {kind.replace('_', ' ')}: {len(done)} done, {words.money(each, currency)} each, "
            f"about {saved} minutes saved, {touched} decisions of yours"
        )
    return "\n".join(lines)
