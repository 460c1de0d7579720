"""Pictures: the pages of the PDF that an effect would send or make, beside its card.

The card comes first and says everything; its picture follows as work of its own, if it can be
made at all. What is painted is kept with the version it shows, so a redraw paints nothing.
"""

import asyncio
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from connectors import blobs
from connectors.contract import ConnectorError, Paper
from connectors.files import pictures as painting
from engine import cards, effects, gate, outbox
from engine.durable import Work
from engine.face import pictures_of
from engine.house import House
from memory import events
from memory.db import Tx, change
from memory.schema.work import effect_versions

PNG = "image/png"
VERSIONS_MAX = 10  # looked through for the document before this one
NAME_CHARS_MAX = 80
Row = sa.Row[Any]
Picture = dict[str, str]


async def paint(house: House, work: Work) -> None:
    """Add the picture to the card of a waiting effect. Nothing happens where there is none."""
    effect_id, _, version = work.ref.rpartition(":")
    async with house.db.snapshot() as reader:
        effect = await effects.get(reader, effect_id)
        query = sa.select(effect_versions).filter_by(effect=effect_id)
        versions = await reader.rows(query.order_by(effect_versions.c.version.desc()))
    if effect is None or not _asked(effect, int(version)) or pictures_of(versions[0].preview):
        return
    made = None
    with suppress(ConnectorError, OSError):  # an extra: the card stands without it
        made = await _made(house, versions[:VERSIONS_MAX])
    if made is None:
        return
    async with house.db.transaction() as tx:
        now = await effects.get(tx, effect_id)
        if now is not None and _asked(now, int(version)):
            await _show(tx, now, versions[0], made)


def _asked(effect: effects.Effect, version: int) -> bool:
    return effect.state == "waiting" and effect.version == version


async def _made(house: House, versions: list[Row]) -> Picture | None:
    """Return the picture of the newest version, painted now or for an earlier one.

    Versions run from the newest to the oldest.
    """
    mine = await _paper(house, versions[0])
    if mine is None:
        return None
    before = await _before(house, mine, versions[1:])
    of = painting.name_of(mine.data, before)
    for version in versions[1:]:
        for known in version.preview.get("pictures", ()):
            if known["of"] == of:
                return dict(known)
    png = await painting.paint(mine.data, before)
    if png is None:
        return None
    digest = await asyncio.to_thread(blobs.put, house.blobs, png)
    stem = mine.name.removesuffix(".pdf")[:NAME_CHARS_MAX]
    return {"of": of, "name": f"{stem}.png", "mime": PNG, "digest": digest}


async def _before(house: House, mine: Paper, versions: list[Row]) -> bytes:
    """Return the newest earlier document that was another one; nothing when there is none."""
    for version in versions:
        with suppress(ConnectorError):  # what it showed may be gone by now
            paper = await _paper(house, version)
            if paper is not None and paper.data != mine.data:
                return paper.data
    return b""


async def _paper(house: House, version: Row) -> Paper | None:
    operation = house.operation(version.action["operation"])
    if operation.papers is None or not version.preview.get("papers"):
        return None
    papers = await operation.papers(gate.arguments(operation, version.action["args"]))
    return papers[0] if papers else None


async def _show(tx: Tx, effect: effects.Effect, version: Row, made: Picture) -> None:
    """Keep the picture with the version and put it on the card, whatever menu is open there."""
    what: dict[str, Any] = {"effect": effect.id, "version": effect.version}
    await events.note(tx, "effect.pictured", effect.cause, goal=effect.goal, **what)
    preview = {**version.preview, "pictures": [made]}
    await change(tx, effect_versions, what, preview=preview)
    card = await outbox.get(tx, cards.key(effect.id, effect.version))
    if card is not None:
        msg = card.msg.model_copy(update={"files": pictures_of(preview)})
        await outbox.post(tx, msg, card.conv, priority=card.priority)
