"""The door of the web chat: who may ask at all, and what every answer carries.

The Host header is checked against DNS rebinding, the Origin against other sites' forms.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
STRANGE_HOST = b"This address is not one Firstmate answers to. Set FIRSTMATE_NAMES to add it."
STRANGE_ORIGIN = b"This came from another site and was refused."


class Door:
    """ASGI middleware around the whole application."""

    def __init__(self, app: Any, names: set[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if _name(host) not in self._names:
            await _refuse(send, 421, STRANGE_HOST)
        elif scope["method"] != "GET" and not _same(headers.get(b"origin"), host):
            await _refuse(send, 403, STRANGE_ORIGIN)
        else:
            await self._app(scope, receive, _with_headers(send))


def _name(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _same(origin: str | None, host: str) -> bool:
    """Browsers send an Origin with every POST; without one it is no browser page at all."""
    return origin is None or urlsplit(origin).netloc == host


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return sending


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
