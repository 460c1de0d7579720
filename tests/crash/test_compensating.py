"""Killed anywhere while a plan is taken back: each step is taken back once, the last one first."""

import itertools
import random
import sqlite3
from pathlib import Path

import pytest

from bot.commands.sample import MAIL
from tests.crash import counted
from tests.crash.conftest import At
from tests.crash.story import NEVER, Operator
from tests.crash.test_matrix import end
from tests.sampled import seed

SAMPLE = 2
SHARDS = 4  # of the whole matrix
MAIL_CARD = "Send e-mail · ada@example.org"
NO_MAIL = "rules:\n- {id: no-mail, why: no mail today, then: deny, action: email.send}\n"


def walk(operator: Operator) -> int:
    """Let the last step of a plan fail, take the plan back, and return how many points there were.

    The process whose points are counted is the second one.
    """
    folder = operator.home / "sample"
    operator.start()
    operator.say("drop", file=MAIL.read_bytes())
    operator.tap("take", "Mail from Ada Example", "Refund")
    operator.tap("refund", "Refund 120.00 EUR", "✓ Refund")
    operator.see("Refund 120.00 EUR", holding="refunded 120.00 EUR")
    operator.see("2 of 3 done")
    operator.stop()
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "own.yaml").write_text(NO_MAIL, encoding="utf-8")
    operator.start()
    operator.tap("reply", MAIL_CARD, "✓ Send")
    operator.see(MAIL_CARD, "Take back what was done", "Take back would go from the last")
    operator.arm()
    operator.tap("back", MAIL_CARD, "Take back what was done")
    operator.tap("yes", "Take back: Refund", "✓ Take back")
    operator.see("Taken back: ", holding="↩ taken back")
    end(operator)
    came_right(operator)
    return len((operator.home / "points.1").read_text(encoding="utf-8").splitlines())


def came_right(operator: Operator) -> None:
    folder = operator.home / "sample"
    journal = (folder / "ledger" / "firstmate.journal").read_text(encoding="utf-8")
    assert (counted.refunds(folder), journal.count("taken back")) == (1, 1)
    assert counted.mails(folder) == []
    assert undone(folder) == [("records.note.undo", "done"), ("payments.refund.undo", "done")]
    assert counted.unfinished(folder) == []
    assert counted.faults(operator.home) == ()


def undone(folder: Path) -> list[tuple[str, str]]:
    """Return what was taken back, in its order."""
    connection = sqlite3.connect(folder / "firstmate.db")
    try:
        query = "SELECT json_extract(action, '$.operation'), state FROM effects"
        return connection.execute(query + " WHERE undoes IS NOT NULL ORDER BY at").fetchall()
    finally:
        connection.close()


@pytest.mark.timeout(900)
def test_a_kill_while_a_plan_is_taken_back_takes_each_step_back_once(killed: At) -> None:
    chance = random.Random(f"{seed()} back")
    points = walk(killed(NEVER))
    chosen = sorted(chance.sample(range(points), SAMPLE))
    print(f"CRASH_SEED={seed()}: {chosen} of {points} write points")
    for point in chosen:
        walk(killed(NEVER, point))


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("first", range(SHARDS))
def test_a_kill_at_any_point_of_taking_back_takes_each_step_back_once(
    killed: At, first: int
) -> None:
    for point in itertools.count(first, SHARDS):
        operator = killed(NEVER, point)
        walk(operator)
        if operator.starts == 2:  # it was not killed: there are no more points
            return
