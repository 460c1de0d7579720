"""Walks of what came of a goal: one passage each, found again, and true after every change."""

import sqlalchemy as sa

from bot.app import App
from memory import records
from memory.recall import Recalled
from memory.schema.recall import passages
from tests.chat import Chat
from tests.walks.test_refund import planned

ASKED = "how did we handle the last refund of Ada?"


async def told(app: App) -> list[str]:
    """Return the text of every episode, the oldest first."""
    async with app.db.snapshot() as reader:
        query = sa.select(passages.c.text).filter_by(kind="episode").order_by(passages.c.seq)
        return [row.text for row in await reader.rows(query)]


async def recalled(app: App, query: str = ASKED) -> list[Recalled]:
    async with app.db.snapshot() as reader:
        ada = await records.by_key(reader, "email", "ada@example.org")
    assert ada is not None
    return [one for one in await app.remembering.recall(query, ada.id) if one.kind == "episode"]


async def test_what_came_of_a_refund_is_recalled_with_plan_edits_and_end(
    app: App, chat: Chat
) -> None:
    await planned(chat)
    await chat.tap("Refund 120.00 EUR", "Edit", amount="40.00")
    await chat.tap("Refund 40.00 EUR", "✓ Refund")
    assert await told(app) == []  # its reply still waits
    await chat.tap("Send e-mail", "✓ Send")
    [one] = await recalled(app)
    assert "You took it from a mail." in one.text
    assert "Planned: Refund 40.00 EUR" in one.text or "Planned: Refund 120.00 EUR" in one.text
    assert "Done: refunded 40.00 EUR" in one.text
    assert "You changed amount: 120.00 → 40.00" in one.text
    assert "Outcome: refund done" in one.text
    assert one.trust == "outside"  # the mail's words may stand in it


async def test_what_was_taken_back_is_told_as_taken_back_and_once(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund 5.00 EUR", "✓ Refund")
    await chat.tap("Send e-mail", "✓ Send")
    assert "taken back" not in (await told(app))[0]
    await chat.tap("Refund 5.00 EUR", "Undo")
    await chat.tap("Take back: Refund", "✓ Take back")
    [one] = await told(app)
    assert "refunded 5.00 EUR" in one
    assert "taken back later" in one


async def test_why_not_is_told_too(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR")
    await chat.tap("Refund 5.00 EUR", "Reject")
    await chat.tap("Refund 5.00 EUR", "In words", reason="she kept the lamp")
    [one] = await told(app)
    assert "refund not wanted" in one
    assert "You said why not: she kept the lamp" in one


async def test_what_a_note_says_is_in_no_episode(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: prefers green tea")
    [one] = await told(app)
    assert "Ada" in one
    assert "green tea" not in one


async def test_a_question_that_was_only_answered_leaves_no_episode(app: App, chat: Chat) -> None:
    await chat.say("what do we know about Ada?")
    assert await told(app) == []
