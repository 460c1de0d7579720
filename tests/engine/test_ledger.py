"""What models may cost, as a property: whatever happens in whatever order, no budget is passed."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from engine.models import model_calls, rungs
from engine.models.model_calls import Call, Limits, Wanted
from engine.planning import ledger
from engine.planning.ledger import Budget
from memory.schema.chat import cards
from tests.conftest import FakeClock

CENT = Decimal("0.01")
BUDGET = Budget(Decimal("1.00"), Decimal("0.50"), {"writer": Decimal("0.30")})
AGENTS, GOALS = ("writer", "front"), ("one", "two", None)
Step = tuple[Literal["ask", "settle", "lose", "crash", "midnight"], int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "settle", "lose", "crash", "midnight"]),
        st.integers(0, len(AGENTS) - 1),
        st.integers(0, len(GOALS) - 1),
        st.integers(1, 60),
    ),
    max_size=25,
)


def call(cents: int) -> Call:
    return Call(
        tier="small", model="home/one", remote=False, data_class="business", redacted=False,
        ceiling=cents * CENT,
    )  # fmt: skip


class Till:
    """Calls in one house: asked, under way, settled; what is open is reserved."""

    def __init__(self, app: App, clock: FakeClock, name: str) -> None:
        self.app, self.clock, self.name = app, clock, name
        self.open: list[tuple[str, Decimal]] = []

    def goal(self, place: int) -> str | None:
        goal = GOALS[place]
        return None if goal is None else f"{self.name}-{goal}"

    async def take(self, step: Step) -> None:
        what, agent, goal, cents = step
        async with self.app.db.transaction() as tx:
            if what == "ask":
                who = AGENTS[agent]
                wanted = Wanted(step="try/1", agent=who, basis="b", goal=self.goal(goal))
                asked, house, limits = call(cents), self.app.house, Limits(BUDGET)
                admitted = await model_calls.admit(tx, house, wanted, asked, limits)
                if admitted.cost is not None:
                    self.open.append((admitted.cost, asked.ceiling))
            elif what == "crash":
                await ledger.settle_lost(tx)
                self.open.clear()
            elif self.open and what != "midnight":
                cost, ceiling = self.open.pop(cents % len(self.open))
                paid = (ceiling * cents / 60).quantize(CENT)
                await ledger.settle(tx, cost, paid if what == "settle" else None)
        if what == "midnight":
            self.clock.advance(days=1)

    async def passed(self) -> list[str]:
        """Return every budget that was passed."""
        found = []
        async with self.app.db.snapshot() as reader:
            for agent in AGENTS:
                for place in range(len(GOALS)):
                    goal = self.goal(place)
                    so_far = await ledger.spent(reader, goal, agent)
                    found += [
                        purse.of
                        for purse in ledger.purses(so_far, BUDGET, goal, agent)
                        if purse.spent > purse.most
                    ]
        return found


@pytest.fixture
def names() -> list[str]:
    """Return what is filled with one name for each example: none spends another's money."""
    return []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_no_budget_is_passed_whatever_is_under_way_lost_or_cut_off_by_a_crash(
    app: App, clock: FakeClock, names: list[str], steps: list[Step]
) -> None:
    clock.now += timedelta(days=1)
    names.append("")
    till = Till(app, clock, f"gol_{len(names)}")
    for step in steps:
        await till.take(step)
        assert await till.passed() == []
    async with app.db.transaction() as tx:
        await ledger.settle_lost(tx)


@pytest.mark.parametrize("of", ["day", "goal", "agent"])
async def test_the_last_call_that_fits_is_let_go_and_the_next_is_not(app: App, of: str) -> None:
    """So that the property above is not true because nobody is ever asked."""
    most = {"day": "9", "goal": "9", "agent": "9"} | {of: "0.20"}
    own = {"writer": Decimal(most["agent"])}
    limits = Limits(Budget(Decimal(most["day"]), Decimal(most["goal"]), own))
    wanted = Wanted(step="try/1", agent="writer", basis="b", goal="gol_1")
    async with app.db.transaction() as tx:
        asked = [
            await model_calls.admit(tx, app.house, wanted, call(cents), limits)
            for cents in (10, 10, 1)
        ]
    assert [one.cost is not None for one in asked] == [True, True, False]
    assert asked[-1].verdict.rules[0] == "models-frozen"


async def test_the_very_call_that_uses_most_of_a_budget_has_it_said(app: App) -> None:
    wanted = Wanted(step="try/1", agent="writer", basis="b")
    async with app.db.transaction() as tx:
        for cents, said in ((10, []), (14, ["thrifty"])):  # of 30: what is reserved counts
            await model_calls.admit(tx, app.house, wanted, call(cents), Limits(BUDGET))
            keys = [row.key for row in await tx.rows(sa.select(cards.c.key))]
            assert [key.split(":")[1] for key in keys if key.startswith("rung:")] == said


async def test_a_rule_may_speak_of_what_an_agent_or_a_wish_has_spent(app: App) -> None:
    wanted = Wanted(step="try/1", agent="writer", basis="b", goal="gol_1")
    limits = Limits(BUDGET)
    async with app.db.transaction() as tx:
        await model_calls.admit(tx, app.house, wanted, call(7), limits)
        other = wanted.model_copy(update={"agent": "front", "goal": "gol_2"})
        await model_calls.admit(tx, app.house, other, call(5), limits)
        stands = await rungs.standing(tx, limits.budget, wanted.goal, wanted.agent)
        facts = await model_calls.facts(tx, wanted, call(1), limits, stands)
    assert facts["spent_today"] == pytest.approx(0.12)
    assert facts["spent_for_goal"] == facts["spent_by_agent"] == pytest.approx(0.07)
