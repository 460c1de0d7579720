"""Answers that come piece by piece over plain HTTP, from servers that keep to it more or less."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.models import compatible
from agents.models.completion import Completion
from agents.models.listed import FREE, Model
from connectors.contract import ConnectorError, UnknownError

WORDS = [{"role": "user", "content": "Hello"}]
USAGE = {"prompt_tokens": 7, "completion_tokens": 3}
Heard = list[str]


def piece(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """Return one event of a stream."""
    choice = {"delta": {} if text is None else {"content": text}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more}, ensure_ascii=False)}\n\n".encode()


@asynccontextmanager
async def server(body: bytes, kind: str) -> AsyncIterator[Model]:
    """A server that answers everything so, then hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().splitlines() if b"content-length" in line)
        await reader.readexactly(int(length.partition(b":")[2]))
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    served = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = served.sockets[0].getsockname()[1]
    async with served:
        yield Model("home/one", f"http://127.0.0.1:{port}/v1", False, FREE)


async def asked(body: bytes, heard: Heard, kind: str = "text/event-stream") -> Completion:
    async def hears(text: str) -> bool:
        heard.append(text)
        return "enough" not in text

    async with server(body, kind) as model:
        return await compatible.complete(model, WORDS, {"type": "object"}, 50, 5, hears)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
async def test_pieces_make_one_answer_with_its_tokens(end: bytes) -> None:
    heard: Heard = []
    usage = f"data: {json.dumps({'choices': [], 'usage': USAGE})}\n\ndata: [DONE]\n\n".encode()
    body = b": a comment\n\n" + piece("Wór") + piece("ld\u2028 ") + piece("!", "stop") + usage
    got = await asked(body.replace(b"\n", end), heard)
    assert (got.text, got.finish, got.tokens_in, got.tokens_out) == ("Wórld\u2028 !", "stop", 7, 3)
    assert heard == ["Wór", "Wórld\u2028 "]


async def test_halves_of_a_sign_in_two_pieces_are_one_and_a_lone_one_breaks_nothing() -> None:
    halves = piece("It is \\ud83d") + piece("\\ude00, and \\ud83d") + piece("", "stop")
    got = await asked(halves.replace(b"\\\\", b"\\"), [])
    assert got.text == "It is 😀, and \ufffd"


async def test_a_server_that_sends_all_at_once_has_done_no_wrong() -> None:
    whole = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": USAGE}
    heard: Heard = []
    got = await asked(json.dumps(whole).encode(), heard, "application/json")
    assert (got.text, got.tokens_out, heard) == ("Hi", 3, [])


async def test_what_is_enough_is_not_read_to_its_end() -> None:
    heard: Heard = []
    got = await asked(piece("It is enough") + piece(" and more", "stop"), heard)
    assert (got.text, got.finish, got.tokens_out) == ("It is enough", "stopped", None)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (piece("It is"), "broke off"),
        (b"", "broke off"),
        (piece("It is") + b'data: {"error": {"message": "x"}}\n\n', "no completion"),
        (piece("It is") + b"data: {nothing\n\n", "no completion"),
        (piece("It is") + b"data: []\n\n", "no completion"),
        (b"data: [DONE]\n\n", "broke off"),
    ],
)
async def test_a_stream_that_is_none_may_have_been_billed(body: bytes, says: str) -> None:
    with pytest.raises(UnknownError, match=says):
        await asked(body, [])


async def test_a_stream_without_end_is_ended() -> None:
    with pytest.raises(ConnectorError, match="longer than 4 MB"):
        await asked(b"data: " + b"x" * (5 * 1024 * 1024), [])
