"""Candidates: the passages that a question's words find, and those that mean something near it.

A scope is filtered in SQL before anything is scored. Within one, meanings are compared exactly;
over everything the vector index is asked.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from memory.db import Reader
from memory.index import Index, IndexBrokenError
from memory.meaning import cosines, is_trusted
from memory.passages import Kind, storable
from memory.ranking import Candidate
from memory.schema.recall import full_text, passages, vectors

POOL = 120  # candidates the words may give
NEAREST = 50  # candidates the meaning may add
SCOPED_MAX = 50_000  # rows of a scope that are compared one by one, newest first
QUERY_WORDS_MAX = 64
BEFORE_WEIGHT = 0.7  # a word of the passage before, against 1 for the passage's own
NAME_CHARS_MIN = 3
KEPT = 11  # fields of a candidate that are columns of a passage
DATA = Path(__file__).parent / "data"

Values = Mapping[str, Sequence[float]]  # the question as each encoder says it, the wanted one first


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look; empty: everywhere."""

    records: Sequence[str] = ()  # one, and what is the same as it
    conv: str | None = None
    kinds: Sequence[Kind] = ()
    trusts: Sequence[str] = ()

    def wanted(self) -> dict[str, Sequence[str]]:
        """Return the values that each field may have; a field that is not named may have any."""
        convs = [self.conv] if self.conv is not None else []
        fields = {"kind": self.kinds, "trust": self.trusts, "record": self.records, "conv": convs}
        return {name: values for name, values in fields.items() if values}

    def where(self, table: sa.Table = passages) -> list[sa.ColumnElement[bool]]:
        return [table.c[name].in_(values) for name, values in self.wanted().items()]

    def sql(self, table: str) -> tuple[str, list[str]]:
        """Return the same as SQL with its parameters."""
        wanted = self.wanted()
        said = (f"{table}.{name} IN (SELECT value FROM json_each(?))" for name in wanted)
        return " AND ".join(said), [json.dumps(list(values)) for values in wanted.values()]

    def holds(self, passage: Any) -> bool:
        return all(getattr(passage, name) in values for name, values in self.wanted().items())


async def by_words(
    reader: Reader, terms: Sequence[str], scope: Scope, encoders: tuple[str, ...]
) -> list[sa.Row[Any]]:
    """Return the rows that the terms find, best first, each with its BM25 and packed vector.

    The vector is of the first of these encoders that made one.
    """
    if not terms:
        return []
    within = scope.where()
    asked = _search(encoders, bool(within))
    if within:
        mine = await reader.rows(sa.select(passages.c.seq).where(*within))
        asked = asked.params(mine=json.dumps([row.seq for row in mine]))
    return await reader.rows(asked.params(terms=" OR ".join(terms)))


@cache
def _search(encoders: tuple[str, ...], scoped: bool) -> sa.Select[Any]:
    """Make the search once, because putting it together takes as long as asking."""
    score = -sa.func.bm25(sa.literal_column("passages_fts"), 1.0, BEFORE_WEIGHT)
    hits = sa.select(full_text.c.rowid.label("seq"), score.label("words")).where(
        full_text.c.passages_fts.match(sa.bindparam("terms", type_=sa.Text))
    )
    if scoped:  # `+ 0`: or full text would be asked anew for each row of the scope
        mine = sa.func.json_each(sa.bindparam("mine", type_=sa.Text)).table_valued("value")
        hits = hits.where((full_text.c.rowid + 0).in_(sa.select(mine.c.value)))
    found = hits.order_by(sa.desc("words")).limit(POOL).subquery()
    return _rows(encoders).add_columns(found.c.words).join(found, found.c.seq == passages.c.seq)


async def by_meaning(
    reader: Reader, values: Values, scope: Scope, index: Index | None, known: Sequence[sa.Row[Any]]
) -> list[sa.Row[Any]]:
    """Return the rows nearest to the values, but for the known ones."""
    new: set[str] = set()
    if scope.where():
        for encoder, vector in values.items():
            new |= await _nearest_within(reader, encoder, vector, scope)
    elif index is not None and await is_trusted(reader, index, next(iter(values))):
        for encoder, vector in values.items():
            with suppress(IndexBrokenError):
                new |= (await index.nearest(vector, NEAREST, encoder=encoder)).keys()
    if not new:
        return []
    ids = json.dumps(sorted(new - {row.id for row in known}))
    return await reader.rows(_named(tuple(values)).params(ids=ids))


async def _nearest_within(
    reader: Reader, encoder: str, vector: Sequence[float], scope: Scope
) -> set[str]:
    mine = sa.select(passages.c.id, vectors.c.numbers).join(vectors).where(*scope.where())
    mine = mine.where(vectors.c.encoder == encoder)
    rows = await reader.rows(mine.order_by(vectors.c.seq.desc()).limit(SCOPED_MAX))
    near = cosines(vector, [row.numbers for row in rows])
    pairs = sorted(zip((row.id for row in rows), near, strict=True), key=_second)
    return {id for id, _ in pairs[:NEAREST]}


def _second(pair: tuple[str, float]) -> float:
    return -pair[1]


@cache
def _named(encoders: tuple[str, ...]) -> sa.Select[Any]:
    ids = sa.func.json_each(sa.bindparam("ids", type_=sa.Text)).table_valued("value")
    rows = _rows(encoders).add_columns(sa.literal(0.0).label("words"))
    return rows.where(passages.c.id.in_(sa.select(ids.c.value)))


def candidates(rows: Sequence[Any], values: Values) -> list[Candidate]:
    """Return what ranking needs of the rows that words or meaning find.

    What no encoder of these knows has no meaning.
    """
    near: dict[int, float] = {}
    for encoder, vector in values.items():
        packs = [row for row in rows if row.encoder == encoder and row.numbers]
        cosine = cosines(vector, [row.numbers for row in packs])
        near |= {row.seq: value for row, value in zip(packs, cosine, strict=True)}
    return [
        Candidate._make((*row[:KEPT], row.words, near.get(row.seq, 0.0)))
        for row in rows
        if row.words or row.seq in near
    ]


async def speakers(reader: Reader, words: Sequence[str]) -> frozenset[str]:
    """Return those of the words with which the name of somebody who said something begins."""
    likely = [word for word in telling(words) if len(word) >= NAME_CHARS_MIN]
    if not likely:
        return frozenset()
    found = await reader.rows(_speaking().params(words=json.dumps(likely)))
    return frozenset(row.value for row in found)


@cache
def _speaking() -> sa.Select[Any]:
    words = sa.func.json_each(sa.bindparam("words", type_=sa.Text)).table_valued("value")
    word, by = words.c.value, passages.c.by.collate("NOCASE")
    return sa.select(word).where(sa.exists().where(by >= word, by < word + chr(0x10FFFF)))


def words_of(query: str) -> list[str]:
    """Return the words of a question in lower case, each once."""
    said = re.findall(r"[^\W_]+", storable(query).lower())[:QUERY_WORDS_MAX]
    return list(dict.fromkeys(said))


def telling(words: Iterable[str]) -> list[str]:
    """Return the words without those that any question has."""
    return [word for word in words if word not in _plain()]


def terms(query: str, names: Iterable[str] = ()) -> list[str]:
    """Return each word as a quoted phrase, which full text reads as words and never as operators.

    A word with signs in it ("INV-7", "Ada's") counts as a whole and by its parts, an irregular one
    in all its forms. Function words and names of speakers only where nothing else is left.
    """
    found: dict[str, None] = {}
    query = storable(query).replace('"', " ").replace("\0", " ").lower()
    for word in query.split()[:QUERY_WORDS_MAX]:
        parts = re.findall(r"[^\W_]+", word)
        if len(parts) > 1:
            parts = [word, *(part for part in parts if len(part) > 1)]
        found |= dict.fromkeys(parts)
    besides = telling(found)
    asked = [word for word in besides if not _names_it(word, names)] or besides or list(found)
    forms = [form for word in asked for form in (word, *_forms().get(word, ()))]
    return [f'"{form}"' for form in dict.fromkeys(forms)]


def _names_it(word: str, names: Iterable[str]) -> bool:
    return word.removesuffix("'s").removesuffix("\u2019s") in names


def _rows(encoders: tuple[str, ...]) -> sa.Select[Any]:
    """Select what a candidate holds, in its order, its vector and whose it is."""
    kept = [passages.c[name] for name in Candidate._fields[:KEPT]]
    joined: sa.FromClause = passages
    made = []
    for name in encoders:
        mine = vectors.alias()
        joined = joined.outerjoin(mine, (mine.c.seq == passages.c.seq) & (mine.c.encoder == name))
        made.append(mine)
    numbers = [mine.c.numbers for mine in made]
    whose = [mine.c.encoder for mine in made]
    return sa.select(
        *kept, _first(numbers).label("numbers"), _first(whose).label("encoder")
    ).select_from(joined)


def _first(columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    if len(columns) < 2:
        return columns[0] if columns else sa.null()
    return sa.func.coalesce(*columns)


@cache
def _plain() -> frozenset[str]:
    """A question is full of them and an answer need not be: 2 points of R@10, measured."""
    return frozenset((DATA / "function-words.txt").read_text("utf-8").split())


@cache
def _forms() -> dict[str, list[str]]:
    """Say "buy" and "bought" is meant too: what a stemmer cannot know."""
    lines = (DATA / "irregular-words.txt").read_text("utf-8").splitlines()
    return {word: words for words in map(str.split, lines) for word in words}
