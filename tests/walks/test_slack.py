"""The same story in Slack: the whole Firstmate behind a real Socket Mode Slack of our own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import notices
from bot.app import App, open_app
from bot.sample import MAIL
from bot.slack import Slack
from bot.slack_access import Access
from connectors import blobs
from engine import conversations
from tests.conftest import FakeClock
from tests.peers.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    DM,
    GENERAL,
    STRANGER,
    USER,
    Shown,
    Workspace,
    slack,
)
from tests.walks.test_refund import ledger, sent


@dataclass
class Desk:
    """An app with everything behind it, and the operator's end of the workspace."""

    slack: Workspace
    app: App

    async def see(self, part: str) -> Shown:
        return await self.slack.see(part)

    async def tap(self, part: str, label: str) -> None:
        await self.slack.acked(self.slack.tap(await self.see(part), label))

    async def fill_in(self, part: str, label: str, **values: str) -> dict | None:
        """Tap a button that opens a form, and save it with these values."""
        await self.tap(part, label)
        view = await self.slack.see_view("Save")
        return await self.slack.submit(view.id, values, USER)

    async def paired(self) -> None:
        async with self.app.db.transaction() as tx:
            code = await conversations.new_code(tx, "slack")
        self.slack.say(DM, code)
        await self.see("You are paired")
        await self.see("The sample company")


def surface(workspace: Workspace, db, folder: Path, clock: FakeClock) -> Slack:
    async def alarm(text: str) -> None:
        await notices.alarm(db, text)

    access = Access(BOT_TOKEN, APP_TOKEN, api=f"{workspace.url}/api/")
    stored = lambda digest: asyncio.to_thread(blobs.get, folder, digest)  # noqa: E731
    return Slack(access, clock, alarm=alarm, stored=stored)


@pytest.fixture
async def desk(filled: Path, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Desk]:
    shutil.copytree(filled, tmp_path / "sample")
    async with slack() as workspace:
        app = await open_app(
            tmp_path / "sample",
            lambda db, folder: [surface(workspace, db, folder, clock)],
            clock=clock,
        )
        await app.start()
        await workspace.connected(1)
        yield Desk(workspace, app)
        await app.close()


async def test_a_stranger_gets_no_answer_and_a_code_pairs(desk: Desk) -> None:
    desk.slack.say(DM, "hello, who is there?")
    desk.slack.say(DM, "WRNGCDE2")
    await desk.slack.settled()
    assert desk.slack.answers() == []
    await desk.paired()
    desk.slack.say(desk.slack.dm(STRANGER), "let me in", user=STRANGER)
    await desk.slack.settled()
    assert desk.slack.answers(desk.slack.dm(STRANGER)) == []


async def test_a_refund_walks_from_mail_to_receipt_in_slack(desk: Desk) -> None:
    await desk.paired()
    file = desk.slack.upload("forwarded.eml", MAIL.read_bytes(), "message/rfc822")
    desk.slack.say(DM, "", files=[file])
    await desk.tap("This mail asks for", "Refund a customer")
    await desk.see("Send e-mail · ada@example.org")
    assert sent(desk.app) == []

    await desk.fill_in("Refund 120.00 EUR · Ada", "Edit", Amount="40")
    await desk.see("Refund 40.00 EUR · Ada Example · waits")
    old = await desk.see("Changed by you")
    assert old.labels == ["Show the new card"]

    await desk.tap("Refund 40.00 EUR · Ada Example · waits", "✓ Refund")
    await desk.see("✓ refunded 40.00 EUR · ledger entry")
    await desk.tap("Send e-mail · ada@example.org · waits", "✓ Send")
    await desk.see("✓ filed in Sent")
    assert ledger(desk.app).count("(REF-") == 1
    assert len(sent(desk.app)) == 1


async def test_a_mention_is_answered_in_private(desk: Desk) -> None:
    await desk.paired()
    desk.slack.mention(GENERAL, "what do we know about Ada?")
    await desk.see("What I know about Ada Example")
    assert desk.slack.answers(GENERAL) == []
    assert [said["text"] for _, said in desk.slack.ephemeral] == [
        "I answer you in our direct messages, where nobody else reads along."
    ]
