"""Walks of taking back where something else happens to the plan, or is asked for, as well."""

import asyncio

import sqlalchemy as sa

from bot.app import App
from memory.schema.work import goals, outcomes
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.model_office import Office
from tests.walks.test_graph import (
    FAILED,
    IN_TIME_S,
    Notes,
    ada,
    chain,
    done,
    notes,
    patient,
    plan,
    states,
    step,
    until,
)
from tests.walks.test_planning import ASK, mail, note
from tests.walks.test_planning import plan as proposed

__all__ = ["notes", "patient"]
BACK = "Take back what was done"


async def outcome(app: App, goal: str) -> tuple[str, bool, str | None]:
    async with app.db.snapshot() as reader:
        state = await reader.value(sa.select(goals.c.state).filter_by(id=goal))
        row = await reader.row(sa.select(outcomes).filter_by(goal=goal))
    assert row is not None
    return state, row.succeeded, row.failure


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


async def test_a_plan_that_is_taken_back_is_no_success(app: App, chat: Chat, notes: Notes) -> None:
    notes.fails.add("vain 3")
    goal = await chain(app, chat, "vain")
    await chat.settle()
    await chat.tap(FAILED, BACK)
    assert await outcome(app, goal) == ("failed", False, "failed")


async def test_taking_back_gives_up_whatever_else_failed(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.fails |= {"left", "right"}
    whom = await ada(app)
    steps = [step("first", whom), *(step(name, whom, "first") for name in ("left", "right"))]
    goal = await plan(app, chat, "fork", *steps)
    await chat.settle()
    tokens = [chat.tokens[key, "Retry"] for key, msg in chat.shown.items() if FAILED in msg.summary]
    await chat.tap(FAILED, BACK)
    assert await states(app, goal) == ["compensated", "skipped", "skipped"]
    notes.fails.clear()
    assert [(await chat.press(token)).refused for token in tokens] == [True, True]
    assert notes.done == ["first"]


async def test_under_stop_taking_back_says_that_it_is_held_and_begins_once_released(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.fails.add("held 3")
    await chain(app, chat, "held")
    await chat.settle()
    token = chat.tokens[chat.key(FAILED), BACK]
    await chat.say("stop")
    reply = await chat.press(token)
    assert reply.refused
    assert "STOP is on" in reply.text
    await chat.say("/resume")
    assert notes.back == []
    # STOP made a question of the one whose turn it was.
    await chat.tap("Take back: Note on Ada Example · waits for you", "✓ Take back")
    assert notes.back == ["held 2", "held 1"]


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


async def test_what_was_done_last_is_taken_back_first_wherever_it_stands_in_the_plan(
    app: App, chat: Chat, notes: Notes, clock: FakeClock
) -> None:
    notes.hangs.add("slow")
    notes.fails.add("last")
    whom = await ada(app)
    steps = [step("slow", whom), step("quick", whom), step("last", whom, "slow", "quick")]
    goal = await plan(app, chat, "order", *steps)
    await done(app, goal, "quick")
    clock.advance(minutes=1)
    notes.go.set()
    await chat.settle()
    await chat.tap(FAILED, BACK)
    assert notes.back == ["slow", "quick"]


async def test_a_step_that_is_still_running_is_waited_for_and_taken_back_first(
    app: App, chat: Chat, notes: Notes
) -> None:
    notes.hangs, notes.fails = {"slow"}, {"bad"}
    whom = await ada(app)
    steps = [step("one", whom), step("slow", whom, "one"), step("bad", whom, "one")]
    goal = await plan(app, chat, "busy", *steps, step("later", whom, "slow"))
    await asyncio.wait_for(notes.begun.wait(), IN_TIME_S)
    await until(app, goal, "bad", "failed")
    await app.delivery.deliver(chat)
    await app.tap(chat.who, "back", chat.tokens[chat.key(FAILED), BACK], {})
    await asyncio.sleep(0.3)
    assert notes.back == []
    notes.go.set()
    await chat.settle()
    assert notes.back == ["slow", "one"]
    assert notes.done == ["one", "slow"]  # what was approved to come after it was withdrawn


async def test_what_you_did_by_hand_is_yours_and_stays(app: App, chat: Chat, notes: Notes) -> None:
    notes.fails = {"mine", "bad"}
    whom = await ada(app)
    steps = [step("one", whom), step("mine", whom, "one"), step("bad", whom, "mine")]
    goal = await plan(app, chat, "hands", *steps)
    await chat.settle()
    await chat.tap(FAILED, "Mark done")
    assert "“Note on Ada Example” would stay: you did it yourself." in chat.text(FAILED)
    await chat.tap(FAILED, BACK)
    assert notes.back == ["one"]
    assert await states(app, goal) == ["compensated", "done", "skipped"]
