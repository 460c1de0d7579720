"""Recall: the passages that answer a question, found by their words and by their meaning.

Words come from SQLite's full text, written with the passage, so a search is complete the moment
something is stored. Meanings come from the vector index, which follows in the background. Both
scores are divided by their best and added; without an encoder the words alone keep nearly all.
"""

import asyncio
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from memory import ids
from memory.db import Database, Reader, Tx
from memory.embed import Encoder
from memory.events import Trust
from memory.index import Index, IndexBrokenError, Vector
from memory.schema.recall import full_text, passages

Kind = Literal["message", "mail", "note", "fact", "artifact", "episode"]

PIECE_CHARS = 800  # about 200 tokens; the encoder reads 256
CHARS_PER_TOKEN = 4
POOL = 50  # candidates from either side
QUERY_WORDS_MAX = 64
MEANING_WEIGHT = 0.6  # against 1 for the words: more makes it worse, measured
BEFORE_WEIGHT = 0.5  # a word of the passage before, against 1 for the passage's own
EMBED_AT_ONCE = 100
FUNCTION_WORDS = Path(__file__).parent / "data" / "function-words.txt"


class Recalled(BaseModel, frozen=True):
    """One passage that may answer. `score` compares within one recall only, best first."""

    id: str
    ref: str
    kind: Kind
    text: str
    score: float
    at: datetime
    trust: Trust
    record: str | None


async def remember(
    tx: Tx,
    *,
    kind: Kind,
    ref: str,
    text: str,
    trust: Trust,
    record: str | None = None,
    conv: str | None = None,
    at: datetime | None = None,
) -> list[str]:
    """Make the text recallable under its source `ref`; return the ids of its passages.

    A long text becomes several. What `ref` said before under this kind is replaced; the same
    about the same record again changes nothing. Signals "passage" for each: its vector is due.
    """
    pieces = list(_pieces(_storable(text)))
    names = [
        ids.derived_id("psg", kind, ref, record, place, piece) for place, piece in enumerate(pieces)
    ]
    mine = (passages.c.kind == kind) & (passages.c.ref == ref)
    known = await tx.rows(sa.select(passages.c.id).where(mine))
    if {row.id for row in known} == set(names):
        return names
    if known:
        await _remove(tx, mine)
    common = {"kind": kind, "ref": ref, "record": record, "conv": conv, "trust": trust}
    rows = [
        {**common, "id": name, "text": piece, "at": at or tx.now}
        for name, piece in zip(names, pieces, strict=True)
    ]
    if rows:
        await tx.conn.execute(sa.insert(passages), rows)
        await _write_words(tx, mine)
    for name in names:
        tx.signal("passage", name)
    return names


async def forget(tx: Tx, refs: Sequence[str]) -> None:
    """Remove everything recalled from these sources, down to the last word of the full text.

    Signals "forgotten" for each passage: pass the id to `Index.delete`. Should the process end
    before, the index no longer agrees with the passages and starts over.
    """
    if await _remove(tx, passages.c.ref.in_(refs)):
        await tx.conn.execute(sa.text("INSERT INTO passages_fts(passages_fts) VALUES ('optimize')"))


async def recall(
    reader: Reader,
    query: str,
    *,
    record: str | None = None,
    k: int = 10,
    budget_tokens: int = 600,
    encoder: Encoder | None = None,
    index: Index | None = None,
) -> list[Recalled]:
    """Return up to k passages within the budget, best first; only those about `record` if given.

    Any text is a query. The best passage is returned even where it alone exceeds the budget.
    """
    by_words = await _by_words(reader, query, record)
    by_meaning: dict[str, float] = {}
    if encoder is not None and index is not None:
        by_meaning = await _by_meaning(reader, query, record, by_words, encoder, index)
    scores = fuse(by_words, by_meaning)
    found = await reader.rows(sa.select(passages).where(passages.c.id.in_(scores)))
    ranked = sorted(found, key=lambda row: (-scores[row.id], -row.seq))
    names = Recalled.model_fields.keys() - {"score"}
    best = [
        Recalled(score=scores[row.id], **{name: row._mapping[name] for name in names})
        for row in ranked
    ]
    return list(_within(best, k, budget_tokens))


def fuse(by_words: Mapping[str, float], by_meaning: Mapping[str, float]) -> dict[str, float]:
    """Add both scores of each id, each divided by the best of its kind, meaning at its weight.

    A weighted sum, because ranks alone (RRF) lose a fifth of what the words find.
    """
    sides = ((1.0, by_words), (MEANING_WEIGHT, by_meaning))
    scores: dict[str, float] = {}
    for weight, side in sides:
        best = max(side.values(), default=0)
        for name, score in side.items():
            if score > 0:
                scores[name] = scores.get(name, 0) + weight * score / best
    return scores


async def embed_pending(
    database: Database, encoder: Encoder, index: Index, limit: int = EMBED_AT_ONCE
) -> int:
    """Give up to `limit` passages their vectors, oldest first; return how many are done.

    Call it again until it returns 0, from one place only. Starts the index over first if it does
    not agree with the passages. Raises IndexBrokenError; the next call then starts it over.
    """
    if index.trusted is not False and not await _pending(database, 1):
        return 0
    async with database.snapshot() as reader:
        trusted = await _is_trusted(reader, index)
    if not trusted:
        await _start_over(database, index)
    rows = await _pending(database, limit)
    vectors = await asyncio.to_thread(encoder.encode, [row.text for row in rows])
    await index.upsert(
        [
            Vector(row.id, row.record or "", values)
            for row, values in zip(rows, vectors, strict=True)
        ]
    )
    await _mark_embedded(database, index, [row.id for row in rows])
    return len(rows)


async def rebuild(database: Database, encoder: Encoder, index: Index) -> int:
    """Make all vectors anew from the passages (100,000 take about a quarter of an hour)."""
    await _start_over(database, index)
    done = 0
    while some := await embed_pending(database, encoder, index):
        done += some
    return done


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair is no character


def _pieces(text: str) -> Iterator[str]:
    """Cut at paragraphs, and only where one is too long, within it at a space."""
    if len(text) <= PIECE_CHARS:
        if text.strip():
            yield text
        return
    piece = ""
    for paragraph in text.splitlines():
        for part in textwrap.wrap(paragraph, PIECE_CHARS):
            if piece and len(piece) + len(part) >= PIECE_CHARS:
                yield piece
                piece = ""
            piece = f"{piece}\n{part}" if piece else part
    if piece:
        yield piece


async def _remove(tx: Tx, which: sa.ColumnElement[bool]) -> bool:
    """Remove passages and their words, also where the passage after them repeats these."""
    gone = {row.seq: row.id for row in await tx.rows(sa.select(passages).where(which))}
    if not gone:
        return False
    after = passages.alias()
    next_seq = sa.select(sa.func.min(after.c.seq)).where(
        after.c.conv == passages.c.conv, after.c.seq > passages.c.seq, after.c.seq.not_in(gone)
    )
    nexts = sa.select(next_seq.scalar_subquery()).where(passages.c.seq.in_(gone)).distinct()
    renewed = [seq for (seq,) in await tx.rows(nexts) if seq is not None]
    stale = full_text.c.rowid.in_([*gone, *renewed])
    await tx.conn.execute(sa.delete(full_text).where(stale))
    await tx.conn.execute(sa.delete(passages).where(passages.c.seq.in_(gone)))
    await _write_words(tx, passages.c.seq.in_(renewed))
    for name in gone.values():
        tx.signal("forgotten", name)
    return True


async def _write_words(tx: Tx, which: sa.ColumnElement[bool]) -> None:
    """Write the full text of passages: their own words, and those of the passage before.

    Before means in the same conversation, or for what belongs to none, in the same source.
    """
    earlier = passages.alias()
    same_talk = (earlier.c.conv == passages.c.conv,)
    same_source = (
        passages.c.conv.is_(None),
        earlier.c.kind == passages.c.kind,
        earlier.c.ref == passages.c.ref,
    )
    before = [
        sa.select(earlier.c.text)
        .where(earlier.c.seq < passages.c.seq, *same)
        .order_by(earlier.c.seq.desc())
        .limit(1)
        .scalar_subquery()
        for same in (same_talk, same_source)
    ]
    rows = sa.select(passages.c.seq, passages.c.text, sa.func.coalesce(*before)).where(which)
    await tx.conn.execute(sa.insert(full_text).from_select(["rowid", "text", "before"], rows))


async def _by_words(reader: Reader, query: str, record: str | None) -> dict[str, float]:
    terms = _terms(_storable(query))
    if not terms:
        return {}
    score = -sa.func.bm25(sa.literal_column("passages_fts"), 1.0, BEFORE_WEIGHT)
    found = (
        sa.select(passages.c.id, score.label("score"))
        .join(full_text, full_text.c.rowid == passages.c.seq)
        .where(full_text.c.passages_fts.match(" OR ".join(terms)))
        .order_by(sa.desc("score"))
        .limit(POOL)
    )
    if record is not None:
        found = found.where(passages.c.record == record)
    return {row.id: row.score for row in await reader.rows(found)}


def _terms(query: str) -> list[str]:
    """Return each word as a quoted phrase, which full text reads as words and never as operators.

    A word with signs in it ("INV-7", "Ada's") counts as a whole and by its parts.
    """
    terms: dict[str, None] = {}
    for word in query.replace('"', " ").replace("\0", " ").lower().split()[:QUERY_WORDS_MAX]:
        parts = re.findall(r"[^\W_]+", word)
        if len(parts) > 1:
            parts = [word, *(part for part in parts if len(part) > 1)]
        terms |= dict.fromkeys(f'"{part}"' for part in parts)
    return [term for term in terms if term not in _function_words()] or list(terms)


@cache
def _function_words() -> frozenset[str]:
    """A question is full of them and an answer need not be: 2 points of R@10, measured."""
    return frozenset(f'"{word}"' for word in FUNCTION_WORDS.read_text("utf-8").split())


async def _by_meaning(
    reader: Reader,
    query: str,
    record: str | None,
    also: Collection[str],
    encoder: Encoder,
    index: Index,
) -> dict[str, float]:
    """Return the cosines of the nearest and of those the words found.

    Nothing while the index is broken or behind: then the words answer alone.
    """
    if not await _is_trusted(reader, index):
        return {}
    [vector] = await asyncio.to_thread(encoder.encode, [query])
    try:
        nearest = await index.nearest(vector, POOL, record=record)
        return nearest | await index.cosines(vector, also)
    except IndexBrokenError:
        return {}


def _within(best: Sequence[Recalled], k: int, budget_tokens: int) -> Iterator[Recalled]:
    """Yield what fits, best first; what does not fit makes room for the next."""
    left = budget_tokens * CHARS_PER_TOKEN
    count = 0
    for passage in best:
        if count < k and (len(passage.text) <= left or count == 0):
            count += 1
            left -= len(passage.text)
            yield passage


async def _is_trusted(reader: Reader, index: Index) -> bool:
    async with index.comparing:
        if index.trusted is None:
            embedded = sa.select(sa.func.count()).select_from(passages).filter_by(embedded=True)
            await index.agrees(await reader.value(embedded))
        return bool(index.trusted)


async def _pending(database: Database, limit: int) -> list[sa.Row[Any]]:
    waiting = sa.select(passages.c.id, passages.c.text, passages.c.record).filter_by(embedded=False)
    async with database.snapshot() as reader:
        return await reader.rows(waiting.order_by(passages.c.seq).limit(limit))


async def _start_over(database: Database, index: Index) -> None:
    await index.start_over()
    async with database.transaction() as tx:
        await tx.conn.execute(sa.update(passages).values(embedded=False))


async def _mark_embedded(database: Database, index: Index, names: Sequence[str]) -> None:
    """Note which have their vectors; what was forgotten meanwhile loses its vector again."""
    async with database.transaction() as tx:
        mine = passages.c.id.in_(names)
        left = {row.id for row in await tx.rows(sa.select(passages.c.id).where(mine))}
        await tx.conn.execute(sa.update(passages).where(mine).values(embedded=True))
    if gone := set(names) - left:
        await index.delete(sorted(gone))
