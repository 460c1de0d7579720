"""The checks of drafts: what is in no evidence is found, and what is true is left alone."""

from collections import Counter

import pytest

from agents.checks import language
from agents.checks.draft import findings
from agents.checks.evidence import Evidence, Finding
from agents.writing import tone
from policies import book
from tests.agents import short_mails
from tests.agents.drafted import Made, faulty, made

FOUND_MIN, FALSE_MAX = 0.95, 0.02
DRAFTS = 40
TRUE = Evidence(
    (
        "PAY-1042",
        "1234.50",
        "EUR",
        "2026-05-03",
        "2026-05-03T14:30:00+00:00",
        "INV-7",
        "5 %",
        "DE89370400440532013000",
        "+49 30 1234567",
        "order 8042 of 2019, 30 lamps, 10115 Berlin; prices from 20 to 25 EUR",
    ),
    template="Hello Bruno,\n\nI refunded 1,234.50 EUR. See https://lamp.example/a?b=1.\n\nAda",
    recipient="Bruno Example",
)
SAME = {
    "German": "Hallo Bruno, am 3. Mai um 14.30 Uhr sind 1.234,50 € zurück.",
    "French": "Bonjour Bruno, le 3 mai 2026 à 14h30 vous recevez 1 234,50 € de retour.",
    "Spanish": "Hola Bruno, el 3 de mayo a las 14:30 recibe 1234,50 EUR.",
    "English": "Hi Bruno, on Sunday, May 3rd at 2:30 pm, you get €1,234.50, five % off.",
    "short forms": "Hi Bruno, now I\u2019m done, and so we\u2019re even. As I've said: It's yours.",
    "in words": "Guten Morgen! Bis heute morgen waren es fünf Prozent, also 5 %. Sie sind einzig.",
    "a phone at home": "Call 030 1234567 or +49 (0)30 1234567.",
    "a year first": "It is of 2026/05/03, or 5/3.",
    "both ends of a range": "It is between 20 and 25 euros, so 20–25 €, von EUR 20 bis 25.",
    "counts and years": "We have 30 lamps for order 8042 since 2019, for 10115 Berlin.",
    "the number of a sum": "Of the 1,234.50 nothing is left.",
    "a genitive": "Bruno's payment pay-1042 is back; Ada's note says the same.",
    "a list": "1. We send it.\n2. You get it.\n3) Done, in May.",
    "the place of a link": "It is on lamp.example, at https://www.lamp.example/a?b=1 as before.",
}
NOT = {
    "another decimal": ("You get 1.234,51 €.", "1.234,51 €"),
    "another currency": ("You get 1,234.50 USD.", "1,234.50 USD"),
    "an order's number as an amount": ("We refund 8042 EUR to you.", "8042 EUR"),
    "a count as an amount": ("Wir erstatten 30 €.", "30 €"),
    "a count as an amount in words": ("Wir erstatten dreißig Euro.", "dreißig"),
    "a count as a share": ("You get 30 % of it.", "30 %"),
    "a year as an amount": ("We refund 2019.00 EUR to you.", "2019.00 EUR"),
    "a postcode as an amount": ("Sie bekommen 10.115,00 EUR.", "10.115,00 EUR"),
    "an amount with its currency first": ("Refund (EUR): 8042", "(EUR): 8042"),
    "a range that begins with a count": ("It costs between 30 and 25 EUR.", "30"),
    "a difference": ("The rest is 5 EUR.", "5 EUR"),
    "a bare number as percent": ("7 % off for you.", "7 %"),
    "another year": ("On 3 May 2027.", "3 May 2027"),
    "the first of two days": ("From 2 to 3 May.", "2"),
    "a day of the week": ("See you on Monday.", "Monday"),
    "tomorrow": ("I do it tomorrow.", "tomorrow"),
    "half past": ("At 2:45 pm.", "2:45 pm"),
    "another path": ("See https://lamp.example/a?b=2.", "https://lamp.example/a?b=2"),
    "a host like it": ("See lamp.example.com today.", "lamp.example.com"),
    "an address": ("Write to ada@lamp.example, please.", "ada@lamp.example"),
    "another document": ("It is about INV-8.", "INV-8"),
    "a name": ("Please ask Quirina about it.", "Quirina"),
    "a name in German": ("Bitte fragen Sie Frau Quirin nach dem Weg.", "Quirin"),
    "a number in words": ("It takes three weeks.", "three"),
    "a document's number as an amount": ("You get 7 EUR.", "7 EUR"),
    "digits of an account": ("You get 89 EUR to DE89 3704 0044 0532 0130 00.", "89 EUR"),
    "an amount in a German word": ("Sie zahlen zweihundertfünfzig Euro.", "zweihundertfünfzig"),
    "an amount in a hyphened word": ("You pay ninety-nine euros.", "ninety-nine"),
    "seventy": ("Sie zahlen siebzig Euro.", "siebzig"),
    "a million times as much": ("You get 1,234.50 million EUR.", "million"),
    "a thousand times as much": ("You get 1234.50k EUR.", "1234.50k EUR"),
    "an unusual currency": ("You get 1,234.50 NZD.", "1,234.50 NZD"),
    "an unusual sign": ("You get R$1,234.50.", "R$1,234.50"),
    "the second of two numbers": ("You get 7/45 of it.", "45"),
    "a day without its year": ("It is on 6/4.", "6/4"),
    "a day with its year first": ("It is on 2026/05/04.", "2026/05/04"),
    "morgen": ("Ich melde mich morgen.", "morgen"),
    "a host without https": ("See bit.ly/abc for it.", "bit.ly/abc"),
    "a host of a country": ("See evil.ru for it.", "evil.ru"),
    "another scheme": ("See ftp://lamp.example/a?b=1 for it.", "ftp://lamp.example/a?b=1"),
    "another country's phone": ("Call +1 900 1234567.", "+1 900 1234567"),
    "another place's phone": ("Call 0171 1234567.", "0171 1234567"),
    "what is still to do": ("Hola Bruno, con todo listo: TODO.", "TODO"),
    "a blank": ("Dear [NAME], it is done.", "[NAME]"),
}


def right(one: Made, found: Finding) -> bool:
    """Say whether a finding is about the fault that was planted."""
    if not one.fault:
        return found.kind == one.kind
    return bool(found.words) and (found.words in one.fault or one.fault in found.words)


def measured(drafts: int) -> tuple[float, float, Counter[str]]:
    """Return the share of faults that are found, of drafts marked wrongly, and what was missed."""
    missed: Counter[str] = Counter()
    faults = wrong = 0
    for seed in range(drafts):
        clean = made(seed)
        wrong += bool(findings(clean.text, clean.evidence))
        for one in faulty(seed):
            faults += 1
            found = findings(one.text, one.evidence)
            missed[one.kind] += not any(right(one, each) for each in found)
            strange = [each for each in found if not right(one, each) and each.kind != one.kind]
            wrong += bool(strange) and one.kind != "language"  # there every fact is another one
    return 1 - missed.total() / faults, wrong / (faults + drafts), missed


def test_planted_faults_are_found_and_true_drafts_are_left_alone() -> None:
    found, wrong, missed = measured(DRAFTS)
    assert found >= FOUND_MIN, missed
    assert wrong <= FALSE_MAX


@pytest.mark.parametrize("how", SAME)
def test_what_is_true_may_be_written_in_another_way(how: str) -> None:
    assert findings(SAME[how], TRUE) == ()


@pytest.mark.parametrize("what", NOT)
def test_what_no_evidence_says_is_marked_with_its_words(what: str) -> None:
    text, words = NOT[what]
    assert [one.words for one in findings(text, TRUE)] == [words]


def short() -> tuple[list[Made], list[Made]]:
    """Return the short mails that are true and marked, and the false names that are not."""
    marked = [one for one in short_mails.true() if findings(one.text, one.evidence)]
    missed = [
        one
        for one in short_mails.false()
        if not any(right(one, found) for found in findings(one.text, one.evidence))
    ]
    return marked, missed


def test_a_short_mail_is_not_marked_and_a_false_name_in_it_is() -> None:
    marked, missed = short()
    assert [one.text for one in marked] == []
    assert len(missed) <= (1 - FOUND_MIN) * len(list(short_mails.false())), missed


def test_whoever_is_greeted_must_be_whom_it_goes_to() -> None:
    found = findings("Dear Ada,\n\nit is done.", TRUE)
    assert [(one.kind, one.words) for one in found] == [("greeting", "Ada")]
    assert [one.words for one in findings("dear peter,\n\nit is done.", TRUE)] == ["peter"]
    found = findings("Dear Quirina,\n\nit is done.", TRUE)
    assert [(one.kind, one.words) for one in found] == [("greeting", "Quirina")]  # told once
    assert findings("Dear Mr Example,\n\nit is done.", TRUE) == ()
    assert findings("Dear customers,\n\nit is done.", TRUE) == ()


def test_somebody_else_of_the_records_is_marked_wherever_they_stand() -> None:
    known = Evidence(TRUE.texts, others=("Light",))
    assert [one.words for one in findings("Light has it.", known)] == ["Light"]
    assert findings("Light has it.", Evidence(("Light",), others=("Light",))) == ()


def test_another_language_than_the_template_is_told() -> None:
    begun = Evidence((), template="Thank you for your message. We have it and will be there.")
    text = "Vielen Dank für Ihre Nachricht. Wir haben es und sind auch da."
    assert [one.says for one in findings(text, begun)] == [
        "It is in German, and what it started from is in English."
    ]
    assert language.of("OK.") == ""


def test_a_draft_much_longer_or_shorter_than_its_template_is_told() -> None:
    begun = Evidence((), template="so it is " * 10)
    assert [one.kind for one in findings("so it is " * 60, begun)] == ["length"]
    assert [one.kind for one in findings("so it is", begun)] == ["length"]
    assert findings("so it is " * 20, begun) == ()


def test_a_rule_of_tone_is_told_before_it_is_judged() -> None:
    rules = book.load({"mine.yaml": MINE})
    assert [one.kind for one in tone.check("", "We do it asap.", rules, "email.send")] == ["tone"]
    tried = book.load({"mine.yaml": MINE.replace("then: deny", "then: deny, shadow: true")})
    assert list(tone.check("", "We do it asap.", tried, "email.send")) == []


MINE = """\
rules:
  - {id: mine, action: email.send, when: ["wording.contains(' asap ')"], then: deny, why: No asap.}
"""
