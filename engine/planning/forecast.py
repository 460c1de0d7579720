"""Forecast: what language models will cost by the end of the month, and for the next wish. Pure.

A day to come is taken to be like the days that were, each on its own. Then the sum of `m` days has
the variance m·s² + m²·s²/n: what days differ by, and what `n` days leave unknown of their mean.
The range holds eight months of ten, by Student's distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from statistics import mean, median, variance

DAYS_MIN = 7  # a week, or nothing is said
DAYS_MAX = 30
LIKE_MIN = 3
LIKE_MAX = 20
Z = 1.2816  # nine of ten lie below: one of ten on each side


@dataclass(frozen=True, slots=True)
class Forecast:
    """What it will likely be, and between what. `seen`: how many days or wishes that is from."""

    likely: Decimal
    low: Decimal
    high: Decimal
    seen: int


def month(
    days: Sequence[Decimal],
    *,
    before: Decimal,
    today: Decimal,
    left: int,
    most: Decimal | None = None,
) -> Forecast | None:
    """Return what the month will come to. None: too few whole days are past to say.

    `days`: what each whole day cost, the newest last; `before`: the month without today; `left`:
    days after today; `most`: what the budgets let it come to.
    """
    seen = [float(day) for day in days[-DAYS_MAX:]]
    if len(seen) < DAYS_MIN:
        return None
    coming, spent = left + 1, before + today
    middle = coming * mean(seen)
    apart = _student(len(seen) - 1) * sqrt(variance(seen) * (coming + coming**2 / len(seen)))

    def within(amount: float) -> Decimal:
        whole = max(spent, before + Decimal(str(round(amount, 6))))
        return whole if most is None else min(whole, max(most, spent))

    return Forecast(within(middle), within(middle - apart), within(middle + apart), len(seen))


def like(amounts: Sequence[Decimal]) -> Forecast | None:
    """Return what the next will cost, by the newest of its kind; None: too few have ended."""
    seen = amounts[-LIKE_MAX:]
    if len(seen) < LIKE_MIN:
        return None
    return Forecast(median(seen), min(seen), max(seen), len(seen))


def _student(degrees: int) -> float:
    """Return what nine of ten lie below, in Student's distribution (Fisher's expansion)."""
    once, twice = Z + Z**3, 3 * Z + 16 * Z**3 + 5 * Z**5
    return Z + once / (4 * degrees) + twice / (96 * degrees**2)
