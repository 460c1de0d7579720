"""Walks of every specialist that acts: its work, what is missing, its contract and its budget."""

from typing import Any

import pytest
import sqlalchemy as sa

from agents.specialists import roster
from bot.app import App
from memory.schema.work import effects, tasks
from policies.judge import judge
from policies.rules import Action
from tests.chat import Chat
from tests.walks.model_office import Office

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
    "librarian": ("/note", "?"),
    "publisher": ("/publish", "?"),
    "writer": ("write to Bruno", "?"),
}


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
