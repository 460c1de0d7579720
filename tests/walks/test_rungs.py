"""Walks down the day's money for language models, and up again by a tap."""

from decimal import Decimal

import pytest

from bot import minds
from bot.lower import terminal
from bot.settings import Settings
from engine.models import rungs
from engine.planning import ledger
from engine.planning.ledger import Budget
from memory.schema.work import goals
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


async def test_an_agents_own_money_is_said_and_raised_without_the_days(office: Office) -> None:
    chat = await office.open(model_budget_agents=("writer=0.001",))
    await chat.say(WISH)
    assert office.server.asked == []
    [told] = said(chat, "for the writer's language models is too little")
    assert "Today's 0.00 EUR" in told and said(chat, FROZEN) == []
    answer = await chat.tap("for the writer's", RAISE)
    assert answer.text.startswith("Raised: language models may cost the writer 2.00 EUR today.")
    assert "raised already" in (await chat.tap("for the writer's", RAISE)).text
    await chat.say("write to Bruno that the course starts on Monday")
    assert WROTE in chat.text(CARD)
    await chat.say("/cost")
    assert "of 2.00 EUR: every model may be asked." in chat.last
    assert "• the writer today: 0.0060 EUR of 2.00 EUR" in chat.last


async def test_a_wishs_own_money_is_said_once_with_its_name_and_can_be_raised(
    office: Office,
) -> None:
    chat = await office.open(model_budget_goal="0.05")
    await chat.say(WISH)
    assert office.server.asked == []
    [told] = said(chat, "is too little for the next call (0.00 EUR are used)")
    assert "The 0.05 EUR that language models may cost for “Write" in told
    answer = await chat.tap("that language models may cost for", RAISE)
    assert answer.text.startswith("Raised: until midnight language models may cost 2.05 EUR for “")
    async with office.app.db.snapshot() as reader:
        [goal] = (await office.rows(goals))[-1:]
        usual = Budget(Decimal(2), Decimal("0.05"))
        assert (await rungs.allowed(reader, usual, goal.id)).goal == Decimal("2.05")
        assert (await rungs.allowed(reader, usual, "gol_other")).goal == Decimal("0.05")


async def test_a_budget_that_was_set_to_nothing_is_no_news(office: Office) -> None:
    chat = await office.open(model_budget_agents=("writer=0",), model_budget_goal="0")
    await chat.say(WISH)
    assert office.server.asked == []
    assert await office.rules_said() == ["models-frozen"]
    assert said(chat, "is too little") == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("writer", "“writer” is not NAME=AMOUNT"),
        ("writer=much", "“writer=much” is not NAME=AMOUNT"),
        ("writer=-1", "“writer=-1” is not NAME=AMOUNT"),
        ("writer=nan", "“writer=nan” is not NAME=AMOUNT"),
        ("writr=1", "there is no agent “writr”. There are: bookkeeper, doctor, "),
    ],
)
def test_a_budget_of_an_agent_that_cannot_be_meant_is_said(line: str, says: str) -> None:
    with pytest.raises(ValueError) as error:
        minds.of(Settings(model_budget_agents=(line,)))
    assert says in str(error.value)


async def test_below_four_fifths_nothing_is_said(office: Office) -> None:
    chat = await office.open()
    await chat.say(WISH)
    assert said(chat, THRIFTY) == [] == said(chat, FROZEN)


async def test_where_money_is_short_less_of_what_is_remembered_is_read(office: Office) -> None:
    chat = await office.open()
    for number in range(7):
        long = " ".join(f"lamp {number}{each} stands in the north hall" for each in range(24))
        await chat.say(f"Bruno told me that {long}")
    await chat.say("which lamps stand in the north hall?")
    whole = office.server.read
    await spend(office, "1.70")
    await chat.say("which of the lamps stand in the north hall?")
    [asked] = office.server.asked[-1:]
    less = asked["messages"][1]["content"]
    assert 0 < less.count("</data") < whole.count("</data")
    await chat.say("/cost")
    assert "only small models are asked, and read half of what is remembered." in chat.last
