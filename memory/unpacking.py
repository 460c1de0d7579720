"""Unpacking: the archived passages that a question may find, scored as full text would score them.

The words find boxes; the best few are opened, and what is in them is weighed by a full text of its
own in memory. How rare a word is comes from everything that is hot, so that both kinds compare.
Within a scope the newest boxes are opened besides, because there the meaning alone may find.
"""

import asyncio
import math
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NamedTuple

import sqlalchemy as sa

from memory.archive import Packed, unpack
from memory.candidates import BEFORE_WEIGHT, KEPT, Scope
from memory.db import Reader
from memory.schema.recall import archived, box_words, boxes, full_text, passages
from memory.when import Span

BOXES_OPENED = 6
BOXES_LOOKED_AT = 40
DATED_WEIGHT = 0.9  # of a box from the days that the question names, beside the best words
FOUND_MAX = 60  # of what was in them
RAREST = 1e-6  # as FTS5 says of a word that most texts have
MAKE = "CREATE VIRTUAL TABLE said USING fts5(text, before, tokenize = '{}')"
TOKENS = "porter unicode61 remove_diacritics 2"


class Found(NamedTuple):
    """A passage from the archive, with the fields of a candidate's row in their order."""

    seq: int
    id: str
    ref: str
    kind: str
    record: str | None
    by: str | None
    text: str
    at: Any
    trust: str
    session: str
    traits: int
    words: float
    encoder: str
    numbers: bytes


async def by_archive(
    reader: Reader, terms: Sequence[str], scope: Scope, spans: Sequence[Span]
) -> list[Found]:
    """Return what the terms find in the best boxes, best first, each with its vector."""
    if not terms and not scope.wanted():
        return []
    packs = await _best(reader, terms, scope, spans)
    if not packs:
        return []
    total = int(await reader.value(sa.select(sa.func.count()).select_from(passages)))
    known = {term: await _holding(reader, term) for term in terms}
    return await asyncio.to_thread(_found, packs, scope, known, total)


async def _best(
    reader: Reader, terms: Sequence[str], scope: Scope, spans: Sequence[Span]
) -> list[bytes]:
    c = boxes.c
    chosen = await _by_words(reader, terms, scope, spans) if terms else []
    if within := scope.where(archived):
        mine = sa.select(archived.c.box).where(*within)
        newest = sa.select(c.box).where(c.box.in_(mine)).order_by(c.last_at.desc())
        chosen += [row.box for row in await reader.rows(newest.limit(BOXES_OPENED))]
    first = list(dict.fromkeys(chosen))[:BOXES_OPENED]
    return [row.pack for row in await reader.rows(sa.select(c.pack).where(c.box.in_(first)))]


async def _by_words(
    reader: Reader, terms: Sequence[str], scope: Scope, spans: Sequence[Span]
) -> list[int]:
    """Return the boxes that the terms and the days of the question find, best first."""
    score = -sa.func.bm25(sa.literal_column("boxes_fts"))
    asked = sa.select(box_words.c.rowid.label("box"), score.label("words")).where(
        box_words.c.boxes_fts.match(" OR ".join(terms))
    )
    if within := scope.where(archived):
        mine = sa.select(archived.c.box).where(*within)  # `+ 0`: see memory/candidates.py
        asked = asked.where((box_words.c.rowid + 0).in_(mine))
    best = asked.order_by(sa.desc("words")).limit(BOXES_LOOKED_AT).subquery()
    c = boxes.c
    rows = await reader.rows(
        sa.select(c.box, c.first_at, c.last_at, best.c.words).join(best, best.c.box == c.box)
    )
    if not rows:
        return []
    top = max(row.words for row in rows) or 1.0

    def worth(row: sa.Row[Any]) -> float:
        first, last = row.first_at.date(), row.last_at.date()
        dated = any(span.first <= last and first <= span.last for span in spans)
        return float(row.words / top + DATED_WEIGHT * dated)

    return [row.box for row in sorted(rows, key=worth, reverse=True)[:BOXES_OPENED]]


async def _holding(reader: Reader, term: str) -> int:
    """Count the hot passages that hold this term."""
    count = sa.select(sa.func.count()).select_from(full_text)
    return int(await reader.value(count.where(full_text.c.passages_fts.match(term))))


def _found(packs: Sequence[bytes], scope: Scope, known: dict[str, int], total: int) -> list[Found]:
    inside = [one for pack in packs for one in unpack(pack)]
    scores = _scores(inside, known, total)
    if scope.wanted():
        scores |= {place: 0.0 for place in range(len(inside)) if place not in scores}
    best = sorted(scores, key=lambda place: (-scores[place], -inside[place].seq))
    mine = [(inside[place], scores[place]) for place in best if scope.holds(inside[place])]
    return [
        Found._make((*one[:KEPT], score, one.encoder, one.numbers))
        for one, score in mine[:FOUND_MAX]
    ]


def _scores(inside: Sequence[Packed], known: dict[str, int], total: int) -> dict[int, float]:
    """Return the BM25 of those that hold a term, as if they stood among the hot ones."""
    scores: dict[int, float] = defaultdict(float)
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(MAKE.format(TOKENS))
        memory.executemany("INSERT INTO said(rowid, text, before) VALUES (?, ?, ?)", _rows(inside))
        ask = f"SELECT rowid, -bm25(said, 1.0, {BEFORE_WEIGHT}) FROM said WHERE said MATCH ?"
        for term, hot in known.items():
            hits = memory.execute(ask, (term,)).fetchall()
            here = _rare(len(inside), len(hits))
            there = _rare(total + len(inside), hot + len(hits))
            for place, score in hits:
                scores[place] += score / here * there
    return dict(scores)


def _rows(inside: Sequence[Packed]) -> list[tuple[int, str, str | None]]:
    before: Packed | None = None
    rows = []
    for place, one in enumerate(inside):
        same = before is not None and before.session == one.session
        rows.append((place, one.text, before.text if before is not None and same else None))
        before = one
    return rows


def _rare(total: int, holding: int) -> float:
    return max(RAREST, math.log((total - holding + 0.5) / (holding + 0.5)))
