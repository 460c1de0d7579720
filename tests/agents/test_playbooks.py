"""From a typed sentence to the arguments of an effect, through the playbooks we ship."""

from dataclasses import replace
from typing import Any

import pytest

from agents.playbooks import references, slots
from agents.playbooks.library import load_folder
from agents.playbooks.routing import Router
from agents.reading.words import Context
from memory.db import Reader

Company = tuple[Reader, dict[str, str]]
PLAYBOOKS = load_folder()
ALL = {playbook.id for playbook in PLAYBOOKS}
SITUATION = {"today": "2026-11-20", "mail": {}, "goal": {"mark": "7k3f"}}


async def args_of(reader: Reader, context: Context, text: str) -> list[dict[str, Any]]:
    """Return what each step of the plan would be asked to do."""
    route = await Router(PLAYBOOKS).route(text, ALL)
    playbook = route.playbook
    assert playbook is not None, text
    filled = await slots.fill(reader, route.text, playbook.slots, context, route.groups)
    assert (filled.missing, filled.ambiguous, filled.wrong) == ((), {}, {}), text
    scope = await references.scope(reader, filled.values, playbook.defaults, SITUATION)
    resolved = [references.resolve(step.args, scope) for step in playbook.steps]
    assert all(missing == () for _, missing in resolved), resolved
    return [args for args, _ in resolved]


def draft(name: str) -> dict[str, str]:
    return {"draft": name}


async def test_a_refund_of_an_amount(company: Company, context: Context) -> None:
    reader, ids = company
    text = "please refund Ada 40 EUR because the parcel broke"
    refund, reply, note = await args_of(reader, context, text)
    assert refund == {
        "payment": "PAY-1042",
        "amount": "40.00",
        "currency": "EUR",
        "reason": "the parcel broke",
    }
    assert reply["to"] == "ada@example.org"
    assert note == {"record": ids["Ada Example"], "text": draft("refund_note")}


async def test_a_refund_without_an_amount_is_what_is_left(
    company: Company, context: Context
) -> None:
    reader, _ = company
    refund = (await args_of(reader, context, "refund order 1042"))[0]
    assert refund == {"payment": "PAY-1042", "amount": "50.00", "currency": "EUR"}


async def test_a_refund_asked_for_in_a_mail_answers_it(company: Company, context: Context) -> None:
    reader, ids = company
    refund = next(playbook for playbook in PLAYBOOKS if playbook.id == "refund")
    about = replace(context, about=(ids["Ada Example"],))
    mail = "Hello, I would like a refund of 25,50 EUR for my order 1042. Regards, Ada Example"
    filled = await slots.fill(reader, mail, refund.slots, about)
    situation = SITUATION | {"mail": {"message_id": "<1@example.org>"}}
    scope = await references.scope(reader, filled.values, refund.defaults, situation)
    asked, reply = (references.resolve(step.args, scope)[0] for step in refund.steps[:2])
    assert asked == {"payment": "PAY-1042", "amount": "25.50", "currency": "EUR"}
    assert reply["in_reply_to"] == "<1@example.org>"


@pytest.mark.parametrize(
    ("text", "reminder", "at", "about"),
    [
        ("remind me on Friday at 9 about invoice 7", "invoice 7", "2026-11-27T09", "INV-2026-007"),
        ("Remind me tomorrow to call Ada.", "call Ada.", "2026-11-21T09", "Ada Example"),
        ("remind me to call Ada on Monday at 10", "call Ada", "2026-11-23T10", "Ada Example"),
        ("remind me in two hours: laundry", "laundry", "2026-11-20T12", None),
        ("set a reminder for Monday to pay the rent", "pay the rent", "2026-11-23T09", None),
        ("remember to water the plants tomorrow", "water the plants", "2026-11-21T09", None),
        ("/remind on Monday to pay the rent", "pay the rent", "2026-11-23T09", None),
        ("erinnere mich morgen um 9 an Rechnung 7", "Rechnung 7", "2026-11-21T09", "INV-2026-007"),
        ("Erinnere mich am Freitag um 9 daran, Ada anzurufen", "Ada anzurufen", "2026-11-27T09",
         "Ada Example"),
        ("rappelle-moi demain à 9h d'appeler Ada", "appeler Ada", "2026-11-21T09", "Ada Example"),
        ("remind me tomorrow about the talk on Monday", "the talk on Monday", "2026-11-21T09",
         None),
    ],
)  # fmt: skip
async def test_a_reminder(
    company: Company, context: Context, text: str, reminder: str, at: str, about: str | None
) -> None:
    reader, ids = company
    [args] = await args_of(reader, context, text)
    assert args["text"] == reminder
    assert args["at"].startswith(at)
    assert args.get("about") == (ids[about] if about else None)


@pytest.mark.parametrize(
    ("text", "number", "to"),
    [
        ("send Ada the October invoice", "INV-2026-007", "ada@example.org"),
        ("email invoice 31", "INV-2026-031", "bob@example.org"),  # to whom it belongs
        ("Schick Ada die Rechnung vom Oktober", "INV-2026-007", "ada@example.org"),
        ("/invoice Bob", "INV-2026-031", "bob@example.org"),
    ],
)
async def test_an_invoice_is_sent_again(
    company: Company, context: Context, text: str, number: str, to: str
) -> None:
    reader, _ = company
    [args] = await args_of(reader, context, text)
    assert args["to"] == to
    [attached] = args["attachments"]
    assert attached["name"] == f"{number}.pdf"


@pytest.mark.parametrize("text", ["what do we know about Ada?", "/about Ada", "who is ada?"])
async def test_a_question_needs_no_effect(company: Company, context: Context, text: str) -> None:
    reader, _ = company
    assert await args_of(reader, context, text) == []


@pytest.mark.parametrize(
    ("text", "about", "note"),
    [
        ("note on Ada: prefers mornings", "Ada Example", "prefers mornings"),
        ("remember that Ada pays late", "Ada Example", "Ada pays late"),
        ("add a note to order 1042 that the parcel broke", "1042", "the parcel broke"),
        ("/note Bob: moved to Bonn", "Bob Sample", "Bob: moved to Bonn"),
    ],
)
async def test_a_note(company: Company, context: Context, text: str, about: str, note: str) -> None:
    reader, ids = company
    assert await args_of(reader, context, text) == [{"record": ids[about], "text": note}]


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("write to Ada that Bob is late", "ada@example.org"),
        ("tell Bob that the course starts on Monday", "bob@example.org"),
        ("email new@example.com about the dates", "new@example.com"),
        ("ask Ada whether she can come", "ada@example.org"),
    ],
)
async def test_a_mail(company: Company, context: Context, text: str, to: str) -> None:
    reader, _ = company
    [args] = await args_of(reader, context, text)
    assert args == {"to": to, "subject": draft("mail_subject"), "text": draft("mail")}


async def test_a_meeting(company: Company, context: Context) -> None:
    reader, _ = company
    text = "book a call with Ada on Tuesday 14:30-15:00 about the course"
    [args] = await args_of(reader, context, text)
    assert args == {
        "title": "Meeting with Ada Example",
        "start": "2026-11-24T14:30:00+01:00",
        "end": "2026-11-24T15:00:00+01:00",
        "attendees": ["ada@example.org"],
        "notes": "the course",
    }


async def test_a_post(company: Company, context: Context) -> None:
    reader, _ = company
    text = "publish Frühling & mehr: Line one.\n\nLine two: more."
    assert await args_of(reader, context, text) == [
        {
            "title": "Frühling & mehr",
            "slug": "fruhling-mehr",
            "text": "Line one.\n\nLine two: more.",
        }
    ]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("Ada paid 80 EUR for order 1042 on 3 November", "1042", "2026-11-03"),
        ("Ada paid 80 EUR for invoice 7 yesterday", "INV-2026-007", "2026-11-19"),
        ("we received 80 EUR from Ada", None, "2026-11-20"),
    ],
)
async def test_a_payment_that_arrived(
    company: Company, context: Context, text: str, order: str | None, day: str
) -> None:
    reader, _ = company
    [args] = await args_of(reader, context, text)
    assert args.get("order") == order
    assert {k: args[k] for k in ("payment", "name", "email", "amount", "currency", "date")} == {
        "payment": f"PAY-{day}-ada-example-7k3f",
        "name": "Ada Example",
        "email": "ada@example.org",
        "amount": "80.00",
        "currency": "EUR",
        "date": day,
    }
