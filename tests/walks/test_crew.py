"""Walks of every specialist that acts: its work, what is missing, its contract and its budget.

Those that only read have walks of their own (test_research.py, test_enrich.py, test_qualify.py,
test_intake_reader.py, test_proposers.py); a step that one of them was given by mistake is here.
"""

from typing import Any

import pytest
import sqlalchemy as sa

from agents.specialists import roster
from bot.app import App
from memory.schema.models import reasons
from memory.schema.work import effects, tasks
from policies.judge import judge
from policies.rules import Action
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_planning import ASK, booking, mail, note, plan, step
from tests.walks.test_refund import ledger

WISHES = {
    "bookkeeper": "refund Ada 40 EUR for payment PAY-1042",
    "scheduler": "book a call with Ada on Tuesday at 14:30",
    "librarian": "note on Bruno: prefers mornings",
    "publisher": "publish Spring courses: they begin in March",
    "writer": "write to Bruno that the file is ready",
}
LACKS = {
    "bookkeeper": ("refund 40 EUR", "Which payment should I refund?"),
    "scheduler": ("book a call with Ada", "When should it begin?"),
    "librarian": ("/note", "On whom or what is the note?"),
    "publisher": ("/publish", "What is the title of the post?"),
    "writer": ("write to Bruno", "What should the mail say?"),
}

REFUND = {"payment": "PAY-1042", "amount": "40.00", "currency": "EUR"}
WRITES = {"write": "a few words on it"}
STEPS = {  # of a plan, with a text that a model is to write
    "bookkeeper": step("it", "payments.refund", REFUND | {"reason": WRITES}),
    "scheduler": booking("it") | {"args": booking()["args"] | {"notes": WRITES}},
    "librarian": note("it", WRITES),
    "publisher": step("it", "cms.publish", {"title": "Spring", "slug": "spring", "text": WRITES}),
    "writer": mail("it", text=WRITES),
}
WROTE = "The hall is booked for you."
READERS = ("enricher", "intake", "planner", "researcher", "sales", "strategist")


async def approve(chat: Chat) -> None:
    """Say yes to everything that waits, the first card first."""
    pressed: set[str] = set()
    while waiting := [
        token
        for (key, label), token in chat.tokens.items()
        if label.startswith("✓") and token not in pressed and label in str(chat.shown[key].buttons)
    ]:
        pressed.add(waiting[0])
        await chat.press(waiting[0])


async def states(app: App) -> dict[str, set[str]]:
    """Return what became of each specialist's effects."""
    query = sa.select(tasks.c.agent, effects.c.state).join(effects, effects.c.task == tasks.c.id)
    async with app.db.snapshot() as reader:
        rows = await reader.rows(query)
    return {name: {row.state for row in rows if row.agent == name} for name in WISHES}


async def test_each_specialist_does_its_work_once_it_may(app: App, chat: Chat) -> None:
    for wish in WISHES.values():
        await chat.say(wish)
        await approve(chat)
    assert await states(app) == {key: {"done"} for key in WISHES}


@pytest.mark.parametrize("name", LACKS)
async def test_what_is_missing_is_asked_for_and_nothing_is_made_up(
    app: App, chat: Chat, name: str
) -> None:
    said, asks = LACKS[name]
    await chat.say(said)
    assert asks in chat.last
    assert await states(app) == {key: set() for key in WISHES}


async def test_no_specialist_may_do_what_another_holds(app: App) -> None:
    specs = roster.of().specs
    known: dict[str, Any] = dict(app.house.operations)
    denied = 0
    for name in WISHES:
        for called, operation in known.items():
            action = Action(
                operation=called, effect=operation.effect or "", args={}, agent=name, reason="r"
            )
            verdict = judge(action, {}, app.house.book)
            if not specs[name].holds(called):
                assert verdict.outcome == "deny"
                denied += f"contract-{name}" in verdict.rules
            else:
                assert f"contract-{name}" not in verdict.rules
    assert denied >= len(WISHES) * 5


async def test_with_every_budget_spent_each_goes_on_with_rules_and_templates(
    office: Office,
) -> None:
    chat = await office.open(model_budget_agents=tuple(f"{name}=0" for name in WISHES))
    for wish in WISHES.values():
        await chat.say(wish)
        await approve(chat)
    assert await states(office.app) == {key: {"done"} for key in WISHES}
    assert office.server.asked == []
    assert set(await office.rules_said()) == {"models-frozen"}


@pytest.mark.parametrize("name", STEPS)
async def test_with_its_budget_spent_no_text_of_it_is_written_and_its_step_says_so(
    office: Office, name: str
) -> None:
    chat = await office.open(model_budget_agents=(f"{name}=0",))
    office.server.script(plan(STEPS[name]), says({"text": WROTE}))
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    asked = {row.state for row in await office.rows(reasons) if row.agent == name}
    assert "answered" not in asked and "refused" in asked
    assert await office.rules_said() == ["models-frozen"]
    assert (await states(office.app))[name] == set()
    assert "is not written" in chat.text("cannot be done")
    assert WROTE not in str(chat.shown)


@pytest.mark.parametrize("name", STEPS)
async def test_with_money_left_its_text_is_written_by_a_model(office: Office, name: str) -> None:
    chat = await office.open()
    office.server.script(plan(STEPS[name]), says({"text": WROTE}))
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    asked = {row.state for row in await office.rows(reasons) if row.agent == name}
    assert asked == {"answered"}
    assert WROTE in str(chat.shown)


@pytest.mark.parametrize("name", [*WISHES, *READERS])
async def test_a_step_that_its_contract_does_not_hold_never_runs(
    app: App, chat: Chat, name: str
) -> None:
    object.__setattr__(app.house, "agent_of", lambda *of: (name, ""))  # a plan gone wrong
    before = ledger(app)
    await chat.say(WISHES["writer" if name == "bookkeeper" else "bookkeeper"])
    async with app.db.snapshot() as reader:
        became = [row.state for row in await reader.rows(sa.select(effects.c.state))]
    assert became and set(became) == {"denied"}
    assert ledger(app) == before
    await chat.say("/why")
    assert f"contract-{name}" in chat.last
    assert f"The contract of {name} does not hold this" in chat.last
