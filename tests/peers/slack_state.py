"""What a fake Slack workspace remembers: people, channels, messages, views and files."""

import copy
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.peers.slack_rules import elements, leaves, texts

TEAM, APP, BOT, BOT_USER = "T0SHOP", "A0FIRSTMATE", "B0FIRSTMATE", "U0FIRSTMATE"
USER, STRANGER, GENERAL = "U0ADA", "U0OSKAR", "C0GENERAL"
BOT_TOKEN, APP_TOKEN = "xoxb-test-token-of-nobody", "xapp-test-token-of-nobody"
SECRET = "signing-secret-of-nobody"
TRIGGER_LIVES_S, RESPONSE_LIVES_S, RESPONSE_USES_MAX = 3, 1800, 5
SCOPES = (
    "app_mentions:read assistant:write channels:history chat:write commands files:read files:write"
    " im:history im:read im:write reactions:write team:read users:read"
)


@dataclass
class Shown:
    """A message as it is shown now, a person's or the bot's."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)  # subtype, bot_id, metadata …
    edits: int = 0
    deleted: bool = False
    streaming: bool = False
    stopped: bool = False  # its stream, by the person's stop button
    reactions: list[str] = field(default_factory=list)

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def labels(self) -> list[str]:
        """The texts of the buttons, in order."""
        found = [one for block in leaves(self.blocks) for one in elements(block)]
        return [one["text"]["text"] for one in found if one["type"] == "button"]

    @property
    def words(self) -> str:
        """Everything there is to read: the text, then the blocks."""
        return "\n".join([self.text, *texts(self.blocks)])

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts}
        made |= {"team": TEAM, "text": self.text, "blocks": self.blocks}
        if self.by_bot:
            made |= {"bot_id": BOT, "app_id": APP}
        for name in ("thread_ts", "attachments", "files"):
            if getattr(self, name):
                made[name] = getattr(self, name)
        if self.edits:
            made["edited"] = {"user": self.user, "ts": f"{int(float(self.ts))}.000000"}
        return copy.deepcopy(made | self.more)


@dataclass
class View:
    """A modal, or a person's Home tab."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    previous: str | None = None
    root: str = ""
    closed: bool = False

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"id": self.id, "hash": self.hash, "bot_id": BOT}
        made |= {"team_id": TEAM, "app_id": APP}
        made |= {"root_view_id": self.root or self.id, "previous_view_id": self.previous}
        defaults = {"private_metadata": "", "callback_id": "", "state": {"values": {}}}
        return copy.deepcopy(defaults | self.body | made)

    @property
    def words(self) -> str:
        return "\n".join(texts(self.body))


@dataclass
class File:
    """A file with its bytes; `stub` leaves all but the id out of events."""

    id: str
    body: dict[str, Any]
    data: bytes = b""
    stub: bool = False

    def in_event(self) -> dict[str, Any]:
        if not self.stub:
            return copy.deepcopy(self.body)
        known = ("id", "created", "timestamp", "user")
        return {name: self.body[name] for name in known} | {"file_access": "visible"}


class State:
    """Plain state, and the numbers Slack gives to things."""

    def __init__(self) -> None:
        self.url = ""
        self.scopes = SCOPES.split()
        self.agent_surface = True  # agents.*, assistant.* and streams exist
        self.streaming = True
        self.revoked = False
        self.people: dict[str, dict[str, Any]] = {
            USER: {"name": "ada", "tz": "Europe/Berlin", "locale": "en-US"},
            STRANGER: {"name": "oskar", "tz": "Europe/Berlin", "locale": "en-US"},
        }
        self.channels: dict[str, str] = {GENERAL: "channel", self.dm(): "im"}
        self.shown: dict[str, Shown] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self.statuses: list[tuple[str, str | None, str]] = []  # (channel, thread, status)
        self.ephemeral: list[tuple[str, dict[str, Any]]] = []  # (user, message)
        self._triggers: dict[str, tuple[float, str, bool]] = {}  # (born, user, used)
        self._responses: dict[str, tuple[float, str, str, int]] = {}  # (born, user, ts, uses)
        self._number: Iterator[int] = itertools.count(1)
        self._skew = 0.0

    def now(self) -> float:
        """Return the workspace's time; `advance` moves it."""
        return time.time() + self._skew

    def advance(self, seconds: float) -> None:
        """Let time pass: triggers and response URLs grow old."""
        self._skew += seconds

    def dm(self, user: str = USER) -> str:
        """Return the private channel of the bot and this person."""
        return f"D{user[1:]}"

    def open_dm(self, user: str) -> str:
        self.channels[self.dm(user)] = "im"
        return self.dm(user)

    def messages(self, channel: str) -> list[Shown]:
        """Return every message of a channel, oldest first, deleted ones too."""
        found = [one for one in self.shown.values() if one.channel == channel]
        return sorted(found, key=lambda one: one.ts)

    def answers(self, channel: str | None = None) -> list[Shown]:
        """Return what the bot shows in a channel (by default Ada's private one)."""
        all_of_them = self.messages(channel or self.dm())
        return [one for one in all_of_them if one.by_bot and not one.deleted]

    def modal(self, user: str = USER) -> View | None:
        """Return the view on top of this person's screen."""
        opened = [one for one in self.views.values() if one.user == user and not one.closed]
        return opened[-1] if opened else None

    def keep_file(
        self, name: str, data: bytes, mimetype: str, user: str, *, stub: bool = False, **more: Any
    ) -> File:
        """Store a file and serve it at its `url_private`."""
        number = self.new_id("F")
        kind = more.pop("filetype", None) or name.rpartition(".")[2]
        url = f"{self.url}/files-pri/{TEAM}-{number}/{quote(name)}"
        at = int(self.now())
        body = {"id": number, "created": at, "timestamp": at, "name": name, "title": name}
        body |= {"mimetype": mimetype, "filetype": kind, "size": len(data), "mode": "hosted"}
        body |= {"user": user, "user_team": TEAM, "file_access": "visible", "is_external": False}
        body |= {"url_private": url, "url_private_download": f"{url}?download=1"}
        body |= {"permalink": f"{self.url}/files/{user}/{number}/{name}"}
        self.files[number] = File(number, body | more, data, stub)
        return self.files[number]

    def new_id(self, letter: str) -> str:
        return f"{letter}0{next(self._number):08d}"

    def new_ts(self) -> str:
        return f"{int(self.now())}.{next(self._number):06d}"

    def new_trigger(self, user: str) -> str:
        trigger = f"{next(self._number)}.{TEAM}.{int(self.now())}"
        self._triggers[trigger] = (self.now(), user, False)
        return trigger

    def new_response_url(self, user: str, ts: str) -> str:
        number = self.new_id("R")
        self._responses[number] = (self.now(), user, ts, 0)
        return f"{self.url}/response/{number}"
