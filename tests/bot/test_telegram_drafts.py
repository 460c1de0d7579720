"""Passing previews on Telegram, over real HTTP: shown while something is read, never in the way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.telegram import drafts as telegram_drafts
from engine.chat.messages import say
from tests.bot.telegram_desk import ADA, Desk, due, opened, token
from tests.bot.telegram_home import Home
from tests.peers.telegram import Draft

NO_METHOD = (404, "Not Found: method not found")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A desk where Ada is paired, and where time for previews runs ten times as fast."""
    monkeypatch.setattr(telegram_drafts, "AFTER_S", 0.15)
    monkeypatch.setattr(telegram_drafts, "EVERY_S", 0.2)
    monkeypatch.setattr(telegram_drafts, "UNTIL_S", 0.7)
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


async def shown(desk: Desk) -> Draft:
    await desk.telegram.until(lambda: 7001 in desk.telegram.drafts, what="a draft")
    return desk.telegram.drafts[7001]


async def test_what_takes_long_to_read_shows_a_draft_that_can_be_stopped(desk: Desk) -> None:
    desk.telegram.send_file("mail.eml", b"From: mara@example.org\n\nHi")
    await desk.heard()
    assert desk.telegram.called("sendMessageDraft") == []
    assert await shown(desk) == Draft(id=501, text="Reading …", can_stop=True)


async def test_a_card_that_comes_soon_leaves_no_draft(desk: Desk) -> None:
    desk.telegram.say("/waiting")
    await desk.heard()
    await desk.surface.show(due(say("card:1", "Nothing waits.")), token)
    await asyncio.sleep(0.4)
    assert desk.telegram.called("sendMessageDraft") == []
    assert desk.telegram.called("sendChatAction") == []


async def test_the_first_card_ends_the_draft(desk: Desk) -> None:
    desk.telegram.say("/report")
    await shown(desk)
    await desk.surface.show(due(say("card:1", "Here it is.")), token)
    count = len(desk.telegram.called("sendMessageDraft"))
    await asyncio.sleep(0.4)
    assert len(desk.telegram.called("sendMessageDraft")) == count
    assert desk.telegram.drafts == {}
    assert [message.text for message in desk.telegram.messages] == ["Here it is."]


async def test_a_draft_is_one_and_ends_by_itself(desk: Desk) -> None:
    desk.telegram.say("/one")
    desk.telegram.say("/two")
    await desk.heard(2)
    await asyncio.sleep(1.2)
    drafts = desk.telegram.called("sendMessageDraft")
    assert {fields["draft_id"] for fields in drafts} == {"502"}
    assert len(drafts) == 4


async def test_the_stop_button_is_the_word_stop(desk: Desk) -> None:
    desk.telegram.say("/report")
    await shown(desk)
    number = desk.telegram.stop_draft()
    await desk.heard(2)
    stop = desk.home.heard[1]
    assert (stop.words, stop.key, stop.who.user) == ("stop", f"update:{number}", "7001")
    count = len(desk.telegram.called("sendMessageDraft"))
    await asyncio.sleep(0.4)
    assert len(desk.telegram.called("sendMessageDraft")) == count


async def test_a_stop_button_of_a_stranger_is_not_heard(desk: Desk) -> None:
    where = {"id": 666, "type": "private"}
    desk.telegram.deliver_raw("stopped_message_generation", {"chat": where, "draft_id": 1})
    await desk.taken()
    assert desk.home.heard == []


@pytest.mark.parametrize("refusal", [NO_METHOD, (501, "Method not implemented")])
async def test_a_server_that_knows_no_drafts_is_asked_once_and_shows_typing(
    desk: Desk, refusal: tuple[int, str]
) -> None:
    desk.telegram.refuse("sendMessageDraft", *refusal)
    desk.telegram.say("/one")
    await desk.telegram.until(lambda: len(desk.telegram.called("sendChatAction")) == 2)
    assert desk.telegram.called("sendChatAction")[0]["action"] == "typing"
    await desk.surface.show(due(say("card:1", "One.")), token)
    desk.telegram.say("/two")
    await desk.telegram.until(lambda: len(desk.telegram.called("sendChatAction")) > 2)
    assert len(desk.telegram.called("sendMessageDraft")) == 1
    assert desk.alarms == []


async def test_a_flood_of_drafts_holds_back_no_card(desk: Desk) -> None:
    desk.telegram.flood("sendMessageDraft", 30)
    desk.telegram.say("/report")
    await desk.telegram.until(lambda: bool(desk.telegram.called("sendMessageDraft")))
    await desk.surface.show(due(say("card:1", "Here it is.")), token)
    assert [message.text for message in desk.telegram.messages] == ["Here it is."]
    assert len(desk.telegram.called("sendMessageDraft")) == 1


async def test_what_was_heard_before_shows_no_draft_again(desk: Desk) -> None:
    desk.telegram.say("/report")
    await desk.heard()
    await desk.taken()
    await desk.crash()
    await desk.taken()
    await asyncio.sleep(0.4)
    assert desk.telegram.called("sendMessageDraft") == []
