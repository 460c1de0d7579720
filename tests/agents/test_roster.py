"""The roster: files of specialists are read, checked in a person's words, and become rules."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.specialists import roster
from agents.specialists.spec import AgentSpec, SpecError
from bot.app import App
from engine.desks.undoing import with_undo
from engine.planning.specs import Trial
from policies.book import load
from policies.house import ASK
from policies.judge import judge
from policies.rules import Action

OPERATIONS = {"email.send": "share", "payments.refund": "money", "cms.publish": "share"}


def written(folder: Path, **files: str) -> Path:
    (folder / roster.OWN).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / roster.OWN / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def faults(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(SpecError) as error:
        roster.of(written(folder, clerk=text), OPERATIONS)
    return error.value.faults


def judged(crew: roster.Roster, agent: str, operation: str, **facts: object) -> Iterator[str]:
    """Yield the contracts that refuse this to an agent."""
    book = load(crew.texts(), OPERATIONS, house=crew.texts())
    effect = OPERATIONS.get(operation, "egress_read")
    action = Action(operation=operation, effect=effect, args={}, agent=agent, reason="r")
    verdict = judge(action, {"calls_for_task": 0, **facts}, book)
    assert (verdict.outcome == "deny") == bool(verdict.rules)
    yield from verdict.rules


async def test_every_operation_has_a_specialist_of_its_own(app: App) -> None:
    named = {
        name: app.house.agent_of(name, "")[0]
        for name in with_undo(dict(app.house.operations).values())
    }
    assert roster.FRONT not in named.values()
    assert named["email.send"] == "writer" and named["payments.pay"] == "bookkeeper"
    assert named["calendar.book"] == named["reminders.set"] == "scheduler"
    assert app.house.agent_of("shop.list_orders", "")[0] == roster.FRONT


@pytest.mark.parametrize("agent", roster.of().names)
def test_a_contract_refuses_what_it_does_not_hold_and_nothing_else(agent: str) -> None:
    crew = roster.of()
    spec = crew.specs.get(agent)
    for operation in OPERATIONS:
        refused = spec is not None and not spec.holds(operation)
        assert list(judged(crew, agent, operation)) == [f"contract-{agent}"] * refused


def test_who_has_no_contract_may_do_nothing() -> None:
    assert list(judged(roster.of(), "stranger", "email.send")) == ["contract-none"]


def test_a_contract_says_how_often_models_may_be_asked_for_one_task(tmp_path: Path) -> None:
    said = "does: writes letters\nmay: [email.send]\ntier: small\ncalls_max: 2"
    crew = roster.of(
        written(tmp_path, letters=said, quiet="does: writes\nmay: [cms.*]"), OPERATIONS
    )
    assert list(judged(crew, "letters", ASK, calls_for_task=1)) == []
    assert list(judged(crew, "letters", ASK, calls_for_task=2)) == ["calls-contract-letters"]
    assert list(judged(crew, "quiet", ASK)) == ["contract-quiet"]


def test_a_contract_may_name_as_many_operations_as_a_file_may(tmp_path: Path) -> None:
    many = [f"email.{'x' * 80}{number}" for number in range(38)]
    said = f"does: writes letters\nmay: [email.send, cms.*, {', '.join(many)}]"
    crew = roster.of(written(tmp_path, letters=said), OPERATIONS | dict.fromkeys(many, "share"))
    refused = {one: list(judged(crew, "letters", one)) for one in OPERATIONS}
    assert refused == {
        "email.send": [],
        "payments.refund": ["contract-letters"],
        "cms.publish": [],
    }


def test_there_may_be_many_specialists_of_yours_under_any_names(tmp_path: Path) -> None:
    names = ["letters", "letters-calls", *(f"for-the-region-of-number-{n:03}" for n in range(40))]
    said = "does: writes letters\nmay: [email.send]\ntier: small"
    crew = roster.of(written(tmp_path, **dict.fromkeys(names, said)), OPERATIONS)
    for name in names:
        assert list(judged(crew, name, "email.send")) == []
    assert list(judged(crew, "stranger", "email.send")) == ["contract-none"]


@pytest.mark.parametrize("name", ["a--b", "ab-", "a", "a" * 32, "Ab", "a_b"])
def test_a_name_that_no_rule_can_have_is_refused_at_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="name"):
        roster.of(written(tmp_path, **{name: "does: x y z"}), OPERATIONS)


def test_while_a_version_is_on_trial_the_lower_daily_limit_counts_for_both() -> None:
    for now, tried, least in ((2, 1, 1), (1, 2, 1), (None, 1, 1), (1, None, 1)):
        one, other = letters(cost_max=now), letters(cost_max=tried, prompt="Be short.")
        crew = on_trial(one, other)
        assert crew.budgets["letters"] == least


def test_a_step_goes_by_the_version_on_trial_or_by_the_one_in_use_and_by_no_other() -> None:
    one, other = letters(), letters(prompt="Be short.", may=())
    crew = on_trial(one, other)
    assert crew.spec("letters", other.version) is other
    assert crew.spec("letters", one.version) is crew.spec("letters", "retired") is one
    for version, refused in ((other.version, True), (one.version, False), ("retired", False)):
        assert bool(list(judged(crew, "letters", "email.send", spec=version))) is refused


def test_two_versions_are_never_taken_for_one_another() -> None:
    assert len(letters().version) >= 32  # found by nobody who tries all night
    assert letters().version != letters(code="def work(given):\n    return {}").version


def letters(**said: Any) -> AgentSpec:
    usual = {"name": "letters", "does": "writes letters", "may": ["email.*"], "tier": "small"}
    return AgentSpec.model_validate(usual | said)


def on_trial(one: AgentSpec, other: AgentSpec) -> roster.Roster:
    trial = Trial(id="trl_1", version=other.version, share=20, since=datetime.now(UTC))
    tried = {one.name: roster.Tried(other, trial)}
    return roster.Roster((one,), roster.of().built_in, tried)


def test_what_a_specialist_of_yours_holds_it_carries_out(tmp_path: Path) -> None:
    crew = roster.of(
        written(tmp_path, letters="does: writes letters\nmay: [email.send]"), OPERATIONS
    )
    assert (crew.of("email.send")[0], crew.of("cms.publish")[0]) == ("letters", "publisher")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("may: [email.send]", "clerk.yaml: it needs `does`"),
        ("does: x y z\nmya: [email.send]", "clerk.yaml: there is no key `mya` (nearest: 'may')"),
        (
            "does: x y z\nmay: [email.sned]",
            "clerk.yaml: there is no operation “email.sned” (nearest: 'email.send')",
        ),
        (
            "does: x y z\nname: front",
            "clerk.yaml: leave out `name`: it follows from the file's name",
        ),
        ("- a", "clerk.yaml: begin with `does:`, what it does in a few words"),
        ("does: x y z\ncalls_max: -1", "`calls_max`: input should be greater than or equal to 0"),
        ("does: x y z\ntier: huge", "`tier`: input should be 'local', 'small', 'large' or 'judge'"),
        ("does: x y z\nmode: exploratory\nmay: [email.send]", "so it may hold no operation"),
        ("does: x y z\ntakes: {a: poem}", "`takes.a.type`: input should be 'text'"),
        ("does: x y z\ntakes: {a: choice}", "a choice, and only that, has choices"),
        ("does: x y z\nmay: [\"a' || true || '.b\"]", "is neither an operation nor all of a conn"),
        ("does: {", "clerk.yaml: it cannot be read: while parsing"),
    ],
)
def test_a_fault_of_a_file_is_said_in_words(tmp_path: Path, text: str, says: str) -> None:
    assert any(says in fault for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_every_fault_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    folder = written(tmp_path, a1="may: []", b2="does: x y z\ntier: huge")
    with pytest.raises(SpecError, match=r"a1\.yaml.*b2\.yaml.*Mend the file and start again\."):
        roster.of(folder, OPERATIONS)


def test_nobody_takes_the_name_of_one_of_ours(tmp_path: Path) -> None:
    for name in ("writer", "you"):
        with pytest.raises(SpecError, match=f"the name “{name}” is taken"):
            roster.of(
                written(tmp_path / name, **{name: "does: x y z\nmay: [payments.*]"}), OPERATIONS
            )


def test_what_a_specialist_takes_and_gives_has_a_type() -> None:
    fields = {"sum": "amount", "who": {"type": "choice", "choices": ["a", "b"]}}
    rows = {"type": "rows", "of": {"day": "date"}}
    spec = AgentSpec.model_validate(
        {"name": "ab", "does": "x y z", "takes": fields | {"days": rows}}
    )
    good = {"sum": "1.50", "who": "a", "days": [{"day": "2026-11-20"}]}
    assert spec.input.model_validate(good).model_dump(mode="json") == good
    for bad in ({"who": "c"}, {"sum": "much"}, {"more": 1}, {"days": [{"day": "today"}]}):
        with pytest.raises(ValidationError):
            spec.input.model_validate(good | bad)
