"""Walks of what others' approvals are known to fail at: they get lost, time out, or never come."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import UNKNOWN_TAP, App, open_app
from bot.surfaces import BusyError, Heard, Token
from engine.chat.outbox import Due
from memory.schema.work import approvals, decisions, tasks
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import ledger, planned, sent

WISH = "send Ada the October invoice"
CARD = "Send e-mail · ada@example.org"
PATIENT = "rules:\n  - {id: long, effect: share, then: ask, why: No haste., wait_hours: 2160}\n"


class Moody(Chat):
    """A chat whose platform takes nothing while it is away."""

    away = False

    async def show(self, item: Due, token: Token) -> str:
        if self.away:
            raise BusyError(60)
        return await super().show(item, token)


@dataclass
class Place:
    """A data folder that may be closed and opened again under the same conversation."""

    folder: Path
    clock: FakeClock
    chat: Moody
    app: App

    async def restart(self) -> None:
        await self.app.close()
        self.app = await opened(self.folder, self.clock, self.chat)
        self.chat.app = self.app
        await self.chat.settle()

    async def ring(self, **later: float) -> None:
        """Let time pass, and whatever is due by then happen."""
        self.clock.advance(**later)
        await self.app.alarms.ring_due()
        await self.chat.settle()

    async def rows(self, query: sa.Select[Any]) -> list[Any]:
        async with self.app.db.snapshot() as reader:
            return [tuple(row) for row in await reader.rows(query)]


async def opened(folder: Path, clock: FakeClock, *chats: Chat) -> App:
    app = await open_app(folder, lambda db, folder: list(chats), clock=clock)
    await app.start()
    return app


@pytest.fixture
async def place(filled: Path, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Place]:
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    chat = Moody()
    app = await opened(folder, clock, chat)
    await chat.pair(app)
    made = Place(folder, clock, chat, app)
    yield made
    await made.app.close()


async def test_a_card_and_its_button_outlive_restarts_and_days(place: Place) -> None:
    await place.chat.say(WISH)
    token = place.chat.tokens[place.chat.key(CARD), "✓ Send"]
    for _ in range(3):
        await place.ring(days=2)
        await place.restart()
    assert sent(place.app) == []
    assert (await place.chat.press(token)).text == "Approved."
    assert "filed in Sent" in place.chat.text(CARD)
    assert len(sent(place.app)) == 1


async def test_a_card_nobody_saw_is_shown_after_the_restart_and_nobody_said_no(
    place: Place,
) -> None:
    place.chat.away = True
    await place.chat.say(WISH)
    await place.restart()
    assert not any(CARD in msg.summary for msg in place.chat.shown.values())
    assert await place.rows(sa.select(approvals.c.state)) == [("open",)]
    assert await place.rows(sa.select(decisions.c.answer)) == []
    place.chat.away = False
    await place.ring(minutes=5)
    assert (await place.chat.tap(CARD, "✓ Send")).text == "Approved."
    assert len(sent(place.app)) == 1


async def test_a_question_outlives_a_restart_and_hours(place: Place) -> None:
    await place.chat.say("remind me to water the plants")
    assert "When should I remind you?" in place.chat.last
    await place.restart()
    await place.ring(hours=5)
    await place.chat.say("tomorrow at 8")
    assert "reminder set for Sat 21 Nov, 08:00" in place.chat.text("Reminder")


async def test_the_buttons_of_a_question_outlive_a_restart_and_hours(place: Place) -> None:
    await place.chat.say("Ada paid 900 EUR for order 1042")
    await place.chat.say("refund Ada 10 EUR")
    assert "Which payment" in place.chat.last
    token = place.chat.tokens[
        place.chat.order[-1], place.chat.button(place.chat.order[-1], "PAY-1042").label
    ]
    await place.restart()
    await place.ring(hours=5)
    assert (await place.chat.press(token)).refused is False
    assert "PAY-1042" in place.chat.text("Refund 10.00 EUR")


async def test_a_card_waits_for_days_and_comes_back_instead_of_being_denied(place: Place) -> None:
    await place.chat.say(WISH)
    key = place.chat.key(CARD)
    place.chat.posted.clear()
    await place.ring(days=1, minutes=1)
    assert set(place.chat.posted) == {key}
    await place.ring(days=5, hours=23)
    assert "waits for you" in place.chat.card(CARD).summary
    assert await place.rows(sa.select(tasks.c.state)) == [("waiting",)]
    place.chat.posted.clear()
    await place.chat.say("/waiting")
    assert key in place.chat.posted
    assert (await place.chat.tap(CARD, "✓ Send")).text == "Approved."


async def test_a_button_lives_as_long_as_a_rule_lets_its_card_wait(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    (folder / "rules").mkdir()
    (folder / "rules" / "mine.yaml").write_text(PATIENT, encoding="utf-8")
    chat = Moody()
    app = await opened(folder, clock, chat)
    await chat.pair(app)
    await chat.say(WISH)
    token = chat.tokens[chat.key(CARD), "✓ Send"]
    clock.advance(days=89)
    assert (await chat.press(token)).text == "Approved."
    assert len(sent(app)) == 1
    await app.close()


async def test_later_promises_no_moment_after_the_end(place: Place) -> None:
    await place.chat.say(WISH)
    await place.ring(days=6, hours=22)  # Friday at 8; it ends at 10
    await place.chat.tap(CARD, "Later")
    reply = await place.chat.tap(CARD, "Monday at 9")
    assert (reply.text, reply.refused) == (
        "This ends Fri 27 Nov, 10:00, before that, so it is not put off. Choose an earlier moment, "
        "or answer it.",
        True,
    )
    assert await place.rows(sa.select(approvals.c.snoozed_until)) == [(None,)]
    assert (await place.chat.tap(CARD, "In 1 hour")).text == "I ask again Fri 27 Nov, 09:00."


async def test_expired_refused_and_withdrawn_are_three_words(place: Place) -> None:
    chat, tokens = place.chat, []
    for name, label in (("Bruno", "✗ Reject"), ("Ada", "… More"), ("Bruno", "")):
        await chat.say(f"write to {name} that parcel {label or 'three'} is ready")
        tokens.append((chat.order[-1], chat.tokens[chat.order[-1], "✓ Send"]))
        if label:
            await chat.press(chat.tokens[chat.order[-1], label])
    await chat.press(chat.tokens[tokens[1][0], "Not needed any more"])
    await place.ring(days=7, minutes=1)
    states = await place.rows(sa.select(approvals.c.state).order_by(approvals.c.asked_at))
    assert sorted(states) == [("decided",), ("expired",), ("withdrawn",)]
    words = ("Already rejected by you on chat", "This is withdrawn;", "This is expired;")
    lines = ("✗ Rejected. Nothing was done.", "Withdrawn: no longer needed", "Expired: nobody")
    for (key, token), says, line in zip(tokens, words, lines, strict=True):
        reply = await chat.press(token)
        assert (reply.text.startswith(says), reply.refused) == (True, True), reply.text
        shown = str(chat.shown[key].parts)
        assert [one in shown for one in lines] == [one == line for one in lines]
        assert "✓" not in shown
    assert sent(place.app) == []


async def test_a_button_of_another_making_decides_nothing_and_says_so(place: Place) -> None:
    await place.chat.say(WISH)
    token = place.chat.tokens[place.chat.key(CARD), "✓ Send"]
    for strange in ("a0." + token[3:], token[:-1], token + "x", "", "approve"):
        reply = await place.chat.press(strange)
        assert (reply.text, reply.refused) == (UNKNOWN_TAP, True)
    assert await place.rows(sa.select(decisions.c.answer)) == []
    assert sent(place.app) == []


async def test_the_plan_says_that_its_step_waits_and_never_calls_it_failed(place: Place) -> None:
    await planned(place.chat)
    for _ in range(2):  # the note comes after the refund, the mail has a card of its own
        plan = place.chat.text("Plan:")
        assert (plan.count("⏸ "), plan.count("✗")) == (3, 0)
        await place.ring(days=3)
        await place.restart()
    [(state,)] = set(await place.rows(sa.select(tasks.c.state).where(tasks.c.key != "note")))
    assert state == "waiting"


async def test_what_expires_takes_along_what_was_to_come_after_it(place: Place) -> None:
    await planned(place.chat)
    await place.ring(days=1)
    await place.chat.tap(CARD, "Edit", subject="Your refund")  # so it would wait a day longer
    await place.ring(days=6, minutes=1)
    assert "Expired: nobody answered in time" in place.chat.text("Refund 120.00 EUR")
    assert "Withdrawn" in place.chat.text(CARD)
    assert (ledger(place.app).count("(REF-"), sent(place.app)) == (0, [])


async def test_the_card_is_locked_by_the_first_tap_and_stays_until_the_receipt(
    place: Place,
) -> None:
    await place.chat.say(WISH)
    key = place.chat.key(CARD)
    token = place.chat.tokens[key, "✓ Send"]
    with place.app.taking_in():  # what was approved cannot begin
        reply = await place.app.tap(place.chat.who, "yes", token, {})
        assert (reply.text, reply.refused) == ("Approved.", False)
        while await place.app.delivery.deliver(place.chat):
            pass
        held = place.chat.shown[key]
        assert "✓ Approved. It has not run yet." in place.chat.text(CARD)
        assert all(b.disabled or b.action == "always" for row in held.buttons for b in row)
        assert sent(place.app) == []
    await place.chat.settle()
    assert "✓ filed in Sent" in place.chat.text(CARD)


async def test_the_answer_to_a_tap_does_not_wait_for_what_it_set_going(place: Place) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    operations: Any = place.app.house.operations
    inside = operations["email.send"].run

    async def slow(args: Any, key: str) -> Any:
        begun.set()
        await may_end.wait()
        return await inside(args, key)

    operations["email.send"] = replace(operations["email.send"], run=slow)
    await place.chat.say(WISH)
    token = place.chat.tokens[place.chat.key(CARD), "✓ Send"]
    async with asyncio.timeout(20):
        reply = await place.app.tap(place.chat.who, "yes", token, {})
        await begun.wait()
    assert (reply.text, sent(place.app)) == ("Approved.", [])
    may_end.set()
    await place.chat.settle()
    assert len(sent(place.app)) == 1


async def test_open_cards_never_keep_the_chat_from_answering(place: Place) -> None:
    for number in range(12):
        await place.chat.say(f"write to Bruno that parcel number {number:02} is ready")
    await place.restart()
    async with asyncio.timeout(20):
        await place.chat.say("remind me tomorrow at 8 to call")
    assert "reminder set" in place.chat.text("Reminder")
    assert await place.rows(sa.select(approvals.c.state).distinct()) == [("open",)]


async def test_an_answer_goes_to_the_conversation_that_asked(
    filled: Path, tmp_path: Path, clock: FakeClock
) -> None:
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    web, phone = Chat(), Chat()
    web.name, phone.name = "web", "telegram"
    app = await opened(folder, clock, web, phone)
    for chat in (web, phone):
        await chat.pair(app)
    await web.say(WISH)
    await phone.settle()
    await phone.tap(CARD, "✓ Send")
    await web.settle()
    assert "✓ filed in Sent" in web.text(CARD) and "✓ filed in Sent" in phone.text(CARD)
    await phone.tap(CARD, "Why?")
    await app.hear(Heard(web.who, "asked", "remind me to water the plants"))
    await web.settle()
    await phone.settle()
    told = [[msg.summary for msg in chat.shown.values()] for chat in (web, phone)]
    assert [any("Why: Send" in one for one in summaries) for summaries in told] == [False, True]
    asks = [any("When should I" in one for one in summaries) for summaries in told]
    assert asks == [True, False]
    await app.close()
