"""Meanings: the vectors that follow the passages in the background, and how near a question is.

A vector says what a passage means together with the one said before it. It lies in the database
in a byte a number, under the name of the encoder that made it; the index for searching all of them
at once is made from those.

another encoder ──▶ its vectors are made beside the old ones, both answer ──all made──▶ old ones go
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from memory.db import Database, Reader
from memory.embed import Encoder
from memory.index import Index, Vector
from memory.schema.recall import full_text, passages, vectors

EMBED_AT_ONCE = 100
BEFORE_CHARS = 300  # the encoder reads about 1,000, and the passage itself comes first
SCALE = 127


async def embed_pending(
    database: Database, encoder: Encoder, index: Index, limit: int = EMBED_AT_ONCE
) -> int:
    """Give up to `limit` passages their vectors, oldest first; return how many are done.

    Call it again until it returns 0, from one place only. Starts the index over first if it does
    not agree with the passages. Raises IndexBrokenError; the next call then starts it over.
    """
    if index.trusted is not False and not await _pending(database, encoder.name, 1):
        return 0
    async with database.snapshot() as reader:
        trusted = await is_trusted(reader, index, encoder.name)
    if not trusted:
        await _start_over(database, index)
    rows = await _pending(database, encoder.name, limit)
    numbers = {row.seq: row.numbers for row in rows if row.numbers is not None}
    new = [row for row in rows if row.numbers is None]
    if new:
        made = await asyncio.to_thread(encoder.encode, [_said(row) for row in new])
        numbers |= {row.seq: packed(values) for row, values in zip(new, made, strict=True)}
    some = [Vector(row.id, row.record or "", unpacked(numbers[row.seq])) for row in rows]
    await index.upsert(some, encoder=encoder.name)
    await _mark_embedded(database, index, encoder.name, {row.seq: row.id for row in rows}, numbers)
    return len(rows)


async def rebuild(database: Database, encoder: Encoder, index: Index) -> int:
    """Make all vectors anew from the passages; broken off, `embed_pending` goes on."""
    async with database.transaction() as tx:
        await tx.conn.execute(sa.delete(vectors))
    await _start_over(database, index)
    done = 0
    while some := await embed_pending(database, encoder, index):
        done += some
    return done


async def is_trusted(reader: Reader, index: Index, encoder: str) -> bool:
    """Say whether the index holds what it should of this encoder, looking once a process."""
    async with index.comparing:
        if index.trusted is None:
            embedded = sa.select(sa.func.count()).select_from(passages).filter_by(embedded=True)
            await index.agrees(await reader.value(embedded), encoder=encoder)
        return bool(index.trusted)


async def change_encoder(database: Database, encoder: str) -> str | None:
    """Let all passages wait for a vector of this encoder; return whose they have meanwhile.

    None: they have no others. For the start of a process; again changes nothing.
    """
    others = sa.select(vectors.c.encoder).where(vectors.c.encoder != encoder)
    async with database.transaction() as tx:
        newest = others.order_by(vectors.c.seq.desc()).limit(1)
        former: str | None = await tx.value(newest)
        if former is not None:
            mine = sa.select(vectors.c.seq).where(vectors.c.encoder == encoder)
            stale = passages.c.embedded & passages.c.seq.not_in(mine)
            await tx.conn.execute(sa.update(passages).where(stale).values(embedded=False))
    return former


async def end_change(database: Database, encoder: str, index: Index) -> bool:
    """Drop the vectors of every other encoder, once all are made. False: some still wait."""
    if await _pending(database, encoder, 1):
        return False
    async with database.transaction() as tx:
        await tx.conn.execute(sa.delete(vectors).where(vectors.c.encoder != encoder))
    await index.keep_only(encoder)
    return True


def packed(values: Sequence[float]) -> bytes:
    """Return a vector of length 1 in a byte a number; a cosine keeps two decimals."""
    import numpy as np

    numbers: bytes = np.rint(np.asarray(values) * SCALE).astype(np.int8).tobytes()
    return numbers


def unpacked(numbers: bytes) -> list[float]:
    import numpy as np

    values: list[float] = (np.frombuffer(numbers, np.int8) / SCALE).tolist()
    return values


def cosines(values: Sequence[float], packs: Sequence[bytes]) -> list[float]:
    """Return how near each of the packed vectors is to these values, exactly."""
    import numpy as np

    if not packs:
        return []
    rows = np.frombuffer(b"".join(packs), np.int8).reshape(len(packs), -1)
    near: list[float] = (rows.astype(np.float32) @ np.asarray(values, np.float32) / SCALE).tolist()
    return near


def _said(row: sa.Row[Any]) -> str:
    """Return what is encoded: who says what, then the end of what was said before."""
    said = f"{row.by}: {row.text}" if row.by else row.text
    return f"{said}\n{row.before[-BEFORE_CHARS:]}" if row.before else said


async def _pending(database: Database, encoder: str, limit: int) -> list[sa.Row[Any]]:
    """Return what has no vector of this encoder: first what has none at all, then the oldest."""
    c = passages.c
    mine, other = vectors.alias(), vectors.alias()
    elsewhere = sa.exists().where((other.c.seq == c.seq) & (other.c.encoder != encoder))
    waiting = (
        sa.select(c.seq, c.id, c.text, c.by, c.record, full_text.c.before, mine.c.numbers)
        .outerjoin(full_text, full_text.c.rowid == c.seq)
        .outerjoin(mine, (mine.c.seq == c.seq) & (mine.c.encoder == encoder))
        .where(c.embedded.is_(False))
    )
    async with database.snapshot() as reader:
        return await reader.rows(waiting.order_by(elsewhere, c.seq).limit(limit))


async def _start_over(database: Database, index: Index) -> None:
    await index.start_over()
    async with database.transaction() as tx:
        await tx.conn.execute(sa.update(passages).values(embedded=False))


async def _mark_embedded(
    database: Database, index: Index, encoder: str, names: dict[int, str], numbers: dict[int, bytes]
) -> None:
    """Keep the vectors; what was forgotten meanwhile loses its vector again."""
    async with database.transaction() as tx:
        mine = passages.c.seq.in_(names)
        left = {row.seq for row in await tx.rows(sa.select(passages.c.seq).where(mine))}
        await tx.conn.execute(sa.update(passages).where(mine).values(embedded=True))
        old = vectors.c.seq.in_(left) & (vectors.c.encoder == encoder)
        await tx.conn.execute(sa.delete(vectors).where(old))
        if left:
            rows = [
                {"seq": seq, "encoder": encoder, "numbers": numbers[seq]} for seq in sorted(left)
            ]
            await tx.conn.execute(sa.insert(vectors), rows)
    if gone := [name for seq, name in names.items() if seq not in left]:
        await index.delete(sorted(gone))
