"""What a mail claims of its writer: one value of a known kind in a sentence, or nothing."""

import pytest

from agents.incoming.claims import CLAIMS_MAX, heard
from agents.reading.words import Context
from tests.agents.conftest import NOW

CONTEXT = Context(now=NOW, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("As we agreed on 90 EUR, here I am.", {"price": "90.00"}),
        ("Der vereinbarte Preis ist 90,50 €.", {"price": "90.50"}),
        ("Our new phone number is +49 30 123456.", {"phone": "+4930123456"}),
        ("My new address is Hauptstr. 3, Berlin\nBye", {"address": "Hauptstr. 3, Berlin"}),
        ("We have a new account: DE02 1203 0000 0000 2020 51.", {"iban": "DE02120300000000202051"}),
        ("My new e-mail is Eve@Evil.example.", {"email": "eve@evil.example"}),
        ("It will be delivered on 3 December 2026.", {"delivery": "2026-12-03"}),
        ("The contract renews on 2027-01-01.", {"renewal": "2027-01-01"}),
        ("The price was 80 EUR. The new price is 90 EUR.", {}),  # which of them?
        ("Our account DE02 1203 0000 0000 2020 52 is new.", {}),  # its check digits are wrong
        ("Our phone is 12 345.", {}),
        ("I paid 90 EUR yesterday.", {}),
        ("Thank you for the lamp.", {}),
        ("The price is a matter of taste.", {}),
    ],
)
def test_a_sentence_claims_what_it_says_and_nothing_else(text: str, claims: dict[str, str]) -> None:
    assert {one.attribute: one.value for one in heard(text, CONTEXT)} == claims


def test_a_mail_claims_only_so_much() -> None:
    every = (
        "Our price is 9 EUR. Phone +49 30 123456. Account DE02120300000000202051. "
        "New mail a@b.example. "
        "Our address is here. Delivery on 3 December 2026. It renews on 4 December 2026."
    )
    assert len(heard(every, CONTEXT)) == 7 <= CLAIMS_MAX
