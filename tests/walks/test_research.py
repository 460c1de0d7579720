"""Walks with the researcher: findings with sources, and nothing but findings."""

from typing import Any

import pytest

from agents.specialists.researcher import Researcher
from bot.commands import researching
from memory.schema.models import reasons
from memory.schema.work import effects
from policies.judge import judge
from policies.rules import Action
from tests.peers.models import fails, says
from tests.walks.model_office import Office

TOLD = "note on Ada: she wants the workshop in May and pays 60 EUR a head"
ASK = "/research Ada's workshop"
CARD = "Findings: Ada's workshop"


def finds(*sentences: tuple[str, list[int]], more: tuple[str, ...] = ()) -> dict[str, Any]:
    said = [{"text": text, "sources": sources} for text, sources in sentences]
    return says({"findings": said, "more": list(more)})


async def opened(office: Office, *answers: dict[str, Any], **more: Any) -> None:
    chat = await office.open(**more)
    office.server.script(*answers)
    await chat.say(TOLD)


async def test_findings_stand_with_their_sources_and_nothing_is_done(office: Office) -> None:
    await opened(office, finds(("Ada pays 60 EUR a head.", [1]), ("She pays 90 EUR.", [1])))
    before = len(await office.rows(effects))
    await office.chat.say(ASK)
    card = office.chat.text(CARD)
    assert "Ada pays 60 EUR a head. [1]" in card
    assert "90 EUR" not in card
    assert "1 sentence left out: what they named as their sources did not say so." in card
    assert "Written by home/one, from the sources below." in card
    assert "Sources (" in card
    assert len(await office.rows(effects)) == before
    [asked] = [row for row in await office.rows(reasons) if row.step == "research/1"]
    assert (asked.agent, asked.state) == ("researcher", "answered")


async def test_a_password_keeps_no_model_from_reading_the_rest(office: Office) -> None:
    await opened(office, finds(("Ada pays 60 EUR a head.", [1, 2])))
    await office.chat.say("note on Ada: her workshop password is Winter-2026!")
    await office.chat.say(ASK)
    assert "60 EUR a head" in office.server.read
    assert "Winter" not in office.server.read


async def test_it_looks_for_more_only_as_often_as_its_contract_allows(office: Office) -> None:
    await opened(
        office, finds(("Ada pays 60 EUR a head.", [1]), more=("lamps", "invoice", "course"))
    )
    await office.chat.say(ASK)
    assert 1 <= len(office.server.asked) <= 3
    assert "Ada pays 60 EUR a head. [1]" in office.chat.text(CARD)


async def test_without_anything_about_it_it_says_where_it_looked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(self: Researcher, question: str, asked_in: str) -> tuple[()]:
        return ()

    monkeypatch.setattr(Researcher, "look", nothing)
    chat = await office.open()
    await chat.say("/research")
    assert chat.last.strip().endswith(researching.HOW)
    await chat.say(ASK)
    assert "I find nothing about this. I looked through" in chat.text(CARD)
    assert office.server.asked == []


async def test_when_its_budget_is_spent_the_passages_stand_alone(office: Office) -> None:
    await opened(office, finds(("x", [1])), model_budget_agents=("researcher=0",))
    await office.chat.say(ASK)
    card = office.chat.text(CARD)
    assert office.server.asked == []
    assert "No findings, so these are the passages themselves:" in card
    assert "60 EUR a head" in card
    assert await office.rules_said() == ["models-frozen"]


async def test_without_a_model_or_with_one_that_fails_the_passages_stand(office: Office) -> None:
    await opened(office, fails(500))
    await office.chat.say(ASK)
    assert "60 EUR a head" in office.chat.text(CARD)
    await office.app.close()
    await office.open(model_small=())
    await office.chat.say(ASK)
    assert researching.PLAIN in office.chat.text(CARD)


async def test_without_a_model_only_what_speaks_of_it_is_shown(office: Office) -> None:
    chat = await office.open(model_small=())
    await chat.say(TOLD)
    await chat.say("remind me on Friday at 9 to call the printer")
    await chat.say("what did Ada say of the workshop?")
    await chat.say(ASK)
    card = chat.text(CARD)
    assert "60 EUR a head" in card
    assert "printer" not in card
    assert "what did Ada say" not in card
    await chat.say("/research the price of lamps")
    assert "I find nothing about this." in chat.text("Findings: the price of lamps")


@pytest.mark.parametrize("operation", ["email.send", "payments.refund", "records.note"])
async def test_the_researcher_may_do_nothing_whatever_it_says(
    office: Office, operation: str
) -> None:
    await office.open()
    args = {
        "email.send": {"to": "ada@example.org", "subject": "Hi", "text": "Hello"},
        "payments.refund": {"payment": "PAY-1042", "amount": "40.00", "currency": "EUR"},
        "records.note": {"record": "rec_1", "text": "Hello"},
    }[operation]
    declared = office.app.house.operation(operation)
    action = Action(
        operation=operation, effect=str(declared.effect), args=args, agent="researcher", reason="r"
    )
    verdict = judge(action, {}, office.app.house.book)
    assert verdict.outcome == "deny"
    assert "contract-researcher" in verdict.rules
