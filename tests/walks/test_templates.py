"""Walks of the templates: three questions, a card for each rule, and what then holds."""

import pytest

from agents.reading.words import Context
from agents.rules.rules_heard import heard
from agents.rules.templates import sentences, templates
from bot.app import App
from tests.chat import Chat
from tests.conftest import BEGINS, FakeClock
from tests.walks.test_always import rules
from tests.walks.test_outside import mail
from tests.walks.test_refund import ledger
from tests.walks.test_rule_words import RULE

MENU = "Rules from a template"
MONEY = {"twice": "100", "most": "900", "fine": "20"}


async def test_three_answers_make_three_rules_that_each_want_their_yes(
    app: App, chat: Chat
) -> None:
    await chat.say("/policy template")
    assert "Thresholds for money: Ask you twice from which amount on?" in chat.text(MENU)
    reply = await chat.tap(MENU, "Thresholds for money", **MONEY)
    assert reply.text == "3 to look at; each holds from its yes on."
    offered = [key for key in chat.order if key.startswith("rule:")]
    assert len(offered) == 3
    assert await rules(app) == []
    for key in offered:
        await chat.press(chat.tokens[key, "Yes, from now on"])
    assert [one.rule for one in await rules(app)] == [
        "said-ask-twice-money-amount",
        "said-deny-money-amount",
        "said-notify-refund-amount",
    ]
    await chat.say("refund PAY-1042 15 EUR")
    assert "refunded 15.00 EUR" in chat.text("Refund 15.00 EUR")
    again = await chat.tap(MENU, "Thresholds for money", **MONEY)
    assert (again.text, again.refused) == ("All of that holds already, so nothing changed.", True)


async def test_an_empty_answer_makes_no_rule(app: App, chat: Chat) -> None:
    await chat.say("/policy template")
    empty = dict.fromkeys(MONEY, "")
    reply = await chat.tap(MENU, "Thresholds for money", **empty)
    assert reply.text == "You answered nothing, so no rule came of it."
    reply = await chat.tap(MENU, "Thresholds for money", **empty | {"twice": "250.50"})
    assert reply.text == "1 to look at; each holds from its yes on."
    assert "Money that leaves of 250.50 or more" in chat.text(RULE)


@pytest.mark.parametrize(
    ("menu", "values", "says"),
    [
        ("Thresholds", {"twice": "a lot"}, "I did not understand “ask me twice from a lot on”"),
        ("Hours", {"early": "99"}, "I did not understand “never mail before 99”"),
        ("Hours", {"weekend": "maybe"}, "is answered with yes or no, not with “maybe”"),
        (
            "Authority",
            {"own": "100", "twice": "50"},
            "“From how much on shall I ask twice?” (50) is",
        ),
        ("Authority", {"own": "1,000", "never": "99"}, "“Never more than?” (99) is below"),
        ("Authority", {"own": "some"}, "I did not understand “refunds up to some"),
        ("How long", {"mails": "0"}, "That is longer than I count, or no time at all."),
        ("How long", {"mails": "long"}, "I did not understand “forget mails after long days”"),
    ],
)
async def test_an_answer_that_is_no_answer_makes_nothing_and_says_so(
    app: App, chat: Chat, menu: str, values: dict[str, str], says: str
) -> None:
    await chat.say("/policy template")
    reply = await chat.tap(MENU, menu, **values)
    assert reply.refused
    assert says in reply.text
    assert not [key for key in chat.order if key.startswith("rule:")]


async def test_hours_and_people_make_rules_too(app: App, chat: Chat) -> None:
    await chat.say("/policy template")
    hours = {"early": "8", "late": "20", "weekend": "yes"}
    assert (await chat.tap(MENU, "Hours", **hours)).text.startswith("3 to look at")
    people = {"strangers": "no", "many": "5", "invoices": "yes"}
    assert (await chat.tap(MENU, "Who may get", **people)).text.startswith("2 to look at")


async def test_authority_has_four_levels_and_each_holds(app: App, chat: Chat) -> None:
    await chat.say("/policy template")
    reply = await chat.tap(MENU, "Authority", own="20", twice="60", never="70")
    assert reply.text == "3 to look at; each holds from its yes on."
    for key in [key for key in chat.order if key.startswith("rule:")]:
        await chat.press(chat.tokens[key, "Yes, from now on"])
    await chat.say("refund PAY-1042 20 EUR")
    assert "✓ refunded 20.00 EUR" in chat.text("Refund 20.00 EUR")  # by itself
    await chat.say("refund PAY-1042 21 EUR")
    assert (await chat.tap("Refund 21.00 EUR", "✓ Refund")).text == "Approved."
    await chat.say("refund PAY-1042 60 EUR")
    assert (await chat.tap("Refund 60.00 EUR", "✓ Refund", confirm="")).refused
    await chat.say("refund PAY-1042 70.01 EUR")
    assert "said-deny-refund-amount" in chat.text("Refund 70.01 EUR")
    assert ledger(app).count("(REF-") == 2


async def test_authority_does_not_reach_a_stranger(app: App, chat: Chat) -> None:
    await chat.say("/policy template")
    await chat.tap(MENU, "Authority", own="40", twice="", never="")
    await chat.tap(RULE, "Yes, from now on")
    [kept] = await rules(app)
    assert "recipient_known" in kept.body["when"]
    assert "amount_trusted" in kept.body["when"]


async def test_the_template_about_keeping_shows_what_would_go(
    app: App, chat: Chat, clock: FakeClock
) -> None:
    await chat.drop(mail("hello", 1))
    clock.advance(days=40)
    await chat.say("/policy template")
    reply = await chat.tap(MENU, "How long", messages="", mails="30", invoices="yes")
    assert reply.text == "2 to look at; each holds from its yes on."
    assert "Tonight 1 mail would go" in chat.text("Mails go 30 days after they came")


async def test_a_budget_for_a_day_counts_what_left_before(app: App, chat: Chat) -> None:
    await chat.say("/policy template")
    await chat.tap(MENU, "Budgets", twice="30", most="60", mails="1")
    for key in [key for key in chat.order if key.startswith("rule:")]:
        await chat.press(chat.tokens[key, "Yes, from now on"])
    await chat.say("refund PAY-1042 25 EUR")
    assert not (await chat.tap("Refund 25.00 EUR", "✓ Refund")).refused
    await chat.say("refund PAY-1042 10 EUR")
    assert "said-ask-twice-money-amount-a-day" in chat.text("Refund 10.00 EUR")
    await chat.say("refund PAY-1042 36 EUR")
    assert "said-deny-money-amount-a-day" in chat.text("Refund 36.00 EUR")


def test_every_sentence_of_a_template_is_heard_as_a_rule() -> None:
    context = Context(BEGINS, "Europe/Berlin")
    for template in templates().values():
        assert len(template.questions) == 3
        answers = {q.id: "yes" if q.closed else "12" for q in template.questions}
        said = list(sentences(template, answers, context))
        assert len(said) == 3
        assert [one for one in said if heard(one, context) is None] == []
