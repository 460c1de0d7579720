"""Walks of what only a model can say and nobody was paid for: it is offered again, and waits."""

from typing import Any

import pytest

from memory.copying import verify
from memory.schema.models import reasons
from memory.schema.work import postponed
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_enrich import mail
from tests.walks.test_planning import ASK
from tests.walks.test_postponed import BEGINS as PLANS
from tests.walks.test_postponed import LATER, how, midnight
from tests.walks.test_research import TOLD, finds
from tests.walks.test_rungs import RAISE, spend

WAITS = "the money for models does not allow"
PAYS = "Ada pays 60 EUR a head."
RULE = {
    "understood": True, "then": "ask", "action": "email.send", "when": ["recipients > 3"],
    "holds_for": {"recipients": 4}, "not_for": [{"recipients": 1}],
}  # fmt: skip
ASKS: dict[str, tuple[str, dict[str, Any], str, str]] = {  # said, answered, card, what is in it
    "answer": (
        "what does Ada pay for the workshop?",
        says({"sentences": [{"text": PAYS, "sources": [1]}]}), "What I find", PAYS,
    ),
    "research": ("/research Ada's workshop", finds((PAYS, [1])), "Findings: ", PAYS),
    "enrich": (
        "/enrich Ada",
        says({"findings": [{"attribute": "sector", "value": "painting", "source": 1}]}),
        "what could be added", "painting",
    ),
    "rule": (
        "/policy add no crowds of readers, please", says(RULE), "A new rule?", "home/one",
    ),
}  # fmt: skip


async def poor(office: Office, kind: str, budget: str = "0.60", **more: Any) -> Chat:
    """Ask for it on a day that has no money left."""
    chat = await office.open(model_budget_day=budget, **more)
    await chat.say(TOLD)
    await chat.drop(mail("Hello,\nmy painting course needs lamps.\nAda Example"))
    if budget != "0":
        await spend(office, budget)
    said, answered, _, _ = ASKS[kind]
    office.server.script(answered)
    await chat.say(said)
    assert office.server.asked == []
    return chat


def label(chat: Chat) -> list[str]:
    return [button.label for row in chat.card(WAITS).buttons for button in row]


@pytest.mark.parametrize("kind", ASKS)
async def test_after_a_raise_it_is_asked_anew_once(office: Office, kind: str) -> None:
    chat = await poor(office, kind)
    _, _, card, holds = ASKS[kind]
    assert label(chat) == [LATER, RAISE, "Drop it"]
    assert not any(holds in str(msg) for key, msg in chat.shown.items() if card in msg.summary)
    token = chat.tokens[chat.key(WAITS), RAISE]
    await chat.tap(WAITS, RAISE)
    assert holds in chat.text(card)
    assert [row.kind for row in await office.rows(postponed)] == [kind]
    assert await how(office) == ["taken"]
    count = len(office.server.asked)
    assert count and (await chat.press(token)).refused
    await midnight(office)
    assert len(office.server.asked) == count
    assert (await verify.verify(office.app.db)).faults == ()


@pytest.mark.parametrize("kind", ASKS)
async def test_put_off_it_is_asked_after_midnight_also_over_a_restart(
    office: Office, kind: str
) -> None:
    chat = await poor(office, kind)
    assert (await chat.tap(WAITS, LATER)).text == "It waits for tomorrow."
    await chat.say("/cost")
    assert "(after midnight)" in chat.last
    await office.app.close()
    office.clock.advance(hours=15)
    chat = await office.open(model_budget_day="0.60")
    await midnight(office, 0)
    assert len(office.server.asked) == 1
    assert await how(office) == ["taken"]
    assert ASKS[kind][3] in chat.text(ASKS[kind][2])


async def test_what_is_dropped_is_asked_no_more(office: Office) -> None:
    chat = await poor(office, "research")
    assert (await chat.tap(WAITS, "Drop it")).text == "Dropped. Nothing was done."
    await midnight(office)
    assert (await how(office), office.server.asked) == (["dropped"], [])


@pytest.mark.parametrize("kind", ASKS)
async def test_where_models_are_off_of_purpose_nothing_is_asked(office: Office, kind: str) -> None:
    chat = await poor(office, kind, "0")
    assert await office.rows(postponed) == []
    assert LATER not in str([*chat.shown.values()])


@pytest.mark.parametrize("budget", ["model_budget_day", "model_budget_goal"])
async def test_a_plan_that_no_new_day_can_pay_is_not_put_off_for_one(
    office: Office, budget: str
) -> None:
    chat = await office.open(**{budget: "0"})
    await chat.say(ASK)
    assert label(chat) == [RAISE, "Drop it"]
    for _ in range(2):
        await midnight(office, 24)
    assert (await how(office), office.server.asked) == (["asked"], [])
    assert sum(WAITS in msg.summary for msg in chat.shown.values()) == 1
    assert not any(PLANS in msg.summary for msg in chat.shown.values())


async def test_a_raise_that_is_too_small_asks_nobody(office: Office) -> None:
    chat = await poor(office, "research")
    await spend(office, "9.00")
    await chat.tap(WAITS, RAISE)
    assert (await how(office), office.server.asked) == (["asked"], [])
    asked = [row.state for row in await office.rows(reasons) if row.step.startswith("research/")]
    assert asked == ["refused", "short"]
