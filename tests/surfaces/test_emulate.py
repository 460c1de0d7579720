"""Somebody else's Slack, beyond the script: a file that is dropped, and what it lets through."""

import hashlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.flow import inbox
from tests.peers.slack_emulate import Emulate, present_or_skip
from tests.peers.slack_rules import RefusalError
from tests.surfaces.on_emulate import OnEmulate
from tests.surfaces.stage import hurry
from tests.surfaces.test_script import playing

LETTER = "Please send the October invoice again. Grüße, Ada\n".encode()


@pytest.fixture
async def workspace() -> AsyncIterator[Emulate]:
    present_or_skip()
    opened = Emulate()
    await opened.start()
    yield opened
    await opened.stop()


async def test_a_dropped_file_is_fetched_with_the_permissions_that_are_asked_for(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    present_or_skip()
    hurry(monkeypatch)
    folder = Path(shutil.copytree(filled, tmp_path / "sample"))
    operator = OnEmulate()
    async with playing(folder, operator) as stage:
        operator.slack.drop("letter.txt", LETTER)
        await stage.settle()
        async with stage.app.db.snapshot() as reader:
            heard = await inbox.recent(reader, f"slack:{operator.slack.dm()}")
    digest = hashlib.sha256(LETTER).hexdigest()
    assert heard[-1].body["files"] == [
        {"name": "letter.txt", "mime": "text/plain", "digest": digest}
    ]


async def test_a_card_of_too_many_blocks_is_caught_though_the_emulator_takes_it(
    workspace: Emulate,
) -> None:
    bot = workspace.client()
    blocks = [{"type": "divider"}] * 51
    sent = await bot.chat_postMessage(channel=workspace.dm(), text="much", blocks=blocks)
    assert sent["ok"]
    with pytest.raises(RefusalError, match="no more than 50 items allowed"):
        workspace.answers()
