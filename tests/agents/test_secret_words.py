"""What is a password in a sentence, and what only speaks of one."""

import pytest

from agents.models.redacting import blanked, secret_in


@pytest.mark.parametrize(
    "text",
    [
        "note on Ada: her password is Winter-2026-blau",
        "the password of the shop is: hunter2!",
        "Das Passwort lautet „Lampe_7“.",
        "Kennwort: geheim",
        "the PIN for the door was 4711, I think",
    ],
)
def test_a_password_in_a_sentence_is_one(text: str) -> None:
    assert secret_in(text, ())
    assert not secret_in(blanked(text, ()), ())


@pytest.mark.parametrize(
    "text",
    [
        "her password is wrong",
        "the password is being changed on Monday",
        "Ada forgot the password. The fair is on 12 May 2026",
        "the pin is in the drawer with 200 others",
    ],
)
def test_what_only_speaks_of_a_password_is_none(text: str) -> None:
    assert not secret_in(text, ())
