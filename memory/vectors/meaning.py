"""Meanings: the vectors that follow the passages in the background, and how near a question is.

A vector says what a passage means together with the one said before it. It lies in the database
in a byte a number, under the name of the encoder that made it; the index for searching all of them
at once is made from those.

another encoder ──▶ its vectors are made beside the old ones, both answer (reencoding.py)
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from memory.db import Database, Reader
from memory.schema.recall import full_text, passages, vectors
from memory.vectors.embed import Encodes
from memory.vectors.index import Index, IndexAwayError, Vector

EMBED_AT_ONCE = 100
BEFORE_CHARS = 300  # the encoder reads about 1,000, and the passage itself comes first
SCALE = 127
EMBEDDED = sa.select(sa.func.count()).select_from(passages).filter_by(embedded=True)


async def embed_pending(
    database: Database, encoder: Encodes, index: Index, limit: int = EMBED_AT_ONCE
) -> int:
    """Give up to `limit` passages their vectors, oldest first; return how many are done.

    Call it again until it returns 0, from one place only. Starts the index over first if it does
    not agree with the passages. Raises IndexBrokenError; the next call then starts it over.
    """
    waits = bool(await _pending(database, encoder.name, 1))
    if index.trusted is not False and not index.away and not waits:
        return 0
    async with database.snapshot() as reader:
        trusted = await is_trusted(reader, index, encoder.name)
    if index.away:
        raise IndexAwayError(index.away)
    if not trusted:
        await _start_over(database, index)
    rows = await _pending(database, encoder.name, limit)
    numbers = {row.seq: row.numbers for row in rows if row.numbers is not None}
    new = [row for row in rows if row.numbers is None]
    if new:
        made = await encoder.vectors([said(row.by, row.text, row.before) for row in new])
        if await _drop_of_other_length(database, encoder.name, len(made[0])):
            await _start_over(database, index)
            return await embed_pending(database, encoder, index, limit)
        numbers |= {row.seq: packed(values) for row, values in zip(new, made, strict=True)}
    some = [Vector(row.id, row.record or "", unpacked(numbers[row.seq])) for row in rows]
    await index.upsert(some, encoder=encoder.name)
    await _mark_embedded(database, index, encoder.name, rows, numbers)
    return len(rows)


async def delete(database: Database, index: Index, ids: Sequence[str]) -> None:
    """Delete the vectors of what was forgotten or changed, but for what has a new one by now.

    Raises IndexBrokenError.
    """
    made = sa.select(passages.c.id).where(passages.c.id.in_(ids), passages.c.embedded)
    async with database.snapshot() as reader:
        anew = {row.id for row in await reader.rows(made)}
    if gone := [id for id in ids if id not in anew]:
        await index.delete(gone)


async def look_again(database: Database, encoder: str, index: Index) -> bool:
    """Compare an index in use once more: somebody else may have had hands on it."""
    async with index.comparing, database.snapshot() as reader:
        return await index.agrees(await reader.value(EMBEDDED), encoder=encoder)


async def rebuild(database: Database, encoder: Encodes, index: Index) -> int:
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
            await index.agrees(await reader.value(EMBEDDED), encoder=index.encoder or encoder)
        return bool(index.trusted)


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
    """Return how near each of the packed vectors is to these values, exactly.

    0 for all of them while a model that changed its vectors has not made all of them anew.
    """
    import numpy as np

    if not packs:
        return []
    if {len(pack) for pack in packs} != {len(values)}:
        return [0.0] * len(packs)
    rows = np.frombuffer(b"".join(packs), np.int8).reshape(len(packs), -1)
    near: list[float] = (rows.astype(np.float32) @ np.asarray(values, np.float32) / SCALE).tolist()
    return near


def said(by: str | None, text: str, before: str | None) -> str:
    """Return what is encoded: who says what, then the end of what was said before."""
    own = f"{by}: {text}" if by else text
    return f"{own}\n{before[-BEFORE_CHARS:]}" if before else own


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
    """Empty the index. Vectors of a former encoder go back at once, for they still answer."""
    await index.start_over()
    async with database.transaction() as tx:
        await tx.conn.execute(sa.update(passages).values(embedded=False))
    others = sa.select(vectors.c.encoder).where(vectors.c.encoder != index.encoder).distinct()
    async with database.snapshot() as reader:
        formers = [row.encoder for row in await reader.rows(others)] if index.encoder else []
    for former in formers:
        await _put_back(database, former, index)


async def _put_back(database: Database, encoder: str, index: Index) -> None:
    c = vectors.c
    mine = sa.select(c.seq, c.numbers, passages.c.id, passages.c.record).join(passages)
    mine = mine.where(c.encoder == encoder).order_by(c.seq).limit(EMBED_AT_ONCE)
    last = 0
    while True:
        async with database.snapshot() as reader:
            rows = await reader.rows(mine.where(c.seq > last))
        if not rows:
            return
        last = rows[-1].seq
        some = [Vector(row.id, row.record or "", unpacked(row.numbers)) for row in rows]
        await index.upsert(some, encoder=encoder)


async def _drop_of_other_length(database: Database, encoder: str, length: int) -> bool:
    """Drop what a model said before another one took its name: nothing compares with it."""
    mine = vectors.c.encoder == encoder
    longest = sa.select(sa.func.length(vectors.c.numbers)).where(mine).order_by(vectors.c.seq)
    async with database.snapshot() as reader:
        before = await reader.value(longest.limit(1))
    if before in (None, length):
        return False
    async with database.transaction() as tx:
        await tx.conn.execute(sa.delete(vectors).where(mine))
    return True


async def _mark_embedded(
    database: Database,
    index: Index,
    encoder: str,
    rows: Sequence[sa.Row[Any]],
    numbers: dict[int, bytes],
) -> None:
    """Keep the vectors; what was forgotten or changed meanwhile loses its vector again."""
    read = {row.seq: (row.by, row.text, row.before) for row in rows}
    async with database.transaction() as tx:
        now = await tx.rows(_SAID.where(passages.c.seq.in_(read)))
        left = {row.seq for row in now if (row.by, row.text, row.before) == read[row.seq]}
        mine = passages.c.seq.in_(left)
        await tx.conn.execute(sa.update(passages).where(mine).values(embedded=True))
        old = vectors.c.seq.in_(left) & (vectors.c.encoder == encoder)
        await tx.conn.execute(sa.delete(vectors).where(old))
        if left:
            made = [
                {"seq": seq, "encoder": encoder, "numbers": numbers[seq]} for seq in sorted(left)
            ]
            await tx.conn.execute(sa.insert(vectors), made)
    if gone := [row.id for row in rows if row.seq not in left]:
        await index.delete(sorted(gone))


_SAID = sa.select(passages.c.seq, passages.c.by, passages.c.text, full_text.c.before).outerjoin(
    full_text, full_text.c.rowid == passages.c.seq
)
