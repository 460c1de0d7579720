"""Walks of a plan that is made anew while something happens to it: nothing twice, nothing lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from agents.plans.planning import Planning
from connectors.contract import PermanentError
from engine.acting import gate
from memory import events
from memory.db import change
from memory.schema.work import effects, goals, plans, work
from tests.chat import Chat
from tests.walks.model_office import Office
from tests.walks.test_graph import FAILED, IN_TIME_S, Notes
from tests.walks.test_planning import ASK, mail, note, plan, states
from tests.walks.test_refund import sent

CARD = "Send e-mail"
Happens = Callable[[], Awaitable[Any]]


@pytest.fixture
def thinking(monkeypatch: pytest.MonkeyPatch) -> list[Happens]:
    """What happens while plans are made: one thing for each, in their order."""
    whole, left = Planning._proposed, list[Happens]()

    async def proposed(self: Planning, *given: Any) -> Any:
        made = await whole(self, *given)
        if left:
            await left.pop(0)()
        return made

    monkeypatch.setattr(Planning, "_proposed", proposed)
    return left


async def begun(office: Office, *answers: Any) -> Chat:
    """Have the first of these plans started; the others are those that it is made anew to."""
    chat = await office.open()
    office.server.script(*answers)
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    return chat


def yes(office: Office, chat: Chat, state: str) -> Happens:
    """Say yes to the mail, and wait until it is in this state."""
    token = chat.tokens[chat.key(CARD), "✓ Send"]

    async def said() -> None:
        assert not (await office.app.tap(chat.who, "yes", token, {})).refused
        async with asyncio.timeout(IN_TIME_S):
            while True:
                if state in [one.state for one in await office.rows(effects)]:
                    return
                await asyncio.sleep(0.02)

    return said


async def test_a_step_that_is_done_meanwhile_is_kept_and_the_note_is_heard_once(
    office: Office, thinking: list[Happens]
) -> None:
    chat = await begun(
        office, plan(mail()), plan(mail(subject="Autumn")), plan(mail("more", subject="Autumn"))
    )
    thinking.append(yes(office, chat, "done"))
    await chat.tap("The plan", "Edit in words", note="call it Autumn")
    assert await states(office) == {"tell": "done", "more": "pending"}
    assert "Do tell — done already" in chat.text("The plan")
    assert (await office.rows(goals))[-1].slots["said"][1:] == ["call it Autumn"]
    assert len(sent(office.app)) == 1


async def test_nothing_is_planned_around_a_step_that_is_under_way(
    office: Office, thinking: list[Happens]
) -> None:
    chat = await begun(office, plan(mail()), plan(mail(subject="Autumn")))
    operations: Any = office.app.house.operations
    whole, go = operations["email.send"], asyncio.Event()

    async def run(args: Any, key: str) -> Any:
        await go.wait()
        return await whole.run(args, key)

    operations["email.send"] = replace(whole, run=run)
    thinking.append(yes(office, chat, "running"))
    edit = chat.tokens[chat.key("The plan"), "✎ Edit in words"]
    await office.app.tap(chat.who, "edit", edit, {"note": "call it Autumn"})
    async with asyncio.timeout(IN_TIME_S):
        while "under way" not in str(chat.shown):
            await office.app.delivery.deliver(chat)
            await asyncio.sleep(0.02)
    again = await office.app.tap(chat.who, "again", edit, {"note": "call it Autumn"})
    assert (again.refused, again.text[-34:]) == (True, "held. Try again when it has ended.")
    go.set()
    await chat.settle()
    assert len(await office.rows(plans)) == 1
    assert await states(office) == {"tell": "done"}


async def test_two_notes_at_once_are_both_heard(office: Office, thinking: list[Happens]) -> None:
    chat = await begun(office, plan(mail()))
    edit = chat.tokens[chat.key("The plan"), "✎ Edit in words"]
    both = asyncio.Event()

    async def other() -> None:
        await office.app.tap(chat.who, "other", edit, {"note": "in German"})
        await asyncio.wait_for(both.wait(), IN_TIME_S)

    async def thought() -> None:
        both.set()

    thinking += [other, thought]  # the second is made of the same plan before the first stands
    await chat.tap("The plan", "Edit in words", note="in autumn")
    because = [one.because for one in await office.rows(plans)][1:]
    assert sorted(because) == ["You said: “in German”.", "You said: “in autumn”."]
    assert sorted((await office.rows(goals))[-1].slots["said"][1:]) == ["in German", "in autumn"]


async def test_what_is_dropped_meanwhile_stays_dropped(
    office: Office, thinking: list[Happens]
) -> None:
    chat = await office.open()
    office.server.script(plan(mail()))
    await chat.say(ASK)
    token = chat.tokens[chat.key("The plan"), "✕ Drop"]
    thinking.append(lambda: office.app.tap(chat.who, "drop", token, {}))
    await chat.tap("The plan", "Edit in words", note="call it Autumn")
    assert await states(office) == {"tell": "skipped"}
    assert len(await office.rows(plans)) == 1


async def test_a_plan_that_is_being_taken_back_is_not_made_anew(office: Office) -> None:
    chat = await office.open()
    door = Notes(office.app)
    door.fails.add("two")
    office.server.script(plan(note("one", "one"), note("two", "two", "one")))
    await chat.say(ASK)
    await chat.tap("The plan", "▶ Start")
    door.fails.add("one")  # its undo waits on its card
    await chat.tap(FAILED, "Take back what was done")
    reply = await chat.tap("Plan: The plan", "Plan the rest anew")
    assert (reply.refused, reply.text[:32]) == (True, "This plan is being taken back. T")
    await chat.tap("Take back: Note on Ada Example · failed", "Abort")
    assert not (await chat.tap("Plan: The plan", "Plan the rest anew")).refused


async def test_dropping_a_newer_plan_says_that_what_was_done_stays(office: Office) -> None:
    chat = await begun(office, plan(note("one", "one"), mail("tell", "one")), plan(mail("other")))
    await chat.tap("The plan", "Edit in words", note="otherwise")
    reply = await chat.tap("The plan", "✕ Drop")
    assert reply.text == "Dropped. What was done before stays done."


async def test_what_the_card_told_is_not_told_otherwise_after_a_crash(office: Office) -> None:
    chat = await office.open()
    office.server.script(plan(mail()))
    await chat.say(ASK)
    token = chat.tokens[chat.key("The plan"), "▶ Start, yes to 1"]
    async with office.app.db.transaction() as tx:  # as if the world had moved on since the card
        await events.note(tx, "test.crashed", None)
        [row] = await tx.rows(sa.select(plans))
        told = {"tell": {**row.foretold["tell"], "digest": "0" * 64}}
        await change(tx, plans, {"id": row.id}, foretold=told)
        for one in await tx.rows(sa.select(work).filter_by(kind="plan")):
            await change(tx, work, {"id": one.id}, state="ready", round=one.round + 1)
    await chat.settle()
    await chat.press(token)
    assert sent(office.app) == []


async def test_a_card_that_waits_stays_where_it_cannot_be_drafted_anew(office: Office) -> None:
    chat = await office.open()
    Notes(office.app).fails.add("one")
    office.server.script(plan(note("one", "one"), mail("tell", "one")))
    await chat.say(ASK)
    await chat.tap("Plan: The plan", "▶ Start")
    operations: Any = office.app.house.operations
    whole = operations["email.send"]

    async def preview(args: Any) -> Any:
        raise PermanentError("The post office is closed.")

    operations["email.send"] = replace(whole, preview=preview)
    await chat.tap(FAILED, "Go on without it")  # the mail is drafted anew, for it may quote it
    operations["email.send"] = whole
    assert await states(office) == {"one": "skipped", "tell": "waiting"}
    await chat.tap(CARD, "✓ Send")
    assert len(sent(office.app)) == 1


async def test_going_on_asks_about_every_yes_behind_the_step_or_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await office.open()
    Notes(office.app).fails.add("one")
    behind = [mail(key, "one", subject=key) for key in ("first", "second")]
    office.server.script(plan(note("one", "one"), *behind))
    await chat.say(ASK)
    await chat.tap("Plan: The plan", "▶ Start")
    cards = [key for key, msg in chat.shown.items() if CARD in msg.summary]
    tokens = [chat.tokens[key, "✓ Send"] for key in cards]
    await chat.press(tokens[0])
    whole, moved = gate.again, list[int]()

    async def closed(*given: Any, **more: Any) -> Any:
        raise PermanentError("The post office is closed.")

    async def slowly(*given: Any, **more: Any) -> Any:
        if not moved:
            moved.append(1)
            await office.app.tap(chat.who, "yes", tokens[1], {})
        return await whole(*given, **more)

    for again, said in ((closed, "The post office is closed."), (slowly, "Tap again.")):
        monkeypatch.setattr(gate, "again", again)
        reply = await chat.tap(FAILED, "Go on without it")
        assert (reply.refused, said in reply.text) == (True, True)
        assert await states(office) == {"one": "failed", "first": "waiting", "second": "waiting"}
        assert "approved" in {one.state for one in await office.rows(effects)}
    await chat.tap(FAILED, "Go on without it")
    assert await states(office) == {"one": "skipped", "first": "waiting", "second": "waiting"}
    assert sent(office.app) == []
