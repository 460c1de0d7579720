"""Slack's Web API methods, each a change of the workspace's state."""

import copy
from collections.abc import Callable
from typing import Any

from tests.peers.slack_rules import (
    UPDATE_TEXT_MAX,
    RefusalError,
    check_message,
    check_view,
    completed,
    streamed,
)
from tests.peers.slack_state import (
    APP,
    BOT,
    BOT_USER,
    RESPONSE_LIVES_S,
    RESPONSE_USES_MAX,
    TEAM,
    TRIGGER_LIVES_S,
    Shown,
    State,
    View,
)

Fields = dict[str, Any]
VIEWS_STACKED_MAX = 3
PAGE_MAX = 1_000
HISTORY = {
    "im": "im:history",
    "channel": "channels:history",
    "group": "groups:history",
    "mpim": "mpim:history",
}
NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.startStream": "chat:write",
    "chat.appendStream": "chat:write",
    "chat.stopStream": "chat:write",
    "conversations.open": "im:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.info": "files:read",
    "users.info": "users:read",
    "reactions.add": "reactions:write",
    "assistant.threads.setStatus": "assistant:write",
    "team.info": "team:read",
}


class Methods(State):
    """Each method takes its arguments and returns the answer without `ok`, or raises."""

    def method(self, name: str) -> Callable[[Fields], Fields]:
        """Return the method of this name; RefusalError if the workspace has none."""
        agent = name.startswith(("agents.", "assistant."))
        absent = (agent and not self.agent_surface) or ("Stream" in name and not self.streaming)
        known: dict[str, Callable[[Fields], Fields]] = {
            "auth.test": self._auth_test,
            "team.info": lambda _: {"team": {"id": TEAM, "name": "Shop", "domain": "shop"}},
            "users.info": self._users_info,
            "conversations.open": self._conversations_open,
            "conversations.history": self._conversations_history,
            "conversations.replies": self._conversations_replies,
            "chat.postMessage": self._chat_post_message,
            "chat.postEphemeral": self._chat_post_ephemeral,
            "chat.update": self._chat_update,
            "chat.delete": self._chat_delete,
            "chat.getPermalink": self._chat_get_permalink,
            "chat.startStream": self._chat_start_stream,
            "chat.appendStream": self._chat_append_stream,
            "chat.stopStream": self._chat_stop_stream,
            "reactions.add": self._reactions_add,
            "views.open": self._views_open,
            "views.push": self._views_push,
            "views.update": self._views_update,
            "views.publish": self._views_publish,
            "files.getUploadURLExternal": self._files_get_upload_url,
            "files.completeUploadExternal": self._files_complete_upload,
            "files.delete": self._files_delete,
            "files.info": self._files_info,
            "assistant.threads.setStatus": self._set_status,
            "assistant.threads.setTitle": lambda _: {},
            "assistant.threads.setSuggestedPrompts": lambda _: {},
            "agents.sessions.setStatus": self._set_status,
            "agents.sessions.rename": lambda _: {},
        }
        if absent or name not in known:
            raise RefusalError("unknown_method", req_method=name)
        return known[name]

    def note(self, shown: Shown, subtype: str | None = None) -> None:
        """Told of each change of the bot's own messages; the workspace sends events of it."""

    # Who and where

    def _auth_test(self, _: Fields) -> Fields:
        answer = {"url": "https://shop.slack.example/", "team": "Shop", "team_id": TEAM}
        answer |= {"user": "firstmate", "user_id": BOT_USER, "bot_id": BOT, "app_id": APP}
        return answer | {"is_enterprise_install": False}

    def _users_info(self, given: Fields) -> Fields:
        user = str(given.get("user"))
        if user not in self.people:
            raise RefusalError("user_not_found")
        person = self.people[user]
        base = {"id": user, "team_id": TEAM, "deleted": False, "is_bot": False, "is_admin": False}
        name = person["name"].title()
        names = {"real_name": name, "profile": {"real_name": name, "display_name": name}}
        return {"user": base | names | {"tz_offset": 3600} | person}

    def _conversations_open(self, given: Fields) -> Fields:
        users = [one for one in str(given.get("users", "")).split(",") if one]
        if given.get("channel"):
            return {"channel": {"id": self._channel(given)}}
        if not users or any(user not in self.people for user in users):
            raise RefusalError("user_not_found")
        if len(users) > 1:
            raise RefusalError("missing_scope", needed="mpim:write", provided=",".join(self.scopes))
        known = self.dm(users[0]) in self.channels
        opened = {"id": self.open_dm(users[0]), "is_im": True, "user": users[0]}
        return {"channel": opened, "already_open": known, "no_op": known}

    def _conversations_history(self, given: Fields) -> Fields:
        shown = [one for one in self.messages(self._read(given)) if one.thread_ts in (None, one.ts)]
        return self._page(shown[::-1], given)

    def _conversations_replies(self, given: Fields) -> Fields:
        channel, root = self._read(given), str(given.get("ts"))
        thread = [one for one in self.messages(channel) if root in (one.ts, one.thread_ts)]
        if not thread:
            raise RefusalError("thread_not_found")
        return self._page(thread, given)

    def _page(self, shown: list[Shown], given: Fields) -> Fields:
        after, until = float(given.get("oldest") or 0), float(given.get("latest") or 1e12)
        kept = [one for one in shown if after < float(one.ts) < until and not one.deleted]
        start, limit = int(given.get("cursor") or 0), min(int(given.get("limit") or 100), PAGE_MAX)
        rest = len(kept) > start + limit
        answer: Fields = {"messages": [one.as_json() for one in kept[start : start + limit]]}
        answer |= {"has_more": rest}
        cursor = str(start + limit) if rest else ""
        return answer | {"response_metadata": {"next_cursor": cursor}}

    # Messages

    def _chat_post_message(self, given: Fields) -> Fields:
        shown = self._new_message(given)
        self.shown[shown.ts] = shown
        self.note(shown)
        return {"channel": shown.channel, "ts": shown.ts, "message": shown.as_json()}

    def _chat_post_ephemeral(self, given: Fields) -> Fields:
        shown = self._new_message(given)
        self.ephemeral.append((str(given.get("user")), shown.as_json()))
        return {"message_ts": shown.ts}

    def _chat_update(self, given: Fields) -> Fields:
        shown = self._mine(given, "cant_update_message")
        if shown.streaming:
            raise RefusalError("streaming_state_conflict")
        text = str(given.get("text", ""))
        if not text and "blocks" not in given:
            raise RefusalError("no_text")
        blocks = given.get("blocks", shown.blocks)  # left out, Slack keeps the old ones
        check_message(text, blocks, UPDATE_TEXT_MAX)
        shown.text, shown.blocks = text, completed(blocks, shown.ts)
        shown.edits += 1
        self.note(shown, "message_changed")
        answer = {"channel": shown.channel, "ts": shown.ts, "text": shown.text}
        return answer | {"message": shown.as_json()}

    def _chat_delete(self, given: Fields) -> Fields:
        shown = self._mine(given, "cant_delete_message")
        if shown.streaming:  # not documented; reported by users
            raise RefusalError("cant_delete_message")
        shown.deleted = True
        self.note(shown, "message_deleted")
        return {"channel": shown.channel, "ts": shown.ts}

    def _chat_get_permalink(self, given: Fields) -> Fields:
        shown = self._known(given, "message_ts")
        link = f"https://shop.slack.example/archives/{shown.channel}/p{shown.ts.replace('.', '')}"
        return {"channel": shown.channel, "permalink": link}

    def _reactions_add(self, given: Fields) -> Fields:
        shown, name = self._known(given, "timestamp"), str(given.get("name"))
        if name in shown.reactions:
            raise RefusalError("already_reacted")
        shown.reactions.append(name)
        return {}

    def _chat_start_stream(self, given: Fields) -> Fields:
        if not given.get("thread_ts"):
            raise RefusalError("invalid_arguments", ["[ERROR] missing required field: thread_ts"])
        for name in ("recipient_team_id", "recipient_user_id"):
            if not given.get(name):  # documented for channels; users report it everywhere
                raise RefusalError(f"missing_{name}")
        shown = Shown(self.new_ts(), self._channel(given), BOT_USER)
        shown.thread_ts, shown.streaming = str(given["thread_ts"]), True
        self._stream(shown, given)
        self.shown[shown.ts] = shown
        return {"channel": shown.channel, "ts": shown.ts}

    def _chat_append_stream(self, given: Fields) -> Fields:
        shown = self._mine(given, "message_not_owned_by_app")
        if not shown.streaming:
            error = "stopped_by_user" if shown.stopped else "message_not_in_streaming_state"
            raise RefusalError(error)
        self._stream(shown, given)
        return {"channel": shown.channel, "ts": shown.ts}

    def _chat_stop_stream(self, given: Fields) -> Fields:
        blocks = given.get("blocks", [])
        check_message("", blocks)
        answer = self._chat_append_stream(given)
        shown = self.shown[answer["ts"]]
        shown.blocks, shown.streaming = completed([*shown.blocks, *blocks], shown.ts), False
        if given.get("session_status"):
            self.statuses.append((shown.channel, shown.thread_ts, str(given["session_status"])))
        self.note(shown)
        return answer | {"message": shown.as_json()}

    def _stream(self, shown: Shown, given: Fields) -> None:
        """Add the words; a task that is shown already is shown as it stands now."""
        words, tasks = streamed(given)
        shown.text += words
        shown.blocks = list(({one["task_id"]: one for one in shown.blocks} | tasks).values())

    def _set_status(self, given: Fields) -> Fields:
        channel = self._channel(given, "channel_id")
        self.statuses.append((channel, given.get("thread_ts"), str(given.get("status", ""))))
        return {}

    # Views

    def _views_open(self, given: Fields) -> Fields:
        return self._stack_view(given, None)

    def _views_push(self, given: Fields) -> Fields:
        born = self._triggers.get(str(given.get("trigger_id")))
        return self._stack_view(given, self.modal(born[1]) if born else None)

    def _stack_view(self, given: Fields, below: View | None) -> Fields:
        check_view(given.get("view", {}), "modal")
        user = self._spend_trigger(str(given.get("trigger_id", "")))
        stacked = [one for one in self.views.values() if one.user == user and not one.closed]
        if below is not None and len(stacked) >= VIEWS_STACKED_MAX:
            raise RefusalError("push_limit_reached")
        for old in stacked if below is None else []:
            old.closed = True
        return {"view": self.put_view(user, given["view"], below).as_json()}

    def put_view(self, user: str, body: Fields, below: View | None = None) -> View:
        """Lay a view on top of what the person sees."""
        view = View(self.new_id("V"), user, {}, "")
        if below is not None:
            view.previous, view.root = below.id, below.root or below.id
        self.views[view.id] = view
        return self.change_view(view, body)

    def change_view(self, view: View, body: Fields) -> View:
        """Show another body in a view; its hash changes."""
        changed = copy.deepcopy(body)
        changed["blocks"] = completed(changed.get("blocks", []), view.id)
        view.body, view.hash = changed, f"{int(self.now())}.{self.new_id('h')}"
        return view

    def _views_update(self, given: Fields) -> Fields:
        view = self._find_view(given)
        check_view(given.get("view", {}), "modal")
        if given.get("hash") and given["hash"] != view.hash:
            raise RefusalError("hash_conflict")
        return {"view": self.change_view(view, given["view"]).as_json()}

    def _find_view(self, given: Fields) -> View:
        wanted = given.get("external_id")
        for view in self.views.values():
            named = wanted and view.body.get("external_id") == wanted
            if not view.closed and (view.id == given.get("view_id") or named):
                return view
        raise RefusalError("not_found")

    def _views_publish(self, given: Fields) -> Fields:
        user = str(given.get("user_id"))
        check_view(given.get("view", {}), "home")
        if user not in self.people:
            raise RefusalError("invalid_arguments", ["[ERROR] user_id is not known"])
        home = self.homes.get(user)
        if home and given.get("hash") and given["hash"] != home.hash:
            raise RefusalError("hash_conflict")
        self.homes.setdefault(user, View(self.new_id("V"), user, {}, ""))
        return {"view": self.change_view(self.homes[user], given["view"]).as_json()}

    def _spend_trigger(self, trigger: str) -> str:
        if trigger not in self._triggers:
            raise RefusalError("invalid_trigger_id")
        born, user, used = self._triggers[trigger]
        if used:
            raise RefusalError("exchanged_trigger_id")
        if self.now() - born > TRIGGER_LIVES_S:
            raise RefusalError("expired_trigger_id")
        self._triggers[trigger] = (born, user, True)
        return user

    # Files

    def _files_get_upload_url(self, given: Fields) -> Fields:
        if not given.get("filename") or int(given.get("length") or 0) <= 0:
            raise RefusalError("invalid_arguments", ["[ERROR] filename and length are needed"])
        file = self.keep_file(str(given["filename"]), b"", "application/octet-stream", BOT_USER)
        file.body["size"] = -1  # until completed
        file.body["alt_txt"] = given.get("alt_txt", "")
        return {"upload_url": f"{self.url}/upload/v1/{file.id}", "file_id": file.id}

    def _files_complete_upload(self, given: Fields) -> Fields:
        made = []
        for one in given.get("files", []):
            file = self.files.get(one["id"])
            if file is None or not file.data:
                raise RefusalError("file_not_found")
            file.body |= {"size": len(file.data), "title": one.get("title", file.body["name"])}
            made.append(file.body)
        if given.get("channel_id"):
            words = {"channel": given["channel_id"], "text": given.get("initial_comment", "")}
            shown = self._new_message(words | {"files": made, "thread_ts": given.get("thread_ts")})
            self.shown[shown.ts] = shown
            self.note(shown, "file_share")
        return {"files": copy.deepcopy(made)}

    def _files_delete(self, given: Fields) -> Fields:
        file = self.files.get(str(given.get("file")))
        if file is None:
            raise RefusalError("file_not_found")
        if file.body["user"] != BOT_USER:
            raise RefusalError("cant_delete_file")
        del self.files[file.id]
        return {}

    def _files_info(self, given: Fields) -> Fields:
        file = self.files.get(str(given.get("file")))
        if file is None:
            raise RefusalError("file_not_found")
        return {"file": copy.deepcopy(file.body), "comments": []}

    # The response URL of an interaction

    def answer_interaction(self, number: str, given: Fields) -> None:
        """Do what was posted to a response_url; RefusalError when it is used up or too old."""
        born, user, ts, uses = self._responses.get(number, (0.0, "", "", 0))
        if not born or uses >= RESPONSE_USES_MAX or self.now() - born > RESPONSE_LIVES_S:
            raise RefusalError("used_url" if uses >= RESPONSE_USES_MAX else "expired_url")
        self._responses[number] = (born, user, ts, uses + 1)
        shown = self.shown.get(ts)
        if shown is not None and given.get("delete_original"):
            self._chat_delete({"channel": shown.channel, "ts": ts})
        elif shown is not None and given.get("replace_original"):
            self._chat_update({"channel": shown.channel, "ts": ts} | given)
        elif given.get("response_type") == "in_channel" and shown is not None:
            self._chat_post_message({"channel": shown.channel} | given)
        else:
            check_message(str(given.get("text", "")), given.get("blocks", []))
            self.ephemeral.append((user, given))

    # Looking things up

    def _channel(self, given: Fields, name: str = "channel") -> str:
        channel = str(given.get(name, ""))
        if channel in self.people:
            channel = self.open_dm(channel)
        if channel not in self.channels:
            raise RefusalError("channel_not_found")
        return channel

    def _read(self, given: Fields) -> str:
        channel = self._channel(given)
        needed = HISTORY[self.channels[channel]]
        if needed not in self.scopes:
            raise RefusalError("missing_scope", needed=needed, provided=",".join(self.scopes))
        return channel

    def _known(self, given: Fields, name: str = "ts") -> Shown:
        channel, shown = self._channel(given), self.shown.get(str(given.get(name)))
        if shown is None or shown.deleted or shown.channel != channel:
            raise RefusalError("message_not_found")
        return shown

    def _mine(self, given: Fields, otherwise: str) -> Shown:
        shown = self._known(given)
        if not shown.by_bot:
            raise RefusalError(otherwise)
        return shown

    def _new_message(self, given: Fields) -> Shown:
        text, blocks = str(given.get("text") or ""), given.get("blocks") or []
        shown = Shown(self.new_ts(), self._channel(given), BOT_USER, text)
        shown.attachments, shown.files = given.get("attachments") or [], given.get("files") or []
        if not (text or blocks or shown.attachments or shown.files):
            raise RefusalError("no_text")
        check_message(text, blocks)
        shown.blocks = completed(blocks, shown.ts)
        shown.thread_ts = given.get("thread_ts") or None
        shown.more = {k: given[k] for k in ("metadata", "username", "icon_emoji") if k in given}
        return shown
