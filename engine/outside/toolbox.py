"""The toolbox: the tools of others that are set up, as operations that follow what is kept of them.

What is known stands in the database; a server is started only to be asked again or to be called.
"""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

from connectors.contract import ConnectorError, Operation
from connectors.mcp import Listing, Server, Tool, settings
from connectors.mcp.client import Answer, ChangedError, Client
from connectors.mcp.operations import operation
from connectors.mcp.settings import ServersError
from engine.chat import outbox
from engine.chat.messages import Button, say
from engine.outside import tools
from engine.outside.tools import SIGNAL, Known
from memory.db import Database, Tx

WORK = "mcp"  # below the data folder: a folder of its own for each server
CHANGED = (
    "{tool} describes itself otherwise than when you said what it does, so it does not run any "
    "more until you look at it."
)


class Toolbox:
    """`operations` by name, `classes` beside them; both change with each commit."""

    def __init__(self, db: Database, folder: Path, taken: Collection[str] = ()) -> None:
        self._db = db
        self._folder = folder
        self._known: dict[str, Known] = {}
        self._asking: asyncio.Task[None] | None = None
        self.operations: dict[str, Operation] = {}
        self.classes: dict[str, str] = {}  # "" while it has none
        self.faults: dict[str, str] = {}  # by server: why it could not be asked
        self.left: dict[str, tuple[str, ...]] = {}  # by server: what of it is not taken
        try:
            servers = settings.read(folder, taken)
        except ServersError as error:
            servers, self.faults = (), {settings.FILE: str(error)}
        self.servers: dict[str, Server] = {server.name: server for server in servers}

    async def open(self) -> None:
        """Offer what is known from before, and follow every change from now on."""
        self._db.listen(SIGNAL, self._committed)
        async with self._db.snapshot() as reader:
            for known in await tools.every(reader):
                self._offer(known)

    def start(self) -> None:
        """Ask every server in the background; nobody waits for it."""
        self._asking = asyncio.create_task(self.refresh())

    async def close(self) -> None:
        """Stop asking; what was asked ends with it."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def refresh(self) -> None:
        """Ask every server what it offers now, all at once, and keep what is new of it."""
        await asyncio.gather(*(self._ask(server) for server in self.servers.values()))

    async def _ask(self, server: Server) -> None:
        try:
            found = await self._client(server).offered()
        except ConnectorError as error:
            self.faults[server.name] = str(error)
            return
        self.faults.pop(server.name, None)
        await self._keep(server, found)

    async def _keep(self, server: Server, found: Listing) -> None:
        self.left[server.name] = found.left
        async with self._db.snapshot() as reader:
            if not await tools.news(reader, found.tools):
                return
        async with self._db.transaction() as tx:
            for known in await tools.keep(tx, found.tools):
                if known.state == "changed":
                    await _tell(tx, known)

    async def _call(self, tool: Tool, args: dict[str, Any]) -> Answer:
        server = self.servers[tool.server]
        try:
            return await self._client(server).call(tool, args)
        except ChangedError as error:
            await self._keep(server, error.now)
            raise

    def _client(self, server: Server) -> Client:
        hidden = (self._folder, self._folder.parent / "backups")
        return Client(server, self._folder / WORK / server.name, hidden)

    def _committed(self, said: str) -> None:
        self._offer(Known.model_validate_json(said))

    def _offer(self, known: Known) -> None:
        old, server = self._known.get(known.operation), self.servers.get(known.tool.server)
        if server is None or (old is not None and old.version >= known.version):
            return
        made = operation(server, known.tool, known.effect, known.roles, self._call, self._db.clock)
        self._known[known.operation] = known
        self.classes[known.operation] = known.effect or ""
        self.operations[known.operation] = made


async def _tell(tx: Tx, known: Known) -> None:
    look = Button(label="Look at it", action="tool", ref=known.operation)
    text = CHANGED.format(tool=known.operation)
    await outbox.post(
        tx, say(f"tool:changed:{known.operation}:{known.version}", text, buttons=((look,),))
    )
