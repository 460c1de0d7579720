"""However much is queued, what a person waits for goes first: an answer, a search, an edit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.commands.sample import MAIL
from bot.surfaces import Heard
from engine.chat.messages import Msg
from engine.flow import lanes
from engine.flow.durable import Work, open_work
from engine.flow.lanes import AT_ONCE, RUNNING_MAX
from memory import events
from memory.schema.work import work
from tests.chat import Chat

QUEUED = 500
IN_TIME_S = 60  # a limit against hanging, no target: benchmarks/fast_path.py has that


@dataclass
class Crowd:
    """Steps that are queued, and none of which ends before it is let go."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def plod(self, taken: Work) -> None:
        self.begun.append(taken.ref)
        await self.may_end.wait()
        self.ended.append(taken.ref)


@pytest.fixture
async def crowd(app: App, chat: Chat) -> AsyncIterator[Crowd]:
    """Five hundred steps wait, and as many as may run do."""
    made = Crowd()
    await chat.drop(MAIL)
    await chat.tap("Mail from Ada", "Refund")
    app.durable._handlers["plod"] = made.plod
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        for number in range(QUEUED):
            await open_work(tx, "plod", f"step {number}")
    await until(lambda: len(made.begun) == AT_ONCE["today"])
    yield made
    made.may_end.set()


async def until(so: Callable[[], bool]) -> None:
    """Let the others work until it is so."""
    async with asyncio.timeout(IN_TIME_S):
        while True:
            if so():
                return
            await asyncio.sleep(0.01)


def shown(chat: Chat) -> list[Msg]:
    return list(chat.shown.values())


async def answered(app: App, chat: Chat, words: str) -> str:
    """Say something and return what is said back, without waiting for all that is queued."""
    chat.count += 1
    before = len(chat.posted)
    await app.hear(Heard(chat.who, f"m{chat.count}", words))
    await until(lambda: len(chat.posted) > before)
    return chat.last


async def test_an_answer_a_search_and_a_question_go_before_five_hundred_queued_steps(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    assert "What I can do" in await answered(app, chat, "/help")
    assert "ada@example.org" in await answered(app, chat, "/who Ada Example")
    assert "Ada Example" in await answered(app, chat, "what do we know about Ada?")
    assert crowd.ended == []


async def test_an_edit_is_drawn_before_five_hundred_queued_steps(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    old = chat.key("Refund 120.00 EUR")
    token = chat.tokens[old, chat.button(old, "Edit").label]
    reply = await app.tap(chat.who, "edit", token, {"amount": "40.00"})
    assert reply.text == "Changed. Here is the new card."
    await until(lambda: any("Refund 40.00 EUR" in msg.summary for msg in chat.shown.values()))
    assert crowd.ended == []


async def test_what_a_tap_approves_is_done_before_five_hundred_queued_steps(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    old = chat.key("Refund 120.00 EUR")
    token = chat.tokens[old, chat.button(old, "✓").label]
    assert (await app.tap(chat.who, "yes", token, {})).text == "Approved."
    await until(lambda: "✓ refunded 120.00 EUR" in chat.text("Refund 120.00 EUR"))
    assert crowd.ended == []


async def test_the_card_of_a_new_wish_comes_before_five_hundred_queued_steps(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    chat.count += 1
    await app.hear(Heard(chat.who, f"m{chat.count}", "write to Bruno that the file is ready"))
    await until(lambda: any("Bruno" in str(m) and "Send e-mail" in m.summary for m in shown(chat)))
    chat.count += 1
    await app.hear(Heard(chat.who, f"m{chat.count}", "note on Ada: she prefers mornings"))
    await until(
        lambda: any("Note on Ada" in m.summary and "done" in m.summary for m in shown(chat))
    )
    assert crowd.ended == []


async def test_an_answer_waits_for_nothing_that_taps_set_going(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        with lanes.under("now"):
            for number in range(RUNNING_MAX):
                await open_work(tx, "plod", f"tapped {number}")
    await until(lambda: len(crowd.begun) == AT_ONCE["next"])
    assert "What I can do" in await answered(app, chat, "/help")
    assert crowd.ended == []


async def test_what_a_step_sets_going_in_turn_has_time(app: App, chat: Chat) -> None:
    await chat.drop(MAIL)
    await chat.tap("Mail from Ada", "Refund")
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(work.c.lane).filter_by(kind="dispatch"))
    assert sorted(row.lane for row in rows) == ["next", "today", "today"]


async def test_what_is_queued_is_done_in_its_order_and_never_more_at_once_than_may_be(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    assert set(crowd.begun) == {f"step {number}" for number in range(AT_ONCE["today"])}
    crowd.may_end.set()
    await chat.settle()
    assert sorted(crowd.ended, key=lambda ref: int(ref.split()[1])) == [
        f"step {number}" for number in range(QUEUED)
    ]


async def test_after_a_restart_what_is_now_is_swept_before_what_waited_longer(
    app: App, chat: Chat, crowd: Crowd
) -> None:
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        await open_work(tx, "plod", "urgent", key="wrk_urgent", lane="now")
        tx.signals.clear()  # as after a crash right behind the commit
    await app.durable.sweep()
    await until(lambda: "urgent" in crowd.begun)
    assert crowd.begun[-1] == "urgent"
    assert len(crowd.begun) == AT_ONCE["today"] + 1 <= RUNNING_MAX


async def test_mail_that_comes_by_itself_is_no_work_for_now(app: App, chat: Chat) -> None:
    await chat.say("/help")
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(work.c.kind, work.c.lane).filter_by(kind="understand"))
    assert {row.lane for row in rows} == {"now"}
