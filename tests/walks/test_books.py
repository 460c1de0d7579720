"""Walks of the books: given as files in the chat, for hledger and beancount."""

from bot.app import App
from bot.lower import limits, telegram_html
from connectors import blobs
from connectors.payments import exporting
from tests.chat import Chat
from tests.walks.test_refund import ledger


async def test_the_books_come_as_two_files(app: App, chat: Chat) -> None:
    await chat.say("Ada paid 360 EUR for invoice 7")
    await chat.say("/books")
    journal, beans = chat.card("Your books").files
    assert (journal.name, beans.name) == (exporting.JOURNAL, exporting.BEANCOUNT)
    assert blobs.get(app.house.blobs, journal.digest).decode() == ledger(app)
    text = blobs.get(app.house.blobs, beans.digest).decode()
    assert "open Assets:Receivable" in text
    assert 'order: "INV-2026-007"' in text
    assert "The books hold" in chat.text("Your books")
    [payload] = telegram_html.lower(chat.card("Your books"), lambda button: "t")
    assert limits.check_telegram(payload) == []
    assert [file.name for file in payload.stored] == [journal.name, beans.name]


async def test_books_that_cannot_be_read_are_said_and_not_given(app: App, chat: Chat) -> None:
    path = app.house.blobs / "ledger" / "firstmate.journal"
    path.write_text(path.read_text("utf-8") + "\n2026-13-01 wrong\n", "utf-8")
    await chat.say("/books")
    assert "has no date I can read" in chat.last
    assert chat.shown[chat.order[-1]].files == ()
