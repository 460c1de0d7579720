"""How long something is to be kept, in words: every word understood, never too few days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules.keeping_words import DAYS, heard
from connectors.contract import PermanentError


@pytest.mark.parametrize(
    ("words", "id", "when"),
    [
        ("forget chat messages after 2 years", "said-forget-message",
         ("kind == 'message'", "age_days >= 732")),
        ("keep mails for 90 days", "said-forget-mail", ("kind == 'mail'", "age_days >= 90")),
        ("Please delete old files after a month.", "said-forget-file",
         ("kind == 'file'", "age_days >= 31")),
        ("forget mails about invoices after 10 years", "said-forget-mail-about-invoice",
         ("kind == 'mail'", "about.contains('invoice')", "age_days >= 3660")),
        ("never forget invoices", "said-keep-about-invoice", ("about.contains('invoice')",)),
        ("never delete notes", "said-keep-note", ("kind == 'note'",)),
        ("keep mails about customers forever", "said-keep-mail-about-person",
         ("kind == 'mail'", "about.contains('person')")),
        ("vergiss Chatnachrichten nach 2 Jahren", "said-forget-message",
         ("kind == 'message'", "age_days >= 732")),
        ("behalte Mails 90 Tage", "said-forget-mail", ("kind == 'mail'", "age_days >= 90")),
        ("vergiss nie Rechnungen", "said-keep-about-invoice", ("about.contains('invoice')",)),
    ],
)  # fmt: skip
def test_a_sentence_about_keeping_is_this_rule(words: str, id: str, when: tuple[str, ...]) -> None:
    made = heard(words)
    assert made is not None
    assert (made.rule.id, made.rule.when, made.rule.action) == (id, when, "memory.expire")
    assert made.rule.then == ("deny" if "keep" in id else "notify")


@pytest.mark.parametrize(
    "words",
    [
        "forget mails", "keep mails", "forget everything after 2 years", "never keep mails",
        "forget mails and notes after 2 days", "forget mails from Ada after 2 days",
        "forget mails after 90 days?", "> forget mails after 90 days", "forget Ada Example",
        "forget it", "never mail strangers", "keep mails for 90 days unless I say so",
        "never forget mails after 90 days", "forget keep mails after 90 days", "",
    ],
)  # fmt: skip
def test_what_says_too_little_or_too_much_is_no_rule(words: str) -> None:
    assert heard(words) is None


@pytest.mark.parametrize("words", ["forget invoices after 2 years", "forget mails after 0 days"])
def test_what_is_understood_and_cannot_be_says_so(words: str) -> None:
    with pytest.raises(PermanentError):
        heard(words)


@given(
    verb=st.sampled_from(["forget mails after", "keep mails for", "behalte Mails"]),
    count=st.integers(1, 100),
    unit=st.sampled_from(["days", "weeks", "months", "years", "Tage", "Wochen", "Monate", "Jahre"]),
    odd=st.text(st.characters(categories=["Ll"]), min_size=3, max_size=9),
)
def test_one_word_more_is_no_rule_and_the_days_are_those_that_were_said(
    verb: str, count: int, unit: str, odd: str
) -> None:
    made = heard(f"{verb} {count} {unit}")
    assert made is not None
    assert made.rule.when[-1] == f"age_days >= {count * DAYS[unit[0].lower()]}"
    within, beyond = made.given
    assert within["age_days"] == beyond["age_days"] + 1
    assert heard(f"{verb} {count} {unit} qx{odd}") is None
