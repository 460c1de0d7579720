"""Work that fails or kills the process, and a clock that is set back."""

import asyncio
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App, open_app
from bot.commands.sample import MAIL
from engine.flow import durable
from engine.flow.durable import ATTEMPTS_MAX, Durable, Handler, Work, open_work
from memory import events
from memory.db import DiskFullError, Tx
from memory.schema.work import alarms, tasks, work
from tests.chat import Chat
from tests.conftest import FakeClock

POISON = "wrk_poison"


async def queue_poison(app: App, handler: Handler) -> None:
    app.durable._handlers["poison"] = handler
    async with app.db.transaction() as tx:
        await events.note(tx, "test.queued", None)
        await open_work(tx, "poison", "it", key=POISON)


async def state_of(app: App) -> str:
    async with app.db.snapshot() as reader:
        return str(await reader.value(sa.select(work.c.state).filter_by(id=POISON)))


async def test_poison_is_set_aside_after_three_tries_and_the_queue_goes_on(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    tries = []

    async def fail(taken: Work) -> None:
        tries.append(taken.attempts)
        raise ValueError("this cannot be read")

    await queue_poison(app, fail)
    for _ in range(ATTEMPTS_MAX + 2):
        await chat.settle()
        clock.advance(minutes=1)
    assert tries == [1, 2, 3]
    assert await state_of(app) == "quarantined"
    assert "this cannot be read" in chat.text("set it aside")
    await chat.say("remind me tomorrow at 8 to call")
    assert "reminder set" in chat.text("Reminder")


async def test_work_that_ends_the_process_each_time_is_set_aside_too(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    begun = []

    async def begin(taken: Work) -> None:
        begun.append(taken.attempts)

    with app.taking_in():  # this process does not start it
        await queue_poison(app, begin)
        for _ in range(ATTEMPTS_MAX):  # another takes it, and is gone before it says anything
            assert await app.durable._take(POISON, 0) is not None
    await chat.settle()
    assert begun == []
    assert await state_of(app) == "quarantined"
    assert "The process ended each time it began." in chat.text("set it aside")


async def test_drafts_of_one_task_made_at_once_do_not_get_into_each_others_way(
    app: App, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.drop(MAIL)
    mail = chat.key("Mail from Ada")
    take = chat.button(mail, "Refund").label
    await app.tap(chat.who, "take", chat.tokens[mail, take], {})
    async with app.db.snapshot() as reader:
        planned = await reader.rows(sa.select(tasks.c.id).order_by(tasks.c.position))
    dispatch = app.durable._handlers["dispatch"]
    drafts = [Work("wrk_draft", "dispatch", task.id, 1) for task in planned] * 3
    await asyncio.gather(*(dispatch(draft) for draft in drafts))
    await chat.settle()
    assert "failed" not in caplog.text
    assert "Refunded: [-0.00 EUR-]{+120.00 EUR+}" in chat.text("Refund 120.00 EUR")


async def test_a_clock_set_back_rings_nothing_twice_and_keeps_the_order(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("remind me on Friday at 9 about invoice 7")
    clock.advance(days=7, minutes=1)
    await app.alarms.ring_due()
    await chat.settle()
    clock.advance(hours=-1)
    await app.alarms.ring_due()
    await chat.say("remind me tomorrow at 8 to call")
    clock.advance(hours=1)
    await app.alarms.ring_due()
    await chat.settle()
    assert [m.summary for m in chat.shown.values() if "⏰" in m.summary] == ["⏰ invoice 7"]
    async with app.db.snapshot() as reader:
        ringing = await reader.rows(sa.select(alarms.c.state).filter_by(kind="reminder"))
    assert sorted(alarm.state for alarm in ringing) == ["fired", "set"]


async def test_a_clean_end_counts_as_no_try(
    filled: Path, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(durable, "CLOSE_S", 0.1)
    shutil.copytree(filled, tmp_path / "sample")
    begun, done, at_work = list[int](), list[int](), asyncio.Event()

    async def hang(taken: Work) -> None:
        begun.append(taken.attempts)
        at_work.set()
        await asyncio.Event().wait()

    async def end(taken: Work) -> None:
        done.append(taken.attempts)

    for _ in range(ATTEMPTS_MAX + 1):  # once more than it may fail
        app = await open_app(tmp_path / "sample", lambda db, folder: [Chat()], clock=clock)
        await queue_poison(app, hang)
        await app.start()
        async with asyncio.timeout(20):  # what was set aside never begins
            await at_work.wait()
        at_work.clear()
        await app.close()
    app = await open_app(tmp_path / "sample", lambda db, folder: [Chat()], clock=clock)
    await queue_poison(app, end)
    await app.start()
    await app.durable.idle()
    assert (begun, done) == ([1, 1, 1, 1], [1])
    assert await state_of(app) == "done"
    await app.close()
    assert [one.getMessage() for one in caplog.records if one.name == "engine.flow.durable"] == []


async def test_what_was_done_but_could_not_be_noted_is_taken_up_again(
    app: App, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, change = list[int](), durable.change

    async def end(taken: Work) -> None:
        done.append(taken.attempts)

    async def full(tx: Tx, table: sa.Table, key: Any, *where: Any, **values: Any) -> bool:
        if values == {"state": "done"}:
            monkeypatch.setattr(durable, "change", change)
            raise DiskFullError("The disk is full.")
        return await change(tx, table, key, *where, **values)

    monkeypatch.setattr(durable, "change", full)
    await queue_poison(app, end)
    async with asyncio.timeout(20):
        await app.durable.idle()
    assert (done, await state_of(app)) == ([1, 2], "done")
    assert "could not be started" in caplog.text


async def test_what_ended_long_ago_is_forgotten_by_dbos_but_not_by_us(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.say("remind me tomorrow at 8 to call")
    assert await checkpoints(app) > 0
    clock.now = datetime.now(UTC) + timedelta(days=6)  # DBOS keeps the time of the machine
    assert await app.durable.tidy() == 0
    clock.advance(days=2)
    forgotten = await app.durable.tidy()
    assert (forgotten > 0, await checkpoints(app)) == (True, 0)
    async with app.db.snapshot() as reader:
        done = sa.select(sa.func.count()).select_from(work).filter_by(state="done")
        assert await reader.value(done) > 0
    await chat.say("/help")
    assert "What I can do" in chat.last


async def checkpoints(app: App) -> int:
    async with app.db.snapshot() as reader:
        return int(await reader.value(sa.text("SELECT count(*) FROM workflow_status")))


async def test_what_the_engine_begins_too_late_waits_for_the_next_start(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    run, break_off, done = Durable._run, durable._break_off, list[int]()
    reached, closing = asyncio.Event(), asyncio.Event()

    async def run_late(self: Durable, work_id: str, round_: int) -> None:
        reached.set()
        await closing.wait()
        await run(self, work_id, round_)

    async def break_off_slowly(tasks: Iterable[asyncio.Task[None]]) -> None:
        closing.set()
        await asyncio.sleep(0.3)
        await break_off(tasks)

    async def end(taken: Work) -> None:
        done.append(taken.attempts)

    monkeypatch.setattr(Durable, "_run", run_late)
    monkeypatch.setattr(durable, "_break_off", break_off_slowly)
    app = await open_app(tmp_path / "sample", lambda db, folder: [Chat()], clock=clock)
    await queue_poison(app, end)
    await app.start()
    await asyncio.wait_for(reached.wait(), 20)
    await app.close()
    assert done == []
    monkeypatch.setattr(Durable, "_run", run)
    app = await open_app(tmp_path / "sample", lambda db, folder: [Chat()], clock=clock)
    app.durable._handlers["poison"] = end
    await app.start()
    await app.durable.idle()
    assert done == [1]
    await app.close()
