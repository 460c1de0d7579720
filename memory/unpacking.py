"""Unpacking: the archived passages that a question may find, scored as full text would score them.

The words find passages, and the few boxes they lie in are opened; what is in these is weighed by a
full text of its own in memory, with what was said just before. How rare a word is comes from
everything there is, so that what is hot and what is not compare. Within a scope the newest boxes
are opened besides, because there the meaning alone may find.
"""

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from functools import partial

from memory.archive import Packed, said_with
from memory.candidates import BEFORE_WEIGHT, KEPT, Found
from memory.db import Reader
from memory.scope import Scope
from memory.when import Span

Said = tuple[Packed, str | None]  # a passage, and what was said just before it
BOXES_OPENED = 6
ENOUGH = 1_000  # passages that the rarest words find; the others then only add to their score
PASSAGES_LOOKED_AT = 60  # the best by their words, before their boxes are opened
DATED_WEIGHT = 0.9  # of a box from the days that the question names, beside the best words
FOUND_MAX = 60  # of what was in them
RAREST = 1e-6  # as FTS5 says of a word that most texts have
LISTED = "SELECT value FROM json_each(?)"
OF_DAYS = (
    "archived.box IN (SELECT box FROM boxes"
    " WHERE substr(last_at, 1, 10) >= ? AND substr(first_at, 1, 10) <= ?)"
)
SEARCH = f"""
SELECT archived.seq, archived.box, best.words
FROM (
    SELECT rowid AS seq, -bm25(archived_fts) AS words FROM archived_fts
    WHERE archived_fts MATCH ? {{mine}}
    ORDER BY words DESC LIMIT {PASSAGES_LOOKED_AT}
) AS best JOIN archived ON archived.seq = best.seq
"""  # `rowid + 0`: or full text would be asked anew for each row of the scope
ALL = "SELECT (SELECT count(*) FROM passages) + (SELECT sum(passages) FROM boxes)"
MAKE = "CREATE VIRTUAL TABLE said USING fts5(text, before, tokenize = '{}')"
TOKENS = "porter unicode61 remove_diacritics 2"


async def by_archive(
    reader: Reader,
    terms: Sequence[str],
    scope: Scope,
    spans: Sequence[Span],
    names: Collection[str] = (),
) -> list[Found]:
    """Return what the terms find in the best boxes, best first, each with its vector.

    `names` are words of the question that name who spoke: they say which boxes, and count for
    nothing else.
    """
    asked = [*terms, *(f'"{name}"' for name in sorted(names))] if terms else []
    if not asked and not scope.limits:
        return []
    return await reader.at_once(partial(_look, terms=terms, asked=asked, scope=scope, spans=spans))


def _look(
    conn: sqlite3.Connection,
    *,
    terms: Sequence[str],
    asked: Sequence[str],
    scope: Scope,
    spans: Sequence[Span],
) -> list[Found]:
    """Find passages, open their boxes, score what is there; in the database's own thread."""
    within, given = scope.sql("archived")
    counts = {term: _count(conn, "archived_fts", term) for term in asked}
    hits = _hits(conn, counts, scope, spans) if asked else {}
    chosen = list(hits.values())
    if within:
        newest = (
            f"SELECT box FROM boxes WHERE box IN (SELECT box FROM archived WHERE {within})"
            f" ORDER BY last_at DESC LIMIT {BOXES_OPENED}"
        )
        chosen += [box for (box,) in conn.execute(newest, given)]
    first = json.dumps(list(dict.fromkeys(chosen))[:BOXES_OPENED])
    packs = conn.execute(f"SELECT pack FROM boxes WHERE box IN ({LISTED})", (first,)).fetchall()
    if not packs:
        return []
    wanted = None if within else hits
    inside = [one for (pack,) in packs for one in said_with(pack, wanted)]
    everywhere = {term: counts[term] + _count(conn, "passages_fts", term) for term in terms}
    return _found(inside, scope, everywhere, int(conn.execute(ALL).fetchone()[0]))


def _hits(
    conn: sqlite3.Connection, counts: Mapping[str, int], scope: Scope, spans: Sequence[Span]
) -> dict[int, int]:
    """Return the passages that the words find, best first, each with its box.

    What lies in a box from the days that the question names comes before better words.
    """
    within, given = scope.sql("archived")
    asked = " OR ".join(counts)
    found = _search(conn, asked if within else _cheaper(counts), within, given)
    top = max((words for *_, words in found), default=0.0) or 1.0
    worth = {seq: (words / top, box) for seq, box, words in found}
    for span in spans:
        days = [span.first.isoformat(), span.last.isoformat()]
        dated = f"{within} AND {OF_DAYS}" if within else OF_DAYS
        for seq, box, words in _search(conn, asked, dated, [*given, *days]):
            worth[seq] = (words / top + DATED_WEIGHT, box)
    best = sorted(worth, key=lambda seq: worth[seq], reverse=True)
    return {seq: worth[seq][1] for seq in best}


def _search(
    conn: sqlite3.Connection, asked: str, within: str, given: Sequence[str]
) -> list[tuple[int, int, float]]:
    """Return the numbers, boxes and scores of the best passages that hold one of these."""
    mine = f"AND rowid + 0 IN (SELECT seq FROM archived WHERE {within})" if within else ""
    rows: list[tuple[int, int, float]] = conn.execute(
        SEARCH.format(mine=mine), (asked, *given)
    ).fetchall()
    return rows


def _cheaper(counts: Mapping[str, int]) -> str:
    """Return the question so that only what holds one of its rarest words is scored.

    Among many passages nearly all the time goes to the rows of common words. The rare ones count
    twice then, which only says what is looked at: what is found is scored anew.
    """
    few, rows = list[str](), 0
    for term in sorted(counts, key=counts.__getitem__):
        if rows >= ENOUGH:
            break
        few.append(term)
        rows += counts[term]
    every = " OR ".join(counts)
    return every if len(few) == len(counts) else f"({' OR '.join(few)}) AND ({every})"


def _count(conn: sqlite3.Connection, table: str, term: str) -> int:
    """Return how many passages hold this term."""
    ask = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
    return int(conn.execute(ask, (term,)).fetchone()[0])


def _found(
    inside: Sequence[Said], scope: Scope, known: Mapping[str, int], total: int
) -> list[Found]:
    scores = _scores(inside, known, total)
    if scope.limits:
        scores |= {place: 0.0 for place in range(len(inside)) if place not in scores}
    best = sorted(scores, key=lambda place: (-scores[place], -inside[place][0].seq))
    mine = [(inside[place][0], scores[place]) for place in best if scope.holds(inside[place][0])]
    return [
        Found._make((*one[:KEPT], score, one.encoder, one.numbers))
        for one, score in mine[:FOUND_MAX]
    ]


def _scores(inside: Sequence[Said], known: Mapping[str, int], total: int) -> dict[int, float]:
    """Return the BM25 of those that hold a term, as if they stood among all there are."""
    scores: dict[int, float] = defaultdict(float)
    rows = [(place, one.text, before) for place, (one, before) in enumerate(inside)]
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(MAKE.format(TOKENS))
        memory.executemany("INSERT INTO said(rowid, text, before) VALUES (?, ?, ?)", rows)
        ask = f"SELECT rowid, -bm25(said, 1.0, {BEFORE_WEIGHT}) FROM said WHERE said MATCH ?"
        for term, holding in known.items():
            hits = memory.execute(ask, (term,)).fetchall()
            here, there = _rare(len(inside), len(hits)), _rare(total, holding)
            for place, score in hits:
                scores[place] += score / here * there
    return dict(scores)


def _rare(total: int, holding: int) -> float:
    return max(RAREST, math.log((total - holding + 0.5) / (holding + 0.5)))
