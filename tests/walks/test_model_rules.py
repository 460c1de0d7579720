"""Walks of rules for language models, said in words, and of rules that a model puts into theirs."""

from typing import Any

import pytest

from engine.planning import ledger
from engine.rules import own_rules
from tests.peers.models import fails, says
from tests.walks.model_office import CARD, DRAFT, TEMPLATE, WISH, WROTE, Office

NEVER_FAR = "never send customer data to a remote model"


@pytest.mark.parametrize("words", [NEVER_FAR, "schicke nie Kundendaten an ein fremdes Modell"])
async def test_never_send_customer_data_to_a_remote_model_sends_nothing(
    office: Office, words: str
) -> None:
    chat = await office.open(model_small=("far/one",))
    await chat.say(words)
    card = chat.text("A new rule?")
    assert "A language model of somebody else's, with what names somebody: never" in card
    assert (await chat.tap("rule?", "Yes, from now on")).text == "It holds from now on."
    await chat.say(WISH)
    assert office.server.asked == []
    assert TEMPLATE in chat.text(CARD)
    assert await office.rules_said() == ["said-models-never-remote-personal"]


@pytest.mark.parametrize(
    ("words", "says_"),
    [
        ("Never send customer data to Far/…", "of the server Far, with what names somebody: never"),
        ("never send customer data to far/one", "(far/one), with what names somebody: never"),
        ("only my own server may read personal data", "of somebody else's, with what names"),
        ("only the server home may read customer data", "of another than the server home, with"),
    ],
)
async def test_a_rule_in_words_names_who_may_read_what_is_somebodys(
    office: Office, words: str, says_: str
) -> None:
    chat = await office.open(model_small=("far/one", "home/two"))
    await chat.say(words)
    assert f"A language model {says_}" in chat.text("A new rule?")
    await chat.tap("rule?", "Yes, from now on")
    office.server.script(DRAFT)
    await chat.say(WISH)
    assert [call["model"] for call in office.server.asked] == ["two"]
    assert WROTE in chat.text(CARD)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("use only the small model", ["two", "two", "two"]),
        ("nur kleine Modelle", ["two", "two", "two"]),
        ("at most 0 EUR a day for models", []),
        ("never use the large model at night", ["one", "one", "one", "two", "two", "two"]),
        ("never use models at the weekend", ["one", "one", "one", "two", "two", "two"]),
        ("never use models before 18", []),
    ],
)
async def test_rules_for_models_are_said_in_words(
    office: Office, words: str, asked: list[str]
) -> None:
    """It is ten o'clock on a Friday. The large model stands in for the small one."""
    chat = await office.open(model_small=("home/two",), model_large=("home/one",))
    office.server.script(fails(500, retryAfter=0))
    await chat.say(words)
    await chat.tap("rule?", "Yes, from now on")
    await chat.say(WISH)
    assert sorted(call["model"] for call in office.server.asked) == asked
    assert TEMPLATE in chat.text(CARD)


async def test_a_budget_in_words_holds_whatever_the_setting_says(office: Office) -> None:
    chat = await office.open()
    await chat.say("at most 0.15 EUR a day for models")
    assert (
        "A language model, where it might bring the day's cost over 0.15 EUR: never"
        in chat.text("A new rule?")
    )
    await chat.tap("rule?", "Yes, from now on")
    office.server.script(says({"text": WROTE}, tokens=(0, 400)))
    for parcel in range(6):
        await chat.say(f"write to Bruno that parcel {parcel} is ready")
    async with office.app.db.snapshot() as reader:
        spent = await ledger.spent(reader, None)
    assert 0 < float(spent.today) <= 0.15
    assert 0 < len(office.server.asked) < 6


async def test_a_rule_in_strange_words_is_put_into_the_language_of_rules_by_a_model(
    office: Office,
) -> None:
    chat = await office.open()
    office.server.script(says(PROPOSED))
    await chat.say("/policy add before lunch I do not want refunds of a hundred or more")
    card = chat.text("A new rule?")
    for line in (
        "Proposed by the model home/one. Read the conditions: they are what holds.",
        "action: payments.refund",
        "- amount >= 100.0",
        "then: deny",
        "amount 100.0, hour 11, recipient_known: I refuse it",
        "In the last 30 days:",
    ):
        assert line in card
    assert await rule_ids(office) == []
    await chat.tap("rule?", "Yes, from now on")
    assert await rule_ids(office) == ["proposed-payments-refund-deny"]
    await chat.say("refund PAY-1042 120 EUR")
    assert "(proposed-payments-refund-deny" in chat.text("Refund 120.00 EUR")


PROPOSED = {
    "understood": True,
    "then": "deny",
    "action": "payments.refund",
    "when": ["amount >= 100.0", "hour < 12"],
    "holds_for": {"amount": 100.0, "hour": 11, "recipient_known": True},
    "not_for": [{"amount": 100.0, "hour": 12, "recipient_known": True}],
}


@pytest.mark.parametrize(
    ("change", "says_"),
    [
        ({"then": "notify"}, "I did not understand every word"),
        ({"when": ["amuont > 1.0"]}, "There is no fact 'amuont'"),
        ({"action": "bank.rob"}, "There is no operation 'bank.rob'"),
        ({"when": ["amount >"]}, "cannot become a rule"),
        ({"understood": False}, "I did not understand every word"),
        ({"holds_for": {"amount": 1.0}}, "does not hold for what it says it holds for"),
        ({"not_for": [{"amount": 500.0, "hour": 1}]}, "holds for what it says it does not hold"),
    ],
)
async def test_what_a_model_proposes_wrongly_becomes_no_rule(
    office: Office, change: dict[str, Any], says_: str
) -> None:
    chat = await office.open()
    office.server.script(says(PROPOSED | change))
    await chat.say("/policy add before lunch I do not want refunds of a hundred or more")
    assert says_ in chat.last
    assert [key for key in chat.order if key.startswith("rule:")] == []


async def test_without_an_answer_strange_words_make_no_rule(office: Office) -> None:
    chat = await office.open()
    office.server.script(fails(401))
    await chat.say("/policy add before lunch I do not want refunds")
    assert "I did not understand every word of that as a rule" in chat.last


async def rule_ids(office: Office) -> list[str]:
    async with office.app.db.snapshot() as reader:
        return [one.rule for one in await own_rules.every(reader)]


@pytest.mark.parametrize(
    "words", ["the writer at most 0.05 EUR a day", "Writer höchstens 0,05 EUR pro Tag"]
)
async def test_what_one_agent_may_cost_is_said_in_words(office: Office, words: str) -> None:
    chat = await office.open()
    await chat.say(words)
    assert (
        "A language model, where it might bring the day's cost for the writer over 0.05 EUR: never"
        in chat.text("A new rule?")
    )
    await chat.tap("rule?", "Yes, from now on")
    await chat.say(WISH)
    assert office.server.asked == []
    assert TEMPLATE in chat.text(CARD)
    assert await office.rules_said() == ["said-models-never-writer-a-day"]
