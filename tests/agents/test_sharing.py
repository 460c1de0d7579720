"""One verb with several people: a wish for each where that is plain, else it stays one."""

import pytest

from agents.hearing.sharing import Sharing
from agents.playbooks.routing import Router
from agents.reading import context
from bot.app import App
from memory.canon import records

SHARED = {  # what was said → the wishes in it
    "refund Ada 40 EUR and Bruno 20 EUR": "refund Ada 40 EUR | refund Bruno 20 EUR",
    "please refund Ada 40 EUR and Bruno 20 EUR.":
        "please refund Ada 40 EUR. | please refund Bruno 20 EUR.",
    "refund Ada 40 EUR, Bruno 20 EUR and Chloé 10 EUR":
        "refund Ada 40 EUR | refund Bruno 20 EUR | refund Chloé 10 EUR",
    "refund Ada 40 EUR and 20 EUR to Bruno": "refund Ada 40 EUR | refund Bruno 20 EUR",
    "refund 40 EUR to Ada and 20 EUR to Bruno": "refund 40 EUR to Ada | refund 20 EUR to Bruno",
    "refund Ada 40 and Bruno 20": "refund Ada 40 | refund Bruno 20",
    "refund Ada 40 EUR and Bruno 20": "refund Ada 40 EUR | refund Bruno 20",
    "refund Ada 1,250.00 EUR and Bruno 20 EUR": "refund Ada 1,250.00 EUR | refund Bruno 20 EUR",
    "refund Ada 40 EUR and Zoe 20 EUR": "refund Ada 40 EUR | refund Zoe 20 EUR",
    "refund Lamp & Light 40 EUR and Mills and Sons 20 EUR":
        "refund Lamp & Light 40 EUR | refund Mills and Sons 20 EUR",
    "pay back Ada 40 EUR and Bruno 20 EUR": "pay back Ada 40 EUR | pay back Bruno 20 EUR",
    "refund Ada and Bruno": "refund Ada | refund Bruno",
    "refund Ada and Bruno 20 EUR each": "refund Ada 20 EUR each | refund Bruno 20 EUR each",
    "erstatte Ada 40 EUR und Bruno 20 EUR": "erstatte Ada 40 EUR | erstatte Bruno 20 EUR",
    "erstatte Ada 40 EUR, Bruno 20 EUR und Chloé 10 EUR":
        "erstatte Ada 40 EUR | erstatte Bruno 20 EUR | erstatte Chloé 10 EUR",
    "erstatte Ada und Bruno je 20 EUR": "erstatte Ada je 20 EUR | erstatte Bruno je 20 EUR",
    "zahle Ada 40 EUR und Bruno 20 EUR zurück":
        "zahle Ada 40 EUR zurück | zahle Bruno 20 EUR zurück",
    "pay Ada 120 EUR and Bruno 80 EUR": "pay Ada 120 EUR | pay Bruno 80 EUR",
    "pay Ada 120 EUR for INV-7 and Bruno 80 EUR for INV-8":
        "pay Ada 120 EUR for INV-7 | pay Bruno 80 EUR for INV-8",
    "zahle Ada 120 EUR und Bruno 80 EUR": "zahle Ada 120 EUR | zahle Bruno 80 EUR",
    "Ada paid 80 EUR and Bruno 40 EUR": "Ada paid 80 EUR | Bruno paid 40 EUR",
    "Ada hat 80 EUR bezahlt und Bruno 40 EUR": "Ada hat 80 EUR bezahlt | Bruno hat 40 EUR bezahlt",
    "remind me to call Ada on Monday and Bruno on Tuesday":
        "remind me to call Ada on Monday | remind me to call Bruno on Tuesday",
    "remind me on Monday to call Ada and on Tuesday Bruno":
        "remind me on Monday to call Ada | remind me on Tuesday to call Bruno",
    "book a call with Ada on Monday at 10 and Bruno on Tuesday at 11":
        "book a call with Ada on Monday at 10 | book a call with Bruno on Tuesday at 11",
    "tell Ada and Bruno that we are closed on Friday":
        "tell Ada that we are closed on Friday | tell Bruno that we are closed on Friday",
    "write to Ada and Bruno that we are closed":
        "write to Ada that we are closed | write to Bruno that we are closed",
    "write to Ada and to Bruno that we are closed":
        "write to Ada that we are closed | write to Bruno that we are closed",
    "write to Ada, Bruno and Chloé: we shut":
        "write to Ada: we shut | write to Bruno: we shut | write to Chloé: we shut",
    "write to Ada and Mills and Sons that we are closed":
        "write to Ada that we are closed | write to Mills and Sons that we are closed",
    "let Ada and Bruno know that we are closed":
        "let Ada know that we are closed | let Bruno know that we are closed",
    "ask Ada and Bruno whether 10 EUR is fine":
        "ask Ada whether 10 EUR is fine | ask Bruno whether 10 EUR is fine",
    "schreib an Ada und Bruno, dass wir zu haben":
        "schreib an Ada, dass wir zu haben | schreib an Bruno, dass wir zu haben",
    "sage Ada und Bruno, dass wir zu haben":
        "sage Ada, dass wir zu haben | sage Bruno, dass wir zu haben",
    "note on Ada and Bruno: like tea": "note on Ada: like tea | note on Bruno: like tea",
    "send Ada and Chloé the October invoice":
        "send Ada the October invoice | send Chloé the October invoice",
    "refund Ada 40 EUR and Bruno 20 EUR because it was cold":
        "refund Ada 40 EUR because it was cold | refund Bruno 20 EUR because it was cold",
}  # fmt: skip
ONE = [
    "refund Ada 40 EUR", "refund Lamp & Light 40 EUR", "refund Mills and Sons 20 EUR",
    "write to Lamp & Light that we are closed", "tell Mills and Sons that we are closed",
    "tell Ada that Bruno and Chloé are late", "note on Ada: Bruno and Chloé like tea",
    "tell Ada that Bruno gets 40 EUR and Chloé 20 EUR",
    "remind me to call Ada and Bruno on Tuesday",
    "remind me on Friday to pay Ada 40 EUR and Bruno 20 EUR",
    "remind me on Monday at 9 to call Ada and Bruno", "refund Ada and Bruno 20 EUR",
    "refund Ada and Bruno for order 1042", "refund Ada 40 EUR and Bruno's sister 20 EUR",
    "refund Ada and Bruno's sister", "tell Ada and Bruno Schmidt that we are closed",
    "refund Ada 40 EUR and Bruno", "refund Ada and Bruno 20 EUR and 40 EUR",
    "refund Ada 40 EUR and Bruno 20 USD", "pay Ada 120 EUR and Bruno 80 EUR for INV-8",
    "book a call with Ada and Bruno on Tuesday at 14:30", "refund Ada 40 EUR or Bruno 20 EUR",
    "refund Ada 40 EUR for the lamp and the shade", "erinnere mich am Freitag an Ada und Bruno",
    "sag Ada, dass Bruno 40 EUR und Chloé 20 EUR bekommt", "erstatte Ada und Bruno 20 EUR",
    "refund Ada 40 EUR and tell Bruno 20 EUR are paid", "what do we know about Ada and Bruno?",
    "did Ada pay 40 EUR and Bruno 20 EUR?", "tell Ada and Sons that we are closed",
]  # fmt: skip


@pytest.fixture
async def named(app: App) -> App:
    async with app.db.transaction() as tx:
        for name, domain in (("Lamp & Light", "lamp.example"), ("Mills and Sons", "mills.example")):
            await records.create(tx, "company", {"name": name, "domain": domain}, None)
    return app


async def wishes(app: App, said: str) -> list[str]:
    router = Router(tuple(app.front.filling.playbooks.values()))
    async with app.db.snapshot() as reader:
        sharing = Sharing(reader, await context.about(reader), router.by_pattern)
        found = await sharing.parts(said, ())
    return ["".join(said[start:end] for start, end in pieces) for pieces in found]


async def test_what_is_plainly_for_each_is_a_wish_for_each(named: App) -> None:
    found = {said: " | ".join(await wishes(named, said)) for said in SHARED}
    wrong = {said: got for said, got in found.items() if got != SHARED[said]}
    assert wrong == {}


async def test_one_name_a_text_a_reminder_and_what_is_unclear_stay_one(named: App) -> None:
    found = {said: await wishes(named, said) for said in ONE}
    assert {said: got for said, got in found.items() if got} == {}
