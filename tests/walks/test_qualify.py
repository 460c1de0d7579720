"""Walks with the sales qualifier: points with where they stand, and nothing but points."""

import sqlalchemy as sa

from bot.app import App
from memory.schema.work import effects
from policies.judge import judge
from policies.rules import Action
from tests.chat import Chat


async def test_a_lead_gets_points_with_the_words_they_are_from(app: App, chat: Chat) -> None:
    await chat.say("note on Ada: she needs a workshop, we need a quote by Friday; budget 900 EUR")
    async with app.db.snapshot() as reader:
        before = await reader.value(sa.select(sa.func.count()).select_from(effects))
    await chat.say("/qualify Ada")
    card = chat.text("of 100")
    assert "+20 to begin with" in card
    assert "+20 speaks of what it may cost [" in card
    assert "Sources (" in card
    async with app.db.snapshot() as reader:
        assert await reader.value(sa.select(sa.func.count()).select_from(effects)) == before


async def test_who_wants_no_more_mails_is_cold_whatever_words_say_it(chat: Chat) -> None:
    await chat.say("Bruno told me: please unsubscribe me, do not contact me again")
    await chat.say("/qualify Bruno")
    card = chat.text("Bruno Muster: 0 of 100, cold")
    assert "-60 wants no more mails [1]" in card
    assert "wrote nothing" not in card


async def test_of_whom_nothing_tells_it_says_how_much_it_read(chat: Chat) -> None:
    await chat.say("/qualify Bruno")
    assert "Bruno Muster wrote nothing that I know of" in chat.last
    await chat.say("Bruno told me that the sky was blue on Sunday")
    await chat.say("/qualify Bruno")
    assert "+10 was in touch within 30 days [1]" in chat.text("Bruno Muster: 30 of 100")


async def test_of_nobody_known_it_says_so(chat: Chat) -> None:
    await chat.say("/qualify Zebulon")
    assert "I know nothing and nobody called “Zebulon”." in chat.last
    await chat.say("/qualify")
    assert "Write a name" in chat.last


async def test_sales_may_neither_do_anything_nor_ask_a_model(app: App) -> None:
    for operation, effect in (("email.send", "share"), ("models.ask", "egress_read")):
        action = Action(operation=operation, effect=effect, args={}, agent="sales", reason="r")
        verdict = judge(action, {}, app.house.book)
        assert verdict.outcome == "deny"
        assert "contract-sales" in verdict.rules
