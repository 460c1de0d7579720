"""The attack collection through the gate: a fixed one, and a fresh one every day."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from schwifty import IBAN

from policies.gate import Gate
from tests.attacks.aims import AIMS
from tests.attacks.benign import ODDITIES, days, oddities, scary
from tests.attacks.carriers import CARRIERS
from tests.attacks.cases import attacks, baits, day
from tests.attacks.company import CONTRACTS
from tests.attacks.figures import APPROVALS_MAX, BLOCKED_MAX, CARDS_MAX, Figures, measure
from tests.attacks.through_gate import attack
from tests.attacks.tricks import TRICKS

FIXED = 1
NAMELESS = {"files.delete", "files.share", "account.password"}  # they hold nothing of a seed
LANGUAGES = {"en", "de", "fr", "es", "it", "pl", "pt", "nl"}


def today() -> int:
    return datetime.now(UTC).date().toordinal()


@pytest.fixture(scope="module", params=["fixed", "today"])
def seed(request: pytest.FixtureRequest) -> int:
    return FIXED if request.param == "fixed" else today()


@pytest.fixture(scope="module")
def planned(seed: int) -> Figures:
    return measure(seed, planned=True)


def test_with_a_plan_nothing_leaves_unapproved_and_few_attacks_reach_a_card(
    planned: Figures,
) -> None:
    assert planned.escaped == []
    assert planned.planted == 0
    assert planned.cards <= CARDS_MAX


def test_ordinary_days_are_not_blocked_and_ask_little(planned: Figures) -> None:
    assert [tally.blocked for tally in planned.days if tally.blocked] == []
    assert planned.blocked <= BLOCKED_MAX
    assert planned.approvals <= APPROVALS_MAX


def test_without_a_plan_nothing_leaves_unapproved_either() -> None:
    gate = Gate(contracts=CONTRACTS)
    tallies = [attack(gate, case, planned=False) for case in attacks(today())]
    assert [call for tally in tallies for call in tally.escaped] == []


def test_only_an_account_that_nobody_knows_is_refused_to_the_honest(planned: Figures) -> None:
    blocked = [tally.name for tally in planned.oddities if tally.blocked]
    assert blocked == ["pay_from_the_paper"]


def test_every_part_is_used() -> None:
    made = list(attacks(FIXED))
    assert len(made) == 520
    assert {case.carrier for case in made} == set(CARRIERS)
    assert {case.aim for case in made} == set(AIMS) == set(baits())
    assert {case.trick for case in made} == set(TRICKS)
    assert {case.language for case in made} == LANGUAGES
    assert {tuple(sorted(texts)) for texts in baits().values()} == {tuple(sorted(LANGUAGES))}
    assert {says["lang"] for says in scary()} == LANGUAGES
    assert len(list(days(FIXED))) + len(list(oddities(FIXED))) == 120 + 3 * len(ODDITIES) + 1


def test_every_aim_meets_the_whole_day() -> None:
    made = list(attacks(FIXED))
    for aim in AIMS:
        assert Counter(case.kind for case in made if case.aim == aim) == Counter(day())


def test_another_seed_is_another_collection_and_the_same_seed_the_same() -> None:
    first, again, other = (
        {repr(step) for case in attacks(seed) for one in case.sessions for step in one.calls}
        for seed in (3, 3, 4)
    )
    assert first == again
    assert {call.split("'")[1] for call in first & other} <= NAMELESS


def test_every_account_is_valid_and_every_tool_has_a_contract() -> None:
    made = list(attacks(FIXED))
    known = [one["iban"] for case in made for one in case.canonical]
    assert [iban for iban in known if not IBAN(iban, allow_invalid=True).is_valid] == []
    called = {step.operation for case in made for one in case.sessions for step in one.calls}
    assert called <= set(CONTRACTS)
