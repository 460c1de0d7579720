"""What goes wrong between us and a server that speaks HTTP: a proxy that breaks what it is told to.

It sees each request whole. Those of `methods` go wrong in the way of `fault`, `times` times.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

EVER = 1_000_000
STATUS = {
    "500": "500 Internal Server Error",
    "500 after": "500 Internal Server Error",
    "503": "503 Service Unavailable",
    "429": "429 Too Many Requests\r\nRetry-After: 7",
    "412": "412 Precondition Failed",
    "401": "401 Unauthorized\r\nWWW-Authenticate: Basic",
}
AFTER = ("drop after", "500 after", "slow", "cut")  # these reach the server
FAULTS = ("drop before", "drop after", "500", "500 after", "503", "429", "slow", "cut", "412")


@dataclass
class Faulty:
    """A proxy before the server at `behind`. `canned`: it answers this instead of the server."""

    behind: str
    url: str = ""
    fault: str = ""
    methods: Collection[str] = ()
    times: int = 0
    canned: bytes = b""
    seen: list[str] = field(default_factory=list)

    def breaks(self, fault: str, *methods: str, times: int = EVER) -> None:
        self.fault, self.methods, self.times = fault, methods, times

    def mend(self) -> None:
        self.times = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            request = head + await reader.readexactly(_length(head))
            method = head.split(b" ", 1)[0].decode()
            self.seen.append(method)
            writer.write(await self._answer(method, request, reader))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # who asked has gone
        finally:
            writer.close()

    async def _answer(self, method: str, request: bytes, reader: asyncio.StreamReader) -> bytes:
        if self.canned:
            return self.canned
        wrong = self.times > 0 and method in self.methods
        self.times -= wrong
        answer = await self._forward(request) if not wrong or self.fault in AFTER else b""
        if not wrong:
            return answer
        if self.fault == "slow":
            await reader.read()  # until nobody waits any more
        if self.fault == "cut":
            return answer[: answer.index(b"\r\n") + 9]
        status = STATUS.get(self.fault)
        return b"" if status is None else f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()

    async def _forward(self, request: bytes) -> bytes:
        there = urlsplit(self.behind)
        reader, writer = await asyncio.open_connection(there.hostname, there.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@asynccontextmanager
async def before(url: str) -> AsyncIterator[Faulty]:
    """A proxy before the server at `url`, while the block lasts."""
    proxy = Faulty(url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield proxy
    finally:
        server.close()
