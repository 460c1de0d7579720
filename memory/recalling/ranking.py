"""Ranking: which of the candidates answer best, and why. Pure; its weights are data.

A weighted sum of signs, each at most 1 for the best candidate, because ranks alone (RRF) lose a
fifth of what the words find.
"""

import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from memory.texts.traits import Traits
from memory.texts.when import Asks, Span

WEIGHTS = Path(__file__).parents[1] / "data" / "recall.toml"
LENGTH_ENOUGH = 200  # characters; longer says no more
HALF_LIFE = "half_life"  # the part of the weights that says how each kind of passage ages
LEAST = 1e-6  # a best score below this is none
ALIKE = 0.9  # share of words two texts have in common to be one said twice
NEAR = 0.8  # of the best meaning, to be named as a reason
SAYS_MUCH = 0.4

TRAITS = {
    Traits.ASKS: "asks",
    Traits.ANSWERS: "answers",
    Traits.TELLS_TIME: "tells_time",
    Traits.TELLS_NUMBER: "tells_number",
}
SIGNS = (
    *("words", "meaning", "session", "by", "length", "dated", "recent", "proven"),
    *TRAITS.values(),
)

Weights = Mapping[str, float]


class Candidate(NamedTuple):
    """A passage that may answer. `words` and `meaning` compare within one question; 0: none."""

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
    traits: int  # bits of Traits
    sensitivity: str = "business"
    words: float = 0.0
    meaning: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants: its kind, its days, whom it names (lower case), its own words.

    `now` is told where the operator is: there a day begins.
    """

    asks: Asks
    spans: Sequence[Span]
    names: frozenset[str]
    terms: Sequence[str]
    now: datetime


class Ranked(NamedTuple):
    """A candidate, its score, and how near it is of the nearest (1: it is the nearest)."""

    candidate: Candidate
    score: float
    meaning: float


@cache
def weights(asks: Asks) -> Weights:
    """Return what each sign counts for in a question of this kind."""
    kinds = _read()
    return kinds["any"] | kinds.get(asks, {})


@cache
def half_lives() -> Weights:
    """Return after how many days a passage of each kind is half as recent."""
    return _read()[HALF_LIFE]


def rank(candidates: Sequence[Candidate], asked: Asked) -> list[Ranked]:
    """Return the candidates best first. What many have in common is weighed once."""
    weigh = dict.fromkeys(SIGNS, 0.0) | dict(weights(asked.asks))
    words = 1 / max([LEAST, *(one.words for one in candidates)])
    meaning = 1 / max([LEAST, *(one.meaning for one in candidates)])
    sessions = _sessions(candidates)
    said = [(_day(one, asked), one.kind) for one in candidates]  # alike in both weighs alike
    days = {each: _aged(*each, asked, weigh) for each in set(said)}
    traits = {seen: _traits(seen, weigh) for seen in {one.traits for one in candidates}}
    people = {by: weigh["by"] * said_by(by, asked) for by in {one.by for one in candidates}}
    ranked = [
        Ranked(
            one,
            weigh["words"] * one.words * words
            + weigh["meaning"] * max(one.meaning * meaning, 0.0)
            + weigh["session"] * sessions[one.session]
            + weigh["length"] * min(1.0, len(one.text) / LENGTH_ENOUGH)
            + weigh["proven"] * (one.trust != "outside")
            + days[when]
            + traits[one.traits]
            + people[one.by],
            one.meaning * meaning,
        )
        for one, when in zip(candidates, said, strict=True)
    ]
    return sorted(ranked, key=lambda each: (-each.score, -each.candidate.seq))


def within(ranked: Iterable[Ranked], k: int, budget: int) -> list[Ranked]:
    """Return the k best that together have at most `budget` characters, and the best in any case.

    Left out is what nearly repeats a better one word for word; what does not fit makes room for
    the next.
    """
    chosen: list[Ranked] = []
    said: list[set[str]] = []
    for one in ranked:
        if len(chosen) == k:
            break
        length = len(one.candidate.text)
        words = set(one.candidate.text.lower().split())
        if (length <= budget or not chosen) and not any(_alike(words, other) for other in said):
            budget -= length
            chosen.append(one)
            said.append(words)
    return chosen


def because(one: Ranked, asked: Asked) -> str:
    """Say in plain words why it was found: "words: price · meaning · said by Ada"."""
    candidate, text = one.candidate, one.candidate.text.lower()
    reasons = []
    if held := [term for term in asked.terms if term in text]:
        reasons.append(f"words: {', '.join(held)}")
    elif candidate.words:
        reasons.append("words in another form, or said just before")
    if one.meaning >= NEAR:
        reasons.append("meaning")
    if said_by(candidate.by, asked):
        reasons.append(f"said by {candidate.by}")
    day = _day(candidate, asked)
    if _dated(day, asked) >= SAYS_MUCH:
        reasons.append(f"dated {day:%-d %B %Y}")
    if asked.asks == "when" and Traits.TELLS_TIME & candidate.traits:
        reasons.append("tells a time")
    if asked.asks == "number" and Traits.TELLS_NUMBER & candidate.traits:
        reasons.append("tells a number")
    return " · ".join(reasons) or "somewhat near in meaning"


def said_by(by: str | None, asked: Asked) -> bool:
    """Say whether the question names whoever said it."""
    return by is not None and by.lower().startswith(tuple(asked.names))


def _dated(day: date, asked: Asked) -> float:
    return max((span.nearness(day) for span in asked.spans), default=0.0)


def _day(one: Candidate, asked: Asked) -> date:
    """Return the day it was said, as the operator has it."""
    return one.at.astimezone(asked.now.tzinfo).date()


def _aged(day: date, kind: str, asked: Asked, weigh: Weights) -> float:
    return weigh["dated"] * _dated(day, asked) + weigh["recent"] * _recent(day, kind, asked)


def _recent(day: date, kind: str, asked: Asked) -> float:
    """Return how recent that day is for this kind: 1 today, half after its half-life."""
    ago = abs((asked.now.date() - day).days)
    return 1 / (1 + ago / half_lives()[kind])


def _read() -> dict[str, dict[str, float]]:
    return tomllib.loads(WEIGHTS.read_text("utf-8"))


def _traits(seen: int, weigh: Weights) -> float:
    return sum(weigh[name] for trait, name in TRAITS.items() if trait & seen)


def _alike(some: set[str], others: set[str]) -> bool:
    return len(some & others) >= ALIKE * len(some | others) > 0


def _sessions(candidates: Iterable[Candidate]) -> dict[str, float]:
    """Return how well each session answers: the sum of squares, so that one good hit beats five."""
    hits: dict[str, list[float]] = defaultdict(list)
    for one in candidates:
        hits[one.session].append(one.words**2)
    sums = {session: math.fsum(squares) for session, squares in hits.items()}
    best = max(sums.values(), default=0) or 1
    return {session: value / best for session, value in sums.items()}
