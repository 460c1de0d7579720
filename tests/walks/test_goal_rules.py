"""Walks of a rule for one goal: “…, but ask me first” holds for this one, and only tightens."""

import pytest

from bot.app import App
from engine.rules import goal_rules
from memory.copying import verify
from tests.chat import Chat
from tests.walks.test_always import BRUNO, allowed, asks
from tests.walks.test_plan_lock import QUESTION
from tests.walks.test_refund import sent

FILE = "write to Bruno that the course starts on Monday"


async def test_one_is_asked_although_a_rule_lets_the_like_of_it_run(app: App, chat: Chat) -> None:
    await allowed(chat)
    assert await asks(app, chat, f"{FILE}, but ask me first")
    card = chat.text(f"{BRUNO} · waits")
    assert "You said of this one: ask me first. (this-one-ask" in card
    assert "ask me" not in card.partition("Why:")[0]  # what is written to Bruno is the rest
    await chat.tap(f"{BRUNO} · waits", "More")
    await chat.tap(f"{BRUNO} · waits", "Why?")
    assert "this-one-ask" in chat.last
    assert "You said of this one: ask me first." in chat.last
    before = len(sent(app))
    await chat.tap(f"{BRUNO} · waits", "Back")
    await chat.tap(f"{BRUNO} · waits", "✓ Send")
    assert len(sent(app)) == before + 1
    assert not await asks(app, chat, "write to Bruno that the file is in the usual place")
    assert (await verify.verify(app.db)).faults == ()


async def test_one_can_be_asked_twice(app: App, chat: Chat) -> None:
    await chat.say("refund PAY-1042 5 EUR, aber frag mich zweimal")
    assert "You said of this one: frag mich zweimal. (this-one-ask-twice" in chat.text("Refund")
    reply = await chat.tap("Refund", "✓ Refund")
    assert reply.refused


async def test_an_answer_to_a_question_can_say_it_too(app: App, chat: Chat) -> None:
    await chat.drop(QUESTION)
    await chat.tap("Mail from Ada Example", "Write")
    await chat.say("we open at nine, but ask me twice")
    card = chat.text("ada@example.org · waits")
    assert "You said of this one: ask me twice." in card
    assert "ask me" not in card.partition("Why:")[0]


async def test_a_command_can_say_it_too(app: App, chat: Chat) -> None:
    await chat.say("/refund PAY-1042 5 EUR, please ask me twice")
    assert "You said of this one: ask me twice." in chat.text("Refund 5.00 EUR")


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("write to Bruno that it is late, but ask me first", "write to Bruno that it is late"),
        ("Refund PAY-1 5 EUR. Please ask me twice!", "Refund PAY-1 5 EUR"),
        ("schreib Bruno, dass es klappt \u2013 frag mich vorher", "schreib Bruno, dass es klappt"),
        ("tell Bruno to ask me first", None),
        ("write to Bruno that he should ask me twice", None),
        ("write to Bruno, but ask me first whether it is true", None),
        ("never mail before 8", None),
    ],
)
def test_only_words_to_firstmate_at_the_end_are_cut_off(said: str, wish: str | None) -> None:
    assert goal_rules.without(said) == (wish or said)
