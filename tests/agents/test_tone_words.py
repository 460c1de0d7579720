"""How mails are to be written, in words: “no” asks, “never” refuses, every word understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules.tone_words import heard


@pytest.mark.parametrize(
    ("words", "then", "when", "action"),
    [
        ("never write more than 150 words", "deny", "words > 150", "email.send"),
        ("ask me for posts over 800 words", "ask", "words > 800", "cms.publish"),
        ("ask me twice for mails over 300 words", "ask_twice", "words > 300", "email.send"),
        ("never say 'asap' in a mail", "deny", "wording.contains(' asap ')", "email.send"),
        ("don't use the word “Kind Regards”", "ask", "wording.contains(' kind regards ')",
         "email.send"),
        ("no exclamation marks in mails", "ask", "exclamations > 0", "email.send"),
        ("no more than one exclamation mark", "ask", "exclamations > 1", "email.send"),
        ("no emojis in anything", "ask", "emojis > 0", None),
        ("never write in capitals", "deny", "capitals > 0", "email.send"),
        ("no mails without a greeting", "ask", "!greets", "email.send"),
        ("never send a mail without a sign-off", "deny", "!signs_off", "email.send"),
        ("keine Ausrufezeichen in Mails", "ask", "exclamations > 0", "email.send"),
        ("schreibe nie mehr als 150 Wörter", "deny", "words > 150", "email.send"),
        ("sage nie „umgehend“ in einer Mail", "deny", "wording.contains(' umgehend ')",
         "email.send"),
        ("keine Mails ohne Anrede", "ask", "!greets", "email.send"),
    ],
)  # fmt: skip
def test_a_sentence_about_tone_is_this_rule(
    words: str, then: str, when: str, action: str | None
) -> None:
    made = heard(words)
    assert made is not None
    assert (made.rule.then, made.rule.when, made.rule.action) == (then, (when,), action)
    assert words.rstrip(".") in made.rule.why


@pytest.mark.parametrize(
    "words",
    [
        "never mail strangers", "no emojis and no exclamation marks in mails to Ada", "emojis",
        "no mails", "never say asap", "write to Ada that there are no emojis", "no emojis?",
        "never say 'a') || true || ('b' in a mail", "no emojis twice", "",
    ],
)  # fmt: skip
def test_what_says_too_little_or_too_much_is_no_rule(words: str) -> None:
    assert heard(words) is None


@given(st.text(max_size=60))
def test_no_quoted_word_can_break_out_of_its_condition(word: str) -> None:
    made = heard(f"never say '{word}' in a mail")
    if made is not None:
        [clause] = made.rule.when
        assert clause.count("'") == 2
        assert "\\" not in clause
