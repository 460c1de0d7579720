"""Full text by tsvector and GIN, whose BM25 is computed here as FTS5 computes it.

Words are what FTS5's `porter unicode61` takes for words: runs of letters and digits, without
accents, stemmed. A word said before has the weight B and counts less.
"""

import json
import math
from collections.abc import Mapping, Sequence

from memory.dialects import BEFORE_WEIGHT, MANY, RAREST, Hit, Raw, rarest

HOT, PACKED = "passages_fts", "archived_fts"

SHARED = (
    "CREATE TEXT SEARCH DICTIONARY firstmate_porter (TEMPLATE = snowball, Language = porter)",
    "CREATE TEXT SEARCH CONFIGURATION firstmate (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION firstmate ALTER MAPPING REPLACE simple WITH firstmate_porter",
    r"""
CREATE FUNCTION firstmate_fold(said TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        lower(regexp_replace(normalize(coalesce(said, ''), NFD), '[\u0300-\u036f]+', '', 'g')
            COLLATE "und-x-icu"),
        '[^[:alnum:]]+', ' ', 'g'
    )
$$
""",
    """
CREATE FUNCTION firstmate_words(said TEXT) RETURNS TSVECTOR
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('firstmate'::regconfig, firstmate_fold(said))
$$
""",
    """
CREATE FUNCTION firstmate_length(said TEXT) RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(string_to_array(nullif(btrim(firstmate_fold(said)), ''), ' '))
$$
""",
    "CREATE TABLE recall_changes (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
    """
CREATE FUNCTION firstmate_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO recall_changes AS r VALUES (1, 1)
    ON CONFLICT (one) DO UPDATE SET number = r.number + 1;
    RETURN NULL;
END $$
""",
    # How many passages there are and how many words they have: BM25 compares with their mean.
    """
CREATE TABLE recall_words (name TEXT PRIMARY KEY, passages BIGINT NOT NULL, words BIGINT NOT NULL)
""",
    """
CREATE FUNCTION firstmate_counted() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO recall_words AS r
        SELECT TG_TABLE_NAME, count(*), coalesce(sum(length), 0) FROM added
        ON CONFLICT (name) DO UPDATE
        SET passages = r.passages + excluded.passages, words = r.words + excluded.words;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE recall_words AS r
        SET passages = r.passages - (SELECT count(*) FROM gone),
            words = r.words - (SELECT coalesce(sum(length), 0) FROM gone)
        WHERE name = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$
""",
)
COUNTED = (
    "CREATE INDEX {name}_words ON {name} USING gin (words)",
    "CREATE TRIGGER {name}_added AFTER INSERT ON {name} REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION firstmate_counted()",
    "CREATE TRIGGER {name}_gone AFTER DELETE ON {name} REFERENCING OLD TABLE AS gone"
    " FOR EACH STATEMENT EXECUTE FUNCTION firstmate_counted()",
    "CREATE TRIGGER {name}_cut AFTER UPDATE ON {name}"
    " REFERENCING OLD TABLE AS gone NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION firstmate_counted()",
)
MAKE_HOT = """
CREATE TABLE passages_fts (
    rowid BIGINT PRIMARY KEY,
    text TEXT,
    before TEXT,
    words TSVECTOR NOT NULL GENERATED ALWAYS AS (
        setweight(firstmate_words(text), 'A') || setweight(firstmate_words(before), 'B')
    ) STORED,
    length INTEGER NOT NULL GENERATED ALWAYS AS (
        coalesce(firstmate_length(text), 0) + coalesce(firstmate_length(before), 0)
    ) STORED
)
"""
MAKE_PACKED = """
CREATE TABLE archived_fts (
    rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL, length INTEGER NOT NULL
)
"""

TOTAL = "SELECT passages, words FROM recall_words WHERE name = ?"
# A term of several words is a phrase; one without any finds nothing.
ASKED = """
SELECT term, phraseto_tsquery('firstmate', firstmate_fold(term)) AS query,
    tsvector_to_array(firstmate_words(term)) AS lexemes
FROM json_array_elements_text(?::json) AS given(term)
"""
COUNT = f"""
WITH asked AS MATERIALIZED ({ASKED})
SELECT term, (SELECT count(*) FROM {{name}} AS f WHERE f.words @@ query) FROM asked
WHERE numnode(query) > 0
"""
# k1 = 1.2 and b = 0.75, as FTS5 has them.
BEST = f"""
WITH asked AS MATERIALIZED ({ASKED}),
given AS MATERIALIZED (SELECT key, value::float8 AS rarity FROM json_each_text(?::json)),
few AS (
    SELECT string_agg('(' || query::text || ')', ' | ')::tsquery AS query FROM asked
    WHERE term IN (SELECT value FROM json_array_elements_text(?::json) AS one(value))
),
found AS MATERIALIZED (
    SELECT rowid, length, words FROM {{name}} AS f WHERE f.words @@ (SELECT query FROM few) {{mine}}
)
SELECT found.rowid,
    sum(rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * found.length / ?::float8))) AS score
FROM found
JOIN asked ON found.words @@ asked.query
JOIN given ON given.key = asked.term
CROSS JOIN LATERAL (
    SELECT min(
        {{before}} * cardinality(each.weights)
        + (1 - {{before}}) * cardinality(array_positions(each.weights, 'A'))
    )::float8 AS times
    FROM unnest(found.words) AS each WHERE each.lexeme = ANY (asked.lexemes)
) AS said
GROUP BY found.rowid ORDER BY score DESC, found.rowid LIMIT ?
"""


class Tsvector:
    """See `Words`."""

    make: Sequence[str] = (*SHARED, MAKE_HOT, *(one.format(name=HOT) for one in COUNTED))
    make_packed: Sequence[str] = (MAKE_PACKED, *(one.format(name=PACKED) for one in COUNTED))
    drop: Sequence[str] = (
        f"DROP TABLE IF EXISTS {HOT}",
        "DROP TABLE IF EXISTS recall_words, recall_changes",
        "DROP FUNCTION IF EXISTS firstmate_changed, firstmate_counted CASCADE",
        "DROP FUNCTION IF EXISTS firstmate_words, firstmate_length, firstmate_fold",
        "DROP TEXT SEARCH CONFIGURATION IF EXISTS firstmate",
        "DROP TEXT SEARCH DICTIONARY IF EXISTS firstmate_porter",
    )
    drop_packed: Sequence[str] = (f"DROP TABLE IF EXISTS {PACKED}",)

    def best(
        self, raw: Raw, terms: Sequence[str], mine: Sequence[int] | None, limit: int
    ) -> list[Hit]:
        scope = "" if mine is None else f"AND rowid IN ({raw.dialect.listed[int]})"
        given = [] if mine is None else [json.dumps(mine)]
        return _best(raw, HOT, self.holding(raw, terms, packed=False), scope, given, limit)

    def best_packed(
        self, raw: Raw, counts: Mapping[str, int], within: str, given: Sequence[str], limit: int
    ) -> list[Hit]:
        scope = f"AND rowid IN (SELECT seq FROM archived WHERE {within})" if within else ""
        return _best(raw, PACKED, counts, scope, given, limit)

    def holding(self, raw: Raw, terms: Sequence[str], *, packed: bool) -> dict[str, int]:
        """A term without any word is held by none and asked for by none."""
        plain = {_plain(term): term for term in terms}
        asked = COUNT.format(name=PACKED if packed else HOT)
        return {plain[term]: n for term, n in raw.execute(asked, (json.dumps(list(plain)),))}

    def pack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        ask = (
            "INSERT INTO archived_fts (rowid, words, length) SELECT ?::bigint,"
            " firstmate_words(text), coalesce(firstmate_length(text), 0)"
            " FROM (SELECT ?::text) AS one(text)"
        )
        for row in said:
            raw.execute(ask, row)

    def unpack(self, raw: Raw, said: Sequence[tuple[int, str]]) -> None:
        gone = json.dumps([seq for seq, _ in said])
        raw.execute(f"DELETE FROM {PACKED} WHERE rowid IN ({raw.dialect.listed[int]})", (gone,))

    def tidy(self, raw: Raw, *, packed: bool = False) -> None:
        """Nothing: what a row held lies in its page until VACUUM, which no transaction may say."""


TSVECTOR = Tsvector()


def _best(
    raw: Raw, name: str, counts: Mapping[str, int], scope: str, given: Sequence[str], limit: int
) -> list[Hit]:
    """Return the rows with the best BM25. Among many, the rarest words find and all score."""
    total = raw.execute(TOTAL, (name,)).fetchone()
    if total is None or not counts:
        return []
    passages, words = map(int, total)
    few = list(counts) if scope or passages < MANY else rarest(counts)
    before = BEFORE_WEIGHT if name == HOT else 1.0
    asked = [json.dumps([_plain(term) for term in counts]), json.dumps(_rarity(counts, passages))]
    mean = max(words, 1) / max(passages, 1)
    ask = BEST.format(name=name, mine=scope, before=before)
    some = json.dumps([_plain(term) for term in few])
    rows = raw.execute(ask, (*asked, some, *given, mean, limit))
    return [(seq, score) for seq, score in rows]


def _rarity(counts: Mapping[str, int], passages: int) -> dict[str, float]:
    return {
        _plain(term): max(RAREST, math.log((passages - holding + 0.5) / (holding + 0.5)))
        for term, holding in counts.items()
    }


def _plain(term: str) -> str:
    return term[1:-1]
