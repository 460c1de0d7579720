"""How a trial draws its tasks, and when its figures say something."""

import pytest

from engine.models.trial_figures import CHANCE, ENOUGH, Compared, Figures, fisher, sign_test
from engine.models.trials import Arm, Pin, Trial, number_of
from tests.conftest import BEGINS


def trial(share: int) -> Trial:
    return Trial(id="trl_1", arm=Arm(prompt=6), share=share, since=BEGINS)


def arms(old: tuple[int, int], new: tuple[int, int]) -> Compared:
    """Return two arms as (touched, decided)."""
    return Compared(*(Figures(decided=of, touched=touched) for touched, of in (old, new)))


def test_a_task_is_drawn_always_or_never_and_about_as_often_as_said() -> None:
    tasks = [f"tsk_{number}" for number in range(2000)]
    drawn = [task for task in tasks if trial(20).draws(task)]
    assert drawn == [task for task in tasks if trial(20).draws(task)]
    assert 320 < len(drawn) < 480
    assert not any(trial(0).draws(task) for task in tasks)
    assert all(trial(100).draws(task) for task in tasks)
    other = trial(20).model_copy(update={"id": "trl_2"})
    assert drawn != [task for task in tasks if other.draws(task)]  # each trial draws anew


@pytest.mark.parametrize(
    ("old", "new", "chance"),  # by the tables of Fisher and of the binomial distribution
    [((3, 4), (1, 4), 0.4857), ((10, 12), (1, 12), 0.0006), ((5, 15), (5, 15), 1.0)],
)
def test_chance_is_what_the_tables_say(
    old: tuple[int, int], new: tuple[int, int], chance: float
) -> None:
    assert fisher(*old, *new) == pytest.approx(chance, abs=0.0005)
    assert fisher(*new, *old) == pytest.approx(chance, abs=0.0005)


def test_a_split_is_chance_as_often_as_coins_say() -> None:
    assert sign_test(9, 1) == pytest.approx(0.0215, abs=0.0001)
    assert sign_test(5, 5) == 1.0
    assert sign_test(0, 0) == 1.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((7, 14), (0, 40), "Too few to tell: 14 and 40 of 15 decided."),
        ((10, 15), (9, 15), "No difference that could not be chance."),
        ((10, 15), (2, 15), "Better, hardly by chance."),
        ((1, 15), (9, 15), "Worse, hardly by chance."),
    ],
)
def test_a_share_is_judged_from_enough_on(
    old: tuple[int, int], new: tuple[int, int], said: str
) -> None:
    assert arms(old, new).verdict(shadow=False) == said


def test_a_shadow_is_judged_by_how_near_it_lies_to_what_was_sent() -> None:
    assert Compared(nearer=9, farther=1).verdict(shadow=True).startswith("Too few to tell: 10 of")
    better = Compared(nearer=14, farther=1, equal=3).verdict(shadow=True)
    assert better == "Better, hardly by chance: nearer to what you sent in 14 of 18, farther in 1."
    assert Compared(nearer=1, farther=14).verdict(shadow=True).startswith("Worse")
    assert Compared(nearer=8, farther=8).verdict(shadow=True).startswith("No difference")


def test_enough_are_so_many_that_none_touched_means_less_than_a_fifth() -> None:
    assert 1 - CHANCE ** (1 / ENOUGH) < 0.2 < 1 - CHANCE ** (1 / (ENOUGH - 2))


def test_the_version_of_a_prompt_stands_in_the_name_of_the_step() -> None:
    steps = "draft.text/5", "shadow.draft.text/12", "answer/1"
    assert [number_of(step) for step in steps] == [5, 12, 1]


def test_what_is_no_longer_there_gives_way_to_the_usual() -> None:
    pin = Pin(now=Arm(prompt=4, model="m"), before=Arm(prompt=3), trial=trial(20))
    known = {5: "five", 4: "four"}
    assert pin.within(known, 5) == Pin(now=pin.now)
    assert pin.within({5: "five", 9: "own"}, 5).now == Arm(prompt=5, model="m")
