"""Gist: the few texts that tell what many are about. Picked, never written anew; no model needed.

A text is worth what its words occur in the whole, on average; what was picked makes its own words
worth less, so that the next one tells something else (SumBasic).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

WORD = re.compile(r"[^\W_]{4,}|\d+")  # shorter words carry the grammar, not the matter
LINE_CHARS = 160


def gist(texts: Sequence[str], chars: int) -> str:
    """Return the most telling of the texts in their order, a line each, at most so many signs."""
    words = [set(WORD.findall(text.lower())) for text in texts]
    worth = {
        word: count / len(texts) for word, count in Counter(w for s in words for w in s).items()
    }
    left = {place for place, said in enumerate(words) if said}
    picked: dict[int, str] = {}
    while left:
        best = max(left, key=lambda place: (_mean(words[place], worth), -place))
        left.remove(best)
        line = _line(texts[best])
        if sum(map(len, picked.values())) + len(picked) + len(line) > chars:
            break
        picked[best] = line
        worth |= {word: worth[word] ** 2 for word in words[best]}
    return "\n".join(picked[place] for place in sorted(picked))


def _mean(words: set[str], worth: dict[str, float]) -> float:
    """Return what the words are worth on average; one word alone tells little."""
    return math.fsum(worth[word] for word in words) / (len(words) + 2)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_CHARS else f"{line[: LINE_CHARS - 1]}…"
