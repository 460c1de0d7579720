"""The two doors Slack delivers through: a socket we open, or HTTP that Slack calls."""

import asyncio
import logging
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api import ours

HOST = "127.0.0.1"  # a proxy of the operator's own stands between this and the network
PATH = "/slack/events"
BODY_BYTES_MAX = 4 * 1024 * 1024
PING_EVERY_S = 5.0

quiet = logging.getLogger("slack.socket")
quiet.setLevel(logging.CRITICAL)  # it connects again by itself; what lasts is said by an alarm


class Socket:
    """Socket Mode: no public address, no open port. It connects again by itself."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        self._handler = AsyncSocketModeHandler(
            app, app_token, logger=quiet, web_client=client, ping_interval=PING_EVERY_S
        )

    async def open(self) -> None:
        """Connect. BusyError: Slack cannot be reached now; it may be tried again."""
        await ours(self._handler.client.connect_to_new_endpoint())

    async def is_open(self) -> bool:
        return bool(await self._handler.client.is_connected())

    async def close(self) -> None:
        client = self._handler.client
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await client.close()  # type: ignore[no-untyped-call]  # slack-sdk leaves it untyped
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)


class Http:
    """Events and taps as signed HTTP requests to this machine's own address."""

    def __init__(self, app: AsyncApp, port: int) -> None:
        self._app, self._port = app, port
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen. OSError: another program has the port."""
        server = web.Application(client_max_size=BODY_BYTES_MAX)
        server.router.add_post(PATH, self._deliver)
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()

    async def is_open(self) -> bool:
        return self._runner is not None

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _deliver(self, request: web.Request) -> web.Response:
        answer: Any = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)
