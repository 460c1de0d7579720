"""The rules Firstmate ships: what a founder may rely on, with a second CEL as a witness."""

import random
from typing import Any

import celpy
import pytest
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.book import default_files, load, load_files
from policies.conditions import value_of
from policies.facts import FACTS, Fact
from policies.rules import EFFECTS, Condition
from policies.trial import check_examples, try_out

OPERATIONS = {f"test.{effect}": effect for effect in EFFECTS}
BOOK = load_files(default_files(), OPERATIONS)


def outcome(effect: str, **facts: Any) -> str:
    return try_out(BOOK, f"test.{effect}", effect, facts).outcome


def test_every_rule_shipped_has_examples_and_no_warning() -> None:
    assert [e.rule.id for e in BOOK.entries if not e.rule.examples] == []
    assert BOOK.warnings == ()


def test_all_examples_hold_whatever_file_is_read_first() -> None:
    backwards = load_files(reversed(default_files()), OPERATIONS)
    assert list(check_examples(backwards)) == list(check_examples(BOOK)) == []
    rules = (path.read_text().split("rules:\n", 1)[1] for path in default_files())
    together = load({"all.yaml": "rules:\n" + "\n".join(rules)}, OPERATIONS, house=("all.yaml",))
    assert together.bundle == BOOK.bundle


@pytest.mark.parametrize("effect", sorted(set(EFFECTS) - {"read", "internal"}))
def test_nothing_leaves_the_house_by_itself(effect: str) -> None:
    assert outcome(effect, recipient_known=True, streak=100, in_thread=True) not in {
        "allow",
        "notify",
    }


def test_reading_and_notes_run() -> None:
    assert outcome("read", outside=True, stopped=True) == "allow"
    assert outcome("internal", outside=True, deceptive=True) == "allow"


def test_a_refund_asks_and_a_large_one_asks_twice() -> None:
    known = {"recipient_known": True, "currency": "EUR"}
    assert outcome("money", amount=40, **known) == "ask"
    assert outcome("money", amount=501, **known) == "ask_twice"
    assert outcome("money", amount=40, amount_trusted=False, **known) == "ask_twice"
    assert outcome("money", amount=40, reference_trusted=False, **known) == "ask_twice"


def test_money_never_goes_to_an_account_that_only_a_mail_named() -> None:
    assert outcome("money", amount=1, dest_origin="text", dest_trusted=False) == "deny"


def test_look_alike_characters_stop_money_and_ask_twice_for_mail() -> None:
    assert outcome("money", deceptive=True) == "deny"
    assert outcome("share", deceptive=True, recipient_known=True) == "ask_twice"


def test_a_mail_says_why_it_asks() -> None:
    known = {"recipients": 1, "recipient_known": True}
    said = {
        try_out(BOOK, "test.share", "share", facts).because
        for facts in (known, known | {"recipient_known": False}, known | {"hour": 22})
    }
    assert len(said) == 3


def test_destructive_is_denied_and_access_asks_twice() -> None:
    assert outcome("destructive") == "deny"
    assert {outcome(e) for e in ("credential", "membership", "profile")} == {"ask_twice"}


def test_only_a_lookup_the_operator_named_runs() -> None:
    assert outcome("egress_read", dest_origin="operator", typed=True) == "allow"
    assert outcome("egress_read", dest_origin="operator", content_origin="model") == "ask"
    assert outcome("egress_read", dest_origin="model", dest_trusted=False) == "ask"


def test_stop_holds_everything_but_reading() -> None:
    assert outcome("internal", stopped=True) == "ask"


def test_a_trial_refuses_unknown_facts_and_wrong_types() -> None:
    with pytest.raises(ValueError, match=r"no fact 'amont'.*nearest: 'amount'"):
        outcome("money", amont=3)
    with pytest.raises(ValueError, match="is a bool, not 1"):
        outcome("money", recipient_known=1)
    with pytest.raises(ValueError, match=r"is never 'tekst'.*nearest: 'text'"):
        outcome("money", dest_origin="tekst")


def test_a_trial_of_an_unknown_operation_says_so() -> None:
    assert "no operation 'test.other'" in try_out(BOOK, "test.other", "share", {}).because


CONDITIONS = {c.text: c for entry in BOOK.entries for c in entry.conditions}
WITNESS = celpy.Environment()
WITNESSES = {text: WITNESS.program(WITNESS.compile(text)) for text in CONDITIONS}


def _some(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.kind == "bool":
        return st.booleans()
    if fact.kind == "int":
        return st.integers(0, 100)
    if fact.kind == "double":
        return st.sampled_from([0.0, 499.99, 500.0, 500.01, 1000.0]) | st.floats(0, 1e6)
    return st.sampled_from(fact.values) if fact.values else st.sampled_from(["", "eff_1"])


@settings(max_examples=50)
@given(st.fixed_dictionaries({name: _some(fact) for name, fact in FACTS.items()}))
def test_two_implementations_of_cel_agree_on_every_condition(facts: dict[str, Any]) -> None:
    for text, condition in CONDITIONS.items():
        assert value_of(condition, facts) == _witnessed(condition, facts), text


@pytest.mark.slow
def test_two_implementations_of_cel_agree_on_ten_thousand_situations() -> None:
    chance = random.Random(20261121)
    compared: dict[tuple[Any, ...], bool] = {}  # the same values again prove nothing more
    for _ in range(10_000):
        facts = {name: _any(fact, chance) for name, fact in FACTS.items()}
        for text, condition in CONDITIONS.items():
            met = (text, *(facts[name] for name in condition.reads))
            if met not in compared:
                compared[met] = value_of(condition, facts) == _witnessed(condition, facts)
    assert [met for met, agreed in compared.items() if not agreed] == []


def _any(fact: Fact, chance: random.Random) -> Any:
    if fact.kind == "bool":
        return chance.random() < 0.5
    if fact.kind == "int":
        return chance.randint(0, 100)
    if fact.kind == "double":
        return chance.choice([0.0, 499.99, 500.0, 500.01, 1000.0, chance.uniform(0, 1e6)])
    return chance.choice(fact.values or ("", "eff_1"))


def _witnessed(condition: Condition, facts: dict[str, Any]) -> bool | str:
    context = {name: json_to_cel(facts[name]) for name in condition.reads}
    try:
        return bool(WITNESSES[condition.text].evaluate(context))
    except CELEvalError as error:
        return str(error)
