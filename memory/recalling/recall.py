"""Recall: the passages that answer a question, found by their words and by their meaning.

The words find them, and the meaning where an encoder is there; who said it, when, in which session
and as an answer to what then decides the order (ranking.py, weights in data/recall.toml).
Without an encoder the words alone keep nearly all of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial

from pydantic import BaseModel

from memory.db import Reader, Tx
from memory.dialects import Raw
from memory.events import Trust
from memory.recalling import candidates, ranking, scope, terms
from memory.recalling.answers import Answers
from memory.recalling.candidates import NEAREST, Found, Packs, Values
from memory.recalling.ranking import Asked
from memory.recalling.scope import Scope, Within
from memory.recalling.unpacking import by_archive
from memory.texts import when
from memory.texts.passages import Kind, Sensitivity, forget, remember
from memory.vectors.embed import Encoder, EncoderDownError, Encodes
from memory.vectors.index import Index, IndexBrokenError
from memory.vectors.meaning import embed_pending, is_trusted, rebuild

__all__ = ["Kind", "Recall", "Recalled", "embed_pending", "forget", "rebuild", "recall", "remember"]

CHARS_PER_TOKEN = 4


class Recalled(BaseModel, frozen=True):
    """One passage that may answer, and why it was found. Scores compare within one recall only."""

    id: str
    ref: str
    kind: Kind
    text: str
    score: float
    at: datetime
    trust: Trust
    sensitivity: Sensitivity
    record: str | None
    by: str | None
    because: str


Recall = Callable[[str, Within], Awaitable[list[Recalled]]]  # what others are handed to ask with
KEPT = Recalled.model_fields.keys() - {"score", "because"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as it was asked: where to look, and how many characters may be told."""

    query: str
    where: Scope
    k: int
    budget: int
    zone: tzinfo  # of the operator: a day begins there


@dataclass(frozen=True, slots=True)
class Looked:
    """What a question wants, what its words found, and where it may look."""

    asked: Asked
    terms: Sequence[str]
    rows: list[Found]
    packs: Packs  # the vectors of a scope, or of all where they are few
    archived: bool  # there are boxes
    number: int  # of the last change that it saw


async def recall(
    reader: Reader,
    query: str,
    *,
    record: str | None = None,
    project: str | None = None,
    goal: str | None = None,
    conv: str | None = None,
    kinds: Sequence[Kind] = (),
    trusts: Sequence[str] = (),
    sensitivity: Sensitivity | None = None,
    k: int = 10,
    budget_tokens: int = 600,
    encoder: Encodes | None = None,
    index: Index | None = None,
    former: Encodes | None = None,
    answers: Answers[Recalled] | None = None,
    zone: tzinfo = UTC,
) -> list[Recalled]:
    """Return up to k passages within the budget, best first; only those in scope, if one is given.

    Any text is a query. The best passage is returned even where it alone exceeds the budget. What
    a scope is made of: scope.py. `former` is the encoder before this one, while its vectors
    are being made anew. `answers` are told again while nothing has changed; a transaction, which
    may come to nothing, does not use them. `zone` is the operator's: it says when “yesterday” was.
    """
    where = await scope.read(
        reader, record=record, project=project, goal=goal, conv=conv, kinds=kinds, trusts=trusts,
        sensitivity=sensitivity,
    )  # fmt: skip
    encoders = {one.name: one for one in (encoder, former) if one is not None}
    wanted = Wanted(query, where, k, budget_tokens * CHARS_PER_TOKEN, zone)
    if answers is None or isinstance(reader, Tx):
        return (await _recall(reader, wanted, encoders, index))[0]
    question = _question(reader, wanted, encoders, index)
    if question in answers:
        kept = answers.get(question, await reader.at_once(_changes))
        if kept is not None:
            return kept
    clears = answers.clears
    found, number, whole = await _recall(reader, wanted, encoders, index)
    same = question == _question(reader, wanted, encoders, index)  # the index stayed as it was
    if whole and same:
        answers.keep(question, number, found, clears)
    return found


def _question(
    reader: Reader, wanted: Wanted, encoders: Mapping[str, Encodes], index: Index | None
) -> Hashable:
    """Return all that an answer depends on, but for what the database counts the changes of."""
    searched = None if index is None else (id(index), index.trusted, index.changes)
    return wanted, reader.now.astimezone(wanted.zone).date(), tuple(encoders), searched


async def _recall(
    reader: Reader, wanted: Wanted, encoders: Mapping[str, Encodes], index: Index | None
) -> tuple[list[Recalled], int, bool]:
    """Return what answers, the number of the last change before, and if each encoder did it."""
    scoped = bool(wanted.where.limits)
    searched = None if scoped else await _trusted(reader, index, encoders)
    meaning = asyncio.create_task(_meaning(encoders, wanted.query, searched))
    await asyncio.sleep(0)  # it takes longest, so its thread begins first
    try:
        now = reader.now.astimezone(wanted.zone)
        look = partial(
            _look, wanted=wanted, now=now, encoders=tuple(encoders), exact=searched is not None
        )
        looked = await reader.at_once(look)
        packed = []
        if looked.archived:
            asked = looked.asked
            packed = await by_archive(reader, looked.terms, wanted.where, asked.spans, asked.names)
        values, ids = await meaning
    finally:
        meaning.cancel()
    rows = looked.rows
    if values:
        rows += await reader.at_once(partial(_look_again, looked=looked, values=values, ids=ids))
    found = ranking.rank(candidates.candidates([*rows, *packed], values), looked.asked)
    told = ranking.within(found, wanted.k, wanted.budget)
    whole = values.keys() == encoders.keys()
    return [_recalled(one, looked.asked) for one in told], looked.number, whole


def _recalled(one: ranking.Ranked, asked: Asked) -> Recalled:
    kept = {name: getattr(one.candidate, name) for name in KEPT}
    return Recalled(**kept, score=one.score, because=ranking.because(one, asked))


async def _trusted(
    reader: Reader, index: Index | None, encoders: Mapping[str, Encodes]
) -> Index | None:
    if index is None or not encoders or not await is_trusted(reader, index, next(iter(encoders))):
        return None
    return index


async def _meaning(
    encoders: Mapping[str, Encodes], query: str, index: Index | None
) -> tuple[dict[str, list[float]], set[str]]:
    """Encode the question; return what is near it as well, where there is an index to ask.

    In a thread of its own, while the database's looks for the words.
    """
    if not encoders:
        return {}, set()
    values: dict[str, list[float]] = {}
    here: dict[str, Encoder] = {}
    for name, encoder in encoders.items():
        if isinstance(encoder, Encoder):
            here[name] = encoder
            continue
        with suppress(EncoderDownError):
            [values[name]] = await encoder.vectors([query], hurry=True)
    values, near = await asyncio.to_thread(_meant, here, query, values, index)
    return {name: values[name] for name in encoders if name in values}, near


def _meant(
    encoders: Mapping[str, Encoder],
    query: str,
    values: dict[str, list[float]],
    index: Index | None,
) -> tuple[dict[str, list[float]], set[str]]:
    """Add what the encoders of this machine say to the values; return what lies near them."""
    values |= {name: encoder.encode([query])[0] for name, encoder in encoders.items()}
    near: set[str] = set()
    if index is not None:
        for name, vector in values.items():
            with suppress(IndexBrokenError):
                near |= index.nearest_here(vector, NEAREST, encoder=name).keys()
    return values, near


def _look(
    raw: Raw, *, wanted: Wanted, now: datetime, encoders: Sequence[str], exact: bool
) -> Looked:
    """Read a question, what it asks for, of which days, whom it names; find what its words find.

    `exact`: meanings are compared one by one where there are few, for an index may miss the one
    that is like no other.
    """
    query = wanted.query
    words = terms.words_of(query)
    named = candidates.speakers(raw, words)
    one = named if len(named) == 1 else frozenset[str]()
    spans = when.spans(query, now.date())
    asked = Asked(when.asks(query), spans, one, terms.telling(words), now)
    said = terms.terms(query, one)
    mine = candidates.held(raw, wanted.where)
    compared = candidates.few(raw) if mine is None and exact else mine
    packs = {} if compared is None else candidates.vectors_within(raw, compared, encoders)
    rows = candidates.found_by_words(raw, said, mine, encoders)
    archived = raw.execute("SELECT 1 FROM boxes LIMIT 1").fetchone() is not None
    return Looked(asked, said, rows, packs, archived, _changes(raw))


def _changes(raw: Raw) -> int:
    """Return how often anything changed that can be recalled."""
    row = raw.execute("SELECT number FROM recall_changes").fetchone()
    return int(row[0]) if row else 0


def _look_again(raw: Raw, *, looked: Looked, values: Values, ids: set[str]) -> list[Found]:
    """Return what only the meaning finds."""
    encoders = tuple(values)
    if looked.packs:
        known = {row.seq for row in looked.rows}
        near = candidates.nearest_within(looked.packs, values) - known
        return candidates.found_by_meaning(raw, "seq", near, encoders)
    new = ids - {row.id for row in looked.rows}
    return candidates.found_by_meaning(raw, "id", new, encoders)
