"""Tone as facts: exact counts, of our own words only."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.gate import Gate
from policies.tone import facts

MAIL = "Dear Ada,\n\nthe course starts on Monday.\n\nWarm wishes\nSam\n> HELLO!!! 🎉"


def test_a_plain_mail_has_no_tone_to_complain_of_and_what_it_quotes_does_not_count() -> None:
    assert facts("Course", MAIL) == {
        "words": 10,
        "exclamations": 0,
        "emojis": 0,
        "capitals": 0,
        "wording": " course dear ada the course starts on monday warm wishes sam ",
        "greets": True,
        "signs_off": True,
    }


@pytest.mark.parametrize(
    ("title", "text", "fact", "value"),
    [
        ("", "Please ASAP.", "wording", " please asap "),
        ("URGENT!", "Hi", "exclamations", 1),
        ("URGENT", "pay the IBAN", "capitals", 1),
        ("", "Great 🎉 and ❤️ and :-)", "emojis", 3),
        ("", "at 10:30 (see https://example.org:8080)", "emojis", 0),
        ("", "The lamp is broken.", "greets", False),
        ("", "Sehr geehrte Frau Muster,", "greets", True),
        ("", "Hidden things", "greets", False),
        ("", "Hi\n\nMit freundlichen Grüßen\nSam", "signs_off", True),
        ("", "Hi\n\nSam", "signs_off", False),
        ("", "one -- two - three", "words", 3),
        ("", "", "greets", True),
    ],
)  # fmt: skip
def test_each_fact_is_exact(title: str, text: str, fact: str, value: Any) -> None:
    assert facts(title, text)[fact] == value


@given(st.lists(st.text(st.characters(categories=["Ll"]), min_size=1), min_size=1))
def test_every_word_is_found_as_a_word_and_never_within_another(words: list[str]) -> None:
    seen = facts("", " ".join(words))
    assert seen["words"] == len(words)
    for word in words:
        assert f" {word.lower()} " in seen["wording"]


def test_the_gate_knows_the_tone_of_a_call() -> None:
    contract = {"effect": "share", "roles": {"to": "destination", "text": "text"}}
    gate = Gate(contracts={"email.send": contract})
    action_facts = gate.decide("email.send", {"to": "a@example.org", "text": "ASAP!"})
    assert action_facts.outcome in ("ask", "ask_twice")
    own = "rules: [{id: calm, effect: share, when: [exclamations > 0], then: deny, why: Calm.}]"
    strict = Gate({"own.yaml": own}, {"email.send": contract})
    assert strict.decide("email.send", {"to": "a@example.org", "text": "ASAP!"}).rules == ("calm",)
