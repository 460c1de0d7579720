"""The Telegram surface against somebody else's Bot API: text in, card out, tap in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator

from bot.telegram import drafts as telegram_drafts
from bot.telegram.inbound import Pace
from bot.telegram.surface import Telegram
from engine.chat.messages import Button, say
from engine.chat.outbox import Card, Due
from tests.bot.telegram_home import Home
from tests.peers.door import served
from tests.peers.telegram import FakeTelegram

TOKEN = "8350:AAtest-token-of-nobody"
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ADA = {"id": 7001, "is_bot": False, "first_name": "Ada"}
CHAT = {"id": 7001, "type": "private"}


class Emulator(LoBotApiEmulator):
    """It refuses what is younger than itself, so that is taken off, noted, and the rest kept."""

    def __init__(self) -> None:
        super().__init__(enable_control=True)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def read_request(self, request: web.Request) -> Any:
        fields, uploads = await super().read_request(request)
        self.asked.append((request.match_info["method"], dict(fields)))
        for unknown in ("link_preview_options", "disable_web_page_preview"):
            fields.pop(unknown, None)
        if "allowed_updates" in fields:
            allowed = fields["allowed_updates"]
            fields["allowed_updates"] = allowed.replace('"stopped_message_generation", ', "")
        return fields, uploads

    def called(self, method: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.asked if name == method]


@pytest.fixture
async def emulator() -> AsyncIterator[tuple[Emulator, str]]:
    made = Emulator()
    async with served(made.app()) as url:
        yield made, url


async def test_text_in_card_out_tap_in(emulator: tuple[Emulator, str]) -> None:
    server, url = emulator
    home = Home(paired={("7001", "7001")})
    surface = await _started(url, home)
    try:
        await _converse(server, surface, home)
    finally:
        await surface.close()


async def test_a_server_without_drafts_is_asked_for_one_once_and_nothing_is_said_of_it(
    emulator: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_drafts, "AFTER_S", 0.05)
    server, url = emulator
    home = Home(paired={("7001", "7001")})
    surface = await _started(url, home)
    try:
        for number in (1, 2):
            text = {"message_id": number, "date": number, "chat": CHAT, "from": ADA, "text": "/a"}
            await server.enqueue_update({"message": text}, token=TOKEN)
            await FakeTelegram().until(lambda n=number: len(server.called("sendChatAction")) == n)
    finally:
        await surface.close()
    assert len(home.heard) == 2
    assert len(server.called("sendMessageDraft")) == 1
    assert server.called("sendMessage") == []


async def _started(url: str, home: Home) -> Telegram:
    surface = Telegram(
        TOKEN,
        url,
        lambda: START,
        alarm=_alarm,
        gap=_unused,
        stored=_unused,
        pace=Pace(bundle_s=0.1, comment_s=0.05),
    )
    await surface.start(home)
    return surface


async def _converse(server: Emulator, surface: Telegram, home: Home) -> None:
    until = FakeTelegram().until
    text = {"message_id": 1, "date": 1, "chat": CHAT, "from": ADA, "text": "Refund order 7"}
    await server.enqueue_update({"message": text}, token=TOKEN)
    await until(lambda: bool(home.heard))
    assert home.heard[0].words == "Refund order 7"

    approve = Button(label="Approve", action="approve", ref="A1")
    msg = say("card:1", "Refund 40.00 EUR to <Mara>", buttons=((approve,),))
    card = Card(key="card:1", conv=None, version=1, priority=0, msg=msg, at=START)
    due = Due(card=card, conv="telegram:7001", message=None, attempts=0)
    shown = await surface.show(due, lambda _: "a1.token")
    (sent,) = server.called("sendMessage")
    assert sent["text"] == "Refund 40.00 EUR to &lt;Mara&gt;"
    assert sent["link_preview_options"] == '{"is_disabled": true}'

    message = {"message_id": int(shown), "date": 1, "chat": CHAT}
    tap = {"id": "q1", "from": ADA, "chat_instance": "1", "message": message, "data": "a1.token"}
    await server.enqueue_update({"callback_query": tap}, token=TOKEN)
    await until(lambda: bool(server.called("answerCallbackQuery")))
    assert [made for _, _, made, _ in home.taps] == ["a1.token"]
    assert server.called("answerCallbackQuery")[0]["text"] == "Approved."


async def _alarm(text: str) -> None:
    raise AssertionError(text)


async def _unused(*_: object) -> Any:
    raise AssertionError("not wanted here")
