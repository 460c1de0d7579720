"""Candidates: the passages that a question's words find, and those that mean something near it.

A scope is filtered in SQL before anything is scored. Within one, and where there are few in all,
meanings are compared exactly; else over everything the vector index is asked. The functions that
take a `Raw` run in the database's thread, so that a question goes there twice in all
(docs/decisions/0024).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from heapq import nlargest
from typing import Any, NamedTuple

from memory.db import Reader
from memory.dialects import Raw
from memory.recalling.ranking import Candidate
from memory.recalling.scope import Scope
from memory.recalling.terms import telling
from memory.vectors.meaning import cosines

POOL = 120  # candidates the words may give
NEAREST = 50  # candidates the meaning may add
SCOPED_MAX = 50_000  # rows of a scope that are compared one by one, newest first
FEW_MAX = 500  # rows of everything that are compared one by one
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

    def look(raw: Raw) -> list[Found]:
        return found_by_words(raw, terms, held(raw, scope), encoders)

    return await reader.at_once(look)


def held(raw: Raw, scope: Scope) -> list[int] | None:
    """Return the rows of a scope, newest first; None: it is everything."""
    if not scope.limits:
        return None
    where, values = scope.sql("p", raw.dialect)
    ask = f"SELECT p.seq FROM passages AS p WHERE {where} ORDER BY p.seq DESC"
    return [seq for (seq,) in raw.execute(ask, values)]


def few(raw: Raw) -> list[int] | None:
    """Return the rows of everything there is, newest first; None: they are many."""
    more = "SELECT 1 FROM passages ORDER BY seq LIMIT 1 OFFSET ?"
    if raw.execute(more, (FEW_MAX,)).fetchone() is not None:
        return None
    return [seq for (seq,) in raw.execute("SELECT seq FROM passages ORDER BY seq DESC")]


def found_by_words(
    raw: Raw,
    terms: Sequence[str],
    mine: Sequence[int] | None,
    encoders: Sequence[str],
) -> list[Found]:
    """Do what `by_words` does, in the database's thread; `mine` is what the scope holds."""
    if not terms or (mine is not None and not mine):
        return []
    scores = dict(raw.dialect.words.best(raw, terms, mine, POOL))
    rows = _rows(raw, "seq", list(scores), encoders)
    found = (Found._make((*row[:KEPT], scores[row[0]], *row[KEPT:])) for row in rows)
    return sorted(found, key=lambda one: (-one.words, one.seq))


def vectors_within(
    raw: Raw, mine: Sequence[int], encoders: Sequence[str]
) -> dict[str, tuple[list[int], list[bytes]]]:
    """Return the vectors of what a scope holds, of its newest SCOPED_MAX passages."""
    listed = raw.dialect.listed[int]
    ask = f"SELECT seq, numbers FROM vectors WHERE seq IN ({listed}) AND encoder = ?"
    some = json.dumps(mine[:SCOPED_MAX])
    packs = {}
    for encoder in encoders:
        rows = raw.execute(ask, (some, encoder)).fetchall()
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
    raw: Raw, key: str, new: Iterable[int | str], encoders: Sequence[str]
) -> list[Found]:
    """Return these passages, named by their column `key` ("seq" or "id")."""
    rows = _rows(raw, key, sorted(new), encoders)
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


def speakers(raw: Raw, words: Sequence[str]) -> frozenset[str]:
    """Return those of the words with which the name of somebody who said something begins."""
    likely = [word for word in telling(words) if len(word) >= NAME_CHARS_MIN]
    found = raw.execute(raw.dialect.begins, (json.dumps(likely),))
    return frozenset(word for (word,) in found)


def _rows(
    raw: Raw, key: str, values: Sequence[int | str], encoders: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Return what a candidate holds, in its order, whose vector it has and the vector."""
    if not values:
        return []
    ask = _named(key, len(encoders), raw.dialect.listed[type(values[0])])
    at, moment = FIELDS.index("at"), raw.dialect.moment
    return [
        (*row[:at], moment(row[at]), *row[at + 1 :])
        for row in raw.execute(ask, (*encoders, json.dumps(values)))
    ]


@cache
def _named(key: str, encoders: int, listed: str) -> str:
    made = range(encoders)
    fields = ", ".join(f'p."{name}"' for name in FIELDS)
    whose = ", ".join(f"v{one}.encoder" for one in made)
    numbers = ", ".join(f"v{one}.numbers" for one in made)
    joined = " ".join(
        f"LEFT JOIN vectors AS v{one} ON v{one}.seq = p.seq AND v{one}.encoder = ?" for one in made
    )
    return (
        f"SELECT {fields}, coalesce({whose or 'NULL'}, NULL), coalesce({numbers or 'NULL'}, NULL)"
        f" FROM passages AS p {joined} WHERE p.{key} IN ({listed})"
    )
