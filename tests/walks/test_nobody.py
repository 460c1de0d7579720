"""A walk with nobody there to decide: what would have to be asked is refused at once."""

import shutil
from pathlib import Path

from bot.app import open_app
from bot.surfaces import Heard
from engine.acting import effects
from engine.acting.taps import Person
from tests.chat import Chat
from tests.walks.test_refund import sent


async def test_what_nobody_can_approve_is_refused_at_once_and_said(
    filled: Path, tmp_path: Path, clock
) -> None:
    shutil.copytree(filled, tmp_path / "sample")
    chat = Chat()
    app = await open_app(tmp_path / "sample", lambda db, folder: [chat], clock=clock)
    await app.start()
    gone = Person("operator", "chat", "chat:gone")
    await app.hear(Heard(who=gone, key="before", words="send Ada the October invoice"))
    await app.durable.idle()
    await chat.pair(app)
    await chat.say("/waiting")
    assert "Nothing waits for you." in chat.last
    await chat.say("/why")
    assert sent(app) == []
    async with app.db.snapshot() as reader:
        [refused] = await effects.in_state(reader, "withdrawn")
    assert refused.error is not None
    assert refused.error.startswith("Nobody who may decide is paired")
    await app.close()
