"""Walks of what models cost: for each finished outcome, this month, and for the next wish."""

from datetime import timedelta
from decimal import Decimal

from engine.planning import goals, ledger
from memory import profile
from tests.peers.models import says
from tests.walks.model_office import CARD, DRAFT, WISH, WROTE, Office


async def paid(office: Office, amount: str, *, goal: str | None = None) -> None:
    """Let a call cost so much today."""
    async with office.app.db.transaction() as tx:
        cost = await ledger.reserve(
            tx, task=None, goal=goal, agent="test", tier="small", model="home/one",
            ceiling=Decimal(1),
        )  # fmt: skip
        await ledger.settle(tx, cost, Decimal(amount))


async def ended(office: Office, goal: str, kind: str, cost: str, *, succeeded: bool = True) -> None:
    """Let a wish end that models cost so much for."""
    await paid(office, cost, goal=goal)
    async with office.app.db.transaction() as tx:
        about = {"asked_by": "evt_test", "conv": None, "playbook": None, "slots": {}}
        await goals.open_goal(tx, goal, "A wish", **about)
        await goals.finish(
            tx, goal, "evt_test", kind=kind, succeeded=succeeded,
            failure=None if succeeded else "declined",
        )  # fmt: skip


async def test_what_came_to_nothing_is_paid_by_what_is_finished(office: Office) -> None:
    chat = await office.open()
    await chat.say(WISH)
    await chat.tap(CARD, "✓ Send")
    await chat.say("write to Bruno that the course starts on Monday")
    await chat.tap(CARD, "✗ Reject")
    await chat.say("/cost")
    assert (
        "• mail sent: 1 done, 0.0060 EUR each, with 1 that came to nothing, about 6 minutes "
        "saved, 1 decisions of yours; what the next costs is not known yet" in chat.last
    )


async def test_what_the_next_costs_is_said_before_it_starts(office: Office) -> None:
    chat = await office.open()
    for number, cost in enumerate(("0.002", "0.009", "0.004")):
        await chat.say("/cost")
        assert "the next about" not in chat.last
        await ended(office, f"gol_{number}", "refund", cost, succeeded=number != 1)
    await chat.say("/cost")
    assert (
        "• refund made: 2 done, 0.0075 EUR each, with 1 that came to nothing, about 0 minutes "
        "saved, 0 decisions of yours; the next about 0.0040 EUR (0.0020 EUR to 0.0090 EUR, by the "
        "last 3)" in chat.last
    )
    office.server.script(says({"text": WROTE}))
    await chat.say("refund PAY-1042 40 EUR")
    plan = chat.text("Plan: ")
    assert "Language models will likely cost 0.0040 EUR (0.0020 EUR to 0.0090 EUR" in plan


async def test_without_models_nothing_is_said_of_them(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say("refund PAY-1042 40 EUR")
    assert "Language models" not in chat.text("Plan: ")
    await chat.say("/cost")
    assert "the next" not in chat.last and "This month" not in chat.last


async def test_the_month_is_forecast_from_the_days_that_were(office: Office) -> None:
    """It is Friday the 20th; seven days later three of the month are left."""
    chat = await office.open()
    for day in range(7):
        await chat.say("/cost")
        if day:
            assert f"not known yet: {day} of 7 whole days are past." in chat.last
        await paid(office, "0.10")
        office.clock.advance(days=1)
    await chat.say("/cost")
    assert (
        "This month 0.70 EUR so far; likely 1.10 EUR at its end (eight times of ten 1.10 EUR to "
        "1.10 EUR, by the last 7 days)." in chat.last
    )
    await paid(office, "0.50")
    await chat.say("/cost")
    assert "This month 1.20 EUR so far; likely 1.20 EUR at its end" in chat.last


async def test_a_new_month_begins_at_nothing_and_days_without_calls_count(office: Office) -> None:
    chat = await office.open()
    for _ in range(10):
        await paid(office, "0.10")
        office.clock.advance(days=1)
    office.clock.advance(days=10)  # the 10th of December
    await chat.say("/cost")
    assert "This month 0.00 EUR so far; likely" in chat.last
    assert "by the last 20 days)" in chat.last
    office.clock.now += timedelta(days=60)
    await chat.say("/cost")
    assert "This month 0.00 EUR so far; likely 0.00 EUR at its end" in chat.last


async def test_no_day_is_forecast_to_pass_its_budget(office: Office) -> None:
    chat = await office.open(model_budget_day="0.10")
    for day in range(8):
        await paid(office, "0.90" if day == 3 else "0.00")
        office.clock.advance(days=1)
    await chat.say("/cost")  # two days of November are left after this one
    assert "to 1.20 EUR, by the last 8 days)" in chat.last
    async with office.app.db.transaction() as tx:
        raised = {"day": "2026-11-28", "by": {"day": "0.50"}}
        await profile.save(tx, None, budget_raised=raised)
    await chat.say("/cost")  # today alone may cost half an euro more
    assert "to 1.70 EUR, by the last 8 days)" in chat.last


async def test_a_finished_outcome_is_told_even_if_it_cost_nothing(office: Office) -> None:
    chat = await office.open(model_small=())
    office.server.script(DRAFT)
    await chat.say(WISH)
    await chat.tap(CARD, "✓ Send")
    await chat.say("/cost")
    assert "• mail sent: 1 done, 0.00 EUR each, about 6 minutes saved" in chat.last
