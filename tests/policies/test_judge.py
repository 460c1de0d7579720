"""The judge: the strictest match wins, what is unclear asks, nothing destructive runs by itself."""

import random
import subprocess
import sys
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import EffectClass
from policies.book import BookError, load
from policies.conditions import compiled, said_by
from policies.facts import FACTS, of_origins, with_usual
from policies.judge import judge
from policies.rules import (
    EFFECTS,
    STRICTNESS,
    Action,
    Book,
    Condition,
    Entry,
    Origin,
    Rule,
    Verdict,
)

EMPTY = Book((), "none")


def action(operation: str = "email.send", effect: str = "share") -> Action:
    return Action(operation=operation, effect=effect, args={}, agent="writer", reason="A test.")


def book(*rules: str) -> Book:
    return load({"test.yaml": "rules:\n" + "\n".join(f"  - {{{rule}}}" for rule in rules)})


def verdict(rules: Book, effect: str = "share", **facts: Any) -> Verdict:
    return judge(action(effect=effect), with_usual(facts), rules)


def test_a_write_without_a_rule_asks() -> None:
    assert verdict(EMPTY).outcome == "ask"
    assert verdict(EMPTY).because == "No rule covers this yet."


def test_a_read_that_no_rule_stops_runs() -> None:
    assert verdict(EMPTY, effect="read").outcome == "allow"
    stopped = book("id: a, effect: read, then: ask, why: Not now.")
    assert verdict(stopped, effect="read").outcome == "ask"


def test_a_request_that_tells_an_outsider_something_is_a_write() -> None:
    assert verdict(EMPTY, effect="egress_read").outcome == "ask"


def test_an_unknown_effect_class_is_denied() -> None:
    everything = Book((Entry(Rule(id="a", why="x", then="allow"), (), "f"),), "b")
    assert verdict(everything, effect="wish").outcome == "deny"


def test_an_unknown_operation_or_a_wrong_effect_class_is_denied() -> None:
    known = replace(EMPTY, operations={"payments.refund": "money"})
    assert judge(action("payments.refund", "money"), {}, known).outcome == "ask"
    assert judge(action("payments.refund", "internal"), {}, known).outcome == "deny"
    assert judge(action("email.send", "share"), {}, known).outcome == "deny"


def test_the_strictest_rule_wins_whatever_the_order() -> None:
    outcomes = list(STRICTNESS)
    random.Random(1).shuffle(outcomes)
    rules = [f"id: r-{number}, effect: share, then: {then}, why: Because {then}."
             for number, then in enumerate(outcomes)]  # fmt: skip
    seen = verdict(book(*rules))
    assert (seen.outcome, seen.because) == ("deny", "Because deny.")
    strictness = [STRICTNESS[outcomes[int(rule.removeprefix("r-"))]] for rule in seen.rules]
    assert strictness == sorted(strictness, reverse=True) and len(strictness) == 5


def test_of_two_equally_strict_rules_the_more_specific_one_speaks() -> None:
    rules = book(
        "id: a, effect: share, then: ask, why: Always.",
        "id: b, effect: share, then: ask, why: At night., when: [hour > 20]",
    )
    assert verdict(rules, hour=22).because == "At night."
    assert verdict(rules, hour=10).because == "Always."


def test_all_conditions_must_hold() -> None:
    rules = book("id: a, effect: share, then: allow, why: x, when: [in_thread, streak >= 5]")
    assert verdict(rules, in_thread=True, streak=5).outcome == "allow"
    assert verdict(rules, in_thread=True, streak=4).outcome == "ask"
    assert verdict(rules, in_thread=False, streak=5).outcome == "ask"


def test_a_rule_covers_operations_by_name_or_glob() -> None:
    rules = book("id: a, action: 'email.*', effect: share, then: allow, why: x")
    assert verdict(rules).outcome == "allow"
    assert judge(action("emails.send"), with_usual({}), rules).outcome == "ask"
    assert judge(action("email.send", "booking"), with_usual({}), rules).outcome == "ask"


@pytest.mark.parametrize("wrong", [{}, {"streak": "five"}, {"streak": None}, {"streak": object()}])
def test_a_rule_that_cannot_be_evaluated_asks_and_is_named(wrong: dict[str, Any]) -> None:
    rules = book("id: five, effect: share, then: allow, why: x, when: [streak >= 5]")
    seen = judge(action(), wrong, rules)
    assert (seen.outcome, seen.rules) == ("ask", ("five",))
    assert "'five' could not be checked (streak >= 5:" in seen.because
    assert len(seen.because) < 160


def test_a_fact_that_cannot_be_read_spoils_only_the_rules_that_read_it() -> None:
    rules = book(
        "id: five, effect: share, then: notify, why: x, when: [streak >= 5]",
        "id: known, effect: share, then: deny, why: x, when: [recipient_known]",
    )
    facts = {"streak": object(), "recipient_known": True}
    seen = judge(action(), facts, rules)
    assert (seen.outcome, seen.rules) == ("deny", ("known", "five"))


def test_a_division_by_zero_asks() -> None:
    rules = book("id: a, effect: share, then: allow, why: x, when: [10 / streak > 1]")
    assert verdict(rules, streak=2).outcome == "allow"
    assert verdict(rules, streak=0).outcome == "ask"


def test_a_condition_that_is_neither_true_nor_false_asks() -> None:
    class One:
        def execute(self, context: dict[str, Any]) -> Any:
            return 1

    rule = Entry(Rule(id="one", why="x", then="allow"), (Condition("one", One(), ()),), "f")
    assert verdict(Book((rule,), "b")).outcome == "ask"


def test_a_false_condition_settles_a_rule_even_beside_one_that_fails() -> None:
    rules = book("id: a, effect: share, then: deny, why: x, when: [streak > 1, in_thread]")
    assert judge(action(), {"in_thread": False}, rules).rules == ()


def test_a_shadow_rule_is_noted_and_never_obeyed() -> None:
    rules = book(
        "id: trial, effect: share, then: deny, why: x, shadow: true",
        "id: real, effect: share, then: notify, why: y",
    )
    seen = verdict(rules)
    assert (seen.outcome, seen.rules, seen.shadow) == ("notify", ("real",), ("trial",))
    assert (
        verdict(book("id: trial, effect: share, then: allow, why: x, shadow: true")).outcome
        == "ask"
    )


@pytest.mark.parametrize("then", ["allow", "notify"])
def test_nothing_makes_a_destructive_action_run_by_itself(then: Any) -> None:
    forged = Book((Entry(Rule(id="a", why="x", then=then), (), "f"),), "b")  # past every check
    assert verdict(forged, effect="destructive").outcome == "ask"


def test_what_the_action_says_of_itself_wins_over_the_facts() -> None:
    rules = book("id: a, then: deny, why: x, when: [effect == 'money']")
    seen = judge(action(effect="money"), with_usual({"effect": "internal"}), rules)
    assert seen.outcome == "deny"


def test_a_verdict_keeps_the_facts_its_rules_read_and_those_every_story_tells() -> None:
    rules = book("id: a, effect: share, then: ask, why: x, when: [streak < 5]")
    seen = verdict(rules, streak=2, currency="EUR", amount=3)
    bits = {"planned": True, "reads_outside": False, "reads_private": False, "goes_out": False}
    about = {"amount": 3.0, "currency": "EUR", "effect": "share"}
    assert seen.facts == about | bits | {"streak": 2}
    assert seen.bundle == rules.bundle


def test_the_effect_classes_are_those_of_the_connectors() -> None:
    assert set(EFFECTS) == set(get_args(EffectClass))


def test_the_worst_origin_of_a_role_counts() -> None:
    roles = {"to": "destination", "amount": "amount", "lines": "amount", "body": "text"}
    origins: dict[str, Origin] = {
        "to.0": "operator",
        "to.1": "text",
        "amount": "record",
        "lines.0.amount": "canonical",
        "body": "model",
    }
    facts = of_origins(origins, roles)
    assert (facts["dest_origin"], facts["dest_trusted"], facts["outside"]) == ("text", False, True)
    assert (facts["amount_origin"], facts["amount_trusted"]) == ("record", True)
    assert (facts["reference_origin"], facts["reference_trusted"]) == ("", True)
    assert facts["content_origin"] == "model"
    assert set(facts) <= set(FACTS)


def test_the_judge_touches_no_clock_no_chance_no_database() -> None:
    source = (
        "import sys, policies.judge; loaded = set(sys.modules);"
        "sys.exit(', '.join(loaded & {'asyncio', 'sqlalchemy', 'memory', 'cel', 'yaml'}) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


effects = st.sampled_from(sorted(EFFECTS))
rules = st.builds(
    Rule,
    id=st.uuids().map(str),
    why=st.just("x"),
    then=st.sampled_from(sorted(STRICTNESS)),
    effect=st.none() | effects,
    shadow=st.booleans(),
)


@given(st.lists(rules, max_size=6), effects, st.randoms(use_true_random=False))
def test_order_never_matters_and_one_more_rule_only_loosens_what_had_none(
    some: list[Rule], effect: str, chance: Any
) -> None:
    entries = [Entry(rule, (), "f") for rule in some]
    first = verdict(Book(tuple(entries), "b"), effect=effect)
    chance.shuffle(entries)
    again = verdict(Book(tuple(entries), "b"), effect=effect)
    assert (first.outcome, set(first.rules)) == (again.outcome, set(again.rules))
    for entry in entries:
        fewer = verdict(Book(tuple(e for e in entries if e is not entry), "b"), effect=effect)
        if fewer.rules:
            assert STRICTNESS[fewer.outcome] <= STRICTNESS[first.outcome]


def test_a_rule_on_trial_in_earnest_asks_once_it_ran_often_enough() -> None:
    rules = book("id: a, effect: share, then: notify, why: x, canary: {max: 2}")
    assert verdict(rules).outcome == "notify"
    assert verdict(rules, used={"a": 1}).outcome == "notify"
    spent = verdict(rules, used={"a": 2})
    assert spent.outcome == "ask"
    assert spent.because.startswith("It ran 2 times on trial by this rule")
    assert verdict(rules, used={"b": 9}).outcome == "notify"


def test_a_canary_is_a_count_and_only_of_what_lets_something_run() -> None:
    for faulty, says in (
        ("then: ask, canary: {max: 2}", "`canary` is for a rule that lets something run by itself"),
        ("then: notify, canary: {max: 0}", "greater than or equal to 1"),
        ("then: notify, canary: {most: 2}", "canary"),
    ):
        with pytest.raises(BookError, match=says):
            book(f"id: a, effect: share, why: x, {faulty}")


def test_a_refused_action_keeps_the_rule_book_and_what_was_known() -> None:
    known = Book((), "hash", {"email.send": "share"})
    refused = judge(action("email.burn"), with_usual({"amount": 5.0}), known)
    assert (refused.outcome, refused.bundle) == ("deny", "hash")
    assert refused.facts["amount"] == 5.0


def test_without_a_word_about_autonomy_it_is_on() -> None:
    rules = book("id: a, effect: share, then: notify, why: x")
    assert judge(action(), {}, rules).outcome == "notify"
    assert judge(action(), {"autonomy": False}, rules).outcome == "ask"


def test_of_several_rules_the_shortest_time_counts() -> None:
    rules = book(
        "id: a, effect: share, then: ask, why: x, wait_hours: 24, remind_hours: 2",
        "id: b, effect: share, then: ask, why: x, wait_hours: 5, remind_hours: 3",
    )
    assert (verdict(rules).wait_hours, verdict(rules).remind_hours) == (5, 2)
    none = verdict(book("id: a, effect: share, then: ask, why: x"))
    assert (none.wait_hours, none.remind_hours) == (None, None)


def test_what_could_not_be_checked_is_said_before_what_asks_besides() -> None:
    rules = book(
        "id: five, effect: share, then: notify, why: x, when: [streak >= 5]",
        "id: two, effect: share, then: ask, why: Two., when: [recipient_known, in_thread]",
    )
    seen = judge(action(), {"recipient_known": True, "in_thread": True}, rules)
    assert seen.rules == ("five", "two")
    assert seen.because == (
        "The rule 'five' could not be checked (streak >= 5: Undefined variable or function: "
        "'streak')."
    )


def test_a_rule_of_the_house_that_cannot_be_checked_gives_way_to_nobody() -> None:
    broken = Rule(id="h", why="x", then="ask", yields=True)
    entry = load({"h.yaml": "rules: [{id: h, then: ask, why: x, when: [streak >= 5]}]"}).entries[0]
    house = Entry(broken, entry.conditions, "h", "house")
    mine = book("id: mine, effect: share, then: notify, why: x").entries[0]
    both = Book((house, mine), "b")
    assert judge(action(), {"streak": 9}, both).outcome == "notify"
    assert judge(action(), {}, both).outcome == "ask"


def test_what_is_said_without_a_rule_is_a_sentence() -> None:
    assert verdict(EMPTY, effect="read").because == "Reading tells nobody anything."
    everything = book("id: a, then: allow, why: x, effect: share")
    gone = Entry(everything.entries[0].rule.model_copy(update={"effect": None}), (), "f")
    says = verdict(Book((gone,), "b"), effect="destructive").because
    assert says == "Nothing destructive runs by itself."


def test_a_trial_of_once_runs_once() -> None:
    rules = book("id: a, effect: share, then: notify, why: x, canary: {max: 1}")
    assert verdict(rules, used={"b": 1}).outcome == "notify"
    assert verdict(rules, used={"a": 1}).outcome == "ask"


@pytest.mark.parametrize(
    ("error", "says"),
    [("One. Two", "One"), ("One.", "One"), ("One\nTwo", "One"), ("MAX.", "MAX"), (".5", ".5")],
)
def test_of_an_error_the_first_sentence_is_said(error: str, says: str) -> None:
    assert said_by(ValueError(error)) == says


def test_why_a_condition_is_none_is_said_in_one_line() -> None:
    with pytest.raises(ValueError) as caught:
        compiled("streak >= ")
    [reason] = str(caught.value).splitlines()
    assert "expecting" not in reason
    assert not reason.startswith("Syntax error")
