"""Passing streams on Slack, over real HTTP: shown while something is done, never left behind."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bot.slack import streams as slack_streams
from bot.slack.api import SlackApi
from bot.slack.streams import READING, Streams, Wanted
from tests.bot.telegram_home import Home
from tests.peers.slack import BOT_TOKEN, DM, TEAM, USER, Shown, Workspace, slack


@dataclass
class Desk:
    """Streams in a workspace where Ada wrote something, and where time runs faster."""

    slack: Workspace
    home: Home
    streams: Streams
    thread: str

    def begin(self) -> None:
        self.streams.begin(Wanted(DM, self.thread, USER, READING))

    async def shown(self) -> Shown:
        await self.slack.until(lambda: bool(self.slack.answers()), what="a stream")
        return self.slack.answers()[-1]

    async def gone(self) -> None:
        await self.slack.until(
            lambda: self.slack.answers() == [] and self.home.cursors.get(slack_streams.OPEN) == "",
            what="nothing left behind",
        )

    def restarted(self) -> Streams:
        """Return the streams of the next process."""
        api = SlackApi(BOT_TOKEN, f"{self.slack.url}/api/")
        return Streams(api, self.home, TEAM)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(slack_streams, "AFTER_S", 0.05)
    monkeypatch.setattr(slack_streams, "EVERY_S", 0.15)
    monkeypatch.setattr(slack_streams, "UNTIL_S", 0.6)
    monkeypatch.setattr(slack_streams, "REMOVED_AFTER_S", (0.0, 0.1, 0.2))
    async with slack(echoes=False) as workspace:
        desk = Desk(workspace, Home(), None, workspace.say(DM, "hello"))
        desk.streams = desk.restarted()
        await desk.streams.start()
        yield desk
        await desk.streams.close()


def tasks(shown: Shown) -> list[tuple[str, str]]:
    return [(block["title"], block["status"]) for block in shown.blocks]


async def test_what_takes_long_shows_one_task_in_the_thread_of_the_message(desk: Desk) -> None:
    desk.begin()
    shown = await desk.shown()
    assert (shown.thread_ts, tasks(shown)) == (desk.thread, [("Reading …", "in_progress")])
    assert shown.streaming
    [asked] = desk.slack.called("chat.startStream")
    assert (asked["recipient_team_id"], asked["recipient_user_id"]) == (TEAM, USER)


async def test_the_task_says_how_long_it_has_been(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_streams, "UNTIL_S", 0.4)
    desk.begin()
    await desk.shown()
    await desk.gone()
    told = [fields["chunks"][0]["title"] for fields in desk.slack.called("chat.appendStream")]
    assert told == ["Reading … 0 s"] * 3


async def test_a_card_that_comes_soon_leaves_no_stream(desk: Desk) -> None:
    desk.begin()
    desk.streams.end(DM)
    await asyncio.sleep(0.2)
    assert desk.slack.called("chat.startStream") == []


async def test_a_card_ends_the_stream_and_nothing_stays(desk: Desk) -> None:
    desk.begin()
    shown = await desk.shown()
    desk.streams.end(DM)
    await desk.gone()
    [stopped] = desk.slack.called("chat.stopStream")
    assert stopped["chunks"][0]["status"] == "complete"
    assert shown.deleted


async def test_a_stream_ends_by_itself_and_nothing_stays(desk: Desk) -> None:
    desk.begin()
    shown = await desk.shown()
    await desk.gone()
    assert shown.deleted
    assert len(desk.slack.called("chat.appendStream")) == 4


async def test_there_is_one_stream_at_a_time(desk: Desk) -> None:
    desk.begin()
    first = await desk.shown()
    desk.thread = desk.slack.say(DM, "and this")
    desk.begin()
    await desk.slack.until(lambda: first.deleted, what="the end of the first")
    second = await desk.shown()
    assert second.thread_ts == desk.thread
    await desk.gone()


@pytest.mark.parametrize("refusal", ["unknown_method", "invalid_chunks", "missing_scope"])
async def test_a_workspace_that_refuses_streams_is_asked_once(desk: Desk, refusal: str) -> None:
    desk.slack.refuse_next("chat.startStream", refusal)
    for _ in range(2):
        desk.begin()
        await asyncio.sleep(0.2)
    assert len(desk.slack.called("chat.startStream")) == 1
    assert desk.slack.answers() == []


async def test_a_stream_that_slack_is_too_busy_for_is_only_that_one(desk: Desk) -> None:
    desk.slack.refuse_next("chat.startStream", "internal_error")
    desk.begin()
    await asyncio.sleep(0.2)
    assert desk.slack.answers() == []
    desk.begin()
    await desk.shown()


async def test_a_stream_that_slack_stopped_goes_away_and_the_next_one_is_shown(desk: Desk) -> None:
    await desk.streams.api.set_status(DM, desk.thread, "processing")
    desk.begin()
    shown = await desk.shown()
    desk.slack.press_stop(desk.thread)
    await desk.gone()
    assert shown.deleted
    desk.begin()
    await desk.shown()


async def test_where_slack_deletes_nothing_one_short_finished_task_stays(desk: Desk) -> None:
    desk.slack.refuse_next("chat.delete", "cant_delete_message")
    desk.begin()
    shown = await desk.shown()
    desk.streams.end(DM)
    await desk.slack.until(lambda: desk.home.cursors.get(slack_streams.OPEN) == "", what="the end")
    assert (tasks(shown), shown.streaming) == ([("Done", "complete")], False)


async def test_what_could_not_be_taken_away_is_tried_again(desk: Desk) -> None:
    desk.slack.fail_next("chat.delete", count=2)
    desk.begin()
    await desk.shown()
    desk.streams.end(DM)
    await desk.gone()
    assert len(desk.slack.called("chat.delete")) == 3


async def test_what_a_process_left_behind_the_next_one_takes_away(desk: Desk) -> None:
    desk.begin()
    shown = await desk.shown()
    await desk.slack.until(lambda: bool(desk.home.cursors.get(slack_streams.OPEN)), what="a note")
    kept = dict(desk.home.cursors)
    desk.slack.fail_next("chat.stopStream", count=3)
    await desk.streams.close()
    desk.home.cursors = kept  # as if the power had failed
    assert not shown.deleted
    later = desk.restarted()
    await later.start()
    await desk.gone()
    await later.close()


async def test_an_end_takes_the_stream_away_before_the_process_goes(desk: Desk) -> None:
    desk.begin()
    shown = await desk.shown()
    await desk.streams.close()
    assert shown.deleted
    assert desk.home.cursors.get(slack_streams.OPEN) == ""


def test_the_manifest_makes_an_agent_that_hears_its_stop_button() -> None:
    root = Path(__file__).parents[2]
    manifest = yaml.safe_load((root / "deploy/slack-manifest.yaml").read_text(encoding="utf-8"))
    assert manifest["features"]["agent_view"]["agent_description"]
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "agent_session_stopped",
        "app_home_opened",
        "app_mention",
        "message.im",
    ]
