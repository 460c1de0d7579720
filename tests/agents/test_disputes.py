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
    return KNOWN.by_words(goal(said, playbook), scope)


@pytest.mark.parametrize(
    "said",
    [
        "write to Ada that invoice 7 is overdue", "remind Ada to pay her invoice",
        "answer Ada's complaint", "schreib Ada, dass die Rechnung noch nicht bezahlt ist",
        "réponds à Ada : nous regrettons la réclamation", "dile a Ada que la factura está impagada",
        "write to Ada that she hasn't paid", "send Ada a payment reminder",
        "écris à Ada que la facture n'est pas encore réglée", "écris à Ada : mise en demeure",
        "réponds à Ada : je comprends que vous soyez déçue", "dile a Ada que no ha pagado",
        "escribe a Ada: la factura está vencida", "responde a Ada: sentimos las quejas",
        "schreib Ada, dass das Inkasso sich meldet",
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
        "écris à Ada que le cours commence lundi", "dile a Ada que hemos recibido su pago",
        "écris à Ada que la facture est réglée", "escribe a Ada que el curso empieza el lunes",
    ],
)  # fmt: skip
def test_other_words_make_none(said: str) -> None:
    assert not of(said)


@pytest.mark.parametrize(
    "mail",
    [
        "Please return my deposit.", "Ich möchte den Betrag zurück.",
        "Wann wird das zurückgezahlt?", "Merci de me rendre mon argent.",
        "Je demande que les frais soient remboursés.", "Quiero recuperar mi dinero.",
        "Por favor devuélvanme el importe.", "Pueden reembolsarme el curso?",
    ],
)  # fmt: skip
def test_an_answer_to_who_wants_their_money_back_is_one_in_four_languages(mail: str) -> None:
    assert of("reply that we look into it", mail=mail)


def test_a_refund_is_one_and_so_is_what_answers_a_mail_that_asks_for_one() -> None:
    assert of("refund Ada 40 EUR", playbook="refund")
    assert of("reply that we look into it", mail="I want my money back.")
    assert not of("reply that we look into it", mail="When does the course start?")
    assert not of("tell Ada about our refund terms")
