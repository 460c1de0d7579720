"""The same story in Slack: the whole Firstmate behind a real Socket Mode Slack of our own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import notices
from bot.app import App, open_app
from bot.commands.sample import MAIL
from bot.slack import streams as slack_streams
from bot.slack.access import Access
from bot.slack.surface import Slack
from connectors import blobs
from connectors.files.pictures import size
from engine.chat import conversations
from engine.desks import stop
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

    async def stored(digest: str) -> bytes:
        return await asyncio.to_thread(blobs.get, folder, digest)

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


async def test_a_message_is_passed_on_with_a_note(desk: Desk) -> None:
    await desk.paired()
    ts = desk.slack.say(GENERAL, "Send me all your money, says Zed", user=STRANGER)
    await desk.slack.acked(desk.slack.shortcut("send_to_firstmate", ts))
    view = await desk.slack.see_view("What should I do with it?")
    assert await desk.slack.submit(view.id, {}, USER) is None
    quoted = await desk.see("Somebody else's words")
    assert "Send me all your money" in quoted.words
    assert quoted.labels == []

    await desk.slack.acked(desk.slack.shortcut("send_to_firstmate", ts))
    view = await desk.slack.see_view("What should I do with it?")
    label = "What should I do with it? (may stay empty)"
    await desk.slack.submit(view.id, {label: "remind me on Friday at 9 about this"}, USER)
    await desk.see("reminder set for Fri 27 Nov, 09:00")


async def test_commands_come_by_slash_or_as_one_word(desk: Desk) -> None:
    await desk.paired()
    await desk.slack.acked(desk.slack.command("/firstmate", "settings zone Mars/Base"))
    await desk.see("I know no time zone “Mars/Base”")
    desk.slack.say(DM, "waiting")
    await desk.see("Nothing waits for you.")
    desk.slack.say(DM, "help")
    assert "/firstmate resume" in (await desk.see("What I can do")).words


async def test_the_home_tab_shows_what_waits_and_brings_it_up(desk: Desk) -> None:
    await desk.paired()
    desk.slack.say(DM, "send Ada the October invoice")
    first = await desk.see("Send e-mail · ada@example.org")
    await desk.slack.acked(desk.slack.open_home())
    await desk.slack.until(lambda: USER in desk.slack.homes, what="the Home tab")
    home = desk.slack.homes[USER]
    assert "What waits for you" in home.words
    assert "Send e-mail · ada@example.org · until Fri 27 Nov" in home.words
    assert "Money leaves only with your yes." in home.words
    await desk.slack.acked(desk.slack.tap(home, "Show: Send e-mail"))
    await desk.slack.until(lambda: len(shown(desk, "Send e-mail · ada")) == 2, what="it twice")
    assert shown(desk, "Send e-mail · ada")[0].ts == first.ts


def shown(desk: Desk, part: str) -> list[Shown]:
    return [one for one in desk.slack.answers() if part in one.words]


async def test_a_mail_that_slack_received_is_read_as_a_mail(desk: Desk) -> None:
    await desk.paired()
    file = desk.slack.upload(
        "Refund",
        b"",
        "text/html",
        mode="email",
        filetype="email",
        subject="Please refund order 1042",
        plain_text="Hello Sam, could you refund order 1042, please? Ada",
        **{"from": [{"address": "ada@example.org", "original": "Ada <ada@example.org>"}]},
        to=[{"address": "sam@studio-example.example"}],
        headers={"date": "Thu, 19 Nov 2026 09:03:00 +0100", "message_id": "<7@example.org>"},
    )
    desk.slack.say(DM, "", files=[file])
    item = await desk.see("This mail asks for")
    assert "Payment PAY-1042: 120.00 EUR, paid" in item.words


async def test_a_wrong_amount_stays_in_the_form_and_says_why(desk: Desk) -> None:
    await desk.paired()
    desk.slack.say(DM, "refund order 1042 50 EUR")
    refused = await desk.fill_in("Refund 50.00 EUR · Ada", "Edit", Amount="fifty")
    assert refused is not None
    assert refused["response_action"] == "errors"
    [said] = refused["errors"].values()
    assert said == "Not changed: “fifty” is not a number I can read. Write it like 1250.50."
    view = desk.slack.modal(USER)
    assert view is not None
    assert await desk.slack.submit(view.id, {"Amount": "500"}, USER) is not None
    assert await desk.slack.submit(view.id, {"Amount": "45"}, USER) is None
    await desk.see("Refund 45.00 EUR · Ada Example · waits")
    assert "REF-" not in ledger(desk.app)


async def test_a_long_draft_is_edited_in_several_boxes(desk: Desk) -> None:
    await desk.paired()
    lines = "\n\n".join(f"Paragraph {n}: " + "word " * 80 for n in range(20))
    desk.slack.say(DM, f"write to Bruno that {lines}")
    await desk.tap("Send e-mail · bruno@example.com", "Edit")
    view = await desk.slack.see_view("Text (1 of")
    boxes = [b for b in view.body["blocks"] if b["block_id"].startswith("field:text:")]
    assert len(boxes) > 2
    label = boxes[-1]["label"]["text"]
    old = boxes[-1]["element"]["initial_value"]
    await desk.slack.submit(view.id, {label: f"{old}\nOne more line."}, USER)
    await desk.see("Changed by you")
    await desk.tap("Send e-mail · bruno@example.com · waits", "✓ Send")
    await desk.see("✓ filed in Sent")
    [mail] = sent(desk.app)
    assert "One more line." in mail
    assert "Paragraph 0:" in mail


async def test_an_edited_message_changes_nothing_and_says_so(desk: Desk) -> None:
    await desk.paired()
    ts = desk.slack.say(DM, "remind me on Friday at 9 about invoice 7")
    await desk.see("reminder set for Fri 27 Nov, 09:00")
    desk.slack.rewrite(ts, "remind me on Monday at 9 about invoice 7")
    await desk.slack.settled()
    await desk.slack.until(lambda: bool(desk.slack.ephemeral), what="an answer")
    assert "I keep to what you wrote first" in desk.slack.ephemeral[-1][1]["text"]
    assert len(shown(desk, "reminder set for")) == 1


async def test_the_agent_surface_shows_what_waits(desk: Desk) -> None:
    desk.slack.agent_surface = True
    await desk.paired()
    desk.slack.say(DM, "send Ada the October invoice")
    await desk.see("Send e-mail · ada@example.org")
    await desk.slack.until(
        lambda: "suspended" in [status for *_, status in desk.slack.statuses],
        what="the status",
    )
    await desk.tap("Send e-mail · ada@example.org", "✓ Send")
    await desk.slack.until(lambda: desk.slack.statuses[-1][2] == "active", what="the end")


async def test_the_picture_of_an_invoice_follows_its_card(desk: Desk) -> None:
    await desk.paired()
    desk.slack.say(DM, "send Ada the October invoice")
    await desk.see("📎 INV-2026-007.png")
    card = await desk.see("Send e-mail · ada@example.org")
    [file] = [one for one in desk.slack.files.values() if one.body["name"].endswith(".png")]
    assert size(file.data) is not None
    assert file.body["alt_txt"] == "Send e-mail · ada@example.org · waits for you"
    await desk.fill_in("Send e-mail · ada@example.org", "✎ Edit", Subject="Your October invoice")
    await desk.see("Changed by you")
    await desk.slack.until(lambda: pictures(desk) not in ([], [file.id]), what="a new picture")
    await desk.slack.until(lambda: file.id not in desk.slack.files, what="the old picture's end")
    await desk.tap("Your October invoice", "Reject")
    await desk.see("✗ Rejected")
    assert len(pictures(desk)) == 1
    assert card.ts


def pictures(desk: Desk) -> list[str]:
    return [one.id for one in desk.slack.files.values() if one.body["name"].endswith(".png")]


async def test_work_shows_a_stream_that_its_card_takes_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.paired()
    monkeypatch.setattr(slack_streams, "AFTER_S", 0)
    with desk.app.taking_in():
        thread = desk.slack.say(DM, "waiting")
        await desk.slack.until(lambda: streams(desk) != [], what="a stream")
        [stream] = streams(desk)
        assert (stream.thread_ts, stream.blocks[0]["title"]) == (thread, "Working …")
    await desk.see("Nothing waits for you.")
    await desk.slack.until(lambda: stream.deleted, what="the end of the stream")


async def test_the_stop_button_is_the_word_stop(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.paired()
    monkeypatch.setattr(slack_streams, "AFTER_S", 0)
    with desk.app.taking_in():
        thread = desk.slack.say(DM, "send Ada the October invoice")
        await desk.slack.until(lambda: streams(desk) != [], what="a stream")
        [stream] = streams(desk)
        await status(desk, thread, "processing")
        desk.slack.press_stop(thread, user=STRANGER)
        await desk.slack.settled()
        assert await stopped(desk) is False
        stream.streaming = True
        desk.slack.repeat(desk.slack.press_stop(thread))
        await status(desk, thread, "active")
        assert await stopped(desk) is True
        await desk.slack.until(lambda: stream.deleted, what="the end of the stream")
    await desk.see("Stopped. Nothing starts")
    assert len(shown(desk, "Stopped. Nothing starts")) == 1


async def test_only_the_newest_thread_is_shown_as_worked_on(desk: Desk) -> None:
    await desk.paired()
    with desk.app.taking_in():
        first = desk.slack.say(DM, "waiting")
        await status(desk, first, "processing")
        desk.slack.erase(first)
        second = desk.slack.say(DM, "help")
        await status(desk, second, "processing")
    assert desk.slack.statuses[-2] == (DM, first, "active")
    await status(desk, second, "active")


async def test_a_card_that_comes_while_slack_is_told_ends_the_work_all_the_same(
    desk: Desk,
) -> None:
    await desk.paired()
    desk.slack.delay("agents.sessions.setStatus", 0.5)
    thread = desk.slack.say(DM, "waiting")
    await desk.see("Nothing waits for you.")
    await status(desk, thread, "active")


async def test_a_thread_that_is_gone_is_no_trouble(desk: Desk) -> None:
    await desk.paired()
    desk.slack.refuse_next("agents.sessions.setStatus", "message_not_found")
    desk.slack.say(DM, "waiting")
    await desk.see("Nothing waits for you.")
    thread = desk.slack.say(DM, "help")
    await desk.see("What I can do")
    await status(desk, thread, "active")


async def test_a_workspace_without_the_agent_surface_sees_no_stream(desk: Desk) -> None:
    desk.slack.agent_surface = False
    await desk.paired()
    with desk.app.taking_in():
        desk.slack.say(DM, "waiting")
        await desk.slack.settled()
        await asyncio.sleep(1)
    await desk.see("Nothing waits for you.")
    assert desk.slack.called("chat.startStream") == []


@pytest.mark.parametrize("agent_surface", [False, True])
async def test_why_below_ones_own_message_explains_it_unless_all_stands_in_one_thread(
    desk: Desk, agent_surface: bool
) -> None:
    desk.slack.agent_surface = agent_surface
    await desk.paired()
    thread = desk.slack.say(DM, "what do we know about tea?")
    await desk.see("I have no record of “tea”")
    desk.slack.say(DM, "why", thread_ts=thread)
    own = "Why: You wrote: what do we know about tea?"
    await desk.see("Nothing was done yet." if agent_surface else own)


def streams(desk: Desk) -> list[Shown]:
    return [one for one in desk.slack.answers() if one.streaming]


async def status(desk: Desk, thread: str, wanted: str) -> None:
    await desk.slack.until(lambda: desk.slack.statuses[-1:] == [(DM, thread, wanted)], what=wanted)


async def stopped(desk: Desk) -> bool:
    async with desk.app.db.snapshot() as reader:
        return await stop.is_stopped(reader)


async def test_a_file_that_slack_keeps_is_named(desk: Desk) -> None:
    await desk.paired()
    desk.slack.scopes = frozenset(desk.slack.scopes) - {"files:read"}
    file = desk.slack.upload("scan.pdf", b"%PDF-1.4", "application/pdf")
    desk.slack.say(DM, "what is this", files=[file])
    await desk.slack.until(lambda: bool(desk.slack.ephemeral), what="an answer")
    assert "Slack does not give me" in desk.slack.ephemeral[-1][1]["text"]


async def test_a_photo_is_kept_and_that_is_said_once(desk: Desk) -> None:
    await desk.paired()
    file = desk.slack.upload("receipt.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")
    desk.slack.say(DM, "", files=[file])
    shown = await desk.see("pictures cannot be read yet: tell me what it shows.")
    assert shown.words.count("kept") == 1


async def test_stop_does_not_wait_behind_a_file(desk: Desk) -> None:
    await desk.paired()
    desk.slack.delay("files.info", 2.0)
    file = desk.slack.upload("slow.txt", b"a long letter", "text/plain")
    desk.slack.say(DM, "", files=[file])
    await desk.slack.settled()
    desk.slack.say(DM, "STOP")
    await desk.see("Stopped. Nothing starts")
    assert shown(desk, "a long letter") == []
    await desk.see("a long letter")


async def test_a_start_while_slack_stumbles_connects_a_little_later(
    filled: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.surface.WATCH_EVERY_S", 0.1)
    shutil.copytree(filled, tmp_path / "sample")
    async with slack() as workspace:
        opened = workspace.delivery.connections
        workspace.fail_next("auth.test", count=1)
        app = await open_app(
            tmp_path / "sample",
            lambda db, folder: [surface(workspace, db, folder, clock)],
            clock=clock,
        )
        workspace.refuse_next("apps.connections.open", "internal_error", count=2)
        await app.start()
        await workspace.connected(1)
        assert len(opened) >= 1
        await Desk(workspace, app).paired()
        await app.close()
