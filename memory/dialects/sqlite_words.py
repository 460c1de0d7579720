"""Full text by FTS5, in whose own tables the words lie."""

import json
from collections.abc import Mapping, Sequence

from memory.dialects import BEFORE_WEIGHT, MANY, Hit, Raw, rarest

# The words of each passage and of the one said before it, which often holds what "it" means.
MAKE = (
    """
CREATE VIRTUAL TABLE passages_fts USING fts5(
    text, before, tokenize = 'porter unicode61 remove_diacritics 2'
)
""",
    "CREATE TABLE recall_changes (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
)
# The words of each archived passage, without the texts themselves: they are in the packs.
MAKE_PACKED = """
CREATE VIRTUAL TABLE archived_fts USING fts5(
    text, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
)
"""


SCORED = (
    f"SELECT rowid, -bm25(passages_fts, 1.0, {BEFORE_WEIGHT}) AS words FROM passages_fts"
    " WHERE passages_fts MATCH ?"
)
# `+ 0`: or full text would be asked anew for each row of the scope.
OF_SCOPE = " AND rowid + 0 IN (SELECT value FROM json_each(?))"
RAREST_FIND = f"""
WITH once AS MATERIALIZED ({SCORED}), twice AS MATERIALIZED ({SCORED})
SELECT twice.rowid, twice.words - once.words AS words
FROM twice JOIN once ON once.rowid = twice.rowid ORDER BY words DESC, twice.rowid LIMIT ?
"""


class Fts5:
    """See `Words`."""

    make: Sequence[str] = MAKE
    make_packed: Sequence[str] = (MAKE_PACKED,)
    drop: Sequence[str] = (
        "DROP TABLE IF EXISTS passages_fts",
        "DROP TABLE IF EXISTS recall_changes",
    )
    drop_packed: Sequence[str] = ("DROP TABLE IF EXISTS archived_fts",)

    def best(
        self, raw: Raw, terms: Sequence[str], mine: Sequence[int] | None, limit: int
    ) -> list[Hit]:
        """Return the rows with the best BM25.

        Among many passages most of the time goes to the rows of common words, which score low. So
        there the rarest words find, and all of them score: FTS5 counts a word that is asked for
        twice twice, so what both queries find scores the difference of the two.
        """
        rare = terms if mine is not None else _rarest(raw, terms)
        if len(rare) < len(terms):
            few, every = " OR ".join(rare), " OR ".join(terms)
            found = raw.execute(RAREST_FIND, (few, f"({few}) AND ({every})", limit)).fetchall()
            if len(found) == limit:
                return list(found)
        asked = [" OR ".join(terms)] + ([] if mine is None else [json.dumps(mine)])
        ask = f"{SCORED}{OF_SCOPE if mine is not None else ''} ORDER BY words DESC LIMIT ?"
        return list(raw.execute(ask, (*asked, limit)).fetchall())

    def best_packed(
        self, raw: Raw, counts: Mapping[str, int], within: str, given: Sequence[str], limit: int
    ) -> list[Hit]:
        """Among many, only what holds one of the rarest words is scored.

        Those count twice then, which only says what is looked at: it is scored anew.
        """
        every = " OR ".join(counts)
        rare = counts if within else rarest(counts)
        asked = every if len(rare) == len(counts) else f"({' OR '.join(rare)}) AND ({every})"
        ask = (
            "SELECT rowid, -bm25(archived_fts) AS words FROM archived_fts"
            " WHERE archived_fts MATCH ?"
            + (f" AND rowid + 0 IN (SELECT seq FROM archived WHERE {within})" if within else "")
            + " ORDER BY words DESC LIMIT ?"
        )
        return list(raw.execute(ask, (asked, *given, limit)).fetchall())

    def holding(self, raw: Raw, terms: Sequence[str], *, packed: bool) -> dict[str, int]:
        table = "archived_fts" if packed else "passages_fts"
        ask = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
        return {term: int(raw.execute(ask, (term,)).fetchone()[0]) for term in terms}

    def pack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        for row in said:
            raw.execute("INSERT INTO archived_fts (rowid, text) VALUES (?, ?)", row)

    def unpack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        ask = "INSERT INTO archived_fts (archived_fts, rowid, text) VALUES ('delete', ?, ?)"
        for row in said:
            raw.execute(ask, row)

    def tidy(self, raw: Raw, *, packed: bool = False) -> None:
        name = "archived_fts" if packed else "passages_fts"
        raw.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")


FTS5 = Fts5()


def _rarest(raw: Raw, terms: Sequence[str]) -> Sequence[str]:
    """Return the rarest of the terms that together find enough; all, where that is not worth it."""
    (last,) = raw.execute("SELECT max(seq) FROM passages").fetchone()
    if len(terms) < 2 or (last or 0) < MANY:
        return terms
    return rarest(FTS5.holding(raw, terms, packed=False))
