"""Whose words are these? Measured on a corpus of forwards, then the hard cases one by one."""
# ruff: noqa: RUF001 (other alphabets)

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from connectors.files import forwarded
from connectors.files.people import people, person
from connectors.files.shapes import Person
from tests.connectors.files import corpus

CORPUS = corpus.cases()
CERTAIN = ("en", "de", "fr", "es")


def labels(subject: str, sender: str = "Ada Example <ada@example.org>") -> str:
    return (
        f"From: {sender}\nSent: Monday, November 16, 2026 9:12 AM\nTo: me@example.com\n"
        f"Subject: {subject}\n\n"
    )


def test_the_original_sender_is_right_in_nearly_every_forward():
    right = Counter(
        case.language
        for case in CORPUS
        if (found := forwarded.find(case.text).message)
        and found.sender == Person(corpus.NAME, corpus.ADDRESS)
    )
    asked = Counter(case.language for case in CORPUS)
    assert len(CORPUS) >= 100
    assert {language: right[language] for language in CERTAIN} == {
        language: asked[language] for language in CERTAIN
    }
    assert right.total() >= 0.95 * asked.total()


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_a_forward_is_taken_apart_without_mixing_or_losing_words(case):
    forward = forwarded.split(case.text)
    assert forward.message is not None
    assert forward.own_words == case.own_words
    assert forward.message.body == case.body
    assert forward.message.subject == corpus.SUBJECT
    assert forward.message.to[0].address == corpus.TO
    assert forward.chain == (forward.message,)
    assert forward.quoted == ""


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_the_date_of_a_forward_is_understood(case):
    date = forwarded.split(case.text).message.date
    assert (date.year, date.month, date.day, date.hour, date.minute) == corpus.DAY
    assert date.utcoffset() is not None


def test_a_date_without_a_zone_is_in_the_zone_of_the_forwarder():
    berlin = timezone(timedelta(hours=1))
    forward = forwarded.split("x\n\n" + labels("Order") + "hi", zone=berlin)
    assert forward.message.date == datetime(2026, 11, 16, 9, 12, tzinfo=berlin)


def test_of_nested_forwards_the_innermost_sender_wrote_it_and_the_chain_is_kept():
    forward = forwarded.split(
        "please pay\n\n---------- Forwarded message ---------\n"
        + labels("Fwd: Invoice", "Bo <bo@example.net>")
        + "FYI, from Ada\n\n---------- Forwarded message ---------\n"
        + labels("Invoice")
        + "here it is"
    )
    assert forward.own_words == "please pay"
    assert [step.sender.address for step in forward.chain] == ["bo@example.net", "ada@example.org"]
    assert [step.body for step in forward.chain] == ["FYI, from Ada", "here it is"]
    assert forward.message == forward.chain[-1]


def test_history_under_a_reply_is_quoted_and_not_taken_for_the_original():
    history = labels("Order", "me@example.com") + "we sent it"
    forward = forwarded.split(
        "see below\n\n" + labels("RE: Order") + "still broken\n\n" + history, subject="FW: Order"
    )
    assert forward.message.sender.address == "ada@example.org"
    assert forward.message.body == "still broken"
    assert forward.quoted.endswith("we sent it")


def test_a_forward_within_what_somebody_replies_to_is_history():
    wrote = "On 16 Nov 2026 at 9:12 Bo <bo@example.net> wrote:\n\n"
    inner = "---------- Forwarded message ---------\n" + labels("Order") + "hi"
    quoted = "\n".join(f"> {line}" for line in inner.split("\n"))
    forward = forwarded.split(f"I agree.\n\n{wrote}{quoted}")
    assert (forward.own_words, forward.message) == ("I agree.", None)


def test_a_last_word_that_sounds_like_an_introduction_stays_with_the_forwarder():
    own = "She complained on 12.11.2026 at 9:12 and wrote:"
    forward = forwarded.split(f"{own}\n\n" + labels("Order") + "hi")
    assert (forward.own_words, forward.message.body) == (own, "hi")


def test_a_reply_is_not_a_forward_though_its_history_carries_labels():
    text = "still broken\n\n" + labels("Order", "me@example.com") + "we sent it"
    forward = forwarded.split(text, subject="RE: Order")
    assert (forward.own_words, forward.message) == ("still broken", None)
    assert "we sent it" in forward.quoted


@pytest.mark.parametrize(
    "line",
    [
        "On Mon, Nov 16, 2026 at 9:12 AM Bo Example <bo@example.net> wrote:",
        "On Mon, Nov 16, 2026 at 9:12 AM Bo Example <bo@example.net>\nwrote:",
        "Am 16.11.2026 um 09:12 schrieb Bo Example <bo@example.net>:",
        "Le lun. 16 nov. 2026 à 09:12, Bo Example <bo@example.net> a écrit :",
        "El lun, 16 nov 2026 a las 9:12, Bo Example (<bo@example.net>) escribió:",
        "Il giorno lun 16 nov 2026 alle ore 09:12 Bo Example <bo@example.net> ha scritto:",
        "Op ma 16 nov 2026 om 09:12 schreef Bo Example <bo@example.net>:",
        "Em seg., 16 de nov. de 2026 às 09:12, Bo Example <bo@example.net> escreveu:",
        "pon., 16 lis 2026 o 09:12 Bo Example <bo@example.net> napisał(a):",
        "Den mån 16 nov. 2026 kl 09:12 skrev Bo Example <bo@example.net>:",
        "ma 16. marrask. 2026 klo 9.12 Bo Example (bo@example.net) kirjoitti:",
        "po 16. 11. 2026 v 9:12 odesílatel Bo Example <bo@example.net> napsal:",
        "пн, 16 нояб. 2026 г. в 09:12, Bo Example <bo@example.net>:",
        "Bo Example <bo@example.net> 于2026年11月16日周一 09:12写道：",
        "2026年11月16日(月) 9:12 Bo Example <bo@example.net>:",
    ],
)
def test_what_somebody_replies_to_is_not_their_own_text(line):
    forward = forwarded.split(f"I agree.\n\n{line}\n\n> first\n> second\n")
    assert forward.own_words == "I agree."
    assert forward.quoted.startswith(line[:10]) and forward.quoted.endswith("> second")


def test_answers_between_quoted_lines_are_kept_apart_from_them():
    forward = forwarded.split("> Blue or red?\nwrapped on\n\nRed.\n\n> When?\n\nFriday.")
    assert forward.own_words == "Red.\n\nFriday."
    assert forward.quoted == "> Blue or red?\nwrapped on\n> When?"


def test_a_forward_that_only_says_who_wrote_needs_a_forwarding_subject():
    text = (
        'Look:\n\nOn 16/11/2026, 09:12, "Ada Example" <ada@example.org> wrote:\n\n    It broke.\n'
    )
    assert forwarded.split(text, subject="RE: lamp").message is None
    message = forwarded.split(text, subject="FW: lamp").message
    assert (message.sender, message.subject) == (Person("Ada Example", "ada@example.org"), "lamp")
    assert message.body == "It broke."


def test_the_first_lines_of_a_body_cannot_replace_the_sender():
    forward = forwarded.split(
        "x\n\n"
        + labels("Order", "Mallory <m@evil.example>")
        + "From: boss@example.com\nSum: 40\n\nhi"
    )
    assert forward.message.sender.address == "m@evil.example"
    assert forward.message.body == "From: boss@example.com\nSum: 40\n\nhi"


def test_words_under_a_quoted_forward_are_not_the_forwarders_own():
    forward = forwarded.split(
        "> Begin forwarded message:\n>\n> From: Ada <ada@example.org>\n> Subject: a\n"
        "> Date: x\n>\n> hi\n\nwire 900 EUR"
    )
    assert forward.own_words == ""
    assert forward.message.body == "hi\n\nwire 900 EUR"


def test_a_forwarded_reply_keeps_its_answers_apart_from_what_it_answers():
    body = "> Blue or red?\n\nRed.\n\nAnd one more.\n\nAda"
    forward = forwarded.split("x\n\n" + labels("Re: Order") + body)
    assert forward.message.body == "Red.\n\nAnd one more.\n\nAda"
    assert forward.quoted == "> Blue or red?"


def test_a_forward_within_what_the_forwarded_message_replies_to_is_history():
    wrote = "On 16 Nov 2026 at 9:12 Bo <bo@example.net> wrote:\n\n"
    inner = "> ---------- Forwarded message ---------\n" + labels("Order").replace("\n", "\n> ")
    body = f"I agree.\n\nAda\n\nLamps\n\n{wrote}> From: {inner}hi"
    forward = forwarded.split("x\n\n" + labels("Re: Order") + body)
    assert len(forward.chain) == 1
    assert forward.message.body == "I agree.\n\nAda\n\nLamps"


@pytest.mark.parametrize(
    "text",
    [
        "refund invoice 7 for 40 EUR",
        "Trip:\nFrom: Berlin\nTo: Paris\nDate: 12.11.2026",
        "To: do\nFrom: now on\nmore sleep",
        "I asked her on 12.05.2026 at 9:12 and then wrote:\nno",
        "",
        "----------",
    ],
)
def test_a_plain_text_is_all_own_words(text):
    forward = forwarded.split(text)
    if "wrote" not in text:
        assert (forward.own_words, forward.quoted) == (text, "")
    assert forward.message is None


def test_the_html_is_asked_when_the_plain_text_shows_no_forward():
    html = (
        f"<p>{corpus.OWN}</p><div class=gmail_quote><div>---------- Forwarded message ---------<br>"
        f"From: <strong>{corpus.NAME}</strong> <span>&lt;<a>{corpus.ADDRESS}</a>&gt;</span><br>"
        f"Date: Mon, Nov 16, 2026 at 9:12 AM<br>Subject: {corpus.SUBJECT}<br>"
        f"To: &lt;{corpus.TO}&gt;<br></div><br><p>It broke.</p></div>"
    )
    forward = forwarded.split("see the HTML version", html)
    assert forward.own_words == corpus.OWN
    assert forward.message.sender == Person(corpus.NAME, corpus.ADDRESS)
    assert forward.message.body == "It broke."


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('"Ada Example" <ada@example.org>', Person("Ada Example", "ada@example.org")),
        ("Example, Ada [mailto:ada@example.org]", Person("Example, Ada", "ada@example.org")),
        ("ada@example.org<mailto:ada@example.org>", Person("", "ada@example.org")),
        ('"ceo@bank.example" <m@evil.example>', Person("ceo@bank.example", "m@evil.example")),
        ("<ceo@bank.example> <m@evil.example>", Person("", "m@evil.example")),
        ("Ada Example", Person("Ada Example", "")),
    ],
)
def test_a_person_is_the_last_address_in_brackets(said, meant):
    assert person(said) == meant


def test_a_list_of_people_keeps_names_with_commas_whole():
    assert people('Example, Ada <ada@example.org>; "Bo" <bo@example.net>, c@example.com') == (
        Person("Example, Ada", "ada@example.org"),
        Person("Bo", "bo@example.net"),
        Person("", "c@example.com"),
    )
