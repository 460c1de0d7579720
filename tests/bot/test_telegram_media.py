"""What holds no text, sent to the whole Firstmate: it is kept, and told what to do instead."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import notices
from bot.app import App, open_app
from bot.telegram.surface import Telegram
from connectors import blobs
from engine.chat import conversations
from memory import events
from tests.bot.telegram_desk import ADA, QUICK
from tests.conftest import FakeClock
from tests.peers.telegram import TOKEN, FakeTelegram, Shown

PATIENCE_S = 30
VOICE = b"OggS\x00\x02" + bytes(40)
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(40)


@dataclass
class Phone:
    telegram: FakeTelegram
    app: App

    async def see(self, part: str) -> Shown:
        return await self.telegram.see(part, PATIENCE_S)

    async def kept(self) -> list[bytes]:
        """Return the files of everything that was received, as they are stored."""
        async with self.app.db.snapshot() as reader:
            found = await events.of_kind(reader, "file.received")
        files = [file for event in found for file in event.body["files"]]
        return [blobs.get(self.app.house.blobs, file["digest"]) for file in files]


@pytest.fixture
async def phone(filled: Path, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Phone]:
    """Ada's phone, paired, with a whole Firstmate behind the bot."""
    shutil.copytree(filled, tmp_path / "sample")
    async with FakeTelegram() as telegram:

        def surfaces(db, folder):
            async def unused(*_: object) -> bytes:
                raise AssertionError("not wanted here")

            async def alarm(text: str) -> None:
                await notices.alarm(db, text)

            surface = Telegram(
                TOKEN, telegram.url, clock, alarm=alarm, gap=unused, stored=unused, pace=QUICK
            )
            return [surface]

        app = await open_app(tmp_path / "sample", surfaces, clock=clock)
        async with app.db.transaction() as tx:
            await conversations.admit(tx, "telegram", *ADA)
        await app.start()
        yield Phone(telegram, app)
        await app.close()


async def test_a_voice_note_is_kept_and_told_to_be_written(phone: Phone) -> None:
    phone.telegram.send_voice(VOICE)
    shown = await phone.see("recordings cannot be read yet: tell me what it says.")
    assert shown.text.count("kept") == 1
    assert await phone.kept() == [VOICE]


async def test_a_photo_is_kept_and_told_to_be_described(phone: Phone) -> None:
    phone.telegram.send_photo(PHOTO, "the receipt")
    shown = await phone.see("pictures cannot be read yet: tell me what it shows.")
    assert shown.text.count("kept") == 1
    assert await phone.kept() == [PHOTO]


async def test_a_video_is_kept_and_told_to_be_described(phone: Phone) -> None:
    phone.telegram.send_video(FILM)
    await phone.see("films cannot be read: tell me what it shows.")
    assert await phone.kept() == [FILM]
