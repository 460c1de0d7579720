"""What the fake Slack tells the app on its own, and what a test looks at and waits for."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.peers.slack_delivery import Ack, Envelope
from tests.peers.slack_methods import HISTORY
from tests.peers.slack_server import Server
from tests.peers.slack_state import APP, BOT_USER, TEAM, USER, Shown, View

OLD_TOKEN = "verification-token-of-nobody"  # in every payload, no longer of use
Payload = dict[str, Any]


class Events(Server):
    """Events, the life of the connection, and waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.echoes = True  # the bot's own messages come back to it as events
        self.event_ids: dict[str, str] = {}  # of messages, by their ts: the envelope

    # What Slack does

    def event(self, event: Payload) -> str:
        """Deliver an event as it is written here; return the envelope."""
        payload: Payload = {"type": "event_callback", "event": event, "event_id": self.new_id("Ev")}
        payload |= {"team_id": TEAM, "api_app_id": APP, "token": OLD_TOKEN}
        payload |= {"event_time": int(self.now()), "is_ext_shared_channel": False}
        installed: Payload = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER}
        installed |= {"is_bot": True, "is_enterprise_install": False}
        payload["authorizations"] = [installed]
        payload["event_context"] = f"4-{payload['event_id']}"
        return self.delivery.post("events_api", payload).id

    def note(self, shown: Shown, subtype: str | None = None) -> None:
        if self.echoes:
            self.message_event(shown, subtype)

    def revoke(self) -> None:
        """Take the app out of the workspace: its tokens are no longer good."""
        self.revoked = True
        self.drop()

    def redeliver(self) -> None:
        """Send what was not acked once more, with the next retry_attempt."""
        self.delivery.redeliver()

    def repeat(self, what: str) -> None:
        """Send an envelope, or the message of this ts, again as if its ack had got lost."""
        self.delivery.repeat(self.event_ids.get(what, what))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every socket to connect anew."""
        await self.delivery.disconnect(reason)

    def drop(self) -> None:
        """Cut every socket without a word."""
        self.delivery.drop()

    @property
    def events_url(self) -> str:
        """Where HTTP mode posts; empty means Socket Mode."""
        return self.delivery.events_url

    @events_url.setter
    def events_url(self, url: str) -> None:
        self.delivery.events_url = url
        self.delivery.pump()

    async def verify_url(self) -> bool:
        """Ask `events_url` to echo a challenge, as Slack does once for a new address."""
        asked = {"type": "url_verification", "token": OLD_TOKEN, "challenge": self.new_id("ch")}
        body = json.dumps(asked)
        headers = {"content-type": "application/json"} | self.delivery.signed(body)
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.events_url, data=body, headers=headers) as answer,
        ):
            return answer.status == 200 and asked["challenge"] in await answer.text()

    def message_event(self, shown: Shown, subtype: str | None = None) -> None:
        """Tell the app of a message, if it may read the channel."""
        kind = self.channels[shown.channel]
        if HISTORY[kind] not in self.scopes:
            return
        event: Payload = {"type": "message", "channel": shown.channel, "channel_type": kind}
        if subtype in ("message_changed", "message_deleted"):
            event |= {"subtype": subtype, "hidden": True, "ts": self.new_ts()}
            gone = subtype == "message_deleted"
            event["previous_message" if gone else "message"] = shown.as_json()
            event |= {"deleted_ts": shown.ts} if gone else {}
        else:
            event |= shown.as_json() | ({"subtype": subtype} if subtype else {})
        sent = self.event(event | {"event_ts": event["ts"]})
        self.event_ids.setdefault(shown.ts, sent)

    # What a test looks at

    @property
    def acks(self) -> dict[str, Ack]:
        """Envelope id → how long the ack took, and what it carried."""
        return self.delivery.acks

    @property
    def unacked(self) -> list[Envelope]:
        return list(self.delivery.waiting.values())

    async def connected(self, count: int = 1, timeout_s: float = 20) -> None:
        """Wait until so many sockets are open and not about to close."""

        def holds() -> bool:
            return sum(not one.leaving for one in self.delivery.connections) >= count

        await self.until(holds, timeout_s, f"{count} open sockets")

    async def acked(self, what: str, timeout_s: float = 20) -> Ack:
        """Wait until an envelope, or the message of this ts, is acked."""
        envelope = self.event_ids.get(what, what)
        await self.until(lambda: envelope in self.acks, timeout_s, f"an ack of {what}")
        return self.acks[envelope]

    async def settled(self, timeout_s: float = 20) -> None:
        """Wait until everything is acked."""
        await self.until(lambda: not self.unacked, timeout_s, "every ack")

    async def see(self, part: str, channel: str | None = None, timeout_s: float = 20) -> Shown:
        """Wait until the bot shows these words; return the newest message that does."""

        def found() -> list[Shown]:
            return [one for one in self.answers(channel) if part in one.words]

        await self.until(lambda: bool(found()), timeout_s, f"“{part}”")
        return found()[-1]

    async def see_view(self, part: str, user: str = USER, timeout_s: float = 20) -> View:
        """Wait until the modal on top shows these words."""

        def found() -> View | None:
            view = self.modal(user)
            return view if view and part in view.words else None

        await self.until(lambda: found() is not None, timeout_s, f"a modal with “{part}”")
        seen = found()
        assert seen is not None
        return seen

    async def until(
        self, holds: Callable[[], bool], timeout_s: float = 20, what: str = "what was awaited"
    ) -> None:
        """Wait until it holds; AssertionError shows what is on the screen instead."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():  # noqa: ASYNC110 - anything may be awaited
                    await asyncio.sleep(0.01)
        except TimeoutError:
            screen = "\n---\n".join(f"{one.words}\n{one.labels}" for one in self.answers())
            raise AssertionError(f"never saw {what}; on the screen:\n{screen}") from None
