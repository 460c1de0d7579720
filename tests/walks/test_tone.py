"""Walks of rules about tone: what breaks it is asked or refused, and the card says by which."""

from bot.app import App
from tests.chat import Chat
from tests.walks.test_refund import sent
from tests.walks.test_rule_words import RULE, agreed, waits


async def test_a_word_that_must_never_be_said_is_refused_and_named(app: App, chat: Chat) -> None:
    await chat.say("never say 'asap' in a mail")
    assert "An e-mail that says “asap”: never; I refuse it" in chat.text(RULE)
    assert "wording  asap : I refuse it (said-deny-mail-wording-asap)" in chat.text(RULE)
    await chat.tap(RULE, "Yes, from now on")
    await chat.say("write to Bruno that he should answer ASAP")
    assert not waits(chat, "Send e-mail")
    assert "You said: never say 'asap' in a mail. (said-deny-mail" in chat.text("Send e-mail")
    await chat.say("write to Bruno that asapto is no word")
    assert waits(chat, "Send e-mail")
    assert sent(app) == []


async def test_no_exclamation_marks_asks_and_says_so(app: App, chat: Chat) -> None:
    await agreed(chat, "no exclamation marks in mails")
    await chat.say("write to Bruno that the file is ready!!")
    card = chat.text("Send e-mail")
    assert waits(chat, "Send e-mail")
    assert "You said: no exclamation marks in mails." in card


async def test_the_replay_counts_which_mails_of_the_month_had_the_tone(
    app: App, chat: Chat
) -> None:
    await chat.say("write to Bruno that the file is ready and that the course starts on Monday")
    await chat.say("never write more than 3 words")
    assert "1 decision changes, asks" in chat.text(RULE)
    await chat.say("never write more than 300 words")
    assert "0 decisions change" in chat.text(RULE)


async def test_the_template_of_tone_makes_three_rules_and_refuses_what_is_no_word(
    app: App, chat: Chat
) -> None:
    await chat.say("/policy template")
    menu = "Rules from a template"
    reply = await chat.tap(menu, "Tone", words="120", wording="asap", loud="yes")
    assert reply.text == "3 to look at; each holds from its yes on."
    reply = await chat.tap(menu, "Tone", words="", wording="a' or 'b", loud="no")
    assert reply.refused
    assert "I did not understand" in reply.text
