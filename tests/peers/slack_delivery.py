"""How Slack brings events to an app: over sockets or signed posts, until each is acked."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.peers.slack_state import APP, SECRET

CONNECTIONS_MAX = 10
_FORM = "application/x-www-form-urlencoded"


@dataclass
class Ack:
    """The app's answer to an envelope, and how long it took since it was last sent."""

    seconds: float
    payload: dict[str, Any] | None


@dataclass(eq=False)
class Connection:
    """One open socket; a leaving one is told nothing new."""

    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False


@dataclass(eq=False)
class Envelope:
    """Something the app must ack: `events_api`, `interactive` or `slash_commands`."""

    id: str
    kind: str
    payload: dict[str, Any]
    attempt: int = 0  # how often it was tried before
    reason: str = ""
    at: float = 0.0
    sent: int = 0  # how often it left
    busy: bool = False  # under way
    on: Connection | None = None

    def as_json(self) -> dict[str, Any]:
        answers = self.kind != "events_api"
        made: dict[str, Any] = {"envelope_id": self.id, "type": self.kind}
        made["payload"] = self.payload
        made |= {"accepts_response_payload": answers, "retry_attempt": self.attempt}
        return made | {"retry_reason": self.reason}

    def as_post(self) -> tuple[str, str]:
        """Return (body, content type) for HTTP mode."""
        if self.kind == "events_api":
            return json.dumps(self.payload), "application/json"
        fields = self.payload
        if self.kind == "interactive":
            fields = {"payload": json.dumps(self.payload)}
        return urlencode(fields), _FORM

    def fail(self, reason: str) -> None:
        if self.sent:
            self.attempt, self.reason = self.attempt + 1, reason
        self.busy, self.on = False, None


@dataclass
class Delivery:
    """Keeps what was not acked. With `events_url` it posts there, otherwise any socket gets it."""

    events_url: str = ""
    secret: str = SECRET
    ack_timeout_s: float = 3.0
    retry_delays_s: tuple[float, ...] = (0.0, 0.1, 0.2)  # Slack: at once, a minute, five minutes
    repeats_interactions: bool = True  # False: a tap or a command that nobody acked is lost
    envelopes: list[Envelope] = field(default_factory=list)  # everything ever, oldest first
    waiting: dict[str, Envelope] = field(default_factory=dict)
    lost: list[Envelope] = field(default_factory=list)
    acks: dict[str, Ack] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turn = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving = False

    def post(self, kind: str, payload: dict[str, Any]) -> Envelope:
        """Deliver something new."""
        envelope = Envelope(f"e{len(self.envelopes) + 1}", kind, payload)
        self.envelopes.append(envelope)
        self.waiting[envelope.id] = envelope
        self.pump()
        return envelope

    def redeliver(self) -> None:
        """Send everything that was not acked once more, also what was given up."""
        for envelope in self.lost:
            self.waiting[envelope.id] = envelope
        self.lost = []
        for envelope in self.waiting.values():
            if not envelope.busy or envelope.on is not None:  # a post is tried again anyway
                envelope.fail("timeout")
        self.pump()

    def repeat(self, envelope_id: str) -> None:
        """Send one once more although it was acked."""
        envelope = next(one for one in self.envelopes if one.id == envelope_id)
        envelope.fail("timeout")
        self.waiting[envelope.id] = envelope
        self.pump()

    def pump(self) -> None:
        """Send whatever is not under way."""
        idle = [one for one in self.waiting.values() if not one.busy]
        open_ones = [one for one in self.connections if not one.leaving]
        for envelope in idle if self._serving else []:
            if self.events_url:
                envelope.busy = True
                self._spawn(self._post_until_acked(envelope))
            elif open_ones:
                envelope.on = open_ones[next(self._turn) % len(open_ones)]
                envelope.busy = True
                self._spawn(self._send(envelope, envelope.on))
            elif envelope.kind != "events_api" and not self.repeats_interactions:
                self._give_up(envelope)

    # Socket Mode

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one socket until it ends."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request)
        if len(self.connections) >= CONNECTIONS_MAX:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            return socket
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self.pump()
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._read(json.loads(message.data))
        finally:
            self.connections.remove(connection)
            self._release(connection)
        return socket

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every client to connect anew; `warning` is what Slack says ten seconds before."""
        for connection in list(self.connections):
            connection.leaving = True
            bye = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
            with suppress(ConnectionError):
                await connection.socket.send_json(bye)

    def drop(self) -> None:
        """Cut every socket without a word."""
        for connection in self.connections:
            connection.leaving = True
            if connection.request.transport is not None:
                connection.request.transport.abort()

    # Beginning and end

    def begin(self) -> None:
        self._serving = True
        self.pump()

    async def end(self) -> None:
        """Stop like a machine that lost power; what was under way is tried again later."""
        self._serving = False
        self.drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for envelope in self.waiting.values():
            if envelope.busy:
                envelope.fail("connection_failed")

    def _hello(self) -> dict[str, Any]:
        debug = {"host": "applink-1", "approximate_connection_time": 18060}
        made = {"type": "hello", "num_connections": len(self.connections), "debug_info": debug}
        return made | {"connection_info": {"app_id": APP}}

    def _read(self, message: dict[str, Any]) -> None:
        envelope = self.waiting.get(str(message.get("envelope_id")))
        if envelope is not None:  # an ack may come over another socket than the envelope went
            self._acked(envelope, message.get("payload"))

    def _acked(self, envelope: Envelope, payload: dict[str, Any] | None) -> None:
        self.waiting.pop(envelope.id, None)
        self.acks[envelope.id] = Ack(time.monotonic() - envelope.at, payload)

    def _release(self, connection: Connection) -> None:
        for envelope in list(self.waiting.values()):
            if envelope.on is connection:
                envelope.fail("timeout")
                if envelope.kind != "events_api" and not self.repeats_interactions:
                    self._give_up(envelope)
        self.pump()

    def _give_up(self, envelope: Envelope) -> None:
        self.waiting.pop(envelope.id, None)
        self.lost.append(envelope)

    async def _send(self, envelope: Envelope, connection: Connection) -> None:
        _left(envelope)
        try:
            await connection.socket.send_json(envelope.as_json())
        except ConnectionError:
            connection.leaving = True  # its reader releases the envelope

    # HTTP mode

    async def _post_until_acked(self, envelope: Envelope) -> None:
        repeats = envelope.kind == "events_api" or self.repeats_interactions
        for delay in (0.0, *(self.retry_delays_s if repeats else ())):
            await asyncio.sleep(delay)
            reason = await self._try_post(envelope)
            if not reason:
                return
            envelope.attempt, envelope.reason = envelope.attempt + 1, reason
            if reason == "refused":
                break
        envelope.busy = False
        self._give_up(envelope)

    async def _try_post(self, envelope: Envelope) -> str:
        """Return why it failed, or nothing."""
        body, content_type = envelope.as_post()
        headers = {"content-type": content_type} | self.signed(body)
        if envelope.attempt:
            headers["x-slack-retry-num"] = str(envelope.attempt)
            headers["x-slack-retry-reason"] = envelope.reason
        _left(envelope)
        try:
            async with (
                asyncio.timeout(self.ack_timeout_s),
                aiohttp.ClientSession() as session,
                session.post(self.events_url, data=body, headers=headers) as answer,
            ):
                said = await answer.text()
                if answer.status == 200:
                    self._acked(envelope, _payload(said))
                    return ""
                refused = answer.headers.get("x-slack-no-retry") == "1"
                return "refused" if refused else "http_error"
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"

    def signed(self, body: str, at: int | None = None) -> dict[str, str]:
        """Return the two headers that prove a body, as of real time unless `at` is given."""
        stamp = str(int(time.time()) if at is None else at)
        base = f"v0:{stamp}:{body}".encode()
        proof = hmac.new(self.secret.encode(), base, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={proof}"}

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _left(envelope: Envelope) -> None:
    envelope.at, envelope.sent = time.monotonic(), envelope.sent + 1


def _payload(said: str) -> dict[str, Any] | None:
    if not said.startswith("{"):
        return {"text": said} if said else None
    found: dict[str, Any] = json.loads(said)
    return found or None
