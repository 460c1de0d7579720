"""Who goes first where many want to: what is now, then today, and off-peak only alone."""

import asyncio

import pytest

from engine.flow import lanes as lanes_
from engine.flow.lanes import AT_ONCE, LANES, RUNNING_MAX, Lane, Lanes


class Place:
    """One that wants a place, holds it until it is let go, and says when it got it."""

    def __init__(self, lanes: Lanes, lane: Lane) -> None:
        self.has = False
        self._may_leave = asyncio.Event()
        self.task = asyncio.create_task(self._hold(lanes, lane))

    async def _hold(self, lanes: Lanes, lane: Lane) -> None:
        async with lanes.place(lane):
            self.has = True
            await self._may_leave.wait()

    async def leave(self) -> None:
        self._may_leave.set()
        await self.task
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def wanted(lanes: Lanes, lane: Lane, count: int) -> list[Place]:
    places = [Place(lanes, lane) for _ in range(count)]
    await settled()
    return places


async def test_places_are_kept_for_what_is_now() -> None:
    lanes = Lanes()
    steps = await wanted(lanes, "today", 20)
    assert sum(one.has for one in steps) == AT_ONCE["today"]
    soon = await wanted(lanes, "next", 3)
    assert [one.has for one in soon] == [True, True, False]
    answers = await wanted(lanes, "now", 2)
    assert [one.has for one in answers] == [True, True]
    assert AT_ONCE["next"] + 2 == RUNNING_MAX


async def test_a_place_that_gets_free_goes_to_the_most_urgent() -> None:
    lanes = Lanes()
    [first, *_] = await wanted(lanes, "now", RUNNING_MAX)
    [night], [step], [answer] = [
        await wanted(lanes, lane, 1) for lane in ("off_peak", "today", "now")
    ]
    await first.leave()
    assert (night.has, step.has, answer.has) == (False, False, True)


async def test_off_peak_work_goes_alone_and_only_while_no_step_waits() -> None:
    lanes = Lanes()
    steps = await wanted(lanes, "today", AT_ONCE["today"] + 1)
    nights = await wanted(lanes, "off_peak", 2)
    await steps[0].leave()
    assert (steps[-1].has, [one.has for one in nights]) == (True, [False, False])
    await steps[1].leave()
    assert [one.has for one in nights] == [True, False]
    await nights[0].leave()
    assert nights[1].has


@pytest.mark.parametrize("lane", LANES[1:])
async def test_while_a_person_waits_nothing_else_begins_for_a_while(
    monkeypatch: pytest.MonkeyPatch, lane: Lane
) -> None:
    monkeypatch.setattr(lanes_, "LETS_PASS_S", 60.0)
    lanes = Lanes()
    [answer] = await wanted(lanes, "now", 1)
    [step] = await wanted(lanes, lane, 1)
    assert (answer.has, step.has) == (True, False)
    assert [one.has for one in await wanted(lanes, "now", 1)] == [True]
    monkeypatch.setattr(lanes_, "LETS_PASS_S", 0.01)
    [patient] = await wanted(lanes, "today", 1)
    async with asyncio.timeout(10):
        while not patient.has:  # noqa: ASYNC110 - however long the answer takes
            await asyncio.sleep(0.01)
    assert not step.has


async def test_what_let_a_person_pass_begins_once_nobody_waits() -> None:
    lanes = Lanes()
    [answer] = await wanted(lanes, "now", 1)
    [step] = await wanted(lanes, "today", 1)
    await answer.leave()
    assert step.has


async def test_who_is_broken_off_while_it_lets_a_person_pass_gives_its_place_back() -> None:
    lanes = Lanes()
    [answer] = await wanted(lanes, "now", 1)
    steps = await wanted(lanes, "today", AT_ONCE["today"] + 1)
    for one in steps[:-1]:
        one.task.cancel()
    await settled()
    await answer.leave()
    assert [one.has for one in steps] == [*(False for _ in steps[:-1]), True]
    [step] = steps[-1:]
    await step.leave()
    again = await wanted(lanes, "today", AT_ONCE["today"] + 1)
    assert [one.has for one in again] == [*(True for _ in again[:-1]), False]


async def test_answers_that_follow_each_other_without_a_pause_hold_nothing_up_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes_, "LETS_PASS_S", 0.01)
    lanes = Lanes()
    waits = [(await wanted(lanes, lane, 1))[0] for lane in ("now", "today", "behind", "off_peak")]
    before, *others = waits
    async with asyncio.timeout(10):
        while not all(one.has for one in others):
            [after] = await wanted(lanes, "now", 1)
            await before.leave()
            before = after
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("when", ["while it waits", "as its turn comes"])
async def test_who_is_broken_off_takes_no_place_from_others(when: str) -> None:
    lanes = Lanes()
    holding = await wanted(lanes, "now", RUNNING_MAX)
    [broken, next_] = await wanted(lanes, "now", 2)
    if when == "as its turn comes":
        holding[0]._may_leave.set()
        await asyncio.sleep(0)
    broken.task.cancel()
    await settled()
    await holding[1].leave()
    assert next_.has
    for one in [*holding[2:], next_]:
        await one.leave()
    if when == "while it waits":
        await holding[0].leave()
    again = await wanted(lanes, "now", RUNNING_MAX)
    assert all(one.has for one in again)
