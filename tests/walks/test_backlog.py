"""A walk with much to take in at once: it is stored first and worked on after, in its order."""

from bot.app import App
from bot.surfaces import Heard
from engine.desks import stop
from tests.chat import Chat


async def test_while_a_backlog_is_taken_in_no_work_starts(app: App, chat: Chat) -> None:
    with app.taking_in():
        for number in range(3):
            await app.hear(
                Heard(chat.who, f"b{number}", f"remind me on Friday at 9 about tea {number}")
            )
        while await app.delivery.deliver(chat):
            pass
        assert not any("Reminder" in msg.summary for msg in chat.shown.values())
    await chat.settle()
    assert sum("Reminder" in msg.summary for msg in chat.shown.values()) == 3


async def test_stop_takes_hold_while_a_backlog_is_taken_in(app: App, chat: Chat) -> None:
    with app.taking_in():
        await app.hear(Heard(chat.who, "s1", "STOP!"))
        async with app.db.snapshot() as reader:
            assert await stop.is_stopped(reader)
