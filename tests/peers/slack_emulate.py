"""Somebody else's Slack (emulate), as a child process: its Web API, its events, its views.

It has no taps, no retries, no 429, no `response_url`, no streams, and takes any blocks. Taps and
forms are signed and posted here, blocks are checked with our own rules; the rest is left to
`tests/peers/slack.py`, whose verbs these are.
"""

import asyncio
import itertools
import json
import subprocess
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.access import SCOPES
from tests.peers import child
from tests.peers import slack_form as form
from tests.peers.child import MODULES, NODE
from tests.peers.slack_rules import check_message, check_view, completed
from tests.peers.slack_state import (
    APP,
    BOT,
    BOT_TOKEN,
    BOT_USER,
    SECRET,
    STRANGER,
    USER,
    Shown,
    View,
)

DIST = MODULES / "emulate" / "dist"
SCRIPT = Path(__file__).with_suffix(".mjs")
TRIGGER_LIVES_S, LOOK_S = 3, 0.05
FORM = "application/x-www-form-urlencoded"
PEOPLE = {USER: "ada", STRANGER: "oskar"}
SEED = {
    "team": {"name": "Shop", "domain": "shop"},
    "users": [{"name": name} for name in PEOPLE.values()],
    "oauth_apps": [
        {"app_id": APP, "bot_id": BOT, "bot_user_id": BOT_USER, "bot_name": "firstmate"}
        | {"name": "Firstmate", "client_id": "1.2", "client_secret": "none", "redirect_uris": []}
    ],
    "tokens": [
        {"token": BOT_TOKEN, "user": BOT_USER, "app_id": APP, "bot_id": BOT}
        | {"scopes": sorted(SCOPES)},
        *({"token": f"xoxp-{name}", "user": name} for name in PEOPLE.values()),
    ],
    "signing_secret": SECRET,
    "strict_scopes": True,
}
Payload = dict[str, Any]


def present_or_skip() -> None:
    is_there = NODE is not None and DIST.exists()
    child.needed(is_there, "emulate", "Slack is played by our own fake alone")


class Emulate:
    """One workspace. Ada and a stranger each have a private channel with the bot."""

    def __init__(self) -> None:
        self.url, self._events_url = "", ""
        self._people: dict[str, tuple[str, str]] = {}  # ours: its user, its private channel
        self._number = itertools.count(1)
        self._work: dict[str, asyncio.Task[Any]] = {}
        self._posted: dict[str, str] = {}
        self._known: set[str] = set()  # the views that were there before the last tap

    async def start(self) -> None:
        self._child = _started()
        self.url = (await asyncio.to_thread(self._told))["url"]
        self._bot = self.client()
        for person, name in PEOPLE.items():
            client = self.client(f"xoxp-{name}")
            opened = await client.conversations_open(users=BOT_USER)
            who = await client.auth_test()
            self._people[person] = (str(who["user_id"]), str(opened["channel"]["id"]))

    async def stop(self) -> None:
        await asyncio.gather(*self._work.values(), return_exceptions=True)
        await asyncio.to_thread(child.end, self._child)

    @property
    def events_url(self) -> str:
        return self._events_url

    @events_url.setter
    def events_url(self, url: str) -> None:
        self._events_url = url
        self._look(listen=url)

    async def verify_url(self) -> bool:
        """Ask `events_url` to echo a challenge, as Slack does once for a new address."""
        asked = {"type": "url_verification", "challenge": f"ch{next(self._number)}"}
        told = await self._post(json.dumps(asked), "application/json")
        return asked["challenge"] in told

    # What a person does

    def say(self, channel: str, text: str) -> str:
        """Write in one's own private channel; the emulator tells the app of it."""
        [name] = [PEOPLE[one] for one, (_, place) in self._people.items() if place == channel]
        return self._do(self.client(f"xoxp-{name}").chat_postMessage(channel=channel, text=text))

    def drop(self, name: str, data: bytes) -> str:
        """Drop a file into Ada's private channel."""
        ada = self.client(f"xoxp-{PEOPLE[USER]}")
        return self._do(ada.files_upload_v2(channel=self.dm(), filename=name, file=data))

    def tap(self, where: Shown, label: str, *, user: str = USER, late: bool = False) -> str:
        """Tap a button; `late`: when Slack has already forgotten who tapped."""
        key = f"{int(time.time())}.{next(self._number):06d}"
        self._known = {one["id"] for one in self._look()["views"]}
        return self._do(self._tapped(key, where, label, user, late), key)

    async def submit(
        self, view_id: str, values: form.Values, user: str = USER, timeout_s: float = 20
    ) -> Payload | None:
        """Submit a modal; return what the answer asked for."""
        [view] = [one for one in self._look()["views"] if one["id"] == view_id]
        blocks = completed(view["blocks"], view_id)
        state = form.state(blocks, values)
        form.check_filled(blocks, state)
        payload = self._interaction("view_submission", user)
        payload |= {"view": view | {"blocks": blocks, "state": {"values": state}}}
        payload["trigger_id"] = await self._trigger(user)
        async with asyncio.timeout(timeout_s):
            told = await self._post(urlencode({"payload": json.dumps(payload)}), FORM)
        return json.loads(told) if told else None

    def repeat(self, key: str) -> None:
        """Deliver what was said or tapped once more."""
        if key in self._posted:
            self._do(self._post(self._posted[key], FORM))
        else:
            self._look(again=self._work[key].result()["ts"])

    def redeliver(self) -> None:
        """What could not be delivered is lost: it tries everything once."""

    # What a test looks at

    def dm(self, user: str = USER) -> str:
        return self._people[user][1]

    def answers(self, channel: str | None = None) -> list[Shown]:
        """Return what the bot shows in a channel (by default Ada's private one)."""
        place = channel or self.dm()
        messages = [one for one in self._look()["messages"] if one["channel_id"] == place]
        return [_shown(one) for one in messages if one["user"] == BOT_USER]

    @property
    def ephemeral(self) -> list[tuple[str, Payload]]:
        return [(one["target_user"], one) for one in self._look()["ephemeral"]]

    @property
    def unacked(self) -> list[str]:
        """What is under way; what failed, fails here."""
        waiting = [key for key, task in self._work.items() if not task.done()]
        for task in self._work.values():
            if task.done():
                task.result()
        return waiting + ["an event"] * self._look()["underWay"]

    async def acked(self, key: str, timeout_s: float = 20) -> None:
        async with asyncio.timeout(timeout_s):
            await self._work[key]

    async def until(self, holds: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Wait until it holds; AssertionError shows what is on the screen instead."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():  # noqa: ASYNC110 - the screen has no news to wait for
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            screen = "\n---\n".join(f"{one.words}\n{one.labels}" for one in self.answers())
            raise AssertionError(f"never saw {what}; on the screen:\n{screen}") from None

    async def see_view(self, part: str, user: str = USER, timeout_s: float = 20) -> View:
        """Wait until a modal that was opened by the last tap shows these words."""

        def found() -> list[View]:
            return [one for one in self._modals(user) if part in one.words]

        await self.until(lambda: bool(found()), timeout_s, f"a modal with “{part}”")
        return found()[-1]

    # Behind it

    def client(self, token: str = BOT_TOKEN) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=f"{self.url}/api/")

    def _look(self, **asked: str) -> Payload:
        """Ask for the screen: it answers at once, so nothing is lost by waiting for it."""
        self._child.stdin.write(f"{json.dumps(asked)}\n")
        self._child.stdin.flush()
        return self._told()

    def _told(self) -> Payload:
        line = self._child.stdout.readline()
        assert line, "emulate ended"
        told: Payload = json.loads(line)
        return told

    def _modals(self, user: str) -> list[View]:
        """Return what the last tap opened; RefusalError for a view that Slack would not take."""
        found = [one for one in self._look()["views"] if one["type"] == "modal"]
        new = [one for one in found if one["id"] not in self._known]
        for view in new:
            check_view({name: it for name, it in view.items() if it}, "modal")
        return [View(view["id"], user, view, view["hash"]) for view in new]

    def _do(self, work: Coroutine[Any, Any, Any], key: str = "") -> str:
        key = key or f"did {next(self._number)}"
        self._work[key] = asyncio.get_running_loop().create_task(work)
        return key

    async def _tapped(self, key: str, where: Shown, label: str, user: str, late: bool) -> str:
        block, element, option = form.find(where.blocks, label, user)
        payload = self._interaction("block_actions", user)
        payload |= {"actions": [form.action(block, element, option, key)]}
        payload |= {"trigger_id": await self._trigger(user), "state": {"values": {}}}
        place = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
        payload |= {"container": place | {"is_ephemeral": False}, "message": where.as_json()}
        payload["channel"] = {"id": where.channel, "name": "directmessage"}
        self._posted[key] = urlencode({"payload": json.dumps(payload)})
        await asyncio.sleep(TRIGGER_LIVES_S if late else 0)
        return await self._post(self._posted[key], FORM)

    def _interaction(self, kind: str, user: str) -> Payload:
        who = {"id": self._people[user][0], "name": PEOPLE[user], "username": PEOPLE[user]}
        return {"type": kind, "user": who, "api_app_id": APP, "team": {"domain": "shop"}}

    async def _trigger(self, user: str) -> str:
        asked = {"user_id": self._people[user][0]}
        made = await self._bot.api_call("views.generateTriggerId", json=asked)
        return str(made["trigger_id"])

    async def _post(self, body: str, content_type: str) -> str:
        """Post to the app as Slack does, signed by Slack's own SDK; return what it answers."""
        at = str(int(time.time()))
        proof = str(SignatureVerifier(SECRET).generate_signature(timestamp=at, body=body))
        headers = {"content-type": content_type, "x-slack-request-timestamp": at}
        headers["x-slack-signature"] = proof
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.events_url, data=body, headers=headers) as answer,
        ):
            assert answer.status == 200, answer.status
            return await answer.text()


def _started() -> "subprocess.Popen[str]":
    command = [str(NODE), str(SCRIPT), str(DIST), json.dumps(SEED)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={}, stdin=pipe, stdout=pipe, text=True)


def _shown(message: Payload) -> Shown:
    """Return a message as Slack shows it; RefusalError for one that Slack would not take."""
    ts, text, blocks = message["ts"], message["text"], message.get("blocks") or []
    check_message(text, blocks)
    shown = Shown(ts, message["channel_id"], message["user"], text, completed(blocks, ts))
    shown.files, shown.edits = message.get("files") or [], int("edited" in message)
    return shown
