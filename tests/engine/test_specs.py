"""Which wishes get a version on trial: its share of them, and each wish always the same."""

from datetime import UTC, datetime

from engine.planning.specs import Trial

WISHES = [f"goal_{number}" for number in range(2000)]


def drawn(share: int, id: str = "trl_1") -> list[bool]:
    trial = Trial(id=id, version="b", share=share, since=datetime(2026, 11, 20, tzinfo=UTC))
    return [trial.draws(wish) for wish in WISHES]


def test_a_trial_gets_its_share_and_a_shadow_none() -> None:
    assert 340 < sum(drawn(20)) < 460  # of 2000; five times what chance strays
    assert sum(drawn(0)) == 0
    assert sum(drawn(100)) == len(WISHES)


def test_a_wish_draws_the_same_again_and_another_trial_draws_others() -> None:
    assert drawn(20) == drawn(20)
    both = sum(one and other for one, other in zip(drawn(20), drawn(20, "trl_2"), strict=True))
    assert 40 < both < 130
