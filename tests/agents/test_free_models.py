"""What still answers once the budget for models is used up: what was kept, and what is free."""

from decimal import Decimal

import pytest

from agents.models.door import Answer
from agents.models.listed import Tier
from agents.models.wish import Part, Wish
from engine.planning import ledger
from memory.schema.chat import cards
from tests.agents.desk import GOOD, Desk, Said, why, wish
from tests.peers.models import says

FOUND = tuple(
    Part(f"source {n}", f"Lamp {n}. " + "x" * 1900, "business", passage=f"psg_{n}", spare=True)
    for n in range(3)
)


def asks(text: str = "What is new?", tier: Tier = "small") -> Wish[Said]:
    """Return a wish with more of what can be missed than a short budget pays for."""
    recalled = tuple((part.passage, 1.0) for part in FOUND)
    made = wish(parts=(Part("question", text, "business"), *FOUND), tier=tier)
    return Wish(
        made.wanted.model_copy(update={"recalled": recalled}), made.tier, made.task, made.parts,
        Said, tokens_max=100,
    )  # fmt: skip


async def spend(desk: Desk, amount: str) -> None:
    async with desk.app.db.transaction() as tx:
        await ledger.reserve(
            tx, task=None, goal=None, agent="front", tier="small", model="x",
            ceiling=Decimal(amount),
        )  # fmt: skip


@pytest.mark.parametrize("spent", ["4.2", "5"], ids=["thrifty", "frozen"])
async def test_what_was_answered_to_the_whole_question_answers_it_with_less_money_too(
    desk: Desk, spent: str
) -> None:
    desk.server.script(GOOD, says({"text": "another"}))
    models = desk.models(day="5")
    first = await models.ask(asks())
    assert isinstance(first, Answer) and first.given == ("psg_0", "psg_1", "psg_2")
    await spend(desk, spent)
    again = await models.ask(asks())
    assert isinstance(again, Answer)
    assert (again.value.text, again.cached, again.given) == ("Hello Ada", True, first.given)
    assert len(desk.server.asked) == 1


@pytest.mark.parametrize("tier", ["small", "large"])
@pytest.mark.parametrize("spent", ["0.42", "0.5", "9"])
async def test_a_model_that_costs_nothing_is_asked_whatever_was_spent_and_reads_all(
    desk: Desk, spent: str, tier: Tier
) -> None:
    await spend(desk, spent)
    desk.server.script(GOOD)
    models = desk.models(small=("home/free",), large=("home/free",), day="0.5")
    answer = await models.ask(asks(tier=tier))
    assert isinstance(answer, Answer) and len(answer.given) == 3
    assert "Lamp 2" in desk.server.read
    async with desk.app.db.snapshot() as reader:
        assert not await reader.rows(cards.select().where(cards.c.key.startswith("rung:")))


async def test_it_stands_in_for_one_that_there_is_no_money_for(desk: Desk) -> None:
    await spend(desk, "0.5")
    desk.server.script(GOOD)
    models = desk.models(small=("home/one", "home/free"), day="0.5")
    answer = await models.ask(asks())
    assert isinstance(answer, Answer) and answer.model == "home/free"
    assert [one.state for one in await desk.reasons()] == ["refused", "answered"]
    assert "does not allow" in why(await desk.models(day="0.5").ask(asks("And then?")))
