"""Examples: the pairs of draft and what you made of it that are nearest to the text at hand.

What says nearly the same as what is shown already is not shown beside it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from operator import mul
from typing import TypeVar

from engine.voice.habits import Pair
from memory.canon import likeness
from memory.recalling.recall import Recalled
from memory.recalling.terms import telling, words_of
from memory.vectors.embed import Encoder

TOKENS_MAX = 600  # of all pairs together, a token for four characters
CHARS_PER_TOKEN = 4
PAIRS_MAX = 4
SAME = 1 / 3  # of the words; what differs in fewer says nearly the same
EPISODE = "episode"
ENCODED_CHARS_MAX = 500  # the encoder reads about a thousand; how a draft begins tells what it is


T = TypeVar("T")


def distinct(found: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """Return what says something that none before it says nearly so."""
    kept: list[T] = []
    for one in found:
        if all(likeness.changed(text(other), text(one)) >= SAME for other in kept):
            kept.append(one)
    return kept


def remembered(found: Sequence[Recalled], most: int) -> list[Recalled]:
    """Return the first passages, of runs of one story only the nearest.

    Only what came of wishes is compared: two notes that differ in a word are two facts.
    """
    told = distinct([one for one in found if one.kind == EPISODE], lambda one: one.text)
    return [one for one in found if one.kind != EPISODE or one in told][:most]


async def nearest(
    draft: str, pairs: Sequence[Pair], encoder: Encoder | None, tokens: int = TOKENS_MAX
) -> list[Pair]:
    """Return the pairs nearest to a draft, the same kind of mail first, that fit so many tokens."""
    if len(pairs) > 1:
        near = await _nearness(draft, [pair.drafted for pair in pairs], encoder)
        order = sorted(range(len(pairs)), key=lambda at: (not pairs[at].alike, -near[at], at))
        pairs = [pairs[at] for at in order]
    chosen, left = list[Pair](), tokens * CHARS_PER_TOKEN
    for pair in distinct(pairs, lambda one: f"{one.drafted}\n{one.made}"):
        size = len(pair.drafted) + len(pair.made)
        if size <= left and len(chosen) < PAIRS_MAX:
            chosen.append(pair)
            left -= size
    return chosen


async def _nearness(draft: str, others: Sequence[str], encoder: Encoder | None) -> list[float]:
    """Return how near each text is: by meaning, or by words where there is no encoder."""
    if encoder is None:
        mine = set(telling(words_of(draft)))
        return [len(mine & set(telling(words_of(other)))) for other in others]
    texts = [text[:ENCODED_CHARS_MAX] for text in (draft, *others)]
    wanted, *vectors = await asyncio.to_thread(encoder.encode, texts)
    return [sum(map(mul, wanted, vector)) for vector in vectors]
