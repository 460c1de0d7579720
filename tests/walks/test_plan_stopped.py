"""Walks of a plan that ends while one of its steps is prepared: what ended stays ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.writing.composing import Composing
from connectors.contract import PermanentError
from memory.schema.work import effects, tasks
from tests.chat import Chat
from tests.peers.models import says
from tests.walks.model_office import Office
from tests.walks.test_graph import IN_TIME_S
from tests.walks.test_planning import ASK, note, plan


@asynccontextmanager
async def written(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: str = ""
) -> AsyncIterator[Chat]:
    """Have a text of a started plan written while the block lasts, and no longer."""
    begun, go, whole = asyncio.Event(), asyncio.Event(), Composing.written

    async def slowly(self: Composing, *given: Any) -> Any:
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
    monkeypatch.setattr(Composing, "written", slowly)
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
