"""The door to the protocol's library: list what a server offers, call one tool of it.

Each conversation has a process of its own that lists its tools, is asked, and ends: what is called
is what was classified, and nothing lives on.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.contract import ConnectorError, PermanentError, TransientError, UnknownError
from connectors.mcp import Listing, Server, Tool, listing, pipe

LIST_S = 60.0  # each, to start and to list; the first start may have to fetch the server
PAGES_MAX = 20
ANSWER_CHARS_MAX = 20_000
WORDS_CHARS_MAX = 300
REFUSED = (-32700, -32600, -32601, -32602)  # JSON-RPC: it did not take the call at all
CLOSED = -32000


class ChangedError(PermanentError):
    """The tool is no longer the one that was classified, so it was not called."""

    def __init__(self, message: str, now: Listing) -> None:
        super().__init__(message)
        self.now = now


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said: somebody else's words. `failed`: it calls it a failure itself."""

    text: str
    failed: bool = False


@dataclass(slots=True)
class _Talk:
    """A conversation under way. From `called` on, an answer that does not come says nothing."""

    session: Any
    called: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """One server. `folder` is its own, `hidden` what it cannot read."""

    server: Server
    folder: Path
    hidden: tuple[Path, ...] = ()

    async def offered(self) -> Listing:
        """Return what it offers now. TransientError, PermanentError: it cannot say."""
        async with self._talk() as talk:
            return await self._listed(talk)

    async def call(self, tool: Tool, args: dict[str, Any]) -> Answer:
        """Call the tool if it still is this one. ChangedError, or any error of a connector."""
        async with self._talk() as talk:
            now = await self._listed(talk)
            found = now.tool(tool.name)
            if found is None or found.digest != tool.digest:
                other = "is no longer what you classified"
                said = f"{tool.operation} {'is no longer offered' if found is None else other}."
                raise ChangedError(f"{said} It was not called.", now)
            import mcp_types as types

            asked = types.CallToolRequestParams(name=tool.name, arguments=args)
            talk.called = True
            async with asyncio.timeout(self.server.timeout_s):
                answer = await talk.session.send_request(
                    types.CallToolRequest(params=asked), types.CallToolResult
                )
            return Answer(_text(answer), bool(answer.is_error))

    async def _listed(self, talk: _Talk) -> Listing:
        import mcp_types as types

        found: list[types.Tool] = []
        cursor: str | None = None
        async with asyncio.timeout(LIST_S):
            for _ in range(PAGES_MAX):
                asked = types.PaginatedRequestParams(cursor=cursor) if cursor else None
                page = await talk.session.send_request(
                    types.ListToolsRequest(params=asked), types.ListToolsResult
                )
                found += page.tools
                cursor = page.next_cursor
                if not cursor:
                    break
        return listing(
            Tool(
                server=self.server.name,
                name=tool.name,
                description=tool.description or "",
                takes=tool.input_schema,
            )
            for tool in found
        )

    @asynccontextmanager
    async def _talk(self) -> AsyncIterator[_Talk]:
        """Hold a conversation; whatever breaks in it leaves as an error of a connector."""
        await asyncio.to_thread(_load)  # half a second, the first time
        import anyio
        import mcp

        talk = _Talk(None)
        try:
            async with AsyncExitStack() as stack:
                transport = pipe.started(self.server, self.folder, self.hidden)
                async with asyncio.timeout(LIST_S):
                    client = await stack.enter_async_context(mcp.Client(transport))
                talk.session = client.session
                yield talk
        except (
            *(ConnectorError, OSError, ValueError, RuntimeError, ExceptionGroup),
            *(mcp.MCPError, anyio.BrokenResourceError, anyio.ClosedResourceError),
        ) as error:
            raise self._meant(error, talk.called) from error

    def _meant(self, error: Exception, called: bool) -> ConnectorError:
        """Return what a broken conversation means for the call."""
        while isinstance(error, ExceptionGroup):  # of the library's tasks; the first one broke it
            error = error.exceptions[0]
        if isinstance(error, ConnectorError):
            return error
        name, code = self.server.name, getattr(error, "code", None)
        if code in REFUSED:
            return PermanentError(f"{name} refused it: “{_short(str(error))}”")
        if isinstance(error, TimeoutError):
            said = f"{name} did not answer in time."
        elif code == CLOSED or isinstance(error, OSError):
            said = f"{name} ended before it answered, or said more than I take."
        elif code is not None:
            said = f"{name} answered with an error: “{_short(str(error))}”"
        else:
            said = f"{name} answered something that is no answer."
        return UnknownError(said) if called else TransientError(said)


def _text(answer: Any) -> str:
    """Return an answer as text; what is no text is named."""
    parts = [
        one.text if one.type == "text" else f"[{one.type}, not shown]" for one in answer.content
    ]
    if not parts and answer.structured_content is not None:
        parts = [json.dumps(answer.structured_content, ensure_ascii=False, indent=1)]
    text = "\n".join(parts)
    if len(text) > ANSWER_CHARS_MAX:
        text = f"{text[:ANSWER_CHARS_MAX]}… ({len(text)} characters, the rest was not kept)"
    return text


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= WORDS_CHARS_MAX else f"{one[:WORDS_CHARS_MAX]}…"


def _load() -> None:
    import mcp  # noqa: F401  loaded beside the loop, so that nobody waits for it
