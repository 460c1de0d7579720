"""Slack over HTTP: the Web API, files, response URLs and the sockets, with their faults."""

import asyncio
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.peers.door import Door
from tests.peers.slack_delivery import Delivery
from tests.peers.slack_methods import NEEDED, Fields, Methods
from tests.peers.slack_rules import RefusalError
from tests.peers.slack_state import APP_TOKEN, BOT_TOKEN

MB = 1024 * 1024
SIGN_IN = "<!DOCTYPE html><html><title>Sign in | Slack</title></html>"
_AS_JSON = ("blocks", "view", "files", "attachments", "metadata", "chunks")


@dataclass
class Fault:
    """What befalls the next call of a method."""

    status: int = 200
    body: str = ""
    retry_after: int | None = None
    reply_lost: bool = False  # the call takes effect, its answer never arrives


class Server(Methods):
    """Serves at `url`; `stop()` and `start()` on the same port, with everything kept."""

    def __init__(self) -> None:
        super().__init__()
        self.delivery = Delivery()
        self.calls: list[tuple[str, Fields]] = []
        self._faults: dict[str, list[Fault]] = {}
        self._delays_s: dict[str, float] = {}
        self._door = Door()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Serve; the second time on the port of the first."""
        app = web.Application(client_max_size=64 * MB)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name}", self._download)
        app.router.add_get("/signin", self._sign_in)
        app.router.add_post("/response/{number}", self._response)
        self.url = await self._door.open(app)
        self.delivery.begin()

    async def stop(self) -> None:
        """Be gone, as if the power failed."""
        await self._door.accept_no_more()
        await self.delivery.end()
        await self._door.close()

    # Faults

    def limit_next(self, method: str, count: int = 1, retry_after: int = 1) -> None:
        """Answer the next calls of this method with 429."""
        body = json.dumps({"ok": False, "error": "ratelimited"})
        self._expect(method, count, Fault(429, body, retry_after))

    def fail_next(self, method: str, status: int = 500, count: int = 1) -> None:
        """Answer the next calls with a page that is not JSON."""
        self._expect(method, count, Fault(status, "<html>Server Error</html>"))

    def refuse_next(self, method: str, error: str, count: int = 1) -> None:
        """Answer the next calls with ok=false and this error."""
        self._expect(method, count, Fault(200, json.dumps({"ok": False, "error": error})))

    def lose_reply(self, method: str, count: int = 1) -> None:
        """Do the next calls, but break the connection instead of answering."""
        self._expect(method, count, Fault(reply_lost=True))

    def delay(self, method: str, seconds: float) -> None:
        """Let every call of this method take so long; 0 ends it."""
        self._delays_s[method] = seconds

    def called(self, method: str) -> list[Fields]:
        """Return the arguments of every call of this method."""
        return [fields for name, fields in self.calls if name == method]

    def _expect(self, method: str, count: int, fault: Fault) -> None:
        self._faults.setdefault(method, []).extend([fault] * count)

    # The Web API

    async def _api(self, request: web.Request) -> web.Response:
        name, fields = request.match_info["method"], await _fields(request)
        token = _token(request) or str(fields.pop("token", ""))
        self.calls.append((name, fields))
        await asyncio.sleep(self._delays_s.get(name, 0))
        faults = self._faults.get(name)
        fault = faults.pop(0) if faults else Fault()
        if fault.body:
            return _faulty(fault)
        try:
            answer: Fields = {"ok": True} | self._result(name, fields, token)
        except RefusalError as error:
            answer = {"ok": False, "error": error.error} | error.more
        if fault.reply_lost and request.transport is not None:
            request.transport.abort()
        headers = {"x-oauth-scopes": ",".join(self.scopes)} if token == BOT_TOKEN else {}
        return web.json_response(answer, headers=headers)

    def _result(self, name: str, fields: Fields, token: str) -> Fields:
        socket = name == "apps.connections.open"
        method = self._connections_open if socket else self.method(name)
        self._admit(name, token, APP_TOKEN if socket else BOT_TOKEN)
        return method(fields)

    def _admit(self, name: str, token: str, wanted: str) -> None:
        if not token:
            raise RefusalError("not_authed")
        if token != wanted:
            known = token in (APP_TOKEN, BOT_TOKEN)
            raise RefusalError("not_allowed_token_type" if known else "invalid_auth")
        if self.revoked:
            raise RefusalError("token_revoked")
        needed = NEEDED.get(name)
        if needed and needed not in self.scopes:
            raise RefusalError("missing_scope", needed=needed, provided=",".join(self.scopes))

    def _connections_open(self, _: Fields) -> Fields:
        ticket = self.new_id("ticket-")
        return {"url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={ticket}"}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if self.revoked:
            raise web.HTTPForbidden
        return await self.delivery.serve(request)

    # Files and response URLs

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        if request.content_type == "multipart/form-data":
            parts = (await request.post()).values()
            file.data = next(p.file.read() for p in parts if isinstance(p, web.FileField))
        else:
            file.data = await request.read()
        return web.Response(text=f"OK - {len(file.data)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["file"].partition("-")[2])
        allowed = _token(request) == BOT_TOKEN and "files:read" in self.scopes
        if not allowed or self.revoked:
            raise web.HTTPFound("/signin")  # Slack shows its sign-in page instead of an error
        if file is None:
            raise web.HTTPNotFound
        faults = self._faults.get("download")
        if faults:
            return _faulty(faults.pop(0))
        return web.Response(body=file.data, content_type=file.body["mimetype"])

    async def _sign_in(self, _: web.Request) -> web.Response:
        return web.Response(text=SIGN_IN, content_type="text/html")

    async def _response(self, request: web.Request) -> web.Response:
        given: dict[str, Any] = await request.json()
        self.calls.append(("response_url", given))
        try:
            self.answer_interaction(request.match_info["number"], given)
        except RefusalError as error:
            status = 404 if error.error in ("used_url", "expired_url") else 200
            answer = {"ok": False, "error": error.error} | error.more
            return web.json_response(answer, status=status)
        return web.json_response({"ok": True})


async def _fields(request: web.Request) -> Fields:
    """Read the arguments, however they were sent."""
    fields: Fields = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        fields |= await request.json()
    else:
        fields |= dict(await request.post())
    for name in _AS_JSON:
        if isinstance(fields.get(name), str):
            fields[name] = json.loads(fields[name])
    return fields


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _faulty(fault: Fault) -> web.Response:
    kind = "application/json" if fault.body.startswith("{") else "text/html"
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return web.Response(text=fault.body, content_type=kind, status=fault.status, headers=headers)
