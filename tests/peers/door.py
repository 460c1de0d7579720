"""Where the platforms of the tests serve: a port of 127.0.0.1, kept over stops and starts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

ATTACHING = 4  # turns of the loop until what was accepted belongs to the server


class Door:
    """Serves an application; opened again it has the address it had."""

    def __init__(self) -> None:
        self._port = 0
        self._listening: socket.socket | None = None
        self._runner: web.AppRunner | None = None

    async def open(self, app: web.Application) -> str:
        """Serve; return the URL without a slash at its end."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listening.getsockname()[1]
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listening).start()
        return f"http://127.0.0.1:{self._port}"

    async def accept_no_more(self) -> None:
        """Leave whoever comes now outside.

        A connection that asyncio (Python 3.11) accepted but has not attached yet when its server
        closes is left open by both, until the garbage collector warns of it in some other test.
        """
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            for _ in range(ATTACHING):
                await asyncio.sleep(0)

    async def close(self) -> None:
        """Be gone; what is under way has a tenth of a second."""
        await self.accept_no_more()
        if self._runner is not None:
            await self._runner.cleanup()
        self._listening = self._runner = None


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serve an application while the block lasts; give its URL."""
    door = Door()
    try:
        yield await door.open(app)
    finally:
        await door.close()
