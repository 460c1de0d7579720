"""One verb with several people: each gets their own card, with their own amount or text."""

import pytest

from bot.app import App
from tests.chat import Chat
from tests.walks.test_correcting import in_state
from tests.walks.test_words import heard_again


async def waiting(app: App, *names: str) -> list[tuple[str, ...]]:
    """Return these arguments of what waits and has them all."""
    found = [args for args in await in_state(app, "waiting") if all(n in args for n in names)]
    return sorted(tuple(str(args[name]) for name in names) for args in found)


@pytest.mark.parametrize(
    "said", ["refund Ada 40 EUR and Bruno 20 EUR", "erstatte Ada 40 EUR und Bruno 20 EUR"]
)
async def test_each_is_refunded_their_own_amount_once(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    both = [("PAY-1041", "20.00"), ("PAY-1042", "40.00")]
    assert await waiting(app, "payment", "amount") == both
    await heard_again(app, chat)
    assert await waiting(app, "payment", "amount") == both


async def test_the_same_text_goes_to_each_in_a_mail_of_their_own(app: App, chat: Chat) -> None:
    await chat.say("tell Ada and Bruno that we are closed on Friday")
    mails = await waiting(app, "to", "text")
    assert [to for to, _ in mails] == ["ada@example.org", "bruno@example.com"]
    assert all("we are closed on Friday" in text for _, text in mails)


async def test_a_meeting_with_two_is_one_with_both(app: App, chat: Chat) -> None:
    await chat.say("book a call with Ada and Bruno on Tuesday at 14:30")
    [(title, who)] = await waiting(app, "title", "attendees")
    assert title == "Meeting with Ada Example and Bruno Muster"
    assert who == "['ada@example.org', 'bruno@example.com']"


async def test_whose_an_amount_is_that_both_may_share_is_asked(app: App, chat: Chat) -> None:
    await chat.say("pay Ada and Bruno 80 EUR")
    assert await waiting(app, "amount") == []
    assert "Which customer do you mean?" in chat.last


@pytest.mark.parametrize("answer", ["tap", "both, please", "Bruno"])
async def test_both_are_meant_where_it_is_said_with_a_card_for_each(
    app: App, chat: Chat, answer: str
) -> None:
    await chat.say("refund Ada and Bruno 20 EUR")
    if answer == "tap":
        await chat.tap("Which customer do you mean?", "Both, 20.00 EUR each")
    else:
        await chat.say(answer)
    expected = [("PAY-1041", "20.00"), ("PAY-1042", "20.00")]
    assert await waiting(app, "payment", "amount") == expected[: 1 if answer == "Bruno" else 2]


async def test_after_both_a_correction_that_fits_two_cards_is_asked_about(
    app: App, chat: Chat
) -> None:
    await chat.say("refund Ada and Bruno 20 EUR")
    await chat.tap("Which customer do you mean?", "Both, 20.00 EUR each")
    await chat.say("change it to 25 EUR")
    assert "That may change several of your wishes" in chat.last


@pytest.mark.parametrize("said", ["refund Ada or Bruno 20 EUR", "refund Ada 20 EUR for Bruno"])
async def test_both_is_no_choice_where_one_is_meant(app: App, chat: Chat, said: str) -> None:
    await chat.say(said)
    assert "Which customer do you mean?" in chat.last
    assert "Both" not in chat.last
