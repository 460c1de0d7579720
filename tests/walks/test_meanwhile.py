"""Walks of what is said while a question of Firstmate's is open."""

from bot.app import App
from bot.commands.sample import MAIL
from engine.acting import effects
from tests.chat import Chat

BILL = "pay Ada to DE02120300000000202051 for INV-7"
HOW_MUCH = "How much should I pay?"


async def waiting(app: App) -> list[str]:
    async with app.db.snapshot() as reader:
        return [one.action.operation for one in await effects.in_state(reader, "waiting")]


async def test_what_comes_between_is_done_and_the_question_is_put_again(
    app: App, chat: Chat
) -> None:
    await chat.say(BILL)
    assert HOW_MUCH in chat.last
    await chat.say("remind me on Friday at 9 to call Bo")
    assert "reminder set" in chat.text("Reminder")
    assert HOW_MUCH in chat.text("Still open")
    await chat.say("thanks")
    assert chat.last.strip() == "You are welcome."
    await chat.say("change Ada's email to new@example.org")
    assert "new@example.org" in chat.text("Ada Example: a change")
    await chat.say("what did we agree with Bruno?")
    assert HOW_MUCH in chat.last
    await chat.drop(MAIL)
    await chat.say("forget it")
    assert "“undo” takes back the other" in chat.last
    await chat.say("120 EUR")
    assert "120.00 EUR" in chat.text("Pay")


async def test_a_question_is_called_off_in_plain_words_and_nothing_else_with_it(
    app: App, chat: Chat
) -> None:
    await chat.say(BILL)
    await chat.say("stop it")
    assert chat.last.strip() == "Dropped. To hold everything, say STOP."
    await chat.say("120 EUR")
    assert await waiting(app) == []
    await chat.say("write to Ada")
    await chat.say("vergiss es")
    assert chat.last.strip() == "Dropped."
    assert await waiting(app) == []


async def test_the_same_wish_said_whole_is_the_answer_and_is_asked_once(
    app: App, chat: Chat
) -> None:
    await chat.say("write to Ada")
    await chat.say("write to Ada that the lamp is ready")
    assert "the lamp is ready" in chat.text("Send e-mail")
    assert "Ada that" not in chat.text("Send e-mail")
    await chat.say("/cancel")
    assert "There is no open question." in chat.last
    assert await waiting(app) == ["email.send"]


async def test_a_yes_under_a_card_is_its_yes_though_a_question_is_open(
    app: App, chat: Chat
) -> None:
    await chat.say("write to Ada that the lamp is ready")
    await chat.say("remind me to water the plants")
    await chat.say("yes", reply_to=chat.key("Send e-mail"))
    assert await waiting(app) == []
    await chat.say("tomorrow at 8", reply_to=chat.key("When should I remind you?"))
    assert "reminder set" in chat.text("Reminder")
