"""Walks of taking back where something else happens to the plan, or is asked for, as well."""

import asyncio

from bot.app import App
from tests.chat import Chat
from tests.walks.model_office import Office
from tests.walks.test_graph import FAILED, Notes, ada, notes, patient, plan, step
from tests.walks.test_planning import ASK, mail, note
from tests.walks.test_planning import plan as proposed

__all__ = ["notes", "patient"]
BACK = "Take back what was done"


async def test_a_plan_that_was_made_anew_is_taken_back_whole(office: Office) -> None:
    chat = await office.open()
    door = Notes(office.app)
    door.fails.add("three")
    office.server.script(
        proposed(note("one", "one"), mail("tell", "one")),
        proposed(note("two", "two"), note("three", "three", "two")),
    )
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    await chat.tap("Send e-mail", "✗ Reject")
    await chat.tap("The plan", "Plan the rest anew")
    await chat.tap("The plan", "▶ Start")
    await chat.tap(FAILED, BACK)
    assert door.back == ["two", "one"]
    assert chat.text("Taken back: The plan").count("↩ taken back") == 2


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
