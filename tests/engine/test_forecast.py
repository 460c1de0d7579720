"""The month's forecast and the next wish's: right in a simple case, and honest about its range."""

import random
from decimal import Decimal

import pytest

from engine.planning import forecast
from engine.planning.forecast import DAYS_MIN, Forecast, like, month

ZERO = Decimal(0)


def amounts(*given: str) -> list[Decimal]:
    return [Decimal(one) for one in given]


def test_days_that_are_all_alike_leave_nothing_open() -> None:
    found = month(amounts(*["0.20"] * 10), before=Decimal(2), today=ZERO, left=19)
    assert found == Forecast(Decimal("6.0"), Decimal("6.0"), Decimal("6.0"), 10)


def test_before_a_week_has_passed_nothing_is_said() -> None:
    assert month(amounts(*["0.20"] * (DAYS_MIN - 1)), before=ZERO, today=ZERO, left=3) is None
    assert month(amounts(*["0.20"] * DAYS_MIN), before=ZERO, today=ZERO, left=3) is not None


def test_it_never_falls_below_what_is_spent_nor_passes_what_the_days_may_cost() -> None:
    days = amounts("0", "2", "0", "2", "0", "2", "0")
    low = month(days, before=Decimal(1), today=Decimal("1.90"), left=0)
    assert low is not None
    assert low.low == low.likely == Decimal("2.90")
    capped = month(days, before=Decimal(1), today=ZERO, left=2, most=Decimal(4))
    assert capped is not None
    assert capped.high == Decimal(4)


@pytest.mark.parametrize(("degrees", "exact"), [(6, 1.4398), (13, 1.3502), (29, 1.3114)])
def test_the_bounds_are_students(degrees: int, exact: float) -> None:
    assert forecast._student(degrees) == pytest.approx(exact, abs=0.002)


@pytest.mark.parametrize("seen", [7, 14, 30])
def test_eight_months_of_ten_end_within_the_range(seen: int) -> None:
    """Of made-up businesses whose days differ much: some cost nothing, a few a lot."""
    dice = random.Random(seen)
    held = below = 0
    for _ in range(2000):
        days = [Decimal(str(_day(dice))) for _ in range(seen + 16)]
        found = month(days[:seen], before=Decimal(3), today=ZERO, left=15)
        assert found is not None
        came = 3 + sum(days[seen:])
        held += found.low <= came <= found.high
        below += came < found.low
    assert 0.75 <= held / 2000 <= 0.85
    assert below / 2000 < 0.15


def _day(dice: random.Random) -> float:
    return 0.0 if dice.random() < 2 / 7 else round(dice.gammavariate(3, 0.1), 4)


def test_the_next_costs_what_those_like_it_did() -> None:
    assert like(amounts("0.01", "0.02")) is None
    found = like(amounts("0.01", "0.09", "0.02"))
    assert found == Forecast(Decimal("0.02"), Decimal("0.01"), Decimal("0.09"), 3)
    many = like(amounts("9", *["0.01"] * forecast.LIKE_MAX))
    assert many is not None
    assert many.high == Decimal("0.01")
