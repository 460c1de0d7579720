"""Walk of haste: whatever a rule allows, the sixth thing to one person in a day is asked."""

from bot.app import App
from tests.chat import Chat
from tests.conftest import FakeClock
from tests.walks.test_always import BRUNO, OFFER, approved, asks


async def test_the_sixth_mail_to_one_person_asks_and_the_next_day_it_goes_on(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await approved(chat)
    await chat.tap(BRUNO, OFFER)
    await chat.tap(OFFER, "Change the bounds", per_day="5")
    await chat.tap(OFFER, "Yes, from now on")
    for part in ("second", "third", "fourth", "fifth"):
        assert not await asks(app, chat, f"write to Bruno that the {part} file is ready")
    assert await asks(app, chat, "write to Bruno that the sixth file is ready")
    assert "Five such things have gone to the same person today." in chat.text(BRUNO)
    clock.advance(days=1)
    assert not await asks(app, chat, "write to Bruno that the seventh file is ready")
