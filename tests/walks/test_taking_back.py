"""Walks of taking back where something else happens to the plan, or is asked for, as well."""

import asyncio

from bot.app import App
from tests.chat import Chat
from tests.walks.test_graph import Notes, ada, notes, patient, plan, step

__all__ = ["notes", "patient"]
BACK = "Take back what was done"


async def test_what_two_people_take_back_at_once_is_taken_back_once(
    app: App, chat: Chat, notes: Notes
) -> None:
    await plan(app, chat, "twice", step("twice", await ada(app)))
    await chat.settle()
    token = chat.tokens[chat.key("Note on Ada Example"), "↩ Undo"]
    first, second = (app.tap(chat.who, key, token, {}) for key in ("first", "second"))
    replies = await asyncio.gather(first, second)
    await chat.settle()
    assert sorted(reply.refused for reply in replies) == [False, True]
    assert notes.back == ["twice"]


async def test_a_failed_undo_is_not_tried_again_after_another_one_worked(
    app: App, chat: Chat, notes: Notes
) -> None:
    await plan(app, chat, "again", step("again", await ada(app)))
    await chat.settle()
    undo = chat.tokens[chat.key("Note on Ada Example"), "↩ Undo"]
    notes.fails.add("again")
    await chat.press(undo)
    retry = chat.tokens[chat.key("Take back: Note on Ada Example · failed"), "Retry"]
    notes.fails.clear()
    await chat.press(undo)
    assert notes.back == ["again"]
    await chat.press(retry)
    assert notes.back == ["again"]
