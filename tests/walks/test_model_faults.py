"""Every fault a model can have, at the first call, the second, the third …, through both doors.

A story asks for an answer and a mail, and for nothing else of a model. Whatever fails in it, every
task ends done or waits with a reason, nothing stays reserved, no budget is passed by more than one
call.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from agents.models import anybody, compatible, door
from agents.models.streaming import Carrier
from memory.copying import verify
from memory.schema.models import costs
from memory.schema.work import tasks, work
from tests.peers.models import HANGS, Json, fails, knows, says, streams
from tests.walks.model_office import CARD, Office

ANSWERS = {
    "sentences": says({"sentences": [{"text": "It holds 80 people.", "sources": [1]}]}),
    "text": says({"text": "Dear Bruno, it is ready. Yours, Lamp & Light"}),
}
LOOP = says({"text": "It is ready. " * 400, "sentences": []})
FAULTS: dict[str, Json] = {
    "timeout": HANGS,
    "429": fails(429, retryAfter=0),
    "500": fails(500, retryAfter=0),
    "503": fails(503, retryAfter=0),
    "wrong key": fails(401),
    "does not take it": fails(400),
    "cut": says('{"text": "Dear', finish="length"),
    "cut in the stream": streams(says({"text": "Dear Bruno, it is ready."}), cut_after=1),
    "no JSON": says("I would rather chat."),
    "another shape": says({"words": 1}),
    "refused": says("no", finish="content_filter"),
    "empty": says(""),
    "loop": LOOP,
    "too long": says({"text": " ".join(f"Lamp {n} is {n * 7}." for n in range(900))}),
}
CALLS_MAX = 12  # a story that asks more often than this does not end
FOR = {"once": (1, "2.00"), "from then on": (20, "2.00"), "where money is short": (20, "0.20")}


def drawn() -> list[Any]:
    """Return every fault, once, lasting and with little money, by both doors.

    Of those that wait for nothing one is quick.
    """
    every = list(product(FAULTS, FOR, ("plain", "litellm")))
    quick = [one for one in every if one[2] == "plain" and one[0] != "timeout"]
    today = quick[datetime.now(UTC).date().toordinal() % len(quick)]
    return [
        pytest.param(*one, id=", ".join(one), marks=() if one == today else pytest.mark.slow)
        for one in every
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("fault", "lasts", "way"), drawn())
async def test_a_fault_at_any_call_leaves_no_task_open_and_no_budget_passed(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: str, lasts: str, way: str
) -> None:
    monkeypatch.setattr(door, "_carrier", carriers()[way])
    calls, budget = FOR[lasts][0], Decimal(FOR[lasts][1])
    patience_s = 3 if fault == "timeout" else 60  # the machine may be busy
    chat = await office.open(model_timeout_s=patience_s, model_budget_day=str(budget))
    await chat.say("Bruno told me that the hall has no lift and holds 80 people")
    for number in range(1, CALLS_MAX):
        at = {number + more: FAULTS[fault] for more in range(calls)}
        office.server.script(knows(ANSWERS, at))
        before = len(await office.rows(costs))
        await chat.say(f"how many people does the hall number {number} hold?")
        await chat.say(f"write to Bruno that file {number} is ready")
        assert f"file {number} is ready" in chat.text(CARD) or "it is ready" in chat.text(CARD)
        await chat.tap(CARD, "✓ Send")
        await nothing_hangs(office, budget)
        if len(await office.rows(costs)) - before < number:
            break
        office.clock.advance(minutes=11)  # else the provider is left alone
    else:
        raise AssertionError("the story never ended without a hit")
    assert number > 1
    assert (await verify.verify(office.app.db)).faults == ()


async def nothing_hangs(office: Office, budget: Decimal) -> None:
    """Every task is done, or says why not; every reservation is settled; one may be too much."""
    for task in await office.rows(tasks):
        assert task.state == "done" or (task.state in ("failed", "skipped") and task.error), task
    assert {row.state for row in await office.rows(work)} <= {"done"}
    paid = await office.rows(costs)
    assert {row.state for row in paid} <= {"settled", "lost"}
    total = sum((Decimal(row.amount) for row in paid), Decimal(0))
    assert total <= budget + max((Decimal(row.ceiling) for row in paid), default=Decimal(0))


def carriers() -> dict[str, Callable[[Any], Carrier]]:
    """Return the ways to a model: plain HTTP, or litellm to the same server."""

    async def by_litellm(model: Any, *about: Any) -> Any:
        anybody._litellm().api_base = model.server
        known = replace(model, name=f"openai/{model.short}", server=None, key="key-1")
        return await anybody.complete(known, *about)

    return {"plain": lambda _: compatible.complete, "litellm": lambda _: by_litellm}
