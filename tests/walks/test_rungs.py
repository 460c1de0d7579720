"""Walks down the day's money for language models, and up again by a tap."""

from decimal import Decimal

from bot.lower import terminal
from engine import ledger
from tests.chat import Chat
from tests.walks.model_office import CARD, DRAFT, TEMPLATE, WISH, WROTE, Office

FROZEN = "does not allow for the next call"
THRIFTY = "so only small models are asked until midnight"
TITLE = "for language models does not allow"
RAISE = "Raise by 2 today"
UP = "Raised: language models may cost 4.00 EUR today. Tomorrow it is 2.00 EUR again."


async def spend(office: Office, amount: str) -> None:
    async with office.app.db.transaction() as tx:
        await ledger.reserve(
            tx, task=None, goal=None, agent="test", tier="small", model="home/one",
            ceiling=Decimal(amount),
        )  # fmt: skip


def said(chat: Chat, words: str) -> list[str]:
    """Return every message with these words."""
    told = map(terminal.lower, (chat.shown[key] for key in chat.order))
    return [text for text in told if words in " ".join(text.split())]


async def test_a_used_up_day_is_said_once_and_a_tap_raises_it_for_today(office: Office) -> None:
    chat = await office.open()
    await spend(office, "2.00")
    await chat.say(WISH)
    await chat.say(f"{WISH}, please")
    assert office.server.asked == []
    assert TEMPLATE in chat.text(CARD)
    [told] = said(chat, FROZEN)
    assert "Today's 2.00 EUR" in told and "(2.00 EUR are used)" in told
    answer = await chat.tap(TITLE, RAISE)
    assert answer.text == UP
    assert "raised already" in (await chat.tap(TITLE, RAISE)).text
    office.server.script(DRAFT)
    await chat.say("write to Bruno that the course starts on Monday")
    assert WROTE in chat.text(CARD)
    await chat.say("/cost")
    assert "of 4.00 EUR" in chat.last


async def test_tomorrow_the_usual_budget_holds_and_is_said_anew(office: Office) -> None:
    chat = await office.open()
    await spend(office, "2.00")
    await chat.say(WISH)
    await chat.tap(TITLE, RAISE)
    office.clock.advance(days=1)
    await chat.say("/cost")
    assert "Today 0.00 EUR of 2.00 EUR" in chat.last
    assert "another day" in (await chat.tap(TITLE, RAISE)).text
    await spend(office, "2.00")
    await chat.say(f"{WISH} again")
    assert len(said(chat, FROZEN)) == 2


async def test_from_four_fifths_on_only_small_models_are_said_to_be_asked(office: Office) -> None:
    chat = await office.open()
    await spend(office, "1.60")
    await chat.say(WISH)
    assert WROTE in chat.text(CARD)  # the small one still may
    [told] = said(chat, THRIFTY)
    assert "today's 2.00 EUR" in told
    assert said(chat, FROZEN) == []


async def test_below_four_fifths_nothing_is_said(office: Office) -> None:
    chat = await office.open()
    await chat.say(WISH)
    assert said(chat, THRIFTY) == [] == said(chat, FROZEN)
