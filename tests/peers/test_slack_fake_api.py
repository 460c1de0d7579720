"""The fake Slack answers Slack's own web client, and refuses what Slack refuses."""

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.peers.slack import BOT_TOKEN, BOT_USER, DM, TEAM, USER, Workspace, slack
from tests.peers.slack_client import buttons, listening, refusal

MODAL: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Change"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "body",
            "label": {"type": "plain_text", "text": "Body"},
            "element": {"type": "plain_text_input", "action_id": "typed", "initial_value": "Dear"},
        }
    ],
}


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with slack(echoes=False) as opened:
        yield opened


@pytest.fixture
def api(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")


async def test_a_limited_method_answers_429_and_the_retry_handler_waits(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    workspace.limit_next("chat.postMessage", 1, retry_after=0)
    answer = await refusal(api.chat_postMessage(channel=DM, text="t"))
    assert (answer.status_code, answer["error"]) == (429, "ratelimited")
    api.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    workspace.limit_next("chat.postMessage", 1, retry_after=0)
    assert (await api.chat_postMessage(channel=DM, text="t"))["ok"]
    assert len(workspace.called("chat.postMessage")) == 3


async def test_a_failing_method_and_a_lost_reply(workspace: Workspace, api: AsyncWebClient) -> None:
    workspace.fail_next("chat.postMessage", 503)
    answer = await refusal(api.chat_postMessage(channel=DM, text="t"))
    assert answer.status_code == 503
    api.retry_handlers.clear()  # the library would send it once more by itself
    workspace.lose_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await api.chat_postMessage(channel=DM, text="it arrived")
    assert [one.text for one in workspace.answers()] == ["it arrived"]


async def test_the_library_sends_a_message_twice_when_the_reply_is_lost(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    workspace.lose_reply("chat.postMessage")
    await api.chat_postMessage(channel=DM, text="once?")
    assert [one.text for one in workspace.answers()] == ["once?", "once?"]


async def test_tokens_scopes_and_unknown_things_are_refused(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    answer = await api.auth_test()
    assert answer["user_id"] == BOT_USER
    assert answer.headers["x-oauth-scopes"] == ",".join(workspace.scopes)
    wrong = AsyncWebClient("xoxb-wrong", base_url=api.base_url)
    assert (await refusal(wrong.auth_test()))["error"] == "invalid_auth"
    workspace.scopes.remove("users:read")
    missing = await refusal(api.users_info(user=USER))
    assert (missing["error"], missing["needed"]) == ("missing_scope", "users:read")
    workspace.agent_surface = False
    for call, error in (
        (api.chat_postMessage(channel="C0NOWHERE", text="t"), "channel_not_found"),
        (api.chat_update(channel=DM, ts="1.1", text="t"), "message_not_found"),
        (api.api_call("chat.sing"), "unknown_method"),
        (api.agents_sessions_setStatus(channel_id=DM, status="active"), "unknown_method"),
        (api.apps_connections_open(app_token=BOT_TOKEN), "not_allowed_token_type"),
    ):
        assert (await refusal(call))["error"] == error
    workspace.revoke()
    assert (await refusal(api.auth_test()))["error"] == "token_revoked"


@pytest.mark.parametrize(
    ("blocks", "error", "words"),
    [
        ([{"type": "divider"}] * 51, "invalid_blocks", "no more than 50 items"),
        (buttons("x" * 76), "invalid_blocks", "must be less than 76 characters"),
        (
            [{"type": "actions", "elements": buttons("a")[0]["elements"] * 2}],
            "invalid_blocks",
            "`action_id` must be unique",
        ),
        (
            [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
            "invalid_blocks",
            "must be less than 151 characters",
        ),
        (buttons(*"abcdefghijklmnopqrstuvwxyz"), "invalid_blocks", "/blocks/0/elements"),
        ([{"type": "banner"}], "invalid_blocks", "unsupported type: banner"),
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
            "invalid_blocks",
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5,
            "msg_blocks_too_long",
            "",
        ),
    ],
)
async def test_blocks_beyond_a_limit_are_refused(
    api: AsyncWebClient, blocks: list[dict[str, Any]], error: str, words: str
) -> None:
    answer = await refusal(api.chat_postMessage(channel=DM, text="t", blocks=blocks))
    assert answer["error"] == error
    assert words in "".join(answer.get("response_metadata", {}).get("messages", []))


async def test_text_beyond_a_limit_is_refused(api: AsyncWebClient) -> None:
    long = api.chat_postMessage(channel=DM, text="x" * 40_001)
    assert (await refusal(long))["error"] == "msg_too_long"


async def test_a_trigger_opens_one_modal_within_three_seconds(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    used, late = workspace.new_trigger(USER), workspace.new_trigger(USER)
    await api.views_open(trigger_id=used, view=MODAL)
    again = await refusal(api.views_open(trigger_id=used, view=MODAL))
    assert again["error"] == "exchanged_trigger_id"
    workspace.advance(4)
    expired = await refusal(api.views_open(trigger_id=late, view=MODAL))
    assert expired["error"] == "expired_trigger_id"
    bad = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    invalid = await refusal(api.views_open(trigger_id=workspace.new_trigger(USER), view=bad))
    assert invalid["error"] == "invalid_arguments"


async def test_a_view_is_changed_only_with_its_newest_hash(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    opened = await api.views_open(trigger_id=workspace.new_trigger(USER), view=MODAL)
    number, old = opened["view"]["id"], opened["view"]["hash"]
    changed = await api.views_update(view_id=number, hash=old, view=MODAL)
    assert changed["view"]["hash"] != old
    stale = await refusal(api.views_update(view_id=number, hash=old, view=MODAL))
    assert stale["error"] == "hash_conflict"
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    await api.views_publish(user_id=USER, view=home)
    assert [one["type"] for one in workspace.homes[USER].body["blocks"]] == ["divider"]


async def test_a_modal_stays_until_what_was_submitted_is_accepted(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    opened = await api.views_open(trigger_id=workspace.new_trigger(USER), view=MODAL)
    number = opened["view"]["id"]
    async with listening(workspace) as app:
        app.payload = {"response_action": "errors", "errors": {"body": "Too rude."}}
        assert await workspace.submit(number, {"typed": "Go away"}) == app.payload
        assert workspace.modal() is not None
        app.payload = None
        assert await workspace.submit(number, {"Body": "Thank you"}) is None
        assert workspace.modal() is None
    values = [one.payload["view"]["state"]["values"]["body"]["typed"] for one in app.heard]
    assert [one["value"] for one in values] == ["Go away", "Thank you"]


async def test_files_go_both_ways_and_a_mail_is_a_stub_until_asked_for(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    done = await api.files_upload_v2(filename="a.txt", content="abc", channel=DM)
    assert workspace.files[done["file"]["id"]].data == b"abc"
    assert [one.files[0]["name"] for one in workspace.answers()] == ["a.txt"]
    letter = ("price list.csv", b"1;2", "text/csv")
    more: dict[str, Any] = {"mode": "email", "subject": "Order", "attachments": [letter]}
    mail = workspace.upload("mail.eml", b"raw", "message/rfc822", plain_text="2 please", **more)
    async with listening(workspace) as app:
        workspace.say(DM, "", files=[mail])
        await workspace.settled()
    stub = app.heard[0].payload["event"]["files"][0]
    assert (stub["id"], stub["file_access"], "subject" in stub) == (mail, "visible", False)
    full = (await api.files_info(file=mail))["file"]
    assert (full["mode"], full["filetype"], full["subject"]) == ("email", "email", "Order")
    url = full["attachments"][0]["url"]
    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with session.get(url, headers=bearer) as answer:
            assert await answer.read() == b"1;2"
        async with session.get(url) as answer:
            assert answer.content_type == "text/html"


async def test_views_are_stacked_three_high_and_closed(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    await api.views_open(trigger_id=workspace.new_trigger(USER), view=MODAL)
    below = (await workspace.see_view("Change")).id
    top = MODAL | {"title": {"type": "plain_text", "text": "Top"}, "notify_on_close": True}
    for _ in range(2):
        await api.views_push(trigger_id=workspace.new_trigger(USER), view=top)
    fourth = api.views_push(trigger_id=workspace.new_trigger(USER), view=top)
    assert (await refusal(fourth))["error"] == "push_limit_reached"
    view = await workspace.see_view("Top")
    assert view.root == below
    workspace.close_view(view.id)
    assert [one.payload["type"] for one in workspace.unacked] == ["view_closed"]


async def test_a_method_can_be_refused_once_and_be_slow(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    workspace.refuse_next("chat.update", "edit_window_closed")
    sent = await api.chat_postMessage(channel=DM, text="t")
    update = {"channel": DM, "ts": sent["ts"], "text": "u"}
    assert (await refusal(api.chat_update(**update)))["error"] == "edit_window_closed"
    workspace.delay("chat.update", 0.1)
    before = time.monotonic()
    await api.chat_update(**update)
    assert time.monotonic() - before >= 0.1
    await api.chat_postEphemeral(channel=DM, user=USER, text="psst")
    assert [(who, one["text"]) for who, one in workspace.ephemeral] == [(USER, "psst")]


async def test_a_view_beyond_a_limit_is_refused(workspace: Workspace, api: AsyncWebClient) -> None:
    field = MODAL["blocks"][0]["element"] | {"initial_value": "x" * 3001}
    long = [MODAL["blocks"][0] | {"element": field}]
    for more, pointer in (
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"blocks": long}, "/view/blocks/0/elements/0/initial_value"),
    ):
        trigger = workspace.new_trigger(USER)
        answer = await refusal(api.views_open(trigger_id=trigger, view=MODAL | more))
        assert answer["error"] == "invalid_arguments"
        assert f"[json-pointer:{pointer}]" in answer["response_metadata"]["messages"][0]


async def test_streams_statuses_threads_and_reactions_are_kept(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    root = workspace.say(DM, "hello")
    to = {"recipient_team_id": TEAM, "recipient_user_id": USER}
    started = await api.chat_startStream(channel=DM, thread_ts=root, markdown_text="One ", **to)
    await api.chat_appendStream(channel=DM, ts=started["ts"], markdown_text="two")
    await api.chat_stopStream(channel=DM, ts=started["ts"], session_status="suspended")
    over = api.chat_appendStream(channel=DM, ts=started["ts"], markdown_text="!")
    assert (await refusal(over))["error"] == "message_not_in_streaming_state"
    await api.agents_sessions_setStatus(channel_id=DM, thread_ts=root, status="closed")
    await api.reactions_add(channel=DM, timestamp=root, name="eyes")
    thread = await api.conversations_replies(channel=DM, ts=root)
    assert [one["text"] for one in thread["messages"]] == ["hello", "One two"]
    assert workspace.statuses == [(DM, root, "suspended"), (DM, root, "closed")]
    assert workspace.shown[root].reactions == ["eyes"]


async def test_a_stream_shows_tasks_and_refuses_what_slack_refuses(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    root = workspace.say(DM, "hello")
    task = {"type": "task_update", "id": "t", "title": "Reading", "status": "in_progress"}
    to = {"channel": DM, "thread_ts": root}
    nobody = await refusal(api.chat_startStream(**to, chunks=[task]))
    assert nobody["error"] == "missing_recipient_team_id"
    to |= {"recipient_team_id": TEAM, "recipient_user_id": USER}
    for wrong in ({"title": "x" * 257}, {"status": "busy"}, {"type": "task"}):
        answer = await refusal(api.chat_startStream(**to, chunks=[task | wrong]))
        assert answer["error"] == "invalid_chunks"
    ts = (await api.chat_startStream(**to, chunks=[task]))["ts"]
    await api.chat_appendStream(channel=DM, ts=ts, chunks=[task | {"title": "Still reading"}])
    assert [block["title"] for block in workspace.shown[ts].blocks] == ["Still reading"]
    changed = await refusal(api.chat_update(channel=DM, ts=ts, text="t"))
    deleted = await refusal(api.chat_delete(channel=DM, ts=ts))
    assert (changed["error"], deleted["error"]) == (
        "streaming_state_conflict",
        "cant_delete_message",
    )
    await api.chat_stopStream(channel=DM, ts=ts, chunks=[task | {"status": "complete"}])
    await api.chat_delete(channel=DM, ts=ts)
    assert workspace.answers() == []


async def test_the_stop_button_stops_the_streams_of_its_session(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    root = workspace.say(DM, "hello")
    await api.agents_sessions_setStatus(channel_id=DM, thread_ts=root, status="processing")
    to = {"channel": DM, "thread_ts": root, "recipient_team_id": TEAM, "recipient_user_id": USER}
    ts = (await api.chat_startStream(**to, markdown_text="One"))["ts"]
    async with listening(workspace) as app:
        await workspace.acked(workspace.press_stop(root))
    event = next(
        heard.payload["event"]
        for heard in app.heard
        if heard.payload["event"]["type"] == "agent_session_stopped"
    )
    assert (event["user"], event["channel"], event["thread_ts"]) == (USER, DM, root)
    assert event["streaming_message_ts"] == [ts]
    over = await refusal(api.chat_appendStream(channel=DM, ts=ts, markdown_text="!"))
    assert over["error"] == "stopped_by_user"


async def test_a_response_url_answers_five_times(workspace: Workspace, api: AsyncWebClient) -> None:
    sent = await api.chat_postMessage(channel=DM, text="t", blocks=buttons("Approve"))
    async with listening(workspace) as app:
        await workspace.acked(workspace.tap(sent["ts"], "Approve"))
    url = app.heard[0].payload["response_url"]
    statuses = []
    async with aiohttp.ClientSession() as session:
        for _ in range(6):
            async with session.post(url, json={"text": "done", "replace_original": True}) as answer:
                statuses.append(answer.status)
    assert statuses == [200] * 5 + [404]
    assert workspace.answers()[0].text == "done"
