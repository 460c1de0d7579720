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
