"""What is not to be remembered, in words."""

import pytest

from agents.rules.learning_words import heard


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("never remember health data", "said-deny-remember-health"),
        ("ask me before you remember anything from mails", "said-ask-remember-mail"),
        ("don't remember what files say", "said-deny-remember-file"),
        ("never remember new people", "said-deny-remember-record"),
        ("merke dir nie Gesundheitsdaten", "said-deny-remember-health"),
        ("frag mich, bevor du dir etwas aus Mails merkst", "said-ask-remember-mail"),
    ],
)
def test_a_sentence_about_remembering_is_this_rule(words: str, id: str) -> None:
    made = heard(words)
    assert made is not None
    assert (made.rule.id, made.rule.action) == (id, "memory.learn")


@pytest.mark.parametrize(
    "words",
    ["remember mails", "never remember", "remember me on Friday", "never remember Ada",
     "never remember mails and files", "what do you remember about mails?"],
)  # fmt: skip
def test_what_says_too_little_or_too_much_is_no_rule(words: str) -> None:
    assert heard(words) is None
