"""Walks of the planner and the strategist: what is missing, their contract, their budget's end.

That they do their work is in test_planning.py and test_quarter.py.
"""

from typing import Any

import pytest

from bot.app import App
from memory.schema.models import reasons
from memory.schema.work import effects, plans
from policies.judge import judge
from policies.rules import Action
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_objectives import recorded
from tests.walks.test_planning import ASK
from tests.walks.test_quarter import looks, week

OBJECTIVE = "objective: grow newsletter from 0 to 900 by 31 December"
LARGE: dict[str, Any] = {"model_small": (), "model_large": ("home/one",)}


@pytest.mark.parametrize("agent", ["planner", "strategist"])
async def test_who_only_proposes_may_do_nothing_whatever_they_say(app: App, agent: str) -> None:
    for called, operation in dict(app.house.operations).items():
        action = Action(
            operation=called, effect=operation.effect or "", args={}, agent=agent, reason="r"
        )
        verdict = judge(action, {}, app.house.book)
        assert (verdict.outcome, f"contract-{agent}" in verdict.rules) == ("deny", True)


async def test_with_the_planners_budget_spent_no_plan_is_made_and_it_is_said(
    office: Office,
) -> None:
    chat = await office.open(**LARGE, model_budget_agents=("planner=0",))
    await chat.say(ASK)
    assert "needs a language model" in chat.last
    assert [row for row in await office.rows(plans) if row.proposed is not None] == []
    assert {r.agent for r in await office.rows(reasons) if r.state == "answered"} <= {"front"}
    assert "models-frozen" in await office.rules_said()
    assert await office.rows(effects) == []


async def test_with_the_strategists_budget_spent_the_look_stands_in_the_rules_words(
    office: Office,
) -> None:
    chat = await office.open(**LARGE, model_budget_agents=("strategist=0",))
    await recorded(chat, OBJECTIVE, "New objective")
    office.clock.advance(days=14)
    await chat.say("newsletter is at 20")
    office.server.script(says({"text": "20 of 900 is far too little.", "chosen": [1]}))
    await week(office.app, chat, office.clock, 2)
    told = chat.text("Behind this week: grow newsletter")
    assert "A new project for “grow newsletter”: no project works on it." in told
    assert "far too little" not in told and "Worded by" not in told
    assert await office.rules_said() == ["models-frozen"]


async def test_of_what_has_no_figure_the_look_says_so_and_asks_no_model(office: Office) -> None:
    chat = await office.open(**LARGE)
    await recorded(chat, "objective: grow newsletter to 900 by 31 December", "New objective")
    asked = len(office.server.asked)
    office.clock.advance(days=14)
    await week(office.app, chat, office.clock, 3)
    [look] = looks(chat)
    told = chat.shown[look]
    assert "No figures:" in str(told) and "New project" not in str(told.buttons)
    assert len(office.server.asked) == asked
