"""What an edit says of a style, and what becomes of a draft by it."""

import pytest

from engine.voice.style import Style, Trait, applied, explains, read, told, traits
from memory.canon.likeness import changed

DRAFT = """Dear Ada,

thank you for your message. I have refunded 40.00 EUR of your payment PAY-1042. Your bank usually \
shows it within a few working days.

If anything is still open, just answer this mail.

Warm wishes
Sam · Studio Example"""
GERMAN = """Guten Tag Bruno,

anbei erhalten Sie die Rechnung INV-7 über 90,00 EUR. Bitte zahlen Sie sie bis Freitag.

Viele Grüße
Sam"""


def found(old: str, new: str, text: str = DRAFT, name: str = "Ada Example") -> set[Trait]:
    assert old in text
    return set(traits(text, text.replace(old, new), name, "Studio Example"))


@pytest.mark.parametrize(
    ("old", "new", "part", "value"),
    [
        ("Dear Ada,", "Ada,", "greeting", "{name},"),
        ("Dear Ada,", "Hi Ada!", "greeting", "Hi {name}!"),
        ("Warm wishes", "Best", "closing", "Best"),
        ("Sam · Studio Example", "Sam", "signature", "Sam"),
        ("Sam · Studio Example", "Your Studio Example", "signature", "Your {company}"),
        ("\nSam · Studio Example", "", "signature", ""),
        ("Warm wishes\n", "", "closing", ""),
        ("thank you", "thanks", "instead", "thank you → thanks"),
        ("usually ", "", "strike", "usually"),
        ("\n\nWarm", "\n\nHave a nice day.\n\nWarm", "ending", "Have a nice day."),
        ("thank you", "I hope you are well. thank you", "opening", "I hope you are well."),
    ],
)
def test_an_edit_is_taken_apart_into_traits(old: str, new: str, part: str, value: str) -> None:
    assert found(old, new) == {Trait(part, value)}


def test_a_sentence_that_goes_is_struck_and_makes_it_shorter() -> None:
    last = "If anything is still open, just answer this mail."
    middle = "Your bank usually shows it within a few working days."
    assert found(f"\n\n{last}", "") == {Trait("strike", last)}
    both = set(traits(DRAFT, DRAFT.replace(last, "").replace(middle, ""), "Ada", ""))
    assert both == {Trait("strike", last), Trait("strike", middle), Trait("length", "short")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("40.00 EUR", "50.00 EUR"),  # a fact is no style
        ("still open", "still open with PAY-77"),
        ("Warm wishes", "Write to sam@example.org"),
        ("Warm wishes", "See www.example.org"),
        ("thank you for your message.", "thank you, Ada Example, for your message."),
        ("I have refunded", "I have not refunded"),
        ("Dear Ada,", "Dear Ms Example,"),  # whom it is to is no style either
    ],
)
def test_what_is_a_matter_of_fact_is_no_trait(old: str, new: str) -> None:
    assert found(old, new) == set()


def test_a_form_of_address_is_one_trait_whatever_words_it_takes() -> None:
    familiar = GERMAN.replace("erhalten Sie", "erhältst du").replace("zahlen Sie", "zahl")
    assert set(traits(GERMAN, familiar, "Bruno Muster", "")) == {Trait("address", "du")}
    assert set(traits(familiar, GERMAN, "Bruno Muster", "")) == {Trait("address", "Sie")}


def test_a_style_changes_the_body_of_a_letter_and_nothing_else() -> None:
    style = Style(
        several=(
            Trait("instead", "thank you → thanks"),
            Trait("strike", "If anything is still open, just answer this mail."),
            Trait("strike", "art"),  # no word of its own here
            Trait("ending", "Have a nice day."),
        )
    )
    made = applied(DRAFT, style, "Ada Example")
    assert made.startswith("Dear Ada,\n\nthanks for your message. I have refunded 40.00 EUR")
    assert made.endswith("working days.\n\nHave a nice day.\n\nWarm wishes\nSam · Studio Example")
    assert applied(made, style, "Ada Example") == made
    assert applied("Re: thank you", style) == "Re: thank you"
    said = "thank you for your message."
    assert said in applied(DRAFT, style, "Ada Example", said)  # the operator's own words stay


def test_what_an_edit_says_leads_to_what_was_made_of_it() -> None:
    made = DRAFT.replace("\n\nIf anything is still open, just answer this mail.", "")
    made = made.replace("thank you", "thanks").replace("usually ", "")
    several = tuple(traits(DRAFT, made, "Ada Example", ""))
    assert applied(DRAFT, Style(several=several), "Ada Example") == made


def test_an_edit_that_became_style_is_explained_by_it_and_one_that_says_more_is_not() -> None:
    made = DRAFT.replace("Dear Ada,", "Hi Ada,").replace("thank you", "thanks")
    made = made.replace("Warm wishes\nSam · Studio Example", "Best\nSam")
    taught = tuple(traits(DRAFT, made, "Ada Example", "Studio Example"))
    single = {part: value for part, value in taught if part in ("greeting", "closing", "signature")}
    several = tuple(one for one in taught if one.part not in single)
    known = Style(single, several)
    assert explains(known, DRAFT, made, "Ada Example", "Studio Example")
    assert not explains(Style(single), DRAFT, made, "Ada Example", "Studio Example")
    assert not explains(known, DRAFT, f"{made} And more.", "Ada Example", "Studio Example")
    assert not explains(Style(), DRAFT, made, "Ada Example")


def test_every_trait_is_told_in_words() -> None:
    assert told(Trait("length", "short")) == "you make drafts much shorter"
    assert told(Trait("signature", "")) == "you leave the signature out"
    assert told(Trait("instead", "a → b")) == "you write “b” instead of “a”"


def test_a_distance_is_the_share_of_words_that_changed() -> None:
    assert changed("a b c d", "a b c d") == 0
    assert changed("a b c d", "a x c d") == 0.25
    assert changed("a", "b") == 1


def test_a_text_of_one_paragraph_is_all_body() -> None:
    assert read("Hello Ada,").greeting == ""
    assert read("One.\n\nTwo.").sign == ()
