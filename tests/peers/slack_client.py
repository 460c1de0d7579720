"""Slack's own clients on the fake workspace: what a test of the fake, or of a surface, needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.peers.slack import APP_TOKEN, Workspace

_OK = {"type": "button", "action_id": "ok", "value": "7", "text": {"type": "plain_text"}}


class Listener:
    """An app that hears requests and acks those it is asked to."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client, self.acks = client, True
        self.payload: dict[str, Any] | None = None
        self.heard: list[SocketModeRequest] = []
        client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client: Any, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.acks:
            answer = SocketModeResponse(request.envelope_id, self.payload)
            await client.send_socket_mode_response(answer)

    @property
    def texts(self) -> list[str]:
        return [one.payload["event"]["text"] for one in self.heard]


@asynccontextmanager
async def listening(workspace: Workspace) -> AsyncIterator[Listener]:
    """Connect one socket to the workspace for as long as the block runs."""
    web_client = AsyncWebClient(base_url=f"{workspace.url}/api/")
    client = SocketModeClient(APP_TOKEN, web_client=web_client, ping_interval=0.2)
    before = len(workspace.delivery.connections)
    await client.connect_to_new_endpoint()
    await workspace.connected(before + 1)
    try:
        yield Listener(client)
    finally:
        await client.close()


def buttons(*labels: str) -> list[dict[str, Any]]:
    """Return a block with a button for each label."""
    elements = [
        _OK | {"action_id": f"do-{n}", "text": {"type": "plain_text", "text": label}}
        for n, label in enumerate(labels)
    ]
    return [{"type": "actions", "block_id": "row", "elements": elements}]


async def refusal(call: Any) -> Any:
    """Return the answer of a call that Slack refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response
