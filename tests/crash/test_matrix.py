"""Killed anywhere in the story of a refund: nothing is lost, nothing doubled, nothing crossed."""

import itertools
import random
import shutil
import signal
import time
from collections.abc import Callable

import pytest

from tests.crash import counted, story
from tests.crash.conftest import OTHERS, At, Writing
from tests.crash.messengers import LOOK_S, Correspondent, OnSlack, OnTelegram
from tests.crash.story import NEVER, PATIENCE_S, Operator
from tests.sampled import seed

SAMPLE = 5
ON_MESSENGERS = 2  # points of the sample on each messenger
STEPS = 9  # of the story; the platform is restarted before one of them
SHARDS = 8  # of each whole matrix, walked by workers side by side
IN_VAIN = 2  # points in turn that no run came to: there are no more
RECOVERY = 12  # write points of a process that starts again; the second kill lies among them


def walk(operator: Operator) -> int:
    """Walk the story and check what came of it; return how many write points it came by."""
    before = counted.waiting(operator.home / "sample")
    operator.start()
    operator.arm()
    story.refund(operator)
    end(operator)
    return came_right(operator, before)


def write(operator: Correspondent, restart_at: int = -1) -> int:
    """Walk the story over a messenger, which may itself be restarted before one of its steps."""
    before = counted.waiting(operator.home / "sample")
    operator.start()
    operator.arm()
    operator.refund(restart_at)
    end(operator)
    points = came_right(operator, before)
    operator.messenger.close()
    return points


def sweep(first: int, die: Callable[[int], Operator]) -> None:
    """Walk every point of a shard, until the runs do not come that far; they differ in length."""
    in_vain = 0
    for point in itertools.count(first, SHARDS):
        in_vain = in_vain + 1 if die(point).starts == 1 else 0
        if in_vain == IN_VAIN:
            print(f"No run came to write point {point}; every {SHARDS}th from {first} was tried.")
            return


def end(operator: Operator) -> None:
    """End it once nothing is left to do: the last card is shown before its work is ticked off."""
    while True:
        finish(operator)
        if operator.stop() != -signal.SIGKILL:
            return
        operator.start()  # killed on its way out


def finish(operator: Operator) -> None:
    """Wait until all work is done, starting it again when it is killed meanwhile."""
    until = time.monotonic() + PATIENCE_S
    while counted.unfinished(operator.home / "sample"):
        assert time.monotonic() < until, f"It left work undone: {operator.complaints()}"
        operator.live()
        time.sleep(LOOK_S)


def came_right(operator: Operator, before: set[tuple[str, str]]) -> int:
    """Check what came of it where it arrives; return how many write points were come by."""
    folder = operator.home / "sample"
    assert counted.refunds(folder) == 1
    assert counted.refunded(folder) == ["40.00 EUR"]
    assert counted.transfers(folder) == ["40.00"]
    [(to, text)] = counted.mails(folder)
    assert to == "ada@example.org"
    assert "40.00" in text
    assert len(before) == OTHERS
    assert counted.waiting(folder) == before
    assert counted.unfinished(folder) == []
    assert counted.faults(operator.home) == ()
    points = len(operator.reached())
    shutil.rmtree(operator.home)
    return points


@pytest.mark.timeout(900)
def test_a_kill_at_some_write_points_loses_and_doubles_nothing(killed: At) -> None:
    chance = random.Random(seed())
    points = walk(killed(NEVER))
    chosen = sorted(chance.sample(range(points), SAMPLE))
    print(f"CRASH_SEED={seed()}: {chosen} of {points} write points")
    for point in chosen:
        again = chance.randrange(RECOVERY)
        print(f"killed at {point}, then at {again} of its recovery")
        walk(killed(point, again))


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", range(SHARDS))
def test_a_kill_at_any_write_point_loses_and_doubles_nothing(killed: At, first: int) -> None:
    def die(point: int) -> Operator:
        operator = killed(point)
        walk(operator)
        return operator

    sweep(first, die)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("messenger", [OnTelegram, OnSlack])
def test_a_kill_while_writing_on_a_messenger_loses_and_doubles_nothing(
    writing: Writing, messenger: type[OnTelegram] | type[OnSlack]
) -> None:
    chance = random.Random(f"{seed()} {messenger.__name__}")
    points = write(writing(messenger, NEVER), restart_at=chance.randrange(STEPS))
    chosen = sorted(chance.sample(range(points), ON_MESSENGERS))
    print(f"CRASH_SEED={seed()} on {messenger.__name__}: {chosen} of {points} write points")
    for point in chosen:
        write(writing(messenger, point, chance.randrange(RECOVERY)), chance.randrange(STEPS))


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("messenger", [OnTelegram, OnSlack])
@pytest.mark.parametrize("first", range(SHARDS))
def test_a_kill_at_any_write_point_of_a_messenger_loses_and_doubles_nothing(
    writing: Writing, messenger: type[OnTelegram] | type[OnSlack], first: int
) -> None:
    def die(point: int) -> Operator:
        operator = writing(messenger, point)
        write(operator)
        return operator

    sweep(first, die)
