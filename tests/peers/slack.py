"""A Slack of our own: one workspace, one app, the people who talk to it, and what they see.

`async with slack() as workspace:` serves at `workspace.url`; the Web API is below `/api/`. Whoever
acts is Ada (`USER`), in her private channel with the bot (`DM`), unless said otherwise.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any, Self

from tests.peers import slack_form as form
from tests.peers.slack_events import OLD_TOKEN, Events
from tests.peers.slack_rules import check_view
from tests.peers.slack_state import (
    APP,
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    BOT_USER,
    GENERAL,
    SECRET,
    STRANGER,
    TEAM,
    USER,
    Shown,
    View,
)
from tests.peers.slack_text import escaped, rich_text

__all__ = [
    "APP",
    "APP_TOKEN",
    "BOT",
    "BOT_TOKEN",
    "BOT_USER",
    "DM",
    "GENERAL",
    "SECRET",
    "STRANGER",
    "TEAM",
    "USER",
    "InThread",
    "Shown",
    "View",
    "Workspace",
    "run_in_thread",
    "slack",
]

DM = f"D{USER[1:]}"
Payload = dict[str, Any]


class Workspace(Events):
    """The verbs are plain functions and return at once; what they cause is delivered after."""

    def __init__(self) -> None:
        super().__init__()
        self._filled: dict[str, form.Values] = {}

    # What a person says

    def say(
        self,
        channel: str,
        text: str,
        *,
        user: str = USER,
        blocks: list[Payload] | None = None,
        files: Iterable[str] = (),
        thread_ts: str | None = None,
        subtype: str | None = None,
        bot_id: str | None = None,
        **more: Any,
    ) -> str:
        """Write as typed (`> ` quotes); return the message's ts. `files` are ids of `upload`."""
        shown = Shown(self.new_ts(), channel, user, escaped(text), thread_ts=thread_ts)
        shown.blocks = blocks if blocks is not None else [rich_text(text)] if text else []
        shown.files = [self.files[one].in_event() for one in files]
        subtype = subtype or ("file_share" if shown.files else None)
        shown.more = {"client_msg_id": f"c-{shown.ts}"} | more
        shown.more |= {k: v for k, v in {"subtype": subtype, "bot_id": bot_id}.items() if v}
        if channel == self.dm(user):
            self.open_dm(user)
        self.shown[shown.ts] = shown
        self.message_event(shown)
        return shown.ts

    def mention(self, channel: str, text: str, **more: Any) -> str:
        """Write to the bot in a channel: an `app_mention`, and the channel's message as well."""
        ts = self.say(channel, f"<@{BOT_USER}> {text}", **more)
        event = self.shown[ts].as_json() | {"type": "app_mention", "channel": channel}
        self.event(event | {"event_ts": ts})
        return ts

    def share(
        self,
        channel: str,
        quoted: str,
        text: str = "",
        *,
        author: str = STRANGER,
        source: str = GENERAL,
        source_ts: str = "1763700000.000001",
        **more: Any,
    ) -> str:
        """Share what somebody wrote elsewhere; `text` is what is said about it."""
        link = f"https://shop.slack.example/archives/{source}/p{source_ts.replace('.', '')}"
        name = self.people.get(author, {}).get("name", author).title()
        body = {"team": TEAM, "channel": source, "ts": source_ts}
        attachment: Payload = {"id": 1, "is_share": True, "is_msg_unfurl": True, "from_url": link}
        attachment |= {"original_url": link, "ts": source_ts, "channel_id": source}
        attachment |= {"author_id": author, "author_name": name, "author_subname": name}
        attachment |= {"text": escaped(quoted), "mrkdwn_in": ["text"], "footer": "Posted in Slack"}
        attachment["fallback"] = f"[{name}] {escaped(quoted)}"
        attachment["message_blocks"] = [body | {"message": {"blocks": [rich_text(quoted)]}}]
        return self.say(channel, text, attachments=[attachment], **more)

    def upload(self, name: str, data: bytes, mimetype: str, user: str = USER, **more: Any) -> str:
        """Store a file to be said; `mode="email"` with subject, from, to … makes a mail of it.

        `attachments` of a mail are (name, data, mimetype); events show only a stub of mails and
        of anything with `stub=True`.
        """
        mail = more.get("mode") == "email"
        if mail:
            kept = [
                self.keep_file(part, content, kind, user)
                for part, content, kind in more.pop("attachments", [])
            ]
            more["attachments"] = [
                {"filename": one.body["name"], "url": one.body["url_private"]}
                | {"mimetype": one.body["mimetype"], "size": len(one.data)}
                for one in kept
            ]
            more.setdefault("filetype", "email")
        return self.keep_file(name, data, mimetype, user, **({"stub": mail} | more)).id

    def rewrite(self, ts: str, text: str) -> None:
        """Edit what was said."""
        shown = self.shown[ts]
        shown.text, shown.blocks, shown.edits = escaped(text), [rich_text(text)], shown.edits + 1
        self.message_event(shown, "message_changed")

    def erase(self, ts: str) -> None:
        """Delete a message, whoever wrote it."""
        self.shown[ts].deleted = True
        self.message_event(self.shown[ts], "message_deleted")

    def open_home(self, user: str = USER, tab: str = "home") -> str:
        """Look at the app: its `home` or its `messages` tab."""
        event: Payload = {"type": "app_home_opened", "user": user, "tab": tab}
        event |= {"channel": self.open_dm(user), "event_ts": self.new_ts()}
        if user in self.homes and tab == "home":
            event["view"] = self.homes[user].as_json()
        return self.event(event)

    # What a person does

    def tap(
        self,
        where: str | Shown | View,
        label: str,
        *,
        user: str = USER,
        values: form.Values | None = None,
    ) -> str:
        """Tap what bears this label on a message (its ts) or a view (its id); return the envelope.

        `values` are what was filled in before; a message and a view remember them.
        """
        place = self._place(where)
        blocks = place.blocks if isinstance(place, Shown) else place.body["blocks"]
        key = place.ts if isinstance(place, Shown) else place.id
        block, element, option = form.find(blocks, label, user)
        form.state(blocks, values or {})  # every key must fit
        filled = self._filled.setdefault(key, {})
        filled |= values or {}
        made = form.action(block, element, option, self.new_ts())
        self._remember(filled, made, element)
        payload = self._interaction("block_actions", user) | {"actions": [made]}
        payload["trigger_id"] = self.new_trigger(user)
        state = {"values": form.state(blocks, filled, known_only=True)}
        return self.tap_raw(payload | {"state": state} | self._around(place, user, state))

    def tap_raw(self, payload: Payload) -> str:
        """Deliver an interaction as it is written here; return the envelope."""
        return self.delivery.post("interactive", payload).id

    async def submit(
        self, view_id: str, values: form.Values, user: str = USER, timeout_s: float = 20
    ) -> Payload | None:
        """Submit a modal; do and return what the ack asked for (`response_action` …)."""
        view = self.views[view_id]
        assert not view.closed, "the modal is closed"
        state = form.state(view.body["blocks"], values)
        form.check_filled(view.body["blocks"], state)
        payload = self._interaction("view_submission", user) | {"response_urls": []}
        payload |= {"view": view.as_json() | {"state": {"values": state}}}
        sent = self.tap_raw(payload | {"trigger_id": self.new_trigger(user)})
        answer = (await self.acked(sent, timeout_s)).payload
        self._follow(view, answer or {})
        return answer

    def close_view(self, view_id: str, user: str = USER) -> None:
        """Close a modal; the app hears of it if it asked for `notify_on_close`."""
        view = self.views[view_id]
        view.closed = True
        if view.body.get("notify_on_close"):
            payload = self._interaction("view_closed", user)
            self.tap_raw(payload | {"view": view.as_json(), "is_cleared": False})

    def press_stop(self, thread: str, user: str = USER) -> str:
        """Press the stop button of a session; Slack stops its streams, and says so."""
        shown = next(one for one in self.statuses[::-1] if one[1] == thread)
        assert shown[2] == "processing", f"no stop button on a session that is {shown[2]}"
        streams = [one for one in self.shown.values() if one.streaming and one.thread_ts == thread]
        for stream in streams:
            stream.streaming, stream.stopped = False, True
        event: Payload = {"type": "agent_session_stopped", "user": user, "channel": shown[0]}
        event |= {"thread_ts": thread, "streaming_message_ts": [one.ts for one in streams]}
        return self.event(event | {"event_ts": self.new_ts()})

    def shortcut(self, callback_id: str, message_ts: str | None, user: str = USER) -> str:
        """Use a shortcut of a message, or (None) a global one; return the envelope."""
        payload = self._interaction("message_action" if message_ts else "shortcut", user)
        payload |= {"callback_id": callback_id, "action_ts": self.new_ts()}
        payload["trigger_id"] = self.new_trigger(user)
        if message_ts:
            shown = self.shown[message_ts]
            payload |= {"message_ts": message_ts, "message": shown.as_json()}
            payload |= {"channel": {"id": shown.channel, "name": "directmessage"}}
            payload["response_url"] = self.new_response_url(user, message_ts)
        return self.tap_raw(payload)

    def command(self, command: str, text: str, channel: str = DM, user: str = USER) -> str:
        """Use a slash command; return the envelope."""
        payload = {"command": command, "text": text, "channel_id": channel, "user_id": user}
        payload |= {"team_id": TEAM, "team_domain": "shop", "channel_name": "directmessage"}
        payload |= {"user_name": self.people[user]["name"], "api_app_id": APP, "token": OLD_TOKEN}
        payload |= {"trigger_id": self.new_trigger(user), "is_enterprise_install": "false"}
        payload["response_url"] = self.new_response_url(user, "")
        return self.delivery.post("slash_commands", payload).id

    # Behind it

    def _interaction(self, kind: str, user: str) -> Payload:
        name = self.people[user]["name"]
        who = {"id": user, "username": name, "name": name, "team_id": TEAM}
        made: Payload = {"type": kind, "user": who, "team": {"id": TEAM, "domain": "shop"}}
        made |= {"api_app_id": APP, "token": OLD_TOKEN}
        return made | {"enterprise": None, "is_enterprise_install": False}

    def _place(self, where: str | Shown | View) -> Shown | View:
        if not isinstance(where, str):
            return where
        views = self.views | {home.id: home for home in self.homes.values()}
        place = self.shown.get(where) or views[where]
        gone = place.deleted if isinstance(place, Shown) else place.closed
        assert not gone, f"{where} is no longer on the screen"
        return place

    def _around(self, place: Shown | View, user: str, state: Payload) -> Payload:
        if isinstance(place, View):
            container = {"type": "view", "view_id": place.id}
            return {"container": container, "view": place.as_json() | {"state": state}}
        message: Payload = {"type": "message", "message_ts": place.ts, "is_ephemeral": False}
        message |= {"channel_id": place.channel}
        if place.thread_ts:
            message["thread_ts"] = place.thread_ts
        around: Payload = {"container": message, "message": place.as_json()}
        around["channel"] = {"id": place.channel, "name": "directmessage"}
        return around | {"response_url": self.new_response_url(user, place.ts)}

    def _remember(self, filled: form.Values, made: Payload, element: Payload) -> None:
        name = made["action_id"]
        if "selected_options" in made:  # a tap on a box checks it, a second one unchecks it
            option = made["selected_options"][0]
            before = filled if name in filled else {name: element.get("initial_options", [])}
            checked: list[Payload] = before[name]
            filled[name] = [one for one in checked if one != option]
            filled[name] += [option] if option not in checked else []
            made["selected_options"] = list(filled[name])
        elif "selected_option" in made and made["type"] != "overflow":
            filled[name] = made["selected_option"]

    def _follow(self, view: View, answer: Payload) -> None:
        asked = answer.get("response_action")
        if asked == "errors":
            known = {block["block_id"] for block in view.body["blocks"]}
            assert set(answer["errors"]) <= known, f"no such block: {answer['errors']}"
        elif asked in ("update", "push"):
            check_view(answer["view"], "modal")
            if asked == "push":
                self.put_view(view.user, answer["view"], view)
            else:
                self.change_view(view, answer["view"])
        else:
            for one in self.views.values():
                if one is view or (asked == "clear" and one.user == view.user):
                    one.closed = True


class InThread:
    """A workspace on a loop of its own: `with run_in_thread() as peer: peer.call(verb, …)`."""

    def __init__(self, **settings: Any) -> None:
        self.workspace = slack(**settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self.workspace.start)
        return self

    def __exit__(self, *_: object) -> None:
        self.call(self.workspace.stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, verb: Callable[..., Any], *args: Any, timeout_s: float = 20, **more: Any) -> Any:
        """Run a verb of the workspace in its loop; wait for what it returns."""

        async def run() -> Any:
            made = verb(*args, **more)
            return await made if asyncio.iscoroutine(made) else made

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout_s)


def run_in_thread(**settings: Any) -> InThread:
    """Return a workspace for tests that are not asynchronous."""
    return InThread(**settings)


def slack(**settings: Any) -> Workspace:
    """Return a workspace; `settings` are attributes of it or of its `delivery`."""
    workspace = Workspace()
    for name, value in settings.items():
        owner = workspace if hasattr(workspace, name) else workspace.delivery
        assert hasattr(owner, name), f"a workspace has no {name}"
        setattr(owner, name, value)
    return workspace
