"""Giving way: only where a rule of the operator lets it run, and never more than asking."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.book import BookError, default_files, join, load, load_files
from policies.facts import with_usual
from policies.judge import judge
from policies.rules import EFFECTS, RUNS_BY_ITSELF, STRICTNESS, Action, Book, Entry, Rule, Verdict

OPERATIONS = {f"test.{effect}": effect for effect in EFFECTS}
BOOK = load_files(default_files(), OPERATIONS)
KNOWN = {"recipients": 1, "recipient_known": True, "counterpart": "rec_bruno"}
NOTIFY = Rule(
    id="mine",
    action="test.share",
    effect="share",
    then="notify",
    why="I said so.",
    when=("counterpart == 'rec_bruno'", "done_today < 3", "today <= '2026-12-21'"),
)


def verdict(book: Book, effect: str = "share", **facts: Any) -> Verdict:
    action = Action(operation=f"test.{effect}", effect=effect, args={}, agent="a", reason="r")
    return judge(action, with_usual(KNOWN | facts), book)


def faults(book: Book, rule: Rule) -> list[str]:
    with pytest.raises(BookError) as raised:
        join(book, rule, "you")
    return [fault.says for fault in raised.value.faults]


def test_a_rule_of_the_operator_lets_run_what_the_house_only_asks() -> None:
    assert verdict(BOOK).outcome == "ask"
    seen = verdict(join(BOOK, NOTIFY, "you"))
    assert (seen.outcome, seen.rules, seen.yielded) == ("notify", ("mine",), ("outward-asks",))
    assert seen.because == "I said so."


@pytest.mark.parametrize(
    ("facts", "outcome", "rule"),
    [
        ({"counterpart": "rec_ada"}, "ask", "outward-asks"),
        ({"counterpart": ""}, "ask", "outward-asks"),
        ({"done_today": 3}, "ask", "outward-asks"),
        ({"today": "2026-12-22"}, "ask", "outward-asks"),
        ({"hour": 21}, "ask", "outward-at-night"),
        ({"recipient_known": False}, "ask", "outward-to-stranger"),
        ({"duplicate_of": "eff_1"}, "ask", "duplicate-asks"),
        ({"done_today_to": 5, "goes_out": True}, "ask", "many-to-one-ask"),
        ({"stopped": True}, "ask", "stopped-asks"),
        ({"dest_trusted": False}, "ask_twice", "outward-address-unproven"),
        ({"recipients": 21}, "ask_twice", "outward-to-many"),
        ({"deceptive": True}, "ask_twice", "deceptive-asks-twice"),
    ],
)
def test_every_other_rule_holds_as_before(facts: dict[str, Any], outcome: str, rule: str) -> None:
    seen = verdict(join(BOOK, NOTIFY, "you"), **facts)
    assert (seen.outcome, seen.rules[0]) == (outcome, rule)


def test_only_four_rules_of_the_house_give_way() -> None:
    gives_way = [entry.rule.id for entry in BOOK.entries if entry.rule.yields]
    assert gives_way == ["memory-kept", "money-asks", "outward-asks", "booking-asks"]
    assert {entry.level for entry in BOOK.entries} == {"house"}


def test_what_gave_way_is_still_seen_in_the_facts() -> None:
    asks = "id: a, why: x, effect: share, then: ask, yields: true, when: [streak < 5]"
    house = load({"h": f"rules: [{{{asks}}}]"}, house=("h",))
    seen = verdict(join(house, Rule(id="b", why="y", effect="share", then="allow"), "you"))
    assert (seen.outcome, seen.yielded, seen.facts["streak"]) == ("allow", ("a",), 0)


def test_only_rules_of_the_house_that_ask_may_give_way() -> None:
    text = "rules:\n- {{id: a, why: x, effect: share, then: {then}, yields: {yields}}}"
    for then in ("deny", "ask_twice", "notify"):
        with pytest.raises(BookError, match="Only a rule that asks may give way"):
            load({"h": text.format(then=then, yields="true")}, house=("h",))
    with pytest.raises(BookError, match="Only a rule of Firstmate's own may give way"):
        load({"own.yaml": text.format(then="ask", yields="true")})
    with pytest.raises(BookError, match="`yields` is true or false, not 'yes'"):
        load({"h": text.format(then="ask", yields="yes")}, house=("h",))


@pytest.mark.parametrize("then", ["allow", "notify"])
def test_with_autonomy_off_a_rule_of_the_operator_asks_and_nothing_yields_to_it(then: str) -> None:
    book = join(BOOK, NOTIFY.model_copy(update={"then": then}), "you")
    seen = verdict(book, autonomy=False)
    assert (seen.outcome, set(seen.rules), seen.yielded) == ("ask", {"mine", "outward-asks"}, ())
    assert seen.because == "Autonomy is off, so what a rule of yours would let run is asked."
    unread = judge(
        Action(operation="test.share", effect="share", args={}, agent="a", reason="r"),
        with_usual(KNOWN) | {"autonomy": "on"},  # no boolean: nobody can tell
        book,
    )
    assert unread.outcome == "ask"


def test_with_autonomy_off_stricter_rules_of_the_operator_hold_as_before() -> None:
    never = Rule(id="never", why="No.", effect="share", then="deny")
    seen = verdict(join(join(BOOK, NOTIFY, "you"), never, "you"), autonomy=False)
    assert (seen.outcome, seen.because) == ("deny", "No.")


def test_with_autonomy_off_reading_notes_and_named_lookups_go_on() -> None:
    book = join(BOOK, Rule(id="b", why="y", action="test.*", effect="read", then="notify"), "you")
    book = join(book, Rule(id="c", why="z", effect="internal", then="notify"), "you")
    assert verdict(book, "read", autonomy=False).outcome == "notify"
    assert verdict(book, "internal", autonomy=False).outcome == "notify"
    named = {"dest_origin": "operator", "typed": True}
    assert verdict(book, "egress_read", autonomy=False, **named).outcome == "allow"


def test_with_autonomy_off_a_default_switched_off_makes_no_way_out(tmp_path: Any) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("off: [outward-asks]\nrules:\n- {id: a, why: x, effect: share, then: allow}\n")
    book = load_files([*default_files(), own], OPERATIONS)
    assert verdict(book).outcome == "allow"
    assert verdict(book, autonomy=False).outcome == "ask"


def test_files_beside_the_defaults_are_the_operators(tmp_path: Any) -> None:
    own = tmp_path / "money.yaml"  # the name of one that came with Firstmate
    own.write_text("rules:\n- {id: mine, why: x, effect: share, then: notify}\n", encoding="utf-8")
    book = load_files([*default_files(), own], OPERATIONS)
    assert {entry.rule.id for entry in book.entries if entry.level == "operator"} == {"mine"}
    assert book.warnings == ()  # it decides, although outward-asks always holds
    assert verdict(book).outcome == "notify"


def test_a_joined_rule_is_checked_like_one_in_a_file() -> None:
    held = join(BOOK, NOTIFY, "you")
    assert held.bundle != BOOK.bundle
    assert faults(held, NOTIFY) == ["The id 'mine' is taken."]
    gone = NOTIFY.model_copy(update={"action": "test.gone"})
    assert faults(BOOK, gone) == ["There is no operation 'test.gone' (nearest: 'test.money')."]
    money = NOTIFY.model_copy(update={"action": "test.money", "effect": "money"})
    assert "only below an amount" in faults(BOOK, money)[0]
    wrong = NOTIFY.model_copy(update={"when": ("counterprt == 'x'",)})
    assert faults(BOOK, wrong) == ["There is no fact 'counterprt' (nearest: 'counterpart')."]
    yields = NOTIFY.model_copy(update={"yields": True, "then": "ask"})
    assert faults(BOOK, yields) == ["Only a rule of Firstmate's own may give way; yours hold."]


def test_the_examples_of_a_joined_rule_stand_beside_the_house_alone() -> None:
    given = {"counterpart": "rec_bruno", "recipients": 1, "recipient_known": True}
    examples = ({"given": given, "then": "notify"},)
    tested = NOTIFY.model_copy(update={"examples": examples})
    never = Rule(id="never", why="No.", effect="share", then="deny")
    assert verdict(join(join(BOOK, never, "you"), tested, "you")).outcome == "deny"
    failing = tested.model_copy(update={"when": ("counterpart == 'rec_ada'",)})
    assert faults(BOOK, failing) == [
        "Example 1 expects notify, but it comes out as ask by outward-asks: "
        "Somebody outside will read this."
    ]


def test_a_rule_that_cannot_be_evaluated_neither_gives_leave_nor_way() -> None:
    action = Action(operation="test.share", effect="share", args={}, agent="a", reason="r")
    seen = judge(action, {}, join(BOOK, NOTIFY, "you"))  # no facts at all: nothing can be checked
    assert STRICTNESS[seen.outcome] >= STRICTNESS["ask"]
    assert "outward-asks" in seen.rules and seen.yielded == ()


def test_a_book_says_which_rules_give_way() -> None:
    [said] = [line for line in BOOK.describe() if "outward-asks" in line]
    assert "Somebody outside will read this. It gives way to a rule of yours." in said


effects = st.sampled_from(sorted(EFFECTS))
rules = st.builds(
    Rule,
    id=st.uuids().map(str),
    why=st.just("x"),
    then=st.sampled_from(sorted(STRICTNESS)),
    effect=st.none() | effects,
    shadow=st.booleans(),
    yields=st.booleans(),  # on any rule: as if every check had been passed by
)
entries = st.builds(
    Entry, rules, st.just(()), st.just("f"), st.sampled_from(["house", "operator"])
)  # fmt: skip
some = st.lists(entries, max_size=6)


def judged(entries: list[Entry], effect: str) -> Verdict:
    return verdict(Book(tuple(entries), "b"), effect)


def leaves(entry: Entry) -> bool:
    return entry.level == "operator" and entry.rule.then in RUNS_BY_ITSELF


@given(some, effects, st.randoms(use_true_random=False))
def test_order_never_matters(some: list[Entry], effect: str, chance: Any) -> None:
    first = judged(some, effect)
    chance.shuffle(some)
    again = judged(some, effect)
    assert (first.outcome, set(first.rules)) == (again.outcome, set(again.rules))
    assert set(first.yielded) == set(again.yielded)


@given(some, effects, rules)
def test_one_more_rule_that_is_no_leave_never_loosens(
    some: list[Entry], effect: str, rule: Rule
) -> None:
    before = judged(some, effect)
    for level in ("house", "operator"):
        added = Entry(rule, (), "f", "house" if level == "house" else "operator")
        if not leaves(added) and before.rules:
            after = judged([*some, added], effect)
            assert STRICTNESS[after.outcome] >= STRICTNESS[before.outcome]


@given(some, effects)
def test_a_deny_always_denies(some: list[Entry], effect: str) -> None:
    never = Entry(Rule(id="never", why="x", then="deny"), (), "f")
    assert judged([*some, never], effect).outcome == "deny"


@given(some, effects)
def test_without_a_leave_of_the_operator_giving_way_changes_nothing(
    some: list[Entry], effect: str
) -> None:
    without = [entry for entry in some if not leaves(entry)]
    stiff = [
        Entry(entry.rule.model_copy(update={"yields": False}), (), "f", entry.level)
        for entry in without
    ]
    seen, before = judged(without, effect), judged(stiff, effect)
    assert (seen.outcome, set(seen.rules), seen.yielded) == (
        before.outcome,
        set(before.rules),
        (),
    )


@given(some, effects)
def test_with_autonomy_off_nothing_is_looser_and_only_the_house_lets_anything_run(
    some: list[Entry], effect: str
) -> None:
    book = Book(tuple(some), "b")
    on, off = verdict(book, effect), verdict(book, effect, autonomy=False)
    assert STRICTNESS[off.outcome] >= STRICTNESS[on.outcome]
    assert off.yielded == ()
    alone = replace(book, entries=tuple(entry for entry in some if not leaves(entry)))
    if off.outcome in RUNS_BY_ITSELF:
        assert verdict(alone, effect, autonomy=False).outcome in RUNS_BY_ITSELF


@given(some, effects)
def test_only_asking_rules_of_the_house_ever_give_way(some: list[Entry], effect: str) -> None:
    by_id = {entry.rule.id: entry for entry in some}
    for id in judged(some, effect).yielded:
        assert (by_id[id].level, by_id[id].rule.then) == ("house", "ask")


@given(some)
def test_nothing_destructive_runs_by_itself(some: list[Entry]) -> None:
    assert judged(some, "destructive").outcome not in RUNS_BY_ITSELF
