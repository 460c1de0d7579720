"""A platform or Firstmate goes away in the middle: nothing is lost, doubled or out of order."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.slack import door as slack_door
from bot.slack import surface as slack
from bot.telegram.surface import Telegram
from engine.chat import outbox
from engine.chat.messages import say
from engine.flow import inbox
from tests.bot.telegram_home import Home
from tests.peers.slack import DM
from tests.peers.telegram import TOKEN
from tests.surfaces.on_slack import OnSlack
from tests.surfaces.on_telegram import QUICK, OnTelegram, Phone
from tests.surfaces.script import DONE, MAIL, WISH
from tests.surfaces.stage import Stage, hurry
from tests.surfaces.test_script import playing

QUEUED = 500
MESSENGERS = {
    "telegram": OnTelegram,
    "slack socket": OnSlack,
    "slack http": lambda: OnSlack(http=True),
}


@pytest.fixture
def folder(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    hurry(monkeypatch)
    monkeypatch.setattr(slack, "WATCH_EVERY_S", 0.1)
    monkeypatch.setattr(slack, "AWAY_MIN", timedelta(seconds=0.2))
    monkeypatch.setattr(slack_door, "PING_EVERY_S", 0.5)
    return Path(shutil.copytree(filled, tmp_path / "sample"))


@pytest.mark.parametrize("name", MESSENGERS)
async def test_cards_posted_while_the_platform_was_gone_come_in_order_once(
    name: str, folder: Path
) -> None:
    operator = MESSENGERS[name]()
    async with playing(folder, operator) as stage:
        mark = operator.mark()
        await operator.close()
        for number in range(1, 4):
            await _post(stage, number)
            await asyncio.sleep(0.5)  # the first ones are tried, and tried again, in vain
        await operator.open()
        for number in range(4, 6):
            await _post(stage, number)
        await operator.see("Note 5")
        stage.clock.advance(hours=1)  # whatever still waits is due
        await operator.see("Note 1")
        await stage.settle()
        told = [text for text in operator.since(mark) if "Note " in text]
        assert [text[text.index("Note ") :][:6] for text in told] == [
            f"Note {number}" for number in range(1, 6)
        ]


@pytest.mark.parametrize("name", MESSENGERS)
async def test_taps_made_while_firstmate_was_down_count_once(name: str, folder: Path) -> None:
    operator = MESSENGERS[name]()
    async with playing(folder, operator) as stage:
        await stage.say(WISH)
        approve = await operator.hold(MAIL, "✓ Send")
        await operator.leave()
        await stage.close()
        await operator.send(approve)
        await operator.send(approve)
        await asyncio.sleep(0.5)  # Slack's own tries, in vain
        await stage.open()
        await operator.see(MAIL, DONE)
        await stage.settle()
        assert len(stage.mails) == 1


@pytest.mark.parametrize("name", MESSENGERS)
async def test_taps_outlive_a_restart_of_the_platform(name: str, folder: Path) -> None:
    operator = MESSENGERS[name]()
    async with playing(folder, operator) as stage:
        await stage.say(WISH)
        approve = await operator.hold(MAIL, "✓ Send")
        await operator.close()
        await operator.send(approve)
        await operator.open()
        await operator.see(MAIL, DONE)
        await stage.settle()
        assert len(stage.mails) == 1


async def test_what_was_written_while_slack_was_gone_is_read_from_the_history(folder: Path) -> None:
    operator = OnSlack()
    async with playing(folder, operator) as stage:
        await operator.close()
        operator.slack.say(DM, WISH)
        operator.slack.delivery.waiting.clear()  # Slack gave up delivering it
        await asyncio.sleep(0.5)
        await operator.open()
        await operator.see(MAIL)
        await stage.settle()
        shown = [one for one in operator.slack.answers() if MAIL in one.words]
        assert len(shown) == 1
        assert len(operator.slack.called("conversations.history")) >= 1


async def test_five_hundred_queued_updates_are_taken_in_in_order_each_once() -> None:
    phone, home = Phone(), Home(paired={("7001", "7001")})
    for number in range(QUEUED):
        phone.say(f"note {number}")
    await phone.start()
    surface = Telegram(TOKEN, phone.url, lambda: phone.now, **_nothing(), pace=QUICK)
    try:
        await surface.start(home)
        await phone.until(lambda: not phone.unconfirmed, 120)
        assert [heard.words for heard in home.heard] == [f"note {n}" for n in range(QUEUED)]
    finally:
        await surface.close()
        await phone.stop()


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_five_hundred_queued_messages_are_heard_and_answered_each_once(folder: Path) -> None:
    operator = OnTelegram()
    async with playing(folder, operator) as stage:
        await stage.close()
        for number in range(QUEUED):
            await operator.say(f"note {number}")
        mark = operator.mark()
        await stage.open()
        await stage.settle(within_s=280)
        async with stage.app.db.snapshot() as reader:
            heard = await inbox.recent(reader, "telegram:7001", limit=QUEUED)
        assert [event.body["words"] for event in heard] == [f"note {n}" for n in range(QUEUED)]
        unsure = [text for text in operator.since(mark) if "I am not sure what you want" in text]
        assert len(unsure) == QUEUED


async def _post(stage: Stage, number: int) -> None:
    async with stage.app.db.transaction() as tx:
        await outbox.post(tx, say(f"note:{number}", f"Note {number}"))


def _nothing() -> dict[str, Any]:
    async def nothing(*_: object) -> Any:
        raise AssertionError("not wanted here")

    return {"alarm": nothing, "gap": nothing, "stored": nothing}
