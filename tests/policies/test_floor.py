"""The safety floor: what no file of the operator and no rule of their own can loosen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.book import BookError, default_files, join, load, load_files
from policies.facts import FACTS, Fact, with_usual
from policies.judge import judge
from policies.rules import EFFECTS, STRICTNESS, Action, Book, Rule, Verdict

OPERATIONS = {f"test.{effect}": effect for effect in EFFECTS}
TEXTS = {path.name: path.read_text("utf-8") for path in default_files()}
BOOK = load_files(default_files(), OPERATIONS)
FIXED = [entry.rule.id for entry in BOOK.entries if entry.rule.floor]
LOOSE = [entry.rule.id for entry in BOOK.entries if not entry.rule.floor]
FLOOR = replace(BOOK, entries=tuple(entry for entry in BOOK.entries if entry.rule.floor))


def _bare(text: str) -> str:
    rules = yaml.safe_load(text)["rules"]
    return yaml.safe_dump({"rules": [{k: r[k] for k in r if k != "examples"} for r in rules]})


BARE = {name: _bare(text) for name, text in TEXTS.items()}


def own(text: str) -> Book:
    return load({**TEXTS, "own.yaml": text}, OPERATIONS, house=tuple(TEXTS))


def beside_bare(text: str) -> Book:
    """Load a file beside the defaults without their examples, which refuse many a file earlier."""
    return load({**BARE, "own.yaml": text}, OPERATIONS, house=tuple(BARE))


def verdict(book: Book, effect: str, facts: dict[str, Any]) -> Verdict:
    action = Action(operation=f"test.{effect}", effect=effect, args={}, agent="a", reason="r")
    return judge(action, with_usual(facts), book)


def test_the_floor_is_what_protects() -> None:
    assert sorted(FIXED) == [
        "access-asks-twice",
        "deceptive-asks-twice",
        "deceptive-money-never",
        "destructive-never",
        "exploratory-only-reads",
        "memory-needed-kept",
        "models-frozen",
        "models-local-only",
        "models-personal-redacted",
        "models-secret-never",
        "money-account-unproven",
        "money-amount-unproven",
        "money-payment-unproven",
        "money-to-stranger",
        "outward-address-unproven",
        "record-unproven-asks",
        "refused-thrice-never",
        "secret-in-words-never",
        "secret-unnamed-never",
        "stopped-asks",
        "three-bits-ask",
        "unplanned-never",
    ]


@pytest.mark.parametrize("id", FIXED)
def test_a_rule_of_the_floor_cannot_be_switched_off_and_the_fault_says_why(id: str) -> None:
    [why] = [entry.rule.why for entry in BOOK.entries if entry.rule.id == id]
    with pytest.raises(BookError) as raised:
        own(f"rules: []\noff: [{id}]")
    assert [str(fault) for fault in raised.value.faults] == [
        f"own.yaml:2: `off` cannot switch {id!r} off: it is part of the safety floor, which holds "
        f"whatever a file says. ({why})"
    ]


def test_every_other_rule_can_be_switched_off_as_before() -> None:
    book = beside_bare(f"off: [{', '.join(LOOSE)}]")
    assert [entry.rule.id for entry in book.entries] == FIXED
    assert len(own("off: [outward-asks, money-asks]").entries) == len(BOOK.entries) - 2


def test_the_mark_of_the_floor_is_firstmates_alone() -> None:
    text = "rules:\n- {{id: a, why: x, effect: share, then: {then}{more}, floor: {floor}}}"
    with pytest.raises(BookError, match="Only a rule of Firstmate's own is part of the floor"):
        own(text.format(then="deny", more="", floor="true"))
    with pytest.raises(BookError, match="`floor` is true or false, not 'yes'"):
        own(text.format(then="deny", more="", floor="yes"))
    with pytest.raises(BookError, match="Only a rule of Firstmate's own is part of the floor"):
        join(BOOK, Rule(id="a", why="x", then="deny", floor=True), "you")
    for then, more in (("ask", ", yields: true"), ("ask", ", shadow: true"), ("allow", "")):
        with pytest.raises(BookError, match="A rule of the floor asks or denies"):
            load({"h": text.format(then=then, more=more, floor="true")}, house=("h",))


def test_a_file_cannot_put_a_rule_in_the_place_of_one_of_the_floor() -> None:
    with pytest.raises(BookError, match="The id is taken"):
        own("rules:\n- {id: stopped-asks, why: x, effect: share, then: allow}")


def test_a_file_of_the_operator_that_switches_the_floor_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("off: [stopped-asks]", encoding="utf-8")
    with pytest.raises(BookError, match="part of the safety floor"):
        load_files([*default_files(), tmp_path / "own.yaml"], OPERATIONS)


def test_a_book_says_what_cannot_be_switched_off() -> None:
    [said] = [line for line in BOOK.describe() if "stopped-asks" in line]
    assert "You said STOP, so nothing runs by itself. It cannot be switched off." in said


def _some(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.kind == "bool":
        return st.booleans()
    if fact.kind == "int":
        return st.integers(0, 30)
    if fact.kind == "double":
        return st.sampled_from([0.0, 40.0, 500.0, 500.01, 1000.0])
    return st.sampled_from(fact.values) if fact.values else st.sampled_from(["", "eff_1"])


situations = st.fixed_dictionaries({name: _some(fact) for name, fact in FACTS.items()})
effects = st.sampled_from(sorted(EFFECTS))
written = st.fixed_dictionaries(
    {
        "why": st.just("I said so."),
        "then": st.sampled_from(sorted(STRICTNESS)),
        "effect": st.sampled_from(sorted(set(EFFECTS) - {"destructive"})),
        "when": st.sampled_from(
            [["amount <= 500.0"], ["amount <= 50.0", "stopped"], ["amount < 1.0", "deceptive"]]
        ),
        "shadow": st.booleans(),
    },
    optional={"action": st.sampled_from(["test.*", "*", "other.*"])},
)
files = st.tuples(
    st.lists(written, max_size=5), st.lists(st.sampled_from(LOOSE), unique=True)
)  # fmt: skip


@settings(max_examples=60)
@given(files, st.lists(st.tuples(effects, situations), min_size=5, max_size=20))
def test_whatever_a_file_says_a_verdict_of_the_floor_is_never_loosened(
    file: tuple[list[dict[str, Any]], list[str]], met: list[tuple[str, dict[str, Any]]]
) -> None:
    rules, off = file
    named = [{"id": f"own-{number}", **rule} for number, rule in enumerate(rules)]
    book = beside_bare(yaml.safe_dump({"rules": named, "off": off}))
    for effect, facts in met:
        least = verdict(FLOOR, effect, facts)
        if least.rules:
            assert STRICTNESS[verdict(book, effect, facts).outcome] >= STRICTNESS[least.outcome]


@settings(max_examples=30)
@given(files, st.lists(st.sampled_from(FIXED), min_size=1, unique=True))
def test_no_file_that_names_the_floor_loads(
    file: tuple[list[dict[str, Any]], list[str]], fixed: list[str]
) -> None:
    with pytest.raises(BookError, match="part of the safety floor"):
        own(yaml.safe_dump({"rules": [], "off": [*file[1], *fixed]}))
