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
from datetime import time, timedelta
from functools import partial

from memory.db import Reader
from memory.dialects import BEFORE_WEIGHT, Raw
from memory.recalling.candidates import KEPT, Found
from memory.recalling.scope import Scope
from memory.texts.archive import Packed, said_with
from memory.texts.when import Span

Said = tuple[Packed, str | None]  # a passage, and what was said just before it
BOXES_OPENED = 6
PASSAGES_LOOKED_AT = 60  # the best by their words, before their boxes are opened
BESIDE = timedelta(days=1)  # the days of the operator are not those of the clock of the boxes
DATED_WEIGHT = 0.9  # of a box from the days that the question names, beside the best words
FOUND_MAX = 60  # of what was in them
RAREST = 1e-6  # as FTS5 says of a word that most texts have
BOXES_OF = "SELECT seq, box FROM archived WHERE seq IN ({})"
OF_DAYS = "archived.box IN (SELECT box FROM boxes WHERE last_at >= ? AND first_at <= ?)"
ALL = "SELECT (SELECT count(*) FROM passages) + (SELECT count(*) FROM archived)"
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
    raw: Raw,
    *,
    terms: Sequence[str],
    asked: Sequence[str],
    scope: Scope,
    spans: Sequence[Span],
) -> list[Found]:
    """Find passages, open their boxes, score what is there; in the database's own thread."""
    within, given = scope.sql("archived", raw.dialect)
    counts = raw.dialect.words.holding(raw, asked, packed=True)
    hits = _hits(raw, counts, scope, spans) if counts else {}
    chosen = list(hits.values())
    if within:
        newest = (
            f"SELECT box FROM boxes WHERE box IN (SELECT box FROM archived WHERE {within})"
            f" ORDER BY last_at DESC LIMIT {BOXES_OPENED}"
        )
        chosen += [box for (box,) in raw.execute(newest, given)]
    first = json.dumps(list(dict.fromkeys(chosen))[:BOXES_OPENED])
    listed = raw.dialect.listed[int]
    packs = raw.execute(f"SELECT pack FROM boxes WHERE box IN ({listed})", (first,)).fetchall()
    if not packs:
        return []
    wanted = None if within else hits
    inside = [one for (pack,) in packs for one in said_with(pack, wanted)]
    return _found(inside, scope, _known(raw, terms, counts))


def _hits(
    raw: Raw, counts: Mapping[str, int], scope: Scope, spans: Sequence[Span]
) -> dict[int, int]:
    """Return the passages that the words find, best first, each with its box.

    What lies in a box from the days that the question names comes before better words.
    """
    within, given = scope.sql("archived", raw.dialect)
    found = _search(raw, counts, within, given)
    top = max((words for *_, words in found), default=0.0) or 1.0
    worth = {seq: (words / top, box) for seq, box, words in found}
    for span in spans:
        first, last = span.first - BESIDE, span.last + BESIDE
        days = [first.isoformat(), f"{last} {time.max}"]
        dated = f"{within} AND {OF_DAYS}" if within else OF_DAYS
        for seq, box, words in _search(raw, counts, dated, [*given, *days]):
            worth[seq] = (words / top + DATED_WEIGHT, box)
    best = sorted(worth, key=lambda seq: worth[seq], reverse=True)
    return {seq: worth[seq][1] for seq in best}


def _search(
    raw: Raw, counts: Mapping[str, int], within: str, given: Sequence[str]
) -> list[tuple[int, int, float]]:
    """Return the numbers, boxes and scores of the best passages that hold one of these."""
    best = raw.dialect.words.best_packed(raw, counts, within, given, PASSAGES_LOOKED_AT)
    numbers = json.dumps([seq for seq, _ in best])
    box = dict(raw.execute(BOXES_OF.format(raw.dialect.listed[int]), (numbers,)).fetchall())
    return [(seq, box[seq], words) for seq, words in best if seq in box]


def _known(raw: Raw, terms: Sequence[str], packed: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Return how many passages hold each term, hot and archived, and how many there are."""
    hot = raw.dialect.words.holding(raw, terms, packed=False)
    held = {term: hot.get(term, 0) + packed.get(term, 0) for term in terms}
    return held, int(raw.execute(ALL).fetchone()[0])


def _found(
    inside: Sequence[Said], scope: Scope, known: tuple[Mapping[str, int], int]
) -> list[Found]:
    scores = _scores(inside, *known)
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
