"""A provider that keeps failing is left alone, with all its models, and tried again by one call."""

import asyncio
import shutil
from pathlib import Path

import pytest

from agents.models.door import Answer
from bot import checkup, offices
from bot.settings import Settings
from engine.models import circuits, model_calls
from engine.models.model_calls import EMBEDDING, Call, Came, State, Wanted
from memory.db import Database
from tests.agents.desk import GOOD, Desk, why, wish
from tests.conftest import FakeClock
from tests.peers.models import fails, says

DOWN = fails(500, retryAfter=0)
BUSY = fails(429, retryAfter=0)
LEFT_ALONE = "home had no answer 6 times in a row, so it is left alone until 10:01:00."


async def broken(desk: Desk) -> None:
    """Let the provider `home` fail as often as it takes."""
    desk.server.script(DOWN, BUSY, DOWN, DOWN, DOWN, BUSY)
    await desk.models(small=("home/one",), large=("home/two",)).ask(wish("First."))
    assert len(desk.server.asked) == circuits.FAILURES
    desk.server.script(GOOD)


async def test_all_models_of_a_failing_provider_are_left_alone_and_anothers_is_asked(
    desk: Desk,
) -> None:
    await broken(desk)
    models = desk.models(small=("home/one",), large=("home/three", "far/one"))
    answer = await models.ask(wish("Second."))
    assert isinstance(answer, Answer)
    assert answer.model == "far/one"
    assert len(desk.server.asked) == 1
    assert [one.state for one in await desk.reasons()][-3:] == ["resting", "resting", "answered"]


async def test_a_restart_forgets_nothing_of_it_and_who_asks_is_told(desk: Desk) -> None:
    await broken(desk)
    assert why(await desk.models().ask(wish("Second."))) == LEFT_ALONE  # a door made anew
    assert desk.server.asked == []
    assert (await desk.costs())[-1].amount == "0"


async def test_after_a_minute_one_call_tries_it_and_a_failure_leaves_it_alone_again(
    desk: Desk, clock: FakeClock
) -> None:
    await broken(desk)
    desk.server.script(DOWN, GOOD)
    clock.advance(seconds=61)
    models = desk.models()
    notes = [wish(f"Note {n}.") for n in range(10)]
    answers = await asyncio.gather(*(models.ask(note) for note in notes))
    assert len(desk.server.asked) == 1
    assert not any(isinstance(answer, Answer) for answer in answers)
    clock.advance(seconds=59)
    assert "until 10:02:01." in why(await models.ask(wish("Later.")))
    clock.advance(seconds=2)
    assert isinstance(await models.ask(wish("Later.", basis="again")), Answer)
    assert isinstance(await models.ask(wish("And more.")), Answer)


async def test_any_answer_however_poor_shows_that_the_provider_works(desk: Desk) -> None:
    desk.server.script(DOWN, DOWN, says("no JSON"), DOWN, DOWN, DOWN, DOWN, GOOD)
    models = desk.models()
    await models.ask(wish("One."))
    await models.ask(wish("Two."))
    assert isinstance(await models.ask(wish("Three.")), Answer)


async def test_failures_far_apart_leave_nobody_alone(desk: Desk, clock: FakeClock) -> None:
    desk.server.script(DOWN)
    models = desk.models()
    await models.ask(wish("One."))
    clock.advance(minutes=11)
    await models.ask(wish("Two."))
    desk.server.script(GOOD)
    assert isinstance(await models.ask(wish("Three.")), Answer)


async def test_the_doctors_own_question_goes_through_and_an_answer_ends_the_rest(
    desk: Desk,
) -> None:
    await broken(desk)
    models = desk.models()
    [(tier, model)] = models.listed()
    asked = wish("Are you there?")
    assert why(await models.tried(asked, tier, model)) == LEFT_ALONE
    assert isinstance(await models.tried(asked, tier, model, anyway=True), Answer)
    assert isinstance(await models.ask(wish("Second.")), Answer)


async def failed(db: Database, times: int, *, step: str = "try/1", state: State = "busy") -> None:
    call = Call(
        tier="small", model="home/one", remote=False, data_class="public", redacted=False,
        ceiling=0,
    )  # fmt: skip
    wanted = Wanted(step=step, agent="writer", basis="")
    for _ in range(times):
        async with db.transaction() as tx:
            await model_calls.note(tx, wanted, call, Came(state=state))


@pytest.mark.parametrize(
    ("step", "state"), [(EMBEDDING, "busy"), ("try/1", "refused"), ("try/1", "misfit")]
)
async def test_what_is_no_fault_of_the_provider_is_not_counted(
    desk: Desk, step: str, state: State
) -> None:
    """Vectors are hurried, rules refuse before anything leaves, and a wrong key is our fault."""
    db = desk.app.db
    await failed(db, circuits.FAILURES, step=step, state=state)
    await failed(db, circuits.FAILURES - 1)
    async with db.snapshot() as reader:
        assert await circuits.failing(reader) == ()
    await failed(db, 1)
    async with db.snapshot() as reader:
        assert [one.provider for one in await circuits.failing(reader)] == ["home"]


async def test_the_doctor_says_how_each_provider_stands_and_asks_none(
    filled: Path, tmp_path: Path
) -> None:
    shutil.copytree(filled, tmp_path / "company")
    given = ("home/one", "far/two")
    settings = Settings(home=tmp_path, model_small=given, model_large=("home/three",))
    async with offices.house(settings) as house:
        await failed(house.db, circuits.FAILURES)
    found = {one.what: one for one in await checkup.examine(settings)}
    assert not found["Models of home"].ok
    assert "home had no answer 6 times in a row, so it is left" in found["Models of home"].says
    assert found["Models of far"].ok
    assert [what for what in found if what.startswith("Models of")] == [
        "Models of home",
        "Models of far",
    ]
