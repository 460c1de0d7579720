"""The fake Slack brings events to Slack's own libraries, and brings them again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from tests.peers.door import served
from tests.peers.slack import (
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    DM,
    GENERAL,
    SECRET,
    STRANGER,
    USER,
    Workspace,
    run_in_thread,
    slack,
)
from tests.peers.slack_client import buttons, listening


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with slack(echoes=False) as opened:
        yield opened


@pytest.fixture
def api(workspace: Workspace) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")


async def test_a_bolt_app_answers_and_changes_its_answer_when_a_button_is_tapped(
    workspace: Workspace,
) -> None:
    client = AsyncWebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")
    app = AsyncApp(client=client)
    taps: list[dict[str, Any]] = []

    @app.event("message")
    async def hear(event: dict[str, Any], say: Any) -> None:
        await say(text=f"heard: {event['text']}", blocks=buttons("Approve", "Skip"))

    @app.action("do-0")
    async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        taps.append(body)
        await client.chat_update(channel=DM, ts=body["message"]["ts"], text="done", blocks=[])

    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=0.2)
    await handler.connect_async()
    try:
        said = workspace.say(DM, "hello")
        shown = await workspace.see("heard: hello")
        assert shown.labels == ["Approve", "Skip"]
        assert (await workspace.acked(said)).seconds < 3
        workspace.tap(shown, "Approve")
        assert (await workspace.see("done")).edits == 1
        await workspace.settled()
    finally:
        await handler.close_async()
    assert [(one["actions"][0]["value"], one["user"]["id"]) for one in taps] == [("7", USER)]
    assert taps[0]["container"]["message_ts"] == shown.ts


async def test_what_is_not_acked_comes_again_and_says_so(workspace: Workspace) -> None:
    async with listening(workspace) as app:
        app.acks = False
        workspace.say(DM, "one")
        await workspace.until(lambda: len(app.heard) == 1)
        app.acks = True
        workspace.redeliver()
        await workspace.settled()
    assert [(one.payload["event"]["text"], one.retry_attempt) for one in app.heard] == [
        ("one", 0),
        ("one", 1),
    ]
    assert len({one.payload["event_id"] for one in app.heard}) == 1


async def test_what_one_socket_did_not_ack_goes_to_another(workspace: Workspace) -> None:
    async with listening(workspace) as first:
        first.acks = False
        workspace.say(DM, "one")
        await workspace.until(lambda: len(first.heard) == 1)
        async with listening(workspace) as second:
            await first.client.close()
            await workspace.settled()
            assert [(one.retry_attempt, one.retry_reason) for one in second.heard] == [
                (1, "timeout")
            ]


async def test_an_acked_message_can_come_twice(workspace: Workspace) -> None:
    async with listening(workspace) as app:
        said = workspace.say(DM, "one")
        await workspace.acked(said)
        workspace.repeat(said)
        await workspace.settled()
    assert [one.retry_attempt for one in app.heard] == [0, 1]
    assert app.heard[0].payload == app.heard[1].payload


async def test_edits_deletions_and_the_bots_own_messages_come_back_as_events(
    workspace: Workspace,
) -> None:
    workspace.echoes = True
    api = AsyncWebClient(BOT_TOKEN, base_url=f"{workspace.url}/api/")
    async with listening(workspace) as app:
        said = workspace.say(DM, "helo")
        workspace.rewrite(said, "hello")
        workspace.erase(said)
        sent = await api.chat_postMessage(channel=DM, text="t")
        await api.chat_update(channel=DM, ts=sent["ts"], text="u")
        await workspace.settled()
    events = [one.payload["event"] for one in app.heard]
    assert [(one.get("subtype"), one.get("bot_id")) for one in events] == [
        (None, None),
        ("message_changed", None),
        ("message_deleted", None),
        (None, BOT),
        ("message_changed", None),
    ]
    assert [one["message"]["text"] for one in events if "message" in one] == ["hello", "u"]


async def test_several_sockets_share_the_envelopes(workspace: Workspace) -> None:
    async with listening(workspace) as first, listening(workspace) as second:
        for number in range(4):
            workspace.say(DM, str(number))
        await workspace.settled()
    assert (len(first.heard), len(second.heard)) == (2, 2)


async def test_a_dead_socket_gives_its_envelopes_back(workspace: Workspace) -> None:
    async with listening(workspace) as dead:
        dead.client.auto_reconnect_enabled = dead.client.default_auto_reconnect_enabled = False
        dead.acks = False
        workspace.say(DM, "one")
        await workspace.until(lambda: len(dead.heard) == 1)
        workspace.drop()
        await workspace.until(lambda: not workspace.delivery.connections)
        assert [one.attempt for one in workspace.unacked] == [1]


@pytest.mark.parametrize("how", ["refresh", "drop", "restart"])
async def test_nothing_is_lost_while_the_socket_is_replaced(workspace: Workspace, how: str) -> None:
    async with listening(workspace) as app:
        workspace.say(DM, "before")
        await workspace.settled()
        if how == "refresh":
            await workspace.disconnect("refresh_requested")
        elif how == "drop":
            workspace.drop()
        else:
            await workspace.stop()
        workspace.say(DM, "between")
        if how == "restart":
            await workspace.start()
        await workspace.connected()
        workspace.say(DM, "after")
        await workspace.settled()
    assert app.texts == ["before", "between", "after"]


async def test_a_tap_nobody_acked_can_be_lost_as_it_is_at_slack(api: AsyncWebClient) -> None:
    async with slack(repeats_interactions=False, echoes=False) as workspace:
        api.base_url = f"{workspace.url}/api/"
        sent = await api.chat_postMessage(channel=DM, text="t", blocks=buttons("Approve"))
        tap = workspace.tap(sent["ts"], "Approve")
        assert [one.id for one in workspace.delivery.lost] == [tap]


async def test_what_a_person_writes_looks_as_slack_writes_it(workspace: Workspace) -> None:
    async with listening(workspace) as app:
        workspace.say(DM, "> 3 < 4\nsee https://shop.example *now*")
        await workspace.settled()
        workspace.mention(GENERAL, "look")
        workspace.share(DM, "ship it", "what of this?", author=STRANGER)
        await workspace.settled()
        workspace.open_home()
        await workspace.settled()
    events = [one.payload["event"] for one in app.heard]
    assert events[0]["text"] == "&gt; 3 &lt; 4\nsee <https://shop.example> *now*"
    assert events[0]["blocks"][0]["elements"] == [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "3 < 4"}]},
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "see "},
                {"type": "link", "url": "https://shop.example"},
                {"type": "text", "text": " "},
                {"type": "text", "text": "now", "style": {"bold": True}},
            ],
        },
    ]
    kinds = [(one["type"], one.get("channel_type"), one.get("tab")) for one in events]
    assert sorted(kinds, key=str) == [
        ("app_home_opened", None, "home"),
        ("app_mention", None, None),
        ("message", "channel", None),
        ("message", "im", None),
        ("message", "im", None),
    ]
    shared = next(one for one in events if one.get("attachments"))["attachments"][0]
    assert (shared["is_share"], shared["text"], shared["author_id"]) == (True, "ship it", STRANGER)


async def test_boxes_shortcuts_commands_and_the_home_tab_carry_what_slack_sends(
    workspace: Workspace, api: AsyncWebClient
) -> None:
    options = [{"text": {"type": "plain_text", "text": w}, "value": w} for w in ("tea", "milk")]
    boxes = {"type": "checkboxes", "action_id": "want", "options": options}
    box = [
        {"type": "actions", "block_id": "row", "elements": [boxes, *buttons("Go")[0]["elements"]]}
    ]
    sent = await api.chat_postMessage(channel=DM, text="t", blocks=box)
    await api.views_publish(user_id=USER, view={"type": "home", "blocks": buttons("Pause")})
    async with listening(workspace) as app:
        for label in ("tea", "milk", "tea", "Go"):
            await workspace.acked(workspace.tap(sent["ts"], label))
        await workspace.acked(workspace.tap(workspace.homes[USER], "Pause"))
        await workspace.acked(workspace.shortcut("send", sent["ts"]))
        await workspace.acked(workspace.shortcut("new", None))
        await workspace.acked(workspace.command("/firstmate", "stop"))
    states = [one.payload["state"]["values"]["row"]["want"] for one in app.heard[:4]]
    chosen = [[option["value"] for option in one["selected_options"]] for one in states]
    assert chosen == [["tea"], ["tea", "milk"], ["milk"], ["milk"]]
    home, message, everywhere, command = (one.payload for one in app.heard[4:])
    assert home["container"] == {"type": "view", "view_id": workspace.homes[USER].id}
    assert (message["type"], message["message"]["ts"]) == ("message_action", sent["ts"])
    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "new")
    assert (app.heard[-1].type, command["text"]) == ("slash_commands", "stop")


async def test_http_mode_signs_repeats_and_carries_answers(workspace: Workspace) -> None:
    verifier, heard = SignatureVerifier(SECRET), []

    async def hear(request: web.Request) -> web.Response:
        body = await request.text()
        assert verifier.is_valid_request(body, dict(request.headers))
        heard.append((request.content_type, request.headers.get("x-slack-retry-num")))
        if request.content_type == "application/json":
            if (challenge := (await request.json()).get("challenge")) is not None:
                return web.Response(text=challenge)
            return web.Response(status=500 if len(heard) == 2 else 200)
        return web.json_response({"response_action": "clear"})

    app = web.Application()
    app.router.add_post("/slack", hear)
    async with served(app) as url:
        workspace.events_url = f"{url}/slack"
        workspace.delivery.retry_delays_s = (0.0, 0.0)
        assert await workspace.verify_url()
        workspace.say(DM, "one")
        await workspace.settled()
        tap = workspace.tap_raw({"type": "view_submission"})
        assert (await workspace.acked(tap)).payload == {"response_action": "clear"}
    form = "application/x-www-form-urlencoded"
    plain = "application/json"
    assert heard == [(plain, None), (plain, None), (plain, "1"), (form, None)]


def test_a_synchronous_test_has_a_workspace_in_a_thread() -> None:
    async def ask(url: str) -> str:
        api = AsyncWebClient(BOT_TOKEN, base_url=f"{url}/api/")
        return str((await api.chat_postMessage(channel=DM, text="t"))["ts"])

    with run_in_thread() as peer:
        ts = asyncio.run(ask(peer.workspace.url))
        assert [one.ts for one in peer.call(peer.workspace.answers)] == [ts]
        assert peer.call(peer.workspace.see, "t").text == "t"
