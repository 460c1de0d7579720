"""Candidates: the passages that a question's words find, and those that mean something near it.

A scope is filtered in SQL before anything is scored. Within one, meanings are compared exactly;
over everything the vector index is asked. The functions that take a `sqlite3.Connection` run in
the database's thread, so that a question goes there twice in all (docs/decisions/0024).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from heapq import nlargest
from typing import Any, NamedTuple

from memory.db import Reader
from memory.meaning import cosines
from memory.ranking import Candidate
from memory.scope import Scope
from memory.terms import telling

POOL = 120  # candidates the words may give
NEAREST = 50  # candidates the meaning may add
SCOPED_MAX = 50_000  # rows of a scope that are compared one by one, newest first
MANY = 5_000  # passages; with fewer, every word is asked for alike
RARE_ENOUGH = 1_000  # passages found by the rarest words; the others then only add to their score
BEFORE_WEIGHT = 0.7  # a word of the passage before, against 1 for the passage's own
NAME_CHARS_MIN = 3
FIELDS = (
    *("seq", "id", "ref", "kind", "record", "by", "text", "at", "trust", "session", "traits"),
    "sensitivity",
)
KEPT = len(FIELDS)  # fields of a candidate that are columns of a passage

Values = Mapping[str, Sequence[float]]  # the question as each encoder says it, the wanted one first
Packs = Mapping[str, tuple[list[int], list[bytes]]]  # what a scope holds, by encoder: rows, vectors


class Found(NamedTuple):
    """A passage that words or meaning found, its BM25 (0: none), its vector and whose that is."""

    seq: int
    id: str
    ref: str
    kind: str
    record: str | None
    by: str | None
    text: str
    at: datetime
    trust: str
    session: str
    traits: int
    sensitivity: str
    words: float
    encoder: str | None
    numbers: bytes | None


async def by_words(
    reader: Reader, terms: Sequence[str], scope: Scope, encoders: Sequence[str]
) -> list[Found]:
    """Return what the terms find, best first, each with its BM25 and packed vector.

    The vector is of the first of these encoders that made one.
    """

    def look(conn: sqlite3.Connection) -> list[Found]:
        return found_by_words(conn, terms, held(conn, scope), encoders)

    return await reader.at_once(look)


def held(conn: sqlite3.Connection, scope: Scope) -> list[int] | None:
    """Return the rows of a scope, newest first; None: it is everything."""
    if not scope.limits:
        return None
    where, values = scope.sql("p")
    ask = f"SELECT p.seq FROM passages AS p WHERE {where} ORDER BY p.seq DESC"
    return [seq for (seq,) in conn.execute(ask, values)]


def found_by_words(
    conn: sqlite3.Connection,
    terms: Sequence[str],
    mine: Sequence[int] | None,
    encoders: Sequence[str],
) -> list[Found]:
    """Do what `by_words` does, in the database's thread; `mine` is what the scope holds."""
    if not terms or (mine is not None and not mine):
        return []
    scores = dict(_scored(conn, terms, mine))
    rows = _rows(conn, "seq", list(scores), encoders)
    found = (Found._make((*row[:KEPT], scores[row[0]], *row[KEPT:])) for row in rows)
    return sorted(found, key=lambda one: (-one.words, one.seq))


def vectors_within(
    conn: sqlite3.Connection, mine: Sequence[int], encoders: Sequence[str]
) -> dict[str, tuple[list[int], list[bytes]]]:
    """Return the vectors of what a scope holds, of its newest SCOPED_MAX passages."""
    ask = (
        "SELECT v.seq, v.numbers FROM json_each(?) AS mine JOIN vectors AS v"
        " ON v.seq = mine.value AND v.encoder = ?"
    )
    some = json.dumps(mine[:SCOPED_MAX])
    packs = {}
    for encoder in encoders:
        rows = conn.execute(ask, (some, encoder)).fetchall()
        packs[encoder] = ([seq for seq, _ in rows], [numbers for _, numbers in rows])
    return packs


def nearest_within(packs: Packs, values: Values) -> set[int]:
    """Return the rows of a scope that mean something near, compared one by one."""
    new: set[int] = set()
    for encoder, vector in values.items():
        seqs, numbers = packs[encoder]
        near = zip(cosines(vector, numbers), seqs, strict=True)
        new |= {seq for _, seq in nlargest(NEAREST, near)}
    return new


def found_by_meaning(
    conn: sqlite3.Connection, key: str, new: Iterable[int | str], encoders: Sequence[str]
) -> list[Found]:
    """Return these passages, named by their column `key` ("seq" or "id")."""
    rows = _rows(conn, key, sorted(new), encoders)
    return [Found._make((*row[:KEPT], 0.0, *row[KEPT:])) for row in rows]


def candidates(rows: Sequence[Found], values: Values) -> list[Candidate]:
    """Return what ranking needs of the rows that words or meaning find.

    What has no vector of theirs yet, found by its words, is taken to mean as much as the others
    that words found do on average: nothing would put it behind all of them.
    """
    near: dict[int, float] = {}
    for encoder, vector in values.items():
        packs = [row for row in rows if row.encoder == encoder and row.numbers]
        cosine = cosines(vector, [row.numbers or b"" for row in packs])
        near |= {row.seq: value for row, value in zip(packs, cosine, strict=True)}
    known = [near[row.seq] for row in rows if row.words and row.seq in near]
    usual = sum(known) / len(known) if known else 0.0
    return [
        Candidate._make((*row[:KEPT], row.words, near.get(row.seq, usual)))
        for row in rows
        if row.words or row.seq in near
    ]


def speakers(conn: sqlite3.Connection, words: Sequence[str]) -> frozenset[str]:
    """Return those of the words with which the name of somebody who said something begins."""
    likely = [word for word in telling(words) if len(word) >= NAME_CHARS_MIN]
    ask = (
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM passages"
        ' WHERE "by" >= value COLLATE NOCASE AND "by" < value || char(0x10FFFF) COLLATE NOCASE)'
    )
    return frozenset(word for (word,) in conn.execute(ask, (json.dumps(likely),)))


def _scored(
    conn: sqlite3.Connection, terms: Sequence[str], mine: Sequence[int] | None
) -> list[tuple[int, float]]:
    """Return the rows with the best BM25.

    Among many passages most of the time goes to the rows of common words, which score low. So
    there the rarest words find, and all of them score: FTS5 counts a word that is asked for twice
    twice, so what both queries find scores the difference of the two.
    """
    rare = terms if mine is not None else _rarest(conn, terms)
    if len(rare) < len(terms):
        few, every = " OR ".join(rare), " OR ".join(terms)
        once = dict(conn.execute(_search(scoped=False, best=False), (few,)))
        if len(once) >= POOL:
            both = conn.execute(_search(scoped=False, best=False), (f"({few}) AND ({every})",))
            scores = ((seq, score - once[seq]) for seq, score in both)
            return nlargest(POOL, scores, key=lambda one: (one[1], -one[0]))
    asked = [" OR ".join(terms)] + ([] if mine is None else [json.dumps(mine)])
    return conn.execute(_search(scoped=mine is not None, best=True), asked).fetchall()


def _rarest(conn: sqlite3.Connection, terms: Sequence[str]) -> Sequence[str]:
    """Return the rarest of the terms that together find enough; all, where that is not worth it."""
    (last,) = conn.execute("SELECT max(seq) FROM passages").fetchone()
    if len(terms) < 2 or (last or 0) < MANY:
        return terms
    counts = {term: _count(conn, term) for term in terms}
    chosen: list[str] = []
    rows = 0
    for term in sorted(terms, key=counts.__getitem__):
        if rows >= RARE_ENOUGH:
            break
        chosen.append(term)
        rows += counts[term]
    return chosen


def _count(conn: sqlite3.Connection, term: str) -> int:
    ask = "SELECT count(*) FROM passages_fts WHERE passages_fts MATCH ?"
    (count,) = conn.execute(ask, (term,)).fetchone()
    return int(count)


@cache
def _search(*, scoped: bool, best: bool) -> str:
    """`+ 0`: or full text would be asked anew for each row of the scope."""
    return (
        f"SELECT rowid, -bm25(passages_fts, 1.0, {BEFORE_WEIGHT}) AS words FROM passages_fts"
        " WHERE passages_fts MATCH ?"
        + (" AND rowid + 0 IN (SELECT value FROM json_each(?))" if scoped else "")
        + (f" ORDER BY words DESC LIMIT {POOL}" if best else "")
    )


def _rows(
    conn: sqlite3.Connection, key: str, values: Sequence[int | str], encoders: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return what a candidate holds, in its order, whose vector it has and the vector."""
    if not values:
        return []
    asked = (*encoders, json.dumps(values))
    at = FIELDS.index("at")
    return [
        (*row[:at], datetime.fromisoformat(row[at]).replace(tzinfo=UTC), *row[at + 1 :])
        for row in conn.execute(_named(key, len(encoders)), asked)
    ]


@cache
def _named(key: str, encoders: int) -> str:
    made = range(encoders)
    fields = ", ".join(f'p."{name}"' for name in FIELDS)
    whose = ", ".join(f"v{one}.encoder" for one in made)
    numbers = ", ".join(f"v{one}.numbers" for one in made)
    joined = " ".join(
        f"LEFT JOIN vectors AS v{one} ON v{one}.seq = p.seq AND v{one}.encoder = ?" for one in made
    )
    return (
        f"SELECT {fields}, coalesce({whose or 'NULL'}, NULL), coalesce({numbers or 'NULL'}, NULL)"
        f" FROM passages AS p {joined} WHERE p.{key} IN (SELECT value FROM json_each(?))"
    )
