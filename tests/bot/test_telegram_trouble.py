"""What goes wrong with Telegram, over real HTTP: tokens, other pollers, gaps."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from bot.surfaces import BusyError
from bot.telegram.surface import BAD_TOKEN, POLLED, UNREACHED, Telegram, identify
from tests.bot.telegram_desk import ADA, Desk, due, opened, refund, token
from tests.bot.telegram_home import Home
from tests.peers.telegram import TOKEN, FakeTelegram


@dataclass
class Full(Home):
    """A house whose disk is full for the next few notes of when Telegram was reached."""

    refusals: int = 0

    async def save_cursor(self, name: str, value: str) -> None:
        if name == POLLED and self.refusals:
            self.refusals -= 1
            raise OSError("disk full")
        await super().save_cursor(name, value)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk where Ada is paired."""
    async with opened(Home(paired={ADA})) as opened_desk:
        yield opened_desk


async def test_another_poller_is_an_alarm_once_an_hour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.surface.CONFLICT_WAIT_S", 0.05)
    for _ in range(3):
        desk.telegram.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")
    await _poll_elsewhere(desk.telegram)
    await desk.telegram.until(lambda: bool(desk.alarms))
    assert "Another program reads this bot's messages" in desk.alarms[0]
    desk.telegram.say("Back again")
    await desk.heard()
    assert len(desk.alarms) == 1
    desk.now += timedelta(minutes=61)
    await _poll_elsewhere(desk.telegram)
    await desk.telegram.until(lambda: len(desk.alarms) == 2)


async def test_a_webhook_left_behind_is_removed(desk: Desk) -> None:
    await desk.surface.close()
    desk.telegram.webhook = "https://example.org/old"
    await desk.restart()
    desk.telegram.say("Hello?")
    await desk.heard()
    assert desk.telegram.webhook == ""


@pytest.mark.parametrize("wrong", ["8350:wrong-secret-part", "no token at all"])
async def test_a_wrong_token_is_an_alarm_and_listening_stops(wrong: str) -> None:
    async with opened(Home(paired={ADA}), token=wrong) as desk:
        await desk.telegram.until(lambda: bool(desk.alarms))
        assert desk.alarms == [
            "Telegram refuses this token. Take a fresh one from @BotFather and set "
            "FIRSTMATE_TELEGRAM_TOKEN."
        ]
        with pytest.raises(BusyError):
            await desk.surface.show(due(refund()), token)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (TOKEN, (None, "firstmate_bot")),
        ("8350:wrong-secret-part", (BAD_TOKEN, "")),
        ("no token at all", (BAD_TOKEN, "")),
    ],
)
async def test_a_token_says_whose_it_is(given: str, found: tuple[str | None, str]) -> None:
    async with FakeTelegram() as telegram:
        assert await identify(given, telegram.url) == found


async def test_a_telegram_that_cannot_be_reached_is_said() -> None:
    assert await identify(TOKEN, "http://127.0.0.1:1") == (UNREACHED, "")


async def test_a_gap_in_which_taps_were_lost_is_told_once(desk: Desk) -> None:
    desk.telegram.say("before")
    await desk.heard()
    await desk.surface.close()
    desk.now += timedelta(seconds=151)
    await desk.restart()
    desk.telegram.say("after")
    await desk.heard(2)
    desk.telegram.say("and later")
    await desk.heard(3)
    assert len(desk.gaps) == 1


async def test_a_short_pause_is_no_gap(desk: Desk) -> None:
    desk.telegram.say("before")
    await desk.heard()
    await desk.surface.close()
    desk.now += timedelta(seconds=100)
    await desk.restart()
    desk.telegram.say("after")
    await desk.heard(2)
    assert desk.gaps == []


async def test_a_gap_that_could_not_be_noted_is_told_at_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.telegram.surface.STUMBLE_WAIT_S", 0.05)
    home = Full(paired={ADA})
    async with opened(home) as desk:
        desk.telegram.say("before")
        await desk.heard()
        await desk.surface.close()
        desk.now += timedelta(seconds=151)
        home.refusals = 1
        await desk.restart()
        for number in (2, 3, 4):
            desk.telegram.say(f"after {number}")
            await desk.heard(number)
        assert home.refusals == 0
        assert len(desk.gaps) == 1


async def test_the_token_is_in_no_log_and_no_error(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = TOKEN.partition(":")[2]
    desk.telegram.refuse("download", 404, "Not Found")
    desk.telegram.send_file("a.pdf", b"A")
    desk.home.broken = OSError("disk full")
    desk.telegram.say("/break")
    await desk.telegram.until(lambda: bool(desk.alarms))
    nowhere = Telegram(
        TOKEN,
        "ftp://example.org",
        lambda: desk.now,
        alarm=_nothing,
        gap=_nothing,
        stored=_nothing,
    )
    await nowhere.start(Home(paired={ADA}))
    with pytest.raises(BusyError) as busy:
        await nowhere.show(due(refund()), token)
    await nowhere.close()
    assert secret not in caplog.text
    assert secret not in repr((desk.alarms, busy.value, busy.value.__context__, nowhere))


async def _nothing(*_: object) -> None:
    return None


async def _poll_elsewhere(telegram: FakeTelegram) -> None:
    async with aiohttp.ClientSession() as client:
        await client.get(f"{telegram.url}/bot{TOKEN}/getUpdates")
