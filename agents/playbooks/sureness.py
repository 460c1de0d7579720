"""How sure the nearest examples make us: a probability; below a line it is “I don't know”.

The numbers were fitted on the tuning half of tests/agents/sentences.py by `python -m
benchmarks.front --fit`; the held-out half measures them (tests/agents/test_sureness.py).
"""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NUMBERS = Path(__file__).with_name("routing.toml")
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the examples say of a sentence.

    `score`: how near its best example is, 0 to 1. `margin`: how much nearer than the best of any
    other playbook. `agreement`: the share of the nearest examples that are of this playbook and
    not one of those that only sound alike. `words`: the margin by the words they share alone.
    """

    score: float
    margin: float
    agreement: float
    words: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Of a logistic regression over the evidence, and the least probability that counts."""

    bias: float
    score: float
    margin: float
    agreement: float
    words: float
    least: float

    def sure(self, seen: Evidence) -> float:
        """Return the probability that the best example's playbook is what was meant."""
        total = self.bias + self.score * seen.score + self.margin * seen.margin
        total += self.agreement * seen.agreement + self.words * seen.words
        return 1 / (1 + math.exp(-total))


@cache
def weights(*, has_meaning: bool) -> Weights:
    """Return the numbers for comparing meanings, or for comparing words."""
    kept = tomllib.loads(NUMBERS.read_text())
    return Weights(**kept["meanings" if has_meaning else "words"])
