"""Going on without a step: nothing later says, unasked, that it was done."""

from dataclasses import replace
from typing import Any

from bot.app import App
from bot.lower import terminal
from connectors.contract import PermanentError
from engine.planning import plans
from memory.copying import verify
from memory.schema.work import effects, goals, tasks
from tests.chat import Chat
from tests.walks.model_office import Office
from tests.walks.test_graph import FAILED, Notes, ada, plan, states, step
from tests.walks.test_planning import ASK, answer, mail
from tests.walks.test_planning import note as noted
from tests.walks.test_planning import plan as planned
from tests.walks.test_planning import states as of_plan
from tests.walks.test_planning import step as model_step
from tests.walks.test_refund import sent

TOO_MUCH = "refund Ada 500 EUR for payment PAY-1042"
MARK = "“Do refund” was not done; does this say it was?"


async def rows(app: App, table: Any) -> list[Any]:
    async with app.db.snapshot() as reader:
        return list(await reader.rows(table.select()))


async def newest(app: App) -> list[str]:
    async with app.db.snapshot() as reader:
        return [one.state for one in await plans.of_goal(reader, (await rows(app, goals))[-1].id)]


async def test_without_the_refund_neither_the_mail_nor_the_note_that_report_it_are_written(
    app: App, chat: Chat
) -> None:
    await chat.say(TOO_MUCH)
    card = chat.text("cannot be done")
    assert "leaves out “Tell Ada Example”, “Note it on Ada Example” too" in card
    reply = await chat.tap("cannot be done", "Go on without it")
    assert "Left out with it: “Tell Ada Example”, “Note it on Ada Example”." in reply.text
    assert await newest(app) == ["skipped"] * 3
    assert await rows(app, effects) == []
    assert not [msg for msg in chat.shown.values() if "Send e-mail" in msg.summary]
    assert (await verify.verify(app.db)).faults == ()


async def test_a_yes_to_what_reports_a_refund_that_then_failed_is_worth_nothing(
    app: App, chat: Chat
) -> None:
    operations: Any = app.house.operations
    whole = operations["payments.refund"]

    async def run(args: Any, key: str) -> Any:
        raise PermanentError("The bank is closed.")

    operations["payments.refund"] = replace(whole, run=run)
    await chat.say("refund Ada 40 EUR for payment PAY-1042")
    await chat.tap("Send e-mail", "✓ Send")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    assert "leaves out “Tell Ada Example”" in chat.text("Refund 40.00 EUR")
    await chat.tap("Refund 40.00 EUR", "Go on without it")
    assert await newest(app) == ["skipped"] * 3
    assert sent(app) == []
    assert {one.state for one in await rows(app, effects)} == {"withdrawn"}


def refund(key: str = "refund", amount: str = "500.00") -> dict[str, Any]:
    args = {"payment": "PAY-1042", "amount": amount, "currency": "EUR"}
    return model_step(key, "payments.refund", args)


async def test_of_a_models_plan_all_that_comes_behind_or_names_the_step_asks_with_a_mark(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(
        planned(
            refund(),
            mail("tell", "refund", text="I have refunded 500.00 EUR."),
            noted("after", "She knows.", "tell"),
            mail("apart", text="On its own."),
            noted("names", "Refunded 500.00 EUR of PAY-1042.", "apart"),
            noted("free", "Something else.", "apart"),
            noted("uses", "${steps.refund.result.id}", "refund"),
        )
    )
    await chat.say(ASK)
    await chat.tap("Plan: The plan", "▶ Start")
    asked = {"refund": "failed", "apart": "waiting", "names": "waiting", "free": "waiting"}
    left = dict.fromkeys(("tell", "after", "uses"), "skipped")
    assert await of_plan(office) == asked | left
    reply = await chat.tap("cannot be done", "Go on without it")
    assert "Left out with it: “Do uses”." in reply.text
    await answer(chat, "On its own.", "✓ Send")
    waits = dict.fromkeys(("tell", "after", "names"), "waiting")
    ended = {"refund": "skipped", "uses": "skipped", "apart": "done", "free": "done"}
    assert await of_plan(office) == waits | ended
    assert len(sent(office.app)) == 1  # what has nothing to do with it
    assert MARK in chat.text("Send e-mail · ada@example.org · waits for you")
    await answer(chat, "I have refunded", "✓ Send")
    cards = [key for key, msg in chat.shown.items() if "Note on Ada Example · waits" in msg.summary]
    assert len(cards) == 2
    assert all(MARK in terminal.lower(chat.shown[key]) for key in cards)
    for key in cards:
        await chat.press(chat.tokens[key, chat.button(key, "✓").label])
    assert await of_plan(office) == ended | dict.fromkeys(waits, "done")
    assert {tuple(one.without or ()) for one in await office.rows(tasks)} == {(), ("refund",)}
    [told] = [one for one in await office.rows(effects) if "refunded" in str(one.action)]
    assert "left-out-asks" in told.verdict["rules"]
    assert (await verify.verify(office.app.db)).faults == ()


async def test_what_was_taken_back_around_a_step_that_was_left_out_stays_taken_back(
    app: App, chat: Chat
) -> None:
    notes, whom = Notes(app), await ada(app)
    notes.fails |= {"two", "four"}
    names = ("one", "two", "three", "four")
    befores = [(), *((one,) for one in names)]
    steps = [step(name, whom, *before) for name, before in zip(names, befores, strict=False)]
    goal = await plan(app, chat, "back", *steps)
    await chat.settle()
    await chat.tap(FAILED, "Go on without it")
    assert await states(app, goal) == ["done", "skipped", "waiting", "waiting"]
    assert notes.done == ["one"]
    await chat.tap("Note on Ada Example · waits for you", "✓ Note")
    await chat.tap("Note on Ada Example · waits for you", "✓ Note")
    assert await states(app, goal) == ["done", "skipped", "done", "failed"]
    assert notes.done == ["one", "three"]
    await chat.press(chat.tokens[chat.key(FAILED), "Take back what was done"])
    assert notes.back == ["three", "one"]
    assert await states(app, goal) == ["compensated", "skipped", "compensated", "skipped"]
    assert notes.done == ["one", "three"]
