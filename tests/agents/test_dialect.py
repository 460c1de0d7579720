"""Servers that say they are OpenAI-compatible, and do not take all that others do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.models import compatible, dialect
from agents.models.listed import FREE, Model
from connectors.contract import ConnectorError

WORDS = [{"role": "user", "content": "Hello"}]
SCHEMA = {"type": "object"}
Json = dict[str, Any]
Refuses = Callable[[Json], str]
"""Why a server does not take a body; "": it does."""


def no_schema(body: Json) -> str:
    kind = body.get("response_format", {}).get("type")
    return "This response_format type is unavailable now" if kind == "json_schema" else ""


def no_shape(body: Json) -> str:
    return "response_format: Extra inputs are not permitted" if "response_format" in body else ""


def new_limit(body: Json) -> str:
    wrong = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    return wrong if "max_tokens" in body else ""


def no_stream(body: Json) -> str:
    return "Streaming is not available" if body.get("stream") else ""


def everything(body: Json) -> str:
    return new_limit(body) or no_stream(body) or no_shape(body)


def nothing_at_all(body: Json) -> str:
    return "response_format, stream and max_completion_tokens are wrong"


@pytest.fixture(autouse=True)
def nobody_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(dialect, "_KNOWN", {})
    yield


@asynccontextmanager
async def server(refuses: Refuses, asked: list[Json]) -> AsyncIterator[Model]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().splitlines() if b"content-length" in line)
        body = json.loads(await reader.readexactly(int(length.partition(b":")[2])))
        asked.append(body)
        message = {"content": '{"text": "Hi"}'}
        said: Json = {"choices": [{"message": message, "finish_reason": "stop"}]}
        status = "200 OK"
        if why := refuses(body):
            said, status = {"error": {"message": why}}, "400 Bad Request"
        sent = json.dumps(said).encode()
        kind = "content-type: application/json\r\nconnection: close"
        writer.write(f"HTTP/1.1 {status}\r\n{kind}\r\n\r\n".encode() + sent)
        await writer.drain()
        writer.close()

    served = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = served.sockets[0].getsockname()[1]
    async with served:
        yield Model("home/one", f"http://127.0.0.1:{port}/v1", False, FREE)


async def heard(text: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("refuses", "times", "sends"),
    [
        (lambda body: "", 1, {"max_tokens", "response_format", "stream", "stream_options"}),
        (no_schema, 2, {"max_tokens", "response_format", "stream", "stream_options"}),
        (no_shape, 3, {"max_tokens", "stream", "stream_options"}),
        (new_limit, 2, {"max_completion_tokens", "response_format", "stream", "stream_options"}),
        (no_stream, 2, {"max_tokens", "response_format"}),
        (everything, 5, {"max_completion_tokens"}),
    ],
    ids=["takes all", "no schema", "no shape", "new limit", "no stream", "everything"],
)
async def test_what_a_server_does_not_take_is_left_out_and_remembered(
    refuses: Refuses, times: int, sends: set[str]
) -> None:
    asked: list[Json] = []
    async with server(refuses, asked) as model:
        for _ in range(2):
            got = await compatible.complete(model, WORDS, SCHEMA, 50, 20, heard)
            assert got.text == '{"text": "Hi"}'
    assert len(asked) == times + 1
    for last in asked[-2:]:
        assert set(last) == sends | {"model", "messages"}
        assert 50 in (last.get("max_tokens"), last.get("max_completion_tokens"))


async def test_a_server_that_takes_nothing_is_asked_five_times_at_most_and_not_believed() -> None:
    asked: list[Json] = []
    async with server(nothing_at_all, asked) as model:
        with pytest.raises(ConnectorError, match="does not take the call"):
            await compatible.complete(model, WORDS, SCHEMA, 50, 20, heard)
        assert len(asked) == 5
        with pytest.raises(ConnectorError):
            await compatible.complete(model, WORDS, SCHEMA, 50, 20, heard)
    assert asked[5]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("why", ["no such shape", "the prompt is too long", "upstream fault"])
async def test_what_has_another_reason_is_not_asked_again(why: str) -> None:
    asked: list[Json] = []
    async with server(lambda body: why, asked) as model:
        with pytest.raises(ConnectorError, match=why):
            await compatible.complete(model, WORDS, SCHEMA, 50, 20, heard)
    assert len(asked) == 1
