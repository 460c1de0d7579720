"""Walks of plain words: commands without a slash, courtesies, and what the books are asked."""

from datetime import UTC, datetime

import pytest

from bot.app import App
from engine.keeping import recalls
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_refund import ledger, planned


async def kept(app: App) -> int:
    async with app.db.snapshot() as reader:
        return await recalls.looked(reader)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("What is waiting?", "/waiting"),
        ("was wartet auf mich?", "/waiting"),
        ("what went wrong?", "/triage"),
        ("Hilfe!", "/help"),
        ("what did you cost?", "/cost"),
        ("why?", "/why"),
        ("Who are my customers?", "/records person"),
        ("show me all invoices", "/records invoice"),
        ("how many orders do we have?", "/records order"),
        ("zeig mir alle Rechnungen", "/records invoice"),
    ],
)
async def test_a_command_is_heard_without_its_slash(chat: Chat, words: str, command: str) -> None:
    await planned(chat)
    await chat.say(command)
    wanted = chat.last
    await chat.say(words)
    assert chat.last == wanted


async def test_undo_in_words_takes_back_the_newest(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers mornings")
    await chat.say("undo that")
    assert "undone" in chat.last.casefold() or "taken back" in chat.last.casefold()


@pytest.mark.parametrize(
    ("words", "answer"),
    [("Thanks a lot!", "You are welcome."), ("hallo", "Hello."), ("👍", "It decides nothing")],
)
async def test_a_courtesy_is_answered_in_a_line_and_decides_nothing(
    app: App, chat: Chat, words: str, answer: str
) -> None:
    await planned(chat)
    await chat.say(words)
    assert answer in chat.last
    assert len(chat.last) < 100
    assert ledger(app).count("(REF-") == 0


async def test_what_tells_nothing_is_not_remembered(app: App, chat: Chat) -> None:
    before = await kept(app)
    for words in ("thanks a lot", "what is waiting?", "good morning", "undo"):
        await chat.say(words)
    assert await kept(app) == before
    await chat.say("thanks, the parcel with the brushes is here")
    assert await kept(app) == before + 1


async def test_a_thanks_that_says_more_is_no_courtesy(chat: Chat) -> None:
    await chat.say("thanks, and refund Ada 40 EUR")
    assert "You are welcome" not in chat.last


async def test_a_courtesy_may_be_the_answer_to_a_question(chat: Chat) -> None:
    await chat.say("write to Ada")
    assert chat.last.strip().endswith("?")
    await chat.say("thanks")
    assert "Send e-mail" in chat.last


async def test_what_came_in_is_told_from_the_books(app: App, chat: Chat) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    await chat.say("how much did I earn this year?")
    assert "1 Jan 2026 to 20 Nov 2026: 449.00 EUR came in with 3 payments." in chat.last
    assert "Of it 40.00 EUR went back as refunds." in chat.last
    await chat.say("what came in from Ada in March 2024?")
    assert "no payment of Ada Example is on record" in chat.last


async def test_what_was_done_and_what_is_to_come_is_told(app: App, chat: Chat) -> None:
    await chat.say("what happened today?")
    assert "20 Nov 2026: nothing was finished." in chat.last
    await chat.say("what is planned for next week?")
    assert "Nothing is set for 23 Nov 2026 to 29 Nov 2026." in chat.last
    await chat.say("note on Ada: prefers mornings")
    await chat.say("remind me on Tuesday at 9 to call the printer")
    await chat.say("book a call with Ada on Wednesday at 14:30")
    await chat.tap("Book Meeting with Ada", "✓")
    await chat.say("task: count the brushes by 25 November")
    await chat.tap("New task", "Record it")
    await chat.say("what did you do today?")
    assert "Fri 20 Nov, 10:00: Remind me" in chat.last
    assert "Note" in chat.last
    await chat.say("what is planned for next week?")
    first, second, third = (
        chat.last.index("call the printer"),
        chat.last.index("count the"),
        chat.last.index("Meeting with"),
    )
    assert first < second < third
    await chat.say("what reminders do I have this month?")
    assert "Tue 24 Nov, 09:00: call the printer" in chat.last
    assert "Meeting with" not in chat.last
    await chat.say("when is my next meeting?")
    assert "Wed 25 Nov, 14:30" in chat.last
    assert "printer" not in chat.last


async def test_a_reminder_is_taken_back_by_a_tap(app: App, chat: Chat) -> None:
    await chat.say("cancel my reminders")
    assert "No reminder is set." in chat.last
    await chat.say("remind me on Tuesday at 9 to call the printer")
    await chat.say("remind me on Thursday at 9 to water the plants")
    await chat.say("delete the reminder")
    assert "1. Tue 24 Nov, 09:00: call the printer" in chat.last
    await chat.say("/reminders plants")
    assert "printer" not in chat.last
    await chat.say("/reminders boat")
    assert "No reminder says “boat”. Reminders that are set." in chat.last
    await chat.tap("Reminders that are set", "↩ 1 call the printer")
    await chat.say("/reminders")
    assert "printer" not in chat.last
    assert "water the plants" in chat.last
    await chat.say("/reminders plants")
    assert "water the plants" in chat.last


async def test_one_new_customer_is_looked_at_like_a_list(app: App, chat: Chat) -> None:
    await chat.say("new customer Dora Sample, dora@sample.example")
    await chat.tap("A list of one line", "Import as records")
    assert "Dora Sample" in chat.last
    await chat.tap("Import “your list”", "1")
    assert "1 new" in chat.last
    await chat.say("/who Dora")
    assert "dora@sample.example" in chat.last


async def test_a_day_begins_at_midnight_where_the_operator_is(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday, half past midnight there
    await chat.say("note on Ada: prefers mornings")
    await chat.say("what happened today?")
    assert "Sat 21 Nov, 00:30: " in chat.last
    await chat.say("what happened yesterday?")
    assert "20 Nov 2026: nothing was finished." in chat.last


async def test_what_is_over_or_taken_back_is_not_to_come(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    for when in ("Monday", "Wednesday"):
        await chat.say(f"book a call with Ada on {when} at 14:30")
        await chat.tap("Book Meeting with Ada", "✓")
    await chat.say("remind me on Monday at 9 to call the printer")
    await chat.say("what is planned for next week?")
    assert "Mon 23 Nov, 14:30" in chat.last and "Wed 25 Nov, 14:30" in chat.last
    clock.now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    await app.alarms.ring_due()
    await chat.settle()
    await chat.say("what is planned for this week?")
    assert "Wed 25 Nov, 14:30" in chat.last
    assert "Mon 23 Nov" not in chat.last
    await chat.tap("Book Meeting with Ada", "Undo")
    await chat.tap("Take back: Book Meeting", "✓ Take back")
    await chat.say("when is my next meeting?")
    assert "Nothing is set." in chat.last
    assert "Wed 25 Nov, 14:30: " not in chat.last
