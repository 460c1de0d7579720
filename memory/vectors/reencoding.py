"""Re-encoding: another encoder takes over while the one before goes on answering.

begun ──every hot passage has its vector──▶ the former's are dropped ──every box, too──▶ done
How far it came is kept in the database, so whatever breaks it off, it goes on from there.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import BaseModel

from memory import cursors
from memory.db import Database, Reader, Tx
from memory.schema.recall import boxes, passages, vectors
from memory.texts import archive
from memory.texts.archive import Packed
from memory.vectors.embed import Encodes
from memory.vectors.index import Index
from memory.vectors.meaning import packed, said

CURSOR = "vectors"


class Change(BaseModel, frozen=True):
    """How far it came. `former` is who made the vectors before ("": nobody, or unknown)."""

    encoder: str
    former: str = ""
    box: int = 0  # the last one whose vectors were looked at
    done: bool = False


class Left(BaseModel, frozen=True):
    """How much has no vector of the encoder yet, of how much."""

    waiting: int
    passages: int
    boxes: int


async def begin(database: Database, encoder: str) -> Change:
    """Let all passages wait for a vector of this encoder, but for those that have one.

    For the start of a process, before anybody asks: `Index.encoder` must say the same.
    """
    async with database.transaction() as tx:
        before = await _kept(tx)
        other = sa.select(vectors.c.encoder).where(vectors.c.encoder != encoder)
        former: str | None = await tx.value(other.order_by(vectors.c.seq.desc()).limit(1))
        change = _goes_on(before, encoder, former)
        if former is not None:
            mine = sa.select(vectors.c.seq).where(vectors.c.encoder == encoder)
            stale = passages.c.embedded & passages.c.seq.not_in(mine)
            await tx.conn.execute(sa.update(passages).where(stale).values(embedded=False))
        if change != before:
            await _keep(tx, change)
    return change


async def drop_former(database: Database, change: Change, index: Index) -> bool:
    """Drop the vectors of every other encoder, once all are made. False: some still wait."""
    async with database.transaction() as tx:
        waiting = sa.select(passages.c.seq).where(passages.c.embedded.is_(False)).limit(1)
        if await tx.row(waiting) is not None:
            return False
        others = vectors.c.encoder != change.encoder
        dropped = (await tx.conn.execute(sa.delete(vectors).where(others))).rowcount
    if dropped or change.former:  # else the index need not even be loaded
        await index.keep_only(change.encoder)
    return True


async def next_box(database: Database, encoder: Encodes, change: Change) -> Change:
    """Give what lies in the next box vectors of this encoder; return how far that is.

    Unchanged: the box was rewritten meanwhile, so try again. Raises EncoderDownError.
    """
    async with database.snapshot() as reader:
        following = sa.select(boxes.c.box, boxes.c.pack).where(boxes.c.box > change.box)
        row = await reader.row(following.order_by(boxes.c.box).limit(1))
    if row is None:
        went = change.model_copy(update={"done": True, "former": ""})
        async with database.transaction() as tx:
            await _keep(tx, went)
        return went
    inside = await _encoded(archive.unpack(row.pack), encoder)
    async with database.transaction() as tx:
        if inside is not None and not await archive.replace(tx, row.box, row.pack, inside):
            return change
        went = change.model_copy(update={"box": row.box})
        await _keep(tx, went)
    return went


async def left(reader: Reader, change: Change) -> Left:
    """Count what has no vector of the encoder yet."""
    count = sa.select(sa.func.count()).select_from(passages)
    behind = sa.select(sa.func.count()).select_from(boxes).where(boxes.c.box > change.box)
    return Left(
        waiting=await reader.value(count.where(passages.c.embedded.is_(False))),
        passages=await reader.value(count),
        boxes=0 if change.done else await reader.value(behind),
    )


def _goes_on(before: Change | None, encoder: str, former: str | None) -> Change:
    if before is None:
        return Change(encoder=encoder, former=former or "")
    if before.encoder != encoder:
        return Change(encoder=encoder, former=former or before.encoder)
    if before.done and former is not None:  # vectors of others came in, by an import or a copy
        return Change(encoder=encoder, former=former)
    return before


async def _encoded(inside: Sequence[Packed], encoder: Encodes) -> list[Packed] | None:
    """Return a box with a vector of this encoder for each; None: all have one."""
    texts = {}
    before: Packed | None = None
    for place, one in enumerate(inside):
        if one.encoder != encoder.name:
            joined = before is not None and before.session == one.session
            texts[place] = said(one.by, one.text, before.text if before and joined else None)
        before = one
    if not texts:
        return None
    made = await encoder.vectors(list(texts.values()))
    numbers = dict(zip(texts, map(packed, made), strict=True))
    return [
        one._replace(encoder=encoder.name, numbers=numbers[place]) if place in numbers else one
        for place, one in enumerate(inside)
    ]


async def _kept(reader: Reader) -> Change | None:
    value = await cursors.get(reader, CURSOR)
    return None if value is None else Change.model_validate_json(value)


async def _keep(tx: Tx, change: Change) -> None:
    await cursors.save(tx, CURSOR, change.model_dump_json())
