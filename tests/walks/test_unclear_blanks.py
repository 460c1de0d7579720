"""Several blanks that the words fill in several ways: each is asked, and no default fills one."""

import pytest

from bot.app import App
from bot.lower import terminal
from tests.chat import Chat
from tests.walks.test_correcting import in_state

EITHER = "refund Ada or Bruno 40 EUR or 20 EUR"
GERMAN = "erstatte Ada oder Bruno 40 EUR oder 20 EUR"


async def refunds(app: App) -> list[str]:
    """Return the amounts of the refunds that wait."""
    return [args["amount"] for args in await in_state(app, "waiting") if "payment" in args]


@pytest.mark.parametrize(("said", "whom"), [(EITHER, "Ada"), (GERMAN, "Ada"), (EITHER, "Bruno")])
async def test_a_second_unclear_blank_is_asked_after_the_first(
    app: App, chat: Chat, said: str, whom: str
) -> None:
    await chat.say(said)
    await chat.tap("Which customer do you mean?", whom)
    if "payment" in chat.last:
        assert await refunds(app) == []
        await chat.tap("Which payment do you mean?", "PAY-1041")
    assert await refunds(app) == []
    await chat.tap("Which amount do you mean?", "20.00 EUR")
    assert await refunds(app) == ["20.00"]


async def test_typed_answers_and_a_restart_of_the_wish_keep_what_is_unclear(
    app: App, chat: Chat
) -> None:
    await chat.say(EITHER)
    await chat.say("refund Ada")
    assert await refunds(app) == []
    assert "Which amount do you mean?" in chat.last
    await chat.say("the second one")
    assert await refunds(app) == ["20.00"]


async def test_a_correction_of_the_person_leaves_the_amount_to_be_asked(
    app: App, chat: Chat
) -> None:
    await chat.say(EITHER)
    await chat.say("I meant Ada")
    assert await refunds(app) == []
    assert "Which amount do you mean?" in chat.last
    await chat.say("I meant 25 EUR")
    assert await refunds(app) == ["25.00"]


async def test_a_note_on_a_card_that_can_be_read_twice_is_asked_about(app: App, chat: Chat) -> None:
    await chat.say("refund Ada 40 EUR")
    await chat.tap("Refund 40.00 EUR", "More")
    await chat.tap("Refund 40.00 EUR", "Do it, but", note="30 EUR or 35 EUR")
    assert await refunds(app) == []
    asked = terminal.lower(chat.shown[chat.key("Which amount do you mean?")])
    assert "30.00 EUR" in asked
    assert "35.00 EUR" in asked
