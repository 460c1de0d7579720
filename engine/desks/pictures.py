"""Pictures: the pages of the PDFs that an effect would send or make, beside its card.

The card comes first and says everything; its pictures follow as work of its own, as far as they
can be made. What is painted is kept with the version it shows, so a redraw paints nothing.
"""

import asyncio
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from connectors import blobs
from connectors.contract import ConnectorError, Paper
from connectors.files import pictures as painting
from engine.acting import effects, gate
from engine.chat import outbox
from engine.drawing import cards
from engine.drawing.face import pictures_of, unpictured
from engine.flow.durable import Work
from engine.rules.house import House
from memory import events
from memory.db import Tx, change
from memory.schema.work import effect_versions

PNG = "image/png"
DOCUMENTS_MAX = 3  # painted for one card; it says how many more there are
VERSIONS_MAX = 10  # looked through for the document before this one
NAME_CHARS_MAX = 80
Row = sa.Row[Any]
Picture = dict[str, str]
Papers = tuple[Paper, ...]


async def paint(house: House, work: Work) -> None:
    """Add the pictures to the card of a waiting effect. Nothing happens where there is none."""
    effect_id, _, version = work.ref.rpartition(":")
    async with house.db.snapshot() as reader:
        effect = await effects.get(reader, effect_id)
        query = sa.select(effect_versions).filter_by(effect=effect_id)
        versions = await reader.rows(query.order_by(effect_versions.c.version.desc()))
    if effect is None or not _asked(effect, int(version)) or pictures_of(versions[0].preview):
        return
    made: list[Picture] = []
    left = 0
    with suppress(ConnectorError, OSError):  # an extra: the card stands without it
        made, left = await _all(house, versions[:VERSIONS_MAX])
    if not made:
        return
    async with house.db.transaction() as tx:
        now = await effects.get(tx, effect_id)
        if now is not None and _asked(now, int(version)):
            await _show(tx, now, versions[0], made, left)


def _asked(effect: effects.Effect, version: int) -> bool:
    return effect.state == "waiting" and effect.version == version


async def _all(house: House, versions: list[Row]) -> tuple[list[Picture], int]:
    """Return the pictures of the newest version, and how many of its documents have none.

    Versions run from the newest to the oldest.
    """
    mine = await _papers(house, versions[0])
    pictures = []
    for place, paper in enumerate(mine[:DOCUMENTS_MAX]):
        before = await _before(house, mine, place, versions[1:])
        if (made := await _made(house, paper, before, versions[1:])) is not None:
            pictures.append(made)
    return pictures, len(mine) - len(pictures)


async def _made(house: House, mine: Paper, before: bytes, earlier: list[Row]) -> Picture | None:
    """Return the picture of one document, painted now or for an earlier version."""
    of = painting.name_of(mine.data, before)
    for version in earlier:
        for known in version.preview.get("pictures", ()):
            if known["of"] == of:
                return dict(known)
    png = await painting.paint(mine.data, before)
    if png is None:
        return None
    digest = await asyncio.to_thread(blobs.put, house.blobs, png)
    stem = mine.name.removesuffix(".pdf")[:NAME_CHARS_MAX]
    return {"of": of, "name": f"{stem}.png", "mime": PNG, "digest": digest}


async def _before(house: House, mine: Papers, place: int, earlier: list[Row]) -> bytes:
    """Return what this document was when it last was another one; nothing when it never was."""
    for version in earlier:
        old = counterpart(mine, place, await _papers(house, version))
        if old is not None and old.data != mine[place].data:
            return old.data
    return b""


def counterpart(mine: Papers, place: int, earlier: Papers) -> Paper | None:
    """Return the document of that name; where its name is new, the one it took the place of."""
    there = earlier[place] if place < len(earlier) else None
    named = [paper for paper in earlier if paper.name == mine[place].name]
    if named:
        return there if there in named else named[0]
    replaced = there is not None and all(paper.name != there.name for paper in mine)
    return there if replaced else None


async def _papers(house: House, version: Row) -> Papers:
    operation = house.operation(version.action["operation"])
    if operation.papers is None or not version.preview.get("papers"):
        return ()
    with suppress(ConnectorError):  # what an earlier version showed may be gone by now
        return await operation.papers(gate.arguments(operation, version.action["args"]))
    return ()


async def _show(
    tx: Tx, effect: effects.Effect, version: Row, made: list[Picture], left: int
) -> None:
    """Keep the pictures with the version and put them on the card, whatever menu is open there."""
    what: dict[str, Any] = {"effect": effect.id, "version": effect.version}
    await events.note(tx, "effect.pictured", effect.cause, goal=effect.goal, **what)
    preview = {**version.preview, "pictures": made, "unpictured": left}
    await change(tx, effect_versions, what, preview=preview)
    card = await outbox.get(tx, cards.key(effect.id, effect.version))
    if card is not None:
        parts = (*card.msg.parts, *unpictured(preview))
        msg = card.msg.model_copy(update={"files": pictures_of(preview), "parts": parts})
        await outbox.post(tx, msg, card.conv, priority=card.priority)
