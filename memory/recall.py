"""Recall: the passages that answer a question, found by their words and by their meaning.

The words find them, and the meaning where an encoder is there; who said it, when, in which session
and as an answer to what then decides the order (memory/ranking.py, weights in data/recall.toml).
Without an encoder the words alone keep nearly all of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from pydantic import BaseModel

from memory import candidates, ranking, records, when
from memory.candidates import Scope
from memory.db import Reader
from memory.embed import EncoderDownError, Encodes
from memory.events import Trust
from memory.index import Index
from memory.meaning import embed_pending, rebuild
from memory.passages import Kind, forget, remember
from memory.ranking import Asked
from memory.unpacking import by_archive

__all__ = ["Kind", "Recalled", "embed_pending", "forget", "rebuild", "recall", "remember"]

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
    record: str | None
    by: str | None
    because: str


KEPT = Recalled.model_fields.keys() - {"score", "because"}


async def recall(
    reader: Reader,
    query: str,
    *,
    record: str | None = None,
    conv: str | None = None,
    kinds: Sequence[Kind] = (),
    trusts: Sequence[Trust] = (),
    k: int = 10,
    budget_tokens: int = 600,
    encoder: Encodes | None = None,
    index: Index | None = None,
    former: Encodes | None = None,
) -> list[Recalled]:
    """Return up to k passages within the budget, best first; only those in scope, if one is given.

    Any text is a query. The best passage is returned even where it alone exceeds the budget.
    `former` is the encoder before this one, while its vectors are being made anew.
    """
    about = await records.same(reader, record) if record is not None else ()
    scope = Scope(about, conv, kinds, trusts)
    encoders = {one.name: one for one in (encoder, former) if one is not None}
    encoding = asyncio.create_task(_encoded(encoders, query))
    try:
        asked = await _read(reader, query)
        terms = candidates.terms(query, asked.names)
        rows = await candidates.by_words(reader, terms, scope, tuple(encoders))
        packed = await by_archive(reader, terms, scope, asked.spans, asked.names)
        values = await encoding
    finally:
        encoding.cancel()
    if values:
        rows += await candidates.by_meaning(reader, values, scope, index, rows)
    found = ranking.rank(candidates.candidates([*rows, *packed], values), asked)
    return [
        Recalled(
            **{name: getattr(one.candidate, name) for name in KEPT},
            score=one.score,
            because=ranking.because(one, asked),
        )
        for one in ranking.within(found, k, budget_tokens * CHARS_PER_TOKEN)
    ]


async def _encoded(encoders: Mapping[str, Encodes], query: str) -> dict[str, list[float]]:
    """Return what the question means to each encoder that answers."""
    found = {}
    for name, encoder in encoders.items():
        with suppress(EncoderDownError):
            [found[name]] = await encoder.vectors([query], hurry=True)
    return found


async def _read(reader: Reader, query: str) -> Asked:
    """Read a question: what it asks for, of which days, and whom it names."""
    words = candidates.words_of(query)
    named = await candidates.speakers(reader, words)
    one = named if len(named) == 1 else frozenset[str]()
    spans = when.spans(query, reader.now.date())
    return Asked(when.asks(query), spans, one, candidates.telling(words), reader.now)
