"""Whatever was said in whichever order, what holds is what a slow replay of everything says."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from memory import facts, upgrade
from memory.db import Database
from memory.verify import verify
from tests.facts.histories import VALUES, History, Walking
from tests.facts.model import expected

SAMPLE, MANY = 8, 2000
ASKED = 12  # moments asked of each history, for every person and attribute


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[tuple[Database, Walking]]:
    clock = Walking()
    path = tmp_path / "firstmate.db"
    upgrade.upgrade(path)
    db = Database(path, clock)
    yield db, clock
    await db.close()


async def lived(fresh: tuple[Database, Walking], seed: int) -> History:
    """Live one history; the histories of a test share a database and know nothing of each other."""
    db, clock = fresh
    history = History(db, clock, random.Random(seed))
    await history.live()
    return history


def moments(history: History) -> list[tuple[datetime, datetime]]:
    """Return moments of the world, each with a moment at which we knew something; now first."""
    rng, now = random.Random(0), history.clock.now
    worlds = [one.since for one in history.said] + history.moments
    some = [
        (
            rng.choice(worlds) + timedelta(seconds=rng.choice((-1, 0, 1))),
            rng.choice(history.moments),
        )
        for _ in range(ASKED)
    ]
    return [(now, now), *some]


async def differences(history: History) -> list[str]:
    """Ask for everything at several moments; return each answer that the model does not give."""
    wrong = []
    async with history.db.snapshot() as reader:
        for world, known in moments(history):
            for person in history.people:
                found = await facts.as_of(reader, person, world=world, known=known)
                for name in VALUES:
                    told = [(repr(f.value), f.status) for f in found if f.attribute == name]
                    wanted = expected(history.log, person, name, world, known)
                    if sorted(told) != sorted(wanted):
                        wrong.append(f"{person} {name} {world} {known}: {told} not {wanted}")
    return wrong


async def test_what_held_and_what_we_knew_is_what_a_replay_says(
    fresh: tuple[Database, Walking],
) -> None:
    for seed in range(SAMPLE):
        history = await lived(fresh, seed)
        assert await differences(history) == [], seed
    assert (await verify(history.db)).faults == ()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
async def test_in_thousands_of_histories_too(fresh: tuple[Database, Walking], part: int) -> None:
    for seed in range(1000 + part, 1000 + MANY, 4):
        history = await lived(fresh, seed)
        assert await differences(history) == [], seed
