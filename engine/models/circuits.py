"""Circuit: a provider of models that keeps failing is left alone for a while, with all its models.

    closed ──six failures in ten minutes, no answer between──▶ open ──a minute──▶ half open
       ▲                                                          ▲                 │  │
       └─────────── any answer, however poor ─────────────────────┼─────────────────┘  │
                                                                  └── one more failure ┘

It is read from the reasons that calls leave: nothing more is kept, and a restart forgets nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.models.model_calls import EMBEDDING, HEARD, UNHEARD
from memory import profile
from memory.db import Reader
from memory.schema.models import reasons
from memory.texts.reach import rowid

FAILURES = 6  # two questions, each asked three times
WINDOW = timedelta(minutes=10)
REST = timedelta(minutes=1)
RESTS = "{provider} had no answer {times} times in a row, so it is left alone until {until}."
TRIES = "{provider} had no answer {times} times in a row; the next call tries it, once."


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a provider stands. `until`: when it may be tried again, unless it is closed."""

    provider: str
    state: Literal["closed", "open", "half_open"]
    until: datetime | None = None


async def of(reader: Reader, provider: str) -> Circuit:
    """Return how one provider stands now."""
    its = reasons.c.model.startswith(f"{provider}/", autoescape=True)
    rows = await reader.rows(_calls(reader).where(its).limit(FAILURES))
    return _circuit(provider, rows, reader.now)


async def failing(reader: Reader) -> tuple[Circuit, ...]:
    """Return every provider that is left alone, or is to be tried again."""
    calls = defaultdict(list)
    for row in await reader.rows(_calls(reader)):
        calls[row.model.partition("/")[0]].append(row)
    found = (_circuit(name, rows, reader.now) for name, rows in sorted(calls.items()))
    return tuple(one for one in found if one.state != "closed")


async def told(reader: Reader, one: Circuit) -> str:
    """Return in a sentence how a provider stands that is not closed."""
    assert one.until is not None
    zone = ZoneInfo((await profile.read(reader))["zone"])
    text = RESTS if one.state == "open" else TRIES
    until = f"{one.until.astimezone(zone):%H:%M:%S}"
    return text.format(provider=one.provider, times=FAILURES, until=until)


def _calls(reader: Reader) -> sa.Select[Any]:
    """Select what was sent of late and what came of it, newest first.

    Vectors are apart: their door has a rest of its own, and their hurry is no fault of anybody.
    """
    return (
        sa.select(reasons.c.model, reasons.c.state, reasons.c.at)
        .where(
            reasons.c.at >= reader.now - WINDOW,
            reasons.c.state.in_((*UNHEARD, *HEARD)),
            reasons.c.cached.is_(False),
            reasons.c.step != EMBEDDING,
        )
        .order_by(reasons.c.at.desc(), rowid(reasons).desc())
    )


def _circuit(provider: str, calls: Sequence[sa.Row[Any]], now: datetime) -> Circuit:
    newest = calls[:FAILURES]
    if len(newest) < FAILURES or any(one.state not in UNHEARD for one in newest):
        return Circuit(provider, "closed")
    until: datetime = newest[0].at + REST
    return Circuit(provider, "open" if now < until else "half_open", until)
