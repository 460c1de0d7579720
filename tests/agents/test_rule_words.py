"""What the operator's own words make of a rule, and what they do not."""

from datetime import UTC, date, datetime

import pytest

from agents.playbooks.library import load_folder
from agents.reading.words import Context
from agents.rules.rule_made import NO_LEAVE, Made, made
from agents.rules.rule_words import heard
from connectors.contract import PermanentError
from tests.agents.sentences import HELD_OUT, TUNING

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
EN = Context(now=NOW, zone="Europe/Berlin")
DE = Context(now=NOW, zone="Europe/Berlin", locale="de")


def rule(words: str, context: Context = EN) -> Made:
    said = heard(words, context)
    assert said is not None, words
    return made(said, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("words", "then", "action", "effect", "when"),
    [
        ("ask me from 100 on", "ask", None, "money", ("amount >= 100.00",)),
        ("Please ask me twice from 100 on.", "ask_twice", None, "money", ("amount >= 100.00",)),
        ("ask twice for refunds over 1,250 EUR", "ask_twice", "payments.refund", "money",
         ("amount > 1250.00", "currency == 'EUR'")),
        ("ask me for refunds of 20 or more", "ask", "payments.refund", "money",
         ("amount >= 20.00",)),
        ("never refund more than 200", "deny", "payments.refund", "money", ("amount > 200.00",)),
        ("never spend over $500", "deny", None, "money",
         ("amount > 500.00", "currency == 'USD'")),
        ("never mail before 8", "deny", "email.send", "share", ("hour < 8",)),
        ("don't send mails after 8 pm", "deny", "email.send", "share", ("hour >= 20",)),
        ("ask me before sending anything after 18:00", "ask", None, None,
         ("goes_out", "effect != 'egress_read'", "hour >= 18")),
        ("never mail strangers", "deny", "email.send", "share",
         ("!recipient_known", "recipients > 0")),
        ("nothing to strangers", "deny", None, None,
         ("goes_out", "effect != 'egress_read'", "!recipient_known",
          "recipients > 0 || effect == 'money'")),
        ("never at the weekend", "deny", None, None,
         ("goes_out", "effect != 'egress_read'", "weekend")),
        ("ask me for everything that goes to more than 5 people", "ask", None, None,
         ("goes_out", "effect != 'egress_read'", "recipients > 5")),
        ("ask me for every invoice", "ask", "invoices.issue", "internal", ()),
        ("ask me twice over 1000 a day", "ask_twice", None, "money",
         ("spent_today + amount > 1000.00",)),
        ("never refund more than 80 EUR per day", "deny", "payments.refund", "money",
         ("spent_today + amount > 80.00", "currency == 'EUR'")),
        ("ask me for more than 20 mails a day", "ask", "email.send", "share",
         ("done_today >= 20",)),
        ("no meetings before 9 am", "deny", "calendar.book", "booking", ("hour < 9",)),
    ],
)  # fmt: skip
def test_english_words_become_exactly_this_rule(
    words: str, then: str, action: str | None, effect: str | None, when: tuple[str, ...]
) -> None:
    found = rule(words).rule
    assert (found.then, found.action, found.effect, found.when) == (then, action, effect, when)


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("frag mich ab 100", "ask me from 100 on"),
        ("Frag mich bitte zweimal ab 100.", "ask me twice from 100 on"),
        ("nie Mails vor 8 Uhr", "never mail before 8"),
        ("schick keine E-Mails nach 20 Uhr", "never mail after 20:00"),
        ("keine Erstattungen über 1.250 €", "no refunds over 1250 EUR"),
        ("nichts an Fremde", "nothing to strangers"),
        ("frag mich zweimal ab 300 € pro Tag", "ask me twice from 300 EUR a day"),
        ("frag mich bei mehr als 3 Rechnungen am Tag", "ask me for more than 3 invoices a day"),
        ("frag mich am Wochenende", "ask me at the weekend"),
        ("frag mich bei allem was an mehr als 5 Leute geht", "ask me for all to over 5 people"),
        ("Erstattungen bis 50 € an bekannte Kunden sind in Ordnung",
         "refunds up to 50 EUR for known customers are fine"),
        ("du darfst Rückerstattungen bis zu 50 € zahlen", None),
    ],
)  # fmt: skip
def test_german_words_mean_the_same(words: str, english: str | None) -> None:
    if english is None:  # it says two things at once: a refund, and money at large
        assert heard(words, DE) is None
        return
    one, other = rule(words, DE), rule(english)
    assert one.rule.model_copy(update={"why": ""}) == other.rule.model_copy(update={"why": ""})
    assert one.says == other.says


def test_leave_is_bounded_although_only_the_amount_was_said() -> None:
    found = rule("refunds up to 50 for known customers are fine")
    assert found.rule.id == "said-notify-refund-amount"
    assert found.rule.then == "notify"
    assert found.rule.when == (
        "amount <= 50.00",
        "currency == 'EUR'",
        "recipient_known",
        "amount_trusted",
        "dest_trusted",
        "done_today < 3",
        "today <= '2026-12-20'",
    )
    assert found.says == (
        "A refund up to 50.00 EUR to somebody in your records, with an amount and an account "
        "that you typed or your records have, at most 3 a day, until 20 Dec 2026: I do it by "
        "myself and tell you."
    )
    assert found.until == "2026-12-20"


def test_it_is_tried_within_its_bounds_and_just_beyond_each() -> None:
    assert rule("never refund more than 200").given == (
        {"recipient_known": True, "amount": 200.01, "currency": "EUR"},
        {"recipient_known": True, "amount": 200.0, "currency": "EUR"},
    )
    assert [given["hour"] for given in rule("never mail before 8").given] == [7, 8]


def test_the_same_rule_with_another_number_has_the_same_name() -> None:
    assert rule("ask me twice from 100 on").rule.id == "said-ask-twice-money-amount"
    assert rule("ask me twice from 200 on").rule.id == "said-ask-twice-money-amount"
    assert rule("never mail before 8").rule.id == "said-deny-mail-before"
    assert rule("ask me twice over 200 a day").rule.id == "said-ask-twice-money-amount-a-day"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "ask me",
        "never",
        "from 100 on",
        "ask me from 100 on unless it is Ada",
        "ask me from 100 on except for refunds",
        "do not ask me from 100 on",
        "refunds up to 50 are not fine",
        "Erstattungen bis 50 sind nicht in Ordnung",
        "never mail me before 8",
        "never mail Bruno before 8",
        "never mail before 8:30",
        "never mail before 25",
        "never mail before 13 pm",
        "never mail before 8 and 9",
        "do you ask me from 100 on?",
        "Ada says: never mail before 8",
        "“never mail before 8”",
        "'never mail before 8'",
        "> never mail before 8",
        "hello\nnever mail before 8",
        "never mail twice before 8",
        "ask me up to 50",
        "refunds up to 50 a day are fine",
        "ask me for every mail a day",
        "ask me for more than 20 mails",
        "ask me for more than 20 mails over 100 a day",
        "refunds from 50 on are fine",
        "ask me from 100 on over 200",
        "never mail refunds before 8",
        "ask me and never mail",
        "refund Ada 40 EUR",
        "write to Bruno that the file is ready",
        "never " * 60 + "mail before 8",
    ],
)
def test_words_that_are_not_wholly_understood_make_no_rule(words: str) -> None:
    assert heard(words, EN) is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("ask me for invoices from 100 on",
         "An invoice has no amount that rules can see, so I cannot hold it to one."),
        ("never mail from 100 on",
         "An e-mail has no amount that rules can see, so I cannot hold it to one."),
        ("mails to known customers are fine", NO_LEAVE),
    ],
)  # fmt: skip
def test_what_is_understood_but_cannot_be_a_rule_says_why(words: str, why: str) -> None:
    with pytest.raises(PermanentError) as caught:
        rule(words)
    assert str(caught.value) == why


def test_no_wish_is_a_rule() -> None:
    examples = {text for playbook in load_folder() for text in playbook.examples}
    wishes = examples | {text for text, _ in (*TUNING, *HELD_OUT)}
    assert [text for text in wishes if heard(text, EN) or heard(text, DE)] == []
