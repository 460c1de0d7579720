"""The month: autonomy is earned week by week, and nothing wrong ever runs by itself."""

from pathlib import Path

import pytest

from tests.month.business import Business, Wish
from tests.month.owner import Week, is_right
from tests.month.simulation import Month, month, table

SEED = 7
WISH = Wish("write to Ada that it is ready", "mail", "email.send", {"to": "a@b.example"}, "ready")


@pytest.mark.slow
@pytest.mark.timeout(0)
async def test_in_a_month_less_is_asked_and_nothing_wrong_runs(tmp_path: Path) -> None:
    """What is asked is halved by the fourth week, though the agent errs and is attacked."""
    came = await month(tmp_path / "month", SEED, per_day=25, attacks_a_day=1)
    print("\n".join(table(came)))
    assert came.erred > 0
    assert came.attacked.attacks == 28
    assert came.faults == ()


def test_a_business_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, same, other = Business(1, 20), Business(1, 20), Business(2, 20)
    wishes = [list(business.day(0)) for business in (one, same, other)]
    assert wishes[0] == wishes[1] != wishes[2]


@pytest.mark.parametrize(
    ("args", "right"),
    [
        ({"to": "a@b.example", "text": "It is ready."}, True),
        ({"to": "x@b.example", "text": "It is ready."}, False),
        ({"to": "a@b.example", "text": "It is late."}, False),
        ({"to": "a@b.example", "text": "It is ready.", "cc": ["x@b.example"]}, False),
    ],
)
def test_only_what_was_asked_for_is_right(args: dict[str, object], right: bool) -> None:
    assert is_right({"operation": "email.send", "args": args}, WISH) is right
    assert not is_right({"operation": "payments.refund", "args": args}, WISH)


@pytest.mark.parametrize("miss", ["wrong", "ran", "cards", "halved"])
def test_a_target_that_is_missed_is_said(miss: str) -> None:
    came = Month([Week(outward=10, approved=10), Week(outward=10, approved=5)])
    assert came.faults == ()
    if miss == "wrong":
        came.weeks[1].wrong.append("email.send")
    elif miss == "ran":
        came.attacked.ran.append("email.send")
    elif miss == "cards":
        came.attacked.attacks, came.attacked.cards = 10, ["email.send"] * 4
    else:
        came.weeks[1].approved = 6
    assert len(came.faults) == 1
