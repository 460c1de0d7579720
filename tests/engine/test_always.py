"""Units of “Always like this…”: what may become a rule, how far it reaches, and its examples."""

from datetime import date
from typing import Any

import pytest

from connectors.contract import PermanentError
from engine.drawing import always
from engine.drawing.always import Bounds
from policies.book import default_files, join, load_files
from policies.facts import with_usual
from policies.judge import judge
from policies.rules import Action

TODAY = date(2026, 11, 20)
OPERATIONS = {"email.send": "share", "fair.stand": "booking"}
BOOK = load_files(default_files(), OPERATIONS)
BOUNDS = Bounds(3, "2026-12-20")
PAID = Bounds(3, "2026-12-20", "40.00")


def facts(**values: Any) -> dict[str, Any]:
    bruno = {"counterpart": "rec_bruno", "recipients": 1, "recipient_known": True}
    return with_usual(bruno | {"dest_origin": "canonical", "today": "2026-11-20"} | values)


def action(operation: str = "email.send", effect: str = "share") -> Action:
    args = {"to": "bruno@example.com", "text": "Hello"}
    return Action(operation=operation, effect=effect, args=args, agent="writer", reason="A test.")


def refused(effect: str = "share", outcome: str = "ask", **values: Any) -> str:
    undoes = values.pop("undoes", False)
    return always.refusal(action(effect=effect), outcome, facts(**values), undoes=undoes)


def outcome(bounds: Bounds, approved: dict[str, Any], **values: Any) -> str:
    rule = always.rule("eff_01234abcdef", action(), approved, bounds)
    return judge(action(), approved | values, join(BOOK, rule, "you")).outcome


def test_what_went_to_one_known_person_may_become_a_rule() -> None:
    assert refused() == ""
    assert refused("booking") == ""


@pytest.mark.parametrize("effect", ["money", "destructive", "credential", "membership", "profile"])
def test_some_classes_never_become_a_rule(effect: str) -> None:
    assert refused(effect).endswith("is asked each time.")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"outcome": "ask_twice"}, "What the rules ask twice is asked each time."),
        ({"undoes": True}, "Taking something back is asked each time."),
        ({"steps": 3}, "A step of a larger plan may quote the others"),
        ({"deceptive": True}, "It has hidden or look-alike characters."),
        ({"dest_trusted": False}, "You did not type where it goes"),
        ({"recipient_known": False}, "It does not concern exactly one person"),
        ({"counterpart": "eve@evil.example"}, "It does not concern exactly one person"),
        ({"counterpart": ""}, "It does not concern exactly one person"),
        ({"amount": 4.0, "currency": "' || true"}, "I do not know the currency"),
    ],
)
def test_why_it_may_not_is_one_sentence(values: dict[str, Any], says: str) -> None:
    assert refused(**values).startswith(says)


def test_what_was_kept_without_its_facts_is_not_offered() -> None:
    assert always.refusal(action(), "ask", {}, undoes=False) == (
        "I no longer know what the rules saw of it."
    )


def test_the_first_bounds_are_three_a_day_and_thirty_days() -> None:
    assert always.usual(facts(), TODAY) == BOUNDS
    assert always.usual(facts(amount=40.0), TODAY) == PAID


@pytest.mark.parametrize("bounds", [BOUNDS, PAID])
def test_a_button_carries_the_bounds(bounds: Bounds) -> None:
    assert always.bounds_of(bounds.item()) == bounds


def test_the_rule_is_plain_conditions() -> None:
    rule = always.rule("eff_01234abcdef", action(), facts(), BOUNDS)
    assert (rule.id, rule.then, rule.why) == (
        "always-email-send-abcdef",
        "notify",
        "You said: always like this.",
    )
    assert rule.when == (
        "counterpart == 'rec_bruno'",
        "recipient_known",
        "dest_trusted",
        "steps <= 1",
        "amount == 0.0",
        "!has_attachment",
        "!outside",
        "done_today_to < 3",
        "today <= '2026-12-20'",
    )


def test_a_rule_with_an_amount_is_bounded_by_it() -> None:
    approved = facts(amount=40.0, currency="EUR")
    assert outcome(PAID, approved) == "notify"
    assert outcome(PAID, approved, amount=40.01) == "ask"
    assert outcome(PAID, approved, currency="USD") == "ask"


@pytest.mark.parametrize(
    "beyond",
    [
        {"counterpart": "rec_ada"},
        {"counterpart": ""},
        {"done_today_to": 3},
        {"today": "2026-12-21"},
        {"amount": 1.0},
        {"has_attachment": True},
        {"outside": True},
        {"recipient_known": False},
        {"steps": 2},
        {"hour": 22},
        {"duplicate_of": "eff_1"},
        {"done_today": 50, "goes_out": True},
        {"stopped": True},
    ],
)
def test_a_rule_reaches_no_further_than_its_bounds(beyond: dict[str, Any]) -> None:
    assert outcome(BOUNDS, facts()) == "notify"
    assert outcome(BOUNDS, facts(), done_today_to=2, today="2026-12-20") == "notify"
    assert outcome(BOUNDS, facts(), **beyond) == "ask"


def test_what_the_approved_one_had_the_next_may_have() -> None:
    approved = facts(has_attachment=True, outside=True)
    assert outcome(BOUNDS, approved) == "notify"
    lines = always.lines(approved, BOUNDS, "Send an e-mail", "Bruno")
    assert not any(line.startswith(("Files", "Words")) for line in lines)


def test_what_was_approved_at_night_still_makes_a_sound_rule() -> None:
    night = facts(hour=22, done_today_to=7, duplicate_of="eff_1")
    assert outcome(BOUNDS, night) == "ask"
    assert outcome(BOUNDS, night, hour=12, done_today_to=0, duplicate_of="") == "notify"


def test_the_rule_is_said_with_all_its_bounds() -> None:
    lines = always.lines(facts(amount=40.0, currency="EUR"), PAID, "Send an e-mail", "Bruno Muster")
    assert lines == (
        "What: Send an e-mail, on its own and not as a step of a larger plan",
        "For: Bruno Muster, and nobody else",
        "Amount: at most 40.00 EUR",
        "How often: at most 3 a day, with those that you approve",
        "On trial: after 10 times I ask until you have looked at them",
        "Until: 20 Dec 2026, that day included",
        "Files: none",
        "Words: nothing that stands only in somebody else's text",
        "The text is not bounded: it is still yours to read afterwards.",
    )
    assert always.says(action(), facts(), BOUNDS, "Send an e-mail", "Bruno Muster") == (
        "Send an e-mail to Bruno Muster by myself and tell you, at most 3 a day, until 20 Dec 2026."
    )


def test_bounds_are_changed_as_typed() -> None:
    typed = {"per_day": " 5 ", "until": "2027-01-31", "amount": "35,50"}
    assert always.changed(PAID, typed, TODAY, "de") == Bounds(5, "2027-01-31", "35.50")
    assert always.changed(PAID, {}, TODAY, "en") == PAID
    assert always.changed(PAID, {"until": "20270131"}, TODAY, "en").until == "2027-01-31"
    assert always.changed(BOUNDS, {"amount": "9"}, TODAY, "en") == BOUNDS
    assert [field.id for field in always.inputs(PAID)] == ["per_day", "until", "amount"]
    assert [field.id for field in always.inputs(BOUNDS)] == ["per_day", "until"]


@pytest.mark.parametrize(
    "typed",
    [
        {"per_day": "0"},
        {"per_day": "21"},
        {"per_day": "two"},
        {"per_day": "²"},
        {"until": "2026-11-19"},
        {"until": "2027-11-21"},
        {"until": "soon"},
        {"until": "2026-12-20' || true || '"},
        {"amount": "0"},
        {"amount": "-4"},
        {"amount": "1.234"},
        {"amount": "much"},
    ],
)
def test_bounds_that_are_none_are_refused(typed: dict[str, str]) -> None:
    with pytest.raises(PermanentError):
        always.changed(PAID, typed, TODAY, "en")
