"""Killed anywhere while a person is erased: all of it happens, and the certificate comes whole."""

import random
import shutil

import pytest

from bot.commands.certificate import TITLE
from bot.commands.forgetting import SEARCHES
from bot.commands.sample import MAIL
from tests.crash import counted
from tests.crash.conftest import At
from tests.crash.story import NEVER, Operator
from tests.crash.test_matrix import end
from tests.sampled import seed

SAMPLE = 3
NAME = "Ada Example"


def erase(operator: Operator) -> int:
    """Drop a mail of hers, erase her, read the certificate; return how many write points."""
    operator.start()
    operator.say("drop", file=MAIL.read_bytes())
    operator.see(f"Mail from {NAME}")
    operator.arm()
    operator.say("forget", f"/forget {NAME}")
    operator.tap("erase", f"{NAME}:", "Erase", confirm=NAME)
    told = operator.see(TITLE, holding="was searched for name")
    end(operator)
    folder = operator.home / "sample"
    assert "firstmate.db" not in told.text
    assert NAME.encode() not in (folder / "firstmate.db").read_bytes()
    assert list((folder / SEARCHES).glob("*")) == []
    assert counted.unfinished(folder) == []
    assert counted.faults(operator.home) == ()
    points = len(operator.reached())
    shutil.rmtree(operator.home)
    return points


@pytest.mark.timeout(900)
def test_a_kill_at_some_write_points_of_an_erasure_leaves_it_whole(killed: At) -> None:
    chance = random.Random(f"{seed()} erasing")
    points = erase(killed(NEVER))
    chosen = sorted(chance.sample(range(points), SAMPLE))
    print(f"CRASH_SEED={seed()}: {chosen} of {points} write points")
    for point in chosen:
        erase(killed(point))


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_a_kill_at_any_write_point_of_an_erasure_leaves_it_whole(killed: At) -> None:
    for point in range(erase(killed(NEVER))):
        erase(killed(point))
