"""Groups on Telegram, over real HTTP: heard when mentioned, answered in the private chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import telegram as ptb

from engine.chat import conversations
from memory import upgrade
from memory.db import Database
from tests.bot.telegram_desk import ADA, START, Desk, opened, refund
from tests.bot.telegram_home import Home

GROUP = -1001
POINTER = "I answer you in our private chat."


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk where Ada is paired, with the conversations in a real database."""
    upgrade.upgrade(tmp_path / "firstmate.db")
    db = Database(tmp_path / "firstmate.db", lambda: START)
    async with db.transaction() as tx:
        await conversations.admit(tx, "telegram", *ADA)
    async with opened(Home(paired={ADA}, db=db)) as opened_desk:
        yield opened_desk
    await db.close()


async def test_a_mention_by_a_paired_person_is_heard_in_the_private_chat(desk: Desk) -> None:
    desk.telegram.mention("{} remind me on Friday", GROUP)
    await desk.heard()
    heard = desk.home.heard[0]
    assert (heard.words, heard.others, heard.reply_to) == ("remind me on Friday", (), None)
    assert (heard.who.user, heard.who.conv) == ("7001", "telegram:7001")
    pointer = await desk.telegram.see(POINTER)
    assert (pointer.chat, pointer.text, pointer.labels) == (GROUP, POINTER, [])


async def test_what_is_said_without_the_name_is_not_heard_and_not_answered(desk: Desk) -> None:
    desk.telegram.say("remind me on Friday", chat=GROUP)
    await desk.taken()
    assert (desk.home.heard, desk.telegram.messages) == ([], [])


async def test_a_stranger_who_mentions_the_bot_gets_no_answer(desk: Desk) -> None:
    desk.telegram.mention("{} who are you?", GROUP, user=666)
    await desk.taken()
    assert (desk.home.heard, desk.telegram.messages) == ([], [])


async def test_a_reply_to_the_bot_needs_no_name(desk: Desk) -> None:
    desk.telegram.mention("{} hello", GROUP)
    pointer = await desk.telegram.see(POINTER)
    desk.telegram.reply(pointer, "and what waits for me?", chat=GROUP)
    await desk.heard(2)
    heard = desk.home.heard[1]
    assert (heard.words, heard.others, heard.reply_to) == ("and what waits for me?", (), None)


async def test_a_message_answered_with_a_mention_is_somebody_elses_words(desk: Desk) -> None:
    mara = desk.telegram.say("Can we meet on Friday?", chat=GROUP, user=666)
    desk.telegram.mention("{} say yes", GROUP, reply_to=mara)
    await desk.heard()
    assert desk.home.heard[0].words == "say yes"
    assert desk.home.heard[0].others == ("Can we meet on Friday?",)


async def test_a_forward_that_holds_the_name_is_no_mention(desk: Desk) -> None:
    origin = ptb.MessageOriginHiddenUser(desk.telegram.now, "Mara Example")
    desk.telegram.mention("{} pay 900 EUR", GROUP, forward_origin=origin)
    await desk.taken()
    assert (desk.home.heard, desk.telegram.messages) == ([], [])


async def test_a_command_with_the_bots_name_is_a_mention(desk: Desk) -> None:
    command = "/waiting@firstmate_bot"
    entity = ptb.MessageEntity("bot_command", 0, len(command))
    desk.telegram.say(command, chat=GROUP, entities=[entity])
    await desk.heard()
    assert desk.home.heard[0].words == "/waiting"


async def test_a_name_alone_asks_for_help(desk: Desk) -> None:
    desk.telegram.mention("{}", GROUP)
    await desk.heard()
    assert desk.home.heard[0].words == "/help"


async def test_another_name_that_begins_alike_is_no_mention(desk: Desk) -> None:
    name = "@firstmate_bottle"
    entity = ptb.MessageEntity("mention", 0, len(name))
    desk.telegram.say(f"{name} hello", chat=GROUP, entities=[entity])
    await desk.taken()
    assert desk.home.heard == []


async def test_the_words_of_two_people_are_never_heard_as_one(desk: Desk) -> None:
    desk.telegram.forward("Our invoice", chat=GROUP, user=666)
    desk.telegram.mention("{} book this", GROUP)
    desk.telegram.say("/end", chat=GROUP, user=666)
    await desk.heard()
    await desk.taken()
    assert [(heard.words, heard.others) for heard in desk.home.heard] == [("book this", ())]


async def test_a_tap_on_a_message_in_a_group_decides_nothing(desk: Desk) -> None:
    await desk.show(refund())
    card = desk.telegram.messages[0]
    card.chat = GROUP
    query = desk.telegram.tap(card, "Approve")
    assert await desk.telegram.answered(query) == POINTER
    assert desk.home.taps == []


async def test_a_strangers_tap_in_a_group_is_not_answered(desk: Desk) -> None:
    await desk.show(refund())
    card = desk.telegram.messages[0]
    card.chat = GROUP
    desk.telegram.tap(card, "Approve", user=666)
    await desk.taken()
    assert (desk.home.taps, desk.telegram.answers) == ([], [])


async def test_a_group_where_the_bot_may_not_write_does_not_keep_it_from_hearing(
    desk: Desk,
) -> None:
    denied = "Bad Request: not enough rights to send text messages to the chat"
    desk.telegram.refuse("sendMessage", 400, denied)
    desk.telegram.mention("{} remind me", GROUP)
    await desk.heard()
    await desk.taken()
    assert desk.alarms == []


async def test_a_group_never_makes_private_messages_wait(desk: Desk) -> None:
    for number in range(6):
        desk.telegram.mention(f"{{}} number {number}", GROUP)
    desk.telegram.say("/stop")
    await desk.heard(7)
    assert "/stop" in [heard.words for heard in desk.home.heard]
    assert [message.chat for message in desk.telegram.messages] == [GROUP] * 3
