"""Walks of a plan that ends while one of its steps is prepared: what ended stays ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.writing.drafting import Drafting
from bot.app import App
from connectors.contract import PermanentError
from engine.chat import outbox
from engine.objectives import stopping
from engine.planning import goals, versions
from memory import events
from memory.canon import records
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_graph import IN_TIME_S, Notes, ada, notes, states, step
from tests.walks.test_graph import plan as plan_of
from tests.walks.test_planning import ASK, note, plan

__all__ = ["notes"]


@asynccontextmanager
async def written(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: str = ""
) -> AsyncIterator[Chat]:
    """Have a text of a started plan written while the block lasts, and no longer."""
    begun, go, whole = asyncio.Event(), asyncio.Event(), Drafting.written

    async def slowly(self: Drafting, *given: Any) -> Any:
        begun.set()
        await asyncio.wait_for(go.wait(), IN_TIME_S)
        if error:
            raise PermanentError(error)
        return await whole(self, *given)

    chat = await office.open()
    office.server.script(
        plan(note("one", {"write": "a note"}), note("two", "two", "one")),
        says({"text": "Noted."}),
    )
    await chat.say(ASK)
    monkeypatch.setattr(Drafting, "written", slowly)
    await office.app.tap(chat.who, "start", chat.tokens[chat.key("The plan"), "▶ Start"], {})
    await asyncio.wait_for(begun.wait(), IN_TIME_S)
    await office.app.delivery.deliver(chat)
    yield chat
    go.set()
    await chat.settle()


@pytest.mark.parametrize("error", ["", "Nobody writes."])
async def test_a_stopped_plan_asks_and_does_nothing_more(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    async with written(office, monkeypatch, error) as chat:
        stop = chat.tokens[chat.key("The plan"), "■ Stop this plan"]
        reply = await office.app.tap(chat.who, "stop", stop, {})
        assert reply.text == "Stopped. What was not done stays undone."
    assert await office.rows(effects) == []
    assert [one.state for one in await office.rows(tasks)] == ["skipped", "skipped"]
    assert "cannot be done" not in str(chat.shown)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_taking_back_the_stop_of_a_project_lifts_no_other_stop(
    app: App, chat: Chat, notes: Notes, *, by_hand: bool
) -> None:
    whom = await ada(app)
    notes.hangs = {"slow"}
    goal = await plan_of(app, chat, "halted", step("slow", whom), step("behind", whom, "slow"))
    async with app.db.transaction() as tx:
        cause = await events.note(tx, "test.made", None)
        project = await records.create(tx, "project", {"name": "Spring"}, cause.id)
        await goals.put_under(tx, goal, project.id, cause.id)
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    await app.delivery.deliver(chat)
    if by_hand:
        stop = chat.tokens[chat.key("Plan: halted"), "■ Stop this plan"]
        assert "can no longer be held" in (await app.tap(chat.who, "stop", stop, {})).text
    async with app.db.transaction() as tx:
        await outbox.post(tx, await stopping.card(tx, project, "stop:test"), chat.who.conv)
    for card, label in (("Stop Spring?", "■ Stop it"), ("Spring is stopped", "Take it back")):
        await app.delivery.deliver(chat)
        token = chat.tokens[chat.key(card), label]
        assert not (await app.tap(chat.who, label, token, {})).refused
    async with app.db.snapshot() as reader:
        assert await versions.halted(reader, goal) == by_hand
    notes.go.set()
    await chat.settle()
    assert await states(app, goal) == ["done", "skipped" if by_hand else "waiting"]
