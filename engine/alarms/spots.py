"""Spot checks: each evening a few of the things that ran by themselves are shown for a look.

Which ones is chance, seeded by the evening, so a restart shows the same.
"""

import random
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.chat import outbox, words
from engine.chat.messages import Bullets, Button, Heading, Msg, Para, Span
from memory.db import Reader, Tx
from memory.schema.work import effect_versions, effects

LOOKED_AT = 3  # an evening
TITLE = "By myself today"
NOTHING_ASKED = "You need not answer. “Not like this” counts as a no: I ask again from then on."
TOLD = "notify"
OUTWARD_NOT = ("read", "internal")


async def show(tx: Tx, since: datetime, settings: dict[str, Any], cause: str) -> None:
    """Post what ran by itself since then, with a few to look at; nothing when nothing did."""
    ran = await _ran(tx, since)
    if not ran:
        return
    some = random.Random(cause).sample(ran, min(LOOKED_AT, len(ran)))
    await outbox.post(tx, _card(len(ran), some, settings, f"spots:{cause}"))


def _card(count: int, some: list[sa.Row[Any]], settings: dict[str, Any], key: str) -> Msg:
    things = "thing" if count == 1 else "things"
    look = "Have a look:" if count == len(some) else f"Have a look at {len(some)} of them:"
    lines = tuple(
        f"{number}. {row.preview['title']}, {words.moment(row.done_at, settings)} "
        f"({', '.join(row.verdict['rules'])})"
        for number, row in enumerate(some, start=1)
    )
    rows = tuple(
        (
            Button(label=f"Show {number}", action="show", ref=row.id),
            Button(label=f"Not like this: {number}", action="complain", ref=row.id),
        )
        for number, row in enumerate(some, start=1)
    )
    said = f"I did {count} {things} outside by your rules, without asking. {look}"
    return Msg(
        key=key,
        summary=said,
        parts=(Heading(text=TITLE), _para(said), Bullets(items=lines), _para(NOTHING_ASKED)),
        buttons=rows,
    )


async def _ran(reader: Reader, since: datetime) -> list[sa.Row[Any]]:
    of_version = sa.and_(
        effect_versions.c.effect == effects.c.id, effect_versions.c.version == effects.c.version
    )
    query = (
        sa.select(effects.c.id, effects.c.verdict, effects.c.done_at, effect_versions.c.preview)
        .join(effect_versions, of_version)
        .where(effects.c.done_at > since, effects.c.state == "done")
        .where(effects.c.verdict["outcome"].as_string() == TOLD)
        .where(effects.c.action["effect"].as_string().not_in(OUTWARD_NOT))
        .order_by(effects.c.done_at)
    )
    return list(await reader.rows(query))


def _para(text: str) -> Para:
    return Para(spans=(Span(text=text),))
