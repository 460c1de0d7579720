"""How cards leave the outbox for Telegram: the real outbox, delivery and HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.delivery import Delivery
from bot.telegram import api as telegram_api
from engine.chat import conversations, outbox
from engine.chat.messages import say
from memory import upgrade
from memory.db import Database
from tests.bot.telegram_desk import ADA, Desk, opened
from tests.bot.telegram_home import Home
from tests.conftest import FakeClock

BOB = ("7002", "7002")


@dataclass
class Office:
    """A desk with a real outbox, from which Ada and Bob are told everything."""

    desk: Desk
    db: Database
    clock: FakeClock
    delivery: Delivery

    async def post(self, key: str, text: str, priority: int, conv: str = "telegram:7001") -> None:
        async with self.db.transaction() as tx:
            await outbox.post(tx, say(key, text), conv, priority=priority)

    async def deliver(self) -> None:
        await self.delivery.deliver(self.desk.surface)

    def seen(self, chat: int = 7001) -> list[str]:
        return [message.text for message in self.desk.telegram.messages if message.chat == chat]


@pytest.fixture
async def office(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    monkeypatch.setattr(telegram_api, "CHAT_PER_S", 100)
    upgrade.upgrade(tmp_path / "firstmate.db")
    db = Database(tmp_path / "firstmate.db", clock)
    async with db.transaction() as tx:
        for person in (ADA, BOB):
            await conversations.admit(tx, "telegram", *person)
    async with opened(Home(db=db)) as desk:
        for chat, _ in (ADA, BOB):
            desk.telegram.say("hello", user=int(chat))  # a bot never speaks first
        yield Office(desk, db, clock, Delivery(db, [desk.surface]))
    await db.close()


async def test_approvals_come_before_answers_and_answers_before_progress(office: Office) -> None:
    await office.post("p", "working", outbox.PROGRESS)
    await office.post("w", "an answer", outbox.ANSWER)
    await office.post("a", "may I?", outbox.APPROVAL)
    await office.deliver()
    assert office.seen() == ["may I?", "an answer", "working"]


async def test_a_late_approval_comes_before_everything_that_waits_longer(office: Office) -> None:
    for number in range(60):
        await office.post(f"w{number}", f"answer {number}", outbox.ANSWER)
    await office.post("a", "may I?", outbox.APPROVAL)
    await office.deliver()
    assert office.seen()[0] == "may I?"
    assert len(office.seen()) == outbox.DUE_MAX


async def test_after_a_flood_nothing_is_sent_to_this_chat_and_everything_to_others(
    office: Office,
) -> None:
    for number in range(5):
        await office.post(f"w{number}", f"answer {number}", outbox.ANSWER)
    await office.post("b", "for Bob", outbox.PROGRESS, "telegram:7002")
    office.desk.telegram.flood("sendMessage", 30)
    await office.deliver()
    assert (office.seen(), office.seen(7002)) == ([], ["for Bob"])
    asked = [fields["chat_id"] for fields in office.desk.telegram.called("sendMessage")]
    assert asked == ["7001", "7002"]


async def test_after_the_time_telegram_asked_for_everything_is_sent(office: Office) -> None:
    for number in range(5):
        await office.post(f"w{number}", f"answer {number}", outbox.ANSWER)
    office.desk.telegram.flood("sendMessage", 1)
    await office.deliver()
    assert office.seen() == []
    await asyncio.sleep(1.01)
    office.clock.advance(seconds=1)
    await office.deliver()
    assert office.seen() == [f"answer {number}" for number in range(5)]


async def test_of_many_changes_of_a_card_only_the_newest_is_shown(office: Office) -> None:
    await office.post("w", "version 0", outbox.ANSWER)
    await office.deliver()
    for number in range(1, 11):
        await office.post("w", f"version {number}", outbox.ANSWER)
    await office.deliver()
    (message,) = office.desk.telegram.messages
    assert (message.text, message.edits) == ("version 10", 1)


async def test_a_change_during_a_flood_is_shown_once_and_as_it_stands_after_it(
    office: Office,
) -> None:
    await office.post("w", "version 0", outbox.ANSWER)
    await office.deliver()
    office.desk.telegram.flood("editMessageText", 1)
    for number in range(1, 4):
        await office.post("w", f"version {number}", outbox.ANSWER)
        await office.deliver()
    assert len(office.desk.telegram.called("editMessageText")) == 1
    await asyncio.sleep(1.01)
    office.clock.advance(seconds=60)
    await office.deliver()
    (message,) = office.desk.telegram.messages
    assert (message.text, message.edits) == ("version 3", 1)


async def test_a_card_that_did_not_change_for_telegram_counts_as_shown(office: Office) -> None:
    await office.post("w", "the same", outbox.ANSWER)
    await office.deliver()
    async with office.db.transaction() as tx:
        told = say("w", "the same").model_copy(update={"summary": "heard differently"})
        await outbox.post(tx, told, "telegram:7001", priority=outbox.ANSWER)
    await office.deliver()
    async with office.db.snapshot() as reader:
        assert await outbox.due(reader, "telegram") == []
    assert office.desk.telegram.messages[0].edits == 0


async def test_a_card_whose_message_is_gone_is_posted_anew(office: Office) -> None:
    await office.post("w", "version 0", outbox.ANSWER)
    await office.deliver()
    office.desk.telegram.forget(office.desk.telegram.messages[0])
    await office.post("w", "version 1", outbox.ANSWER)
    await office.deliver()
    await office.post("w", "version 2", outbox.ANSWER)
    await office.deliver()
    (message,) = office.desk.telegram.messages
    assert (message.text, message.edits) == ("version 2", 1)


async def test_an_approval_that_comes_during_a_backlog_is_shown_next(office: Office) -> None:
    for number in range(50):
        await office.post(f"w{number}", f"answer {number}", outbox.ANSWER)
    office.delivery.start()
    await office.desk.telegram.see("answer 5")
    await office.post("a", "may I?", outbox.APPROVAL)
    so_far = len(office.seen())
    await office.desk.telegram.see("may I?")
    place = office.seen().index("may I?")
    await office.desk.telegram.until(lambda: len(office.seen()) == 51, 20)
    await office.delivery.close()
    assert place <= so_far + 1
