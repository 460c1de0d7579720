"""The rule book: every fault is reported at once, with file, line, rule and the nearest name."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.book import BookError, load, load_files
from policies.facts import with_usual
from policies.judge import judge
from policies.rules import Action, Book

OPERATIONS = {
    "email.send": "share",
    "payments.refund": "money",
    "payments.record": "internal",
    "files.purge": "destructive",
}


def faults(text: str) -> list[str]:
    with pytest.raises(BookError) as raised:
        load({"own.yaml": text}, OPERATIONS)
    return [str(fault) for fault in raised.value.faults]


def rule(rest: str) -> str:
    return f"rules:\n  - {{id: a, why: x, {rest}}}\n"


def warnings(text: str) -> tuple[str, ...]:
    return load({"own.yaml": text}, OPERATIONS).warnings


def test_all_faults_of_all_files_are_reported_at_once() -> None:
    own = """
rules:
  - id: big
    action: payments.refnd
    when:
      - amont > 50.0
      - amount > 'x'
      - amount
      - foo(amount)
      - amount >
    then: aks
    wy: On purpose.
    why: Because.
"""
    with pytest.raises(BookError) as raised:
        load({"own.yaml": own, "two.yaml": "rules: 3"}, OPERATIONS)
    assert [str(fault) for fault in raised.value.faults] == [
        "own.yaml:4 (big): There is no operation 'payments.refnd' (nearest: 'payments.refund').",
        "own.yaml:6 (big): There is no fact 'amont' (nearest: 'amount').",
        "own.yaml:7 (big): `amount > 'x'` does not work: No such overload: the operation is not "
        "defined for the given operand types.",
        "own.yaml:8 (big): `amount` is neither true nor false, but 0.0.",
        "own.yaml:9 (big): There is no function 'foo'.",
        "own.yaml:10 (big): `amount >` is not a condition: mismatched input '<EOF>'.",
        "own.yaml:11 (big): `then` is one of allow, notify, ask, ask_twice, deny, not 'aks' "
        "(nearest: 'ask').",
        "own.yaml:12 (big): There is no key 'wy' here (nearest: 'why').",
        "two.yaml:1: `rules` is a list; begin each rule with `- id:`.",
    ]
    assert str(raised.value).count("\n") == 8


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rule("then: ask, effect: monney"), "no effect class 'monney' (nearest: 'money')"),
        (rule("then: ask, effect: share, action: payments.refund"), "is 'money', not 'share'"),
        (rule("then: ask, when: amount > 5.0"), "`when` is a list"),
        (rule("then: ask, when: [true]"), "A condition is text, not True"),
        (rule("then: ask, when: [!deceptive ]"), "in quotes"),
        (rule("then: ask, when: [!deceptive]"), "in quotes"),
        (rule("then: ask, shadow: maybe"), "`shadow` is true or false, not 'maybe'"),
        (rule("then: ask, shadow: on"), "`shadow` is true or false, not 'on'"),
        (rule("then: ask, then: deny"), "`then` stands here twice"),
        (rule("then: ask, examples: [x]"), "An example is"),
        (rule("then: ask, examples: [{given: {}, then: x}]"), "An example is"),
        (rule(f"then: ask, when: ['{'(' * 600}']"), "at most 500 characters"),
        ("rules:\n  - {id: A b, why: x, then: ask}", "small letters"),
        ("rules:\n  - {id: a, then: ask}", "The rule needs `why`"),
        ("rules:\n  - just text", "A rule has the keys"),
        ("- id: a", "Begin the file with `rules:`"),
        ("rules: [", "This is not YAML"),
        ("ruls: []", "no key 'ruls' here (nearest: 'rules')"),
        ("off: [nothing]", "`off` names no rule 'nothing'"),
        ("rules: []\n#" + "x" * 200_001, "longer than 200,000"),
        ("\x00", "This is not YAML"),
    ],
)
def test_a_fault_is_one_clear_sentence(text: str, says: str) -> None:
    assert any(says in fault for fault in faults(text)), faults(text)


def test_an_id_is_taken_across_files() -> None:
    with pytest.raises(BookError, match=r"two.yaml:2 \(a\): The id is taken in own.yaml:2"):
        load({"own.yaml": rule("then: ask"), "two.yaml": rule("then: deny")})


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "On", "YES", "y"])
def test_on_off_yes_and_no_are_words(word: str) -> None:
    book = load({"own.yaml": f"rules:\n  - {{id: a, why: {word}, then: ask}}"})
    assert book.entries[0].rule.why == word


def test_a_time_of_day_is_not_a_number_and_true_is_a_boolean() -> None:
    book = load({"own.yaml": "rules:\n  - {id: a, why: 12:30, then: ask, shadow: true}"})
    assert (book.entries[0].rule.why, book.entries[0].rule.shadow) == ("12:30", True)


@pytest.mark.parametrize(
    "rest",
    [
        "then: allow",
        "then: notify, effect: destructive",
        "then: allow, action: 'files.*'",
        "then: allow, action: '*', when: [recipient_known]",
        "then: allow, when: [effect != 'read']",
    ],
)
def test_nothing_destructive_may_run_by_itself(rest: str) -> None:
    assert any("Nothing destructive" in fault for fault in faults(rule(rest)))


@pytest.mark.parametrize(
    "condition",
    [
        "recipient_known",
        "amount > 5.0",
        "amount <= 50.0 || recipient_known",
        "amount <= 50.0 || size(agent) == 7",
        "spent_today < 100.0",
        "effect == 'money'",
    ],
)
def test_money_runs_by_itself_only_below_an_amount(condition: str) -> None:
    for scope in ("effect: money", "action: payments.refund", "action: 'pay*'"):
        text = rule(f'then: notify, {scope}, when: ["{condition}"]')
        assert any("Money may run" in fault for fault in faults(text)), scope


@pytest.mark.parametrize(
    "rest",
    [
        "effect: money, when: ['amount <= 50.0', \"currency == 'EUR'\"]",
        "effect: money, when: ['!(amount > 50.0)', \"currency == 'EUR'\"]",
        "effect: money, when: ['amount + spent_today < 100.0', \"currency == 'EUR'\"]",
        "when: [\"effect == 'internal'\"]",
        "when: [\"!(effect in ['money', 'destructive'])\"]",
        "effect: internal, action: 'payments.*'",
        "action: email.send",
    ],
)
def test_a_bounded_rule_may_let_things_run(rest: str) -> None:
    assert warnings(rule(f"then: allow, {rest}")) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (rule("then: ask, action: 'calendar.*'"), "no operation is called 'calendar.*'"),
        (rule("then: ask, when: [amount > 50.0, amount < 20.0]"), "can never all hold"),
        (rule("then: ask, when: [hour > 23]"), "can never all hold"),
        (rule("then: ask, when: [dest_origin == 'txt']"), "can never all hold"),
        (rule("then: allow, effect: money, when: [amount < 5.0]"), "every currency"),
        (
            "rules:\n  - {id: a, why: x, then: ask, effect: share, when: [in_thread]}\n"
            "  - {id: b, why: x, then: deny, effect: share}",
            "a: it never decides, because b is stricter",
        ),
    ],
)
def test_a_rule_that_does_nothing_is_worth_a_warning(text: str, says: str) -> None:
    assert any(says in warning for warning in warnings(text))


def test_an_example_that_comes_out_otherwise_is_a_fault() -> None:
    text = rule("then: ask_twice, effect: money, when: [amount > 50.0], "
                "examples: [{given: {amount: 50}, then: ask_twice}]")  # fmt: skip
    assert faults(text) == [
        "own.yaml:2 (a): Example 1 expects ask_twice, but it comes out as ask: "
        "No rule covers this yet."
    ]
    assert "no fact 'amont' (nearest" in faults(text.replace("{amount", "{amont"))[0]
    assert "is a double, not 'x'" in faults(text.replace("50}", "x}"))[0]
    load({"own.yaml": text.replace("50}", "51}")}, OPERATIONS)


def test_a_stricter_rule_of_yours_does_not_break_the_examples_shipped() -> None:
    shipped = rule("then: ask, effect: share, examples: [{given: {}, then: ask}]")
    own = "rules:\n  - {id: b, why: y, then: deny, effect: share}"
    load({"shipped.yaml": shipped, "own.yaml": own})
    looser = own.replace("deny", "notify").replace(
        "share}", "share, examples: [{given: {}, then: notify}]}"
    )
    with pytest.raises(BookError, match="Example 1 expects notify, but it comes out as ask by a"):
        load({"shipped.yaml": shipped, "own.yaml": looser})
    load({"shipped.yaml": shipped, "own.yaml": f"{looser}\noff: [a]"})


def test_a_rule_switched_off_is_gone() -> None:
    own = "rules:\n  - {id: b, why: y, then: notify, effect: share}\noff: [a]"
    book = load({"shipped.yaml": rule("then: deny, effect: share"), "own.yaml": own})
    assert [entry.rule.id for entry in book.entries] == ["b"]


def test_the_bundle_names_the_rules_and_not_their_order_or_comments() -> None:
    one, two = "{id: a, why: x, then: ask}", "{id: b, why: x, then: deny}"
    first = load({"f": f"rules:\n  - {one}\n  - {two}"})
    again = load({"g": f"# a comment\nrules: [{two}, {one}]"})
    other = load({"f": f"rules: [{one}, {two.replace('deny', 'ask')}]"})
    assert first.bundle == again.bundle != other.bundle
    assert len(first.bundle) == 12


def test_an_empty_file_has_no_rules() -> None:
    for text in ("", "# nothing\n", "rules:\n", "rules: []\noff: []\n"):
        assert load({"own.yaml": text}).entries == ()


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"rules: \xff")
    with pytest.raises(BookError) as raised:
        load_files([tmp_path / "none.yaml", tmp_path / "latin.yaml"])
    assert len(raised.value.faults) == 2


def test_a_book_describes_itself_strictest_first() -> None:
    own = """
rules:
  - {id: a, why: Inside only., then: allow, effect: internal}
  - {id: b, why: Too much., then: ask_twice, action: payments.refund, when: [amount > 5.0]}
  - {id: c, why: Never., then: deny, shadow: true, when: [stopped]}
"""
    book = load({"own.yaml": own})
    assert book.describe() == (
        "Never: Never. On trial, it decides nothing yet. (c: everything, when stopped)",
        "Ask me twice: Too much. (b: payments.refund, when amount > 5.0)",
        "Do it: Inside only. (a: what changes only what Firstmate keeps)",
    )


PIECES = (
    "amount hour effect > < == && || ! ( ) [ ] { } 'x' \" 1 1.0 1u 0x . ? : in has size matches "
    "map exists \\ \u202e ß // - % + 99999999999999999999 null"
)


@given(st.lists(st.sampled_from(PIECES.split()), min_size=1, max_size=8).map(" ".join))
@example("amount")
@example("true")
@example("amount.map(x, x)")
@example("'a'.matches('(')")
def test_any_condition_is_sound_or_refused(condition: str) -> None:
    quoted = condition.replace("'", "''")
    try:
        book: Book = load({"f": rule(f"then: deny, when: ['{quoted}']")})
    except BookError:
        return
    action = Action(operation="o", effect="share", args={}, agent="a", reason="r")
    assert judge(action, with_usual({}), book).outcome in {"ask", "deny"}


@given(st.text())
def test_any_text_is_a_book_or_refused(text: str) -> None:
    try:
        load({"f": text})
    except BookError as error:
        assert error.faults
