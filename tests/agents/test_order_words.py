"""What begins like an order, and what does not: a noun, a reason, the end of a sentence."""

import pytest

from agents.hearing import order_words


@pytest.mark.parametrize(
    "said",
    [
        "book a flight", "order new lamps for the hall", "call Bruno",
        "book a flight to Rome and a hotel",
        "please cancel my gym membership", "call him", "water the plants", "then tidy the archive",
        "translate the offer into French", "buche einen Flug", "bestell neue Lampen",
        "bitte kündige das Abo", "ruf ihn an", "refund Ada 5 EUR", "send Bob the invoice",
    ],
)  # fmt: skip
def test_what_is_to_be_done_begins_like_an_order(said: str) -> None:
    assert order_words.begins(said)


@pytest.mark.parametrize(
    "said",
    [
        "a coffee", "the shade", "lamps", "shades of the house", "order 1042",
        "order from Ada", "call with Bruno", "book and lamp", "her dog", "Bruno",
        "for the delay", "because she was ill", "it was late", "40 EUR", "on Friday", "is glad",
        "who did not?", "then", "mail from Ada", "payment of the fee", "eine Lampe", "der Rest",
        "Muster GmbH", "that we are glad",
    ],
)  # fmt: skip
def test_what_goes_on_is_no_order(said: str) -> None:
    assert not order_words.begins(said)


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        ("the gate code is 4711", True), ("her lamp was broken", True),
        ("Ada prefers mornings", True),
        ("die Halle hat keinen Lift", True), ("call Ada", False), ("wants a refund", False),
        ("she is to come on Friday", False), ("she said that it is late", False),
    ],
)  # fmt: skip
def test_a_statement_tells_how_something_is_and_wants_nothing(said: str, is_so: bool) -> None:
    assert order_words.states(said) is is_so
