"""What a form asks for in a chat, and how a reply is read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lower.limits import measure
from bot.lower.payload import TEXT_UTF16_MAX
from bot.telegram.forms import FormError, prompt, read
from engine.chat.messages import Form, Input

AMOUNT = Input(id="amount", label="Amount", kind="number", initial="40.00")
SUBJECT = Input(id="subject", label="Subject", initial="Your order 7", max_chars=40)
TEXT = Input(id="text", label="Text", kind="multiline", initial="Dear Mara,\nhere it is.")
NOTE = Input(id="note", label="Note", kind="multiline")
TONE = Input(id="tone", label="Tone", kind="choice", choices=("kind", "firm"))
CONFIRM = Input(id="confirm", label="Type 40.00 to confirm")


def form(*fields: Input) -> Form:
    return Form(title="Edit before it is done", fields=fields)


@pytest.mark.parametrize(
    ("fields", "reply", "values"),
    [
        ((CONFIRM,), " 40.00 ", {"confirm": "40.00"}),
        ((CONFIRM,), "confirm: 40.00", {"confirm": "40.00"}),
        ((TEXT,), "Dear Mara,\n\nno.", {"text": "Dear Mara,\n\nno."}),
        ((TEXT,), "Text: Dear Mara,\nAmount: later", {"text": "Dear Mara,\nAmount: later"}),
        ((AMOUNT, TEXT), "Amount: 35", {"amount": "35"}),
        ((AMOUNT, TEXT), "amount : 35 EUR\n\ntext: Hi", {"amount": "35 EUR", "text": "Hi"}),
        ((AMOUNT, SUBJECT), "Subject: Re: order", {"subject": "Re: order"}),
        ((AMOUNT, TEXT), "Dear Mara: hello", {"text": "Dear Mara: hello"}),
        ((AMOUNT, TEXT), "Text:\nHi,\n\nAmount: 35", {"text": "Hi,\n\nAmount: 35"}),
        ((TEXT, NOTE), "Text: one\ntwo\nNote: three", {"text": "one\ntwo", "note": "three"}),
        ((SUBJECT, TEXT), "Subject:", {"subject": ""}),
        ((AMOUNT, TONE), "Tone: firm", {"tone": "firm"}),
    ],
)
def test_a_reply_fills_in_the_fields_it_names_or_the_only_one_it_can_mean(
    fields: tuple[Input, ...], reply: str, values: dict[str, str]
) -> None:
    assert read(form(*fields), reply) == values


@pytest.mark.parametrize(
    ("fields", "reply", "says"),
    [
        ((AMOUNT, SUBJECT), "35", "don't know which field"),
        ((TEXT, NOTE), "hello", "don't know which field"),
        ((AMOUNT, SUBJECT), "Amount: 35\nthanks", "what “thanks” belongs to"),
        ((AMOUNT, SUBJECT), "Amount: 35\nAmount: 36", "there twice"),
        ((AMOUNT, TONE), "Tone: rude", "one of: kind, firm"),
        ((SUBJECT,), "x" * 41, "takes 40 characters; this has 41"),
    ],
)
def test_a_reply_that_cannot_be_read_is_told_how(
    fields: tuple[Input, ...], reply: str, says: str
) -> None:
    with pytest.raises(FormError, match=re.escape(says)):
        read(form(*fields), reply)


def test_the_question_shows_the_values_now_with_the_long_text_last() -> None:
    html = prompt(form(TEXT, AMOUNT, TONE))
    assert "<pre>Amount: 40.00\nTone:  (kind | firm)\nText: Dear Mara,\nhere it is.</pre>" in html
    assert "the new “Text”, or with one line for each field" in html


def test_a_single_field_is_asked_for_alone() -> None:
    assert "Reply to this message. Type 40.00 to confirm." in prompt(form(CONFIRM))
    assert "<pre>Dear Mara,\nhere it is.</pre>" in prompt(form(TEXT))


def test_what_the_question_shows_can_be_sent_back_as_it_is() -> None:
    shown = prompt(form(SUBJECT, AMOUNT, TEXT)).partition("<pre>")[2].partition("</pre>")[0]
    assert read(form(SUBJECT, AMOUNT, TEXT), shown) == {
        "subject": "Your order 7",
        "amount": "40.00",
        "text": "Dear Mara,\nhere it is.",
    }


def test_a_text_too_long_to_show_is_never_shown_in_part() -> None:
    long = TEXT.model_copy(update={"initial": "word " * 1000})
    html = prompt(form(AMOUNT, long))
    assert "word" not in html
    assert "“Text” has 5,000 characters, too many to show here" in html
    assert "Amount: 40.00" in html


@given(st.lists(st.text(max_size=5000), min_size=1, max_size=8), st.booleans())
def test_every_question_fits_a_message(texts: list[str], long: bool) -> None:
    kind = "multiline" if long else "text"
    fields = [
        Input(id=f"f{n}", label=f"Field <{n}>", kind=kind, initial=text)
        for n, text in enumerate(texts)
    ]
    found = measure(prompt(form(*fields)))
    assert found.faults == []
    assert found.utf16 <= TEXT_UTF16_MAX


@given(st.text(min_size=1).filter(lambda text: ":" not in text))
def test_a_whole_reply_is_the_value_of_the_only_field(text: str) -> None:
    assert read(form(TEXT), text) == {"text": text.strip()}
