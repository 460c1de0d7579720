"""What is a dispute is known by the playbooks: by their own kind, the mail, and words as data."""

from typing import Any

import pytest

from agents.playbooks import library
from agents.playbooks.disputes import Disputes
from engine.planning.goals import Goal

KNOWN = Disputes({one.id: one for one in library.load_folder()})


def goal(said: str, playbook: str | None = "write-mail") -> Goal:
    return Goal.model_construct(text=said, playbook=playbook, slots={"said": [said]})


def of(said: str, mail: str = "", playbook: str | None = "write-mail") -> bool:
    scope: dict[str, Any] = {"mail": {"subject": "Hello", "text": mail}} if mail else {"mail": {}}
    return KNOWN(goal(said, playbook), scope)


@pytest.mark.parametrize(
    "said",
    [
        "write to Ada that invoice 7 is overdue", "remind Ada to pay her invoice",
        "answer Ada's complaint", "schreib Ada, dass die Rechnung noch nicht bezahlt ist",
        "réponds à Ada : nous regrettons la réclamation", "dile a Ada que la factura está impagada",
        "write to Ada that she hasn't paid", "send Ada a payment reminder",
    ],
)  # fmt: skip
@pytest.mark.parametrize("playbook", ["write-mail", None])
def test_words_of_a_complaint_or_an_unpaid_bill_make_a_dispute(
    said: str, playbook: str | None
) -> None:
    assert of(said, playbook=playbook)


@pytest.mark.parametrize(
    "said",
    [
        "write to Ada that the course starts on Monday", "send Ada the October invoice",
        "tell Bruno that we got his payment", "schreib Ada, dass der Kurs am Montag beginnt",
        "remind me on Friday to call Ada", "write to Ada that she has paid in full",
    ],
)  # fmt: skip
def test_other_words_make_none(said: str) -> None:
    assert not of(said)


def test_a_refund_is_one_and_so_is_what_answers_a_mail_that_asks_for_one() -> None:
    assert of("refund Ada 40 EUR", playbook="refund")
    assert of("reply that we look into it", mail="I want my money back.")
    assert not of("reply that we look into it", mail="When does the course start?")
    assert not of("tell Ada about our refund terms")
