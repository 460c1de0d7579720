"""What is a password in a sentence, and what only speaks of one."""

import pytest

from agents.models.keys import ISSUED, blanked, secret_in
from tests.agents.honest import SECRET_FREE, WITHOUT, sentences
from tests.sampled import seed
from tests.told_secrets import SECRETS

COUNT = 1500


@pytest.mark.parametrize("name", SECRETS)
def test_a_password_or_key_in_a_sentence_is_one(name: str) -> None:
    said, secret = SECRETS[name]
    text = f"note on Ada: {said}\nThe fair is in May."
    assert secret_in(text, ())
    assert secret not in blanked(text, ())
    assert not secret_in(blanked(text, ()), ())


@pytest.mark.parametrize(
    "text",
    [
        "her password is wrong",
        "the password is being changed on Monday",
        "Ada forgot the password. The fair is on 12 May 2026",
        "the pin is in the drawer with 200 others",
        "the password rules: at least 12 characters",
        "password manager: 1Password",
        "secret:shop-key",
    ],
)
def test_what_only_speaks_of_a_password_is_none(text: str) -> None:
    assert not secret_in(text, ())


def test_no_honest_sentence_of_a_business_is_taken_for_a_password() -> None:
    said = list(sentences((*WITHOUT, *SECRET_FREE), COUNT, seed()))
    taken = [one for one in said if secret_in(one, ())]
    print(f"taken for a password: {len(taken)} of {len(said)} honest sentences")
    assert taken == []


def test_a_known_secret_is_found_in_words_and_a_short_one_only_as_a_word() -> None:
    assert secret_in("it is sunflowers, I think", ("sunflowers",))
    assert secret_in("it is tulip22, I think", ("tulip22",))
    assert not secret_in("article tulip220 is blue", ("tulip22",))
    assert not secret_in("the tulip costs 1234 EUR", ("tulip", "1234"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "said",
    [
        *("password ", "password: ", "pass\n", "token ", "sk-", "eyJa.", "a://b:", "_key", "PIN "),
        *("https://reset", "mot de passe ", "-----BEGIN PRIVATE KEY-----", "A1b", "pw a\n", "key-"),
    ],
)
def test_a_long_text_holds_nobody_up(said: str) -> None:
    secret_in(said * (200_000 // len(said)) + "!", ())


def test_each_form_says_whose_it_is() -> None:
    assert all(name and pattern for name, pattern in ISSUED.items())
