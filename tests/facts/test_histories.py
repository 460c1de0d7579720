"""Whatever was said in whichever order, what holds is what a slow replay of everything says."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agents.answers import knowing
from agents.reading.words import Context
from bot.commands.facts import answer
from memory import upgrade
from memory.beliefs import facts
from memory.copying.verify import verify
from memory.db import Database
from tests.facts.histories import VALUES, History, Walking
from tests.facts.model import expected

SAMPLE, MANY = 4, 2000
PARTS = 20  # a database of its own for a hundred of them
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


ASKING = (  # what is asked, and whether it names a day of the world, or one of ours
    ("what is {name}'s {attribute}?", ""),
    ("what is the {attribute} for {name}", ""),
    ("wie ist {name}s {attribute}?", ""),
    ("what was the {attribute} of {name} on {day}?", "world"),
    ("was war {name}s {attribute} am {day}?", "world"),
    ("what did we believe on {day} about {name}'s {attribute}?", "known"),
)
ASKED_ABOUT = ("price", "phone")


async def in_words(history: History, rng: random.Random) -> list[str]:
    """Ask in words, by every name and several days; return each answer the model does not give."""
    wrong, now = [], history.clock.now
    async with history.db.snapshot() as reader:
        for person, name in zip(history.people, history.names, strict=True):
            for words, names_day in ASKING:
                day = rng.choice(history.moments) + timedelta(days=rng.randrange(-40, 1))
                attribute = rng.choice(ASKED_ABOUT)
                said = words.format(name=name, attribute=attribute, day=f"{day:%Y-%m-%d}")
                heard = await knowing.heard(reader, said)
                assert heard is not None, said
                found = await answer(reader, heard, Context(now=now, zone="UTC"))
                midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
                noon = min(midnight + timedelta(hours=12), now)
                known = midnight + timedelta(days=1)
                world = {"world": noon, "known": min(known, now)}.get(names_day, now)
                knew = known if names_day == "known" else now
                told = sorted((repr(one.value), one.status) for one in found)
                wanted = expected(history.log, history.root(person), attribute, world, knew)
                if told != sorted(wanted):
                    wrong.append(f"{said} {told} not {sorted(wanted)}")
    return wrong


async def test_a_question_in_words_gets_exactly_what_holds_and_nothing_of_others(
    fresh: tuple[Database, Walking],
) -> None:
    for seed in range(100, 100 + SAMPLE):
        history = await lived(fresh, seed)
        assert await in_words(history, random.Random(seed)) == [], seed


async def test_what_held_and_what_we_knew_is_what_a_replay_says(
    fresh: tuple[Database, Walking],
) -> None:
    for seed in range(SAMPLE):
        history = await lived(fresh, seed)
        assert await differences(history) == [], seed
    assert (await verify(history.db)).faults == ()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
async def test_in_thousands_of_histories_too(fresh: tuple[Database, Walking], part: int) -> None:
    for seed in range(1000 + part, 1000 + MANY, PARTS):
        history = await lived(fresh, seed)
        assert await differences(history) == [], seed
        assert await in_words(history, random.Random(seed)) == [], seed
