"""Every fault a model can have, at every purpose, at the first call, the second, the third …

Of each purpose there is a story (purposes.py). Whatever fails in it, every task ends done or waits
with a reason, nothing stays reserved, no budget is passed by more than one call, nothing is said to
be done that is not, and the same wish is fulfilled once the model is well again.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from agents.models import anybody, compatible, door
from memory.copying import verify
from memory.schema.models import costs, reasons
from memory.schema.work import approvals, effects, tasks, work
from tests.peers.models import HANGS, Json, fails, says, streams
from tests.sampled import seed
from tests.walks.model_office import Office
from tests.walks.purposes import STORIES, WRONG, Story, Walk, opened, purposes
from tests.walks.test_refund import sent

T = TypeVar("T")
CHATS = "I would rather chat."
LOOP = "It is ready. " * 400
LONG = " ".join(f"Lamp {n} is {n * 7}." for n in range(900))
FAULTS: dict[str, Json] = {
    "timeout": HANGS,
    "429": fails(429, retryAfter=0),
    "500": fails(500, retryAfter=0),
    "503": fails(503, retryAfter=0),
    "wrong key": fails(401),
    "does not take it": fails(400),
    "cut": says('{"text": "Dear', finish="length"),
    "cut in the stream": streams(says({"text": "Dear Bruno, it is ready."}), cut_after=1),
    "no JSON": says(CHATS),
    "another shape": says({"words": 1}),
    "refused": says("no", finish="content_filter"),
    "empty": says(""),
    "loop": says({"text": LOOP, "sentences": []}),
    "too long": says({"text": LONG}),
}
NEVER_SHOWN = (CHATS, LOOP[:60], LONG[:60])
CALLS_MAX = 16  # a story that asks more often than this does not end
LASTS = {"once": 1, "from then on": 20, "where money is short": 20}
PATIENCE_S = 1.5  # with who hangs
ZONE = ZoneInfo("Europe/Berlin")


def drawn(name: str, what: Iterable[T], count: int) -> list[T]:
    """Return the points of today."""
    return random.Random(f"{seed()} {name}").sample(list(what), count)


def test_every_purpose_has_a_story() -> None:
    told = [step for story in STORIES.values() for step in story.purposes]
    missing = [
        name for name, said in purposes().items() if not any(said.search(f"{s}1") for s in told)
    ]
    assert missing == []


@pytest.mark.timeout(600)
async def test_a_fault_of_today_at_each_purpose_leaves_nothing_open(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried(monkeypatch, "plain")
    walk = await opened(office)
    for name, story in STORIES.items():
        if story.begin is not None:
            office.server.script(story.well())
            await story.begin(walk)
        fine = [one for one in FAULTS if one != "timeout"]
        [fault], [lasts] = drawn(name, fine, 1), drawn(name, list(LASTS)[:2], 1)
        [number] = drawn(name, range(1, 1 + len(story.purposes)), 1)
        assert await Faulty(walk, story, fault, LASTS[lasts], Decimal(2)).at(number)
    assert (await verify.verify(office.app.db)).faults == ()


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("lasts", LASTS)
@pytest.mark.parametrize("name", STORIES)
async def test_a_fault_at_any_call_of_any_purpose_leaves_no_task_open_and_no_budget_passed(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str, lasts: str
) -> None:
    faults = drawn(name, FAULTS, 4) if lasts == "where money is short" else FAULTS
    await every_fault(office, monkeypatch, name, lasts, faults, "plain")


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", STORIES)
async def test_so_it_is_where_litellm_carries_the_calls(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    [lasts] = drawn(name, LASTS, 1)
    await every_fault(office, monkeypatch, name, lasts, drawn(name, FAULTS, 2), "litellm")


async def every_fault(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str, lasts: str,
    faults: Iterable[str], way: str,
) -> None:  # fmt: skip
    """Tell a story with each fault at its first call, its second and so on, in one office."""
    patience, story = carried(monkeypatch, way), STORIES[name]
    budget = Decimal(story.money if lasts == "where money is short" else 2)
    walk = await opened(office, name, model_budget_day=str(budget))
    hit = set()
    for fault in faults:
        office.clock.advance(days=1)
        faulty = Faulty(walk, story, fault, LASTS[lasts], budget)
        patience[0] = PATIENCE_S if fault == "timeout" else 60
        for number in range(1, CALLS_MAX):
            if not await faulty.at(number):
                break
        else:
            raise AssertionError("the story never ended without a hit")
        assert number > 1, fault
        patience[0] = 60
        office.clock.advance(days=1)
        await faulty.is_well_again()
        hit |= faulty.hit
    if lasts != "where money is short":
        assert {one for one in story.purposes if not any(s.startswith(one) for s in hit)} == set()
    assert (await verify.verify(office.app.db)).faults == ()


class Faulty:
    """A model with a fault in one story, and what must be true after each time it is told."""

    def __init__(self, walk: Walk, story: Story, fault: str, calls: int, budget: Decimal) -> None:
        self.walk, self.story, self.budget = walk, story, budget
        self.fault, self.calls = fault, calls
        self.hit: set[str] = set()  # for what a call was made that had the fault
        self.failed = ""  # what was asked for when it last had

    async def at(self, number: int) -> bool:
        """Tell the story with a fault at this call; return whether there was such a call."""
        office = self.walk.office
        faults = {number + more: FAULTS[self.fault] for more in range(self.calls)}
        self.walk.number += 1
        calls = await self._told(about := str(self.walk.number), faults)
        office.clock.advance(minutes=11)  # else the provider is left alone
        self.hit |= {one.step for one in calls[number - 1 :]}
        self.failed = about if len(calls) >= number else self.failed
        return len(calls) >= number

    async def is_well_again(self) -> None:
        """Say the last wish in which something failed once more, to a model that has no fault."""
        office = self.walk.office
        told = await office.count(reasons)
        await self._told(self.failed, {})
        asked = {r.step for r in await office.rows(reasons, after=told) if r.answer}
        assert self.story.shows in self.walk.told, (self.fault, self.walk.told)
        assert any(step.startswith(self.story.purposes[0]) for step in asked), (self.fault, asked)

    async def _told(self, about: str, faults: dict[int, Json]) -> list[Any]:
        """Tell the story, look at what came of it, and return the calls that were made in it."""
        office, story = self.walk.office, self.story
        self.walk.begin()
        office.server.script(story.well())
        if story.first is not None:
            await story.first(self.walk, about)
        office.server.script(story.well(faults))
        told = await office.count(reasons)
        await story.wish(self.walk, about)
        await nothing_hangs(office, self.budget)
        await only_what_is_true(office)
        new = await office.rows(reasons, after=told)
        said = self.walk.told
        assert said or story.purposes[0] == "probe/"
        assert not [one for one in NEVER_SHOWN if one in said]
        assert WRONG not in said or "⚠" in said
        by = [one.step for one in new if one.state == "answered"]
        if story.shows and story.shows in said:
            assert any(one.startswith(story.purposes[0]) for one in by), said
        return [one for one in new if one.verdict and one.state != "refused"]


async def nothing_hangs(office: Office, budget: Decimal) -> None:
    """Every task is done, waits for a yes, or says why not; every reservation is settled.

    Of each day's money at most one reservation is too much.
    """
    asked = {row.effect for row in await office.rows(approvals) if row.state == "open"}
    waits = {row.task for row in await office.rows(effects) if row.id in asked}
    for task in await office.rows(tasks):
        said = task.state in ("failed", "skipped") and task.error
        assert task.state == "done" or said or task.id in waits, task
    assert {row.state for row in await office.rows(work)} <= {"done"}
    paid, days = await office.rows(costs), defaultdict[Any, Decimal](Decimal)
    assert {row.state for row in paid} <= {"settled", "lost"}
    for row in paid:
        days[row.at.astimezone(ZONE).date()] += Decimal(row.amount)
    most = max((Decimal(row.ceiling) for row in paid), default=Decimal(0))
    assert max(days.values(), default=Decimal(0)) <= budget + most


async def only_what_is_true(office: Office) -> None:
    """As many mails went out as are said to; nothing of a fault is in one."""
    done = [row for row in await office.rows(effects) if row.state == "done"]
    mails = sent(office.app)
    assert len(mails) == len([row for row in done if row.action["operation"] == "email.send"])
    assert not [one for one, mail in product(NEVER_SHOWN, mails) if one in mail]


def carried(monkeypatch: pytest.MonkeyPatch, way: str) -> list[float]:
    """Have all calls carried by plain HTTP, or by litellm to the same server.

    Returned is, in a list, for how many seconds an answer is waited for, to be changed.
    """
    patience = [60.0]

    async def plainly(
        model: Any, messages: Any, schema: Any, tokens: int, _: Any, heard: Any
    ) -> Any:
        return await compatible.complete(model, messages, schema, tokens, patience[0], heard)

    async def by_litellm(
        model: Any, messages: Any, schema: Any, tokens: int, _: Any, heard: Any
    ) -> Any:
        anybody._litellm().api_base = model.server
        known = replace(model, name=f"openai/{model.short}", server=None, key="key-1")
        return await anybody.complete(known, messages, schema, tokens, patience[0], heard)

    ways: dict[str, Callable[..., Any]] = {"plain": plainly, "litellm": by_litellm}
    monkeypatch.setattr(door, "_carrier", lambda _: ways[way])
    return patience
