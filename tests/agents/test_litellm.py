"""The way through litellm, in a process of its own: it is heavy, and must not reach the network."""

import asyncio
import json
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agents.models import anybody
from agents.models.listed import FREE, Model
from connectors.contract import PermanentError
from tests.peers.models import fails, model_server, says, streams

SCRIPT = """
import asyncio, json, sys
from decimal import Decimal
from agents.models import anybody
from agents.models.listed import Model

reached = set()
def watch(event, args):
    if event == "socket.getaddrinfo":
        reached.add(str(args[0]))
    if event == "socket.connect" and isinstance(args[1], tuple):
        reached.add(str(args[1][0]))
sys.addaudithook(watch)

async def main():
    price = anybody.price("openai/gpt-4o-mini", Decimal("0.5"))
    unknown = anybody.price("openai/no-such-model", Decimal(1))
    anybody._litellm().api_base = sys.argv[1]
    model = Model("openai/gpt-4o-mini", None, True, price, "key-1")
    words = [{"role": "user", "content": "Hello"}]
    came = []
    for _ in range(int(sys.argv[2])):
        try:
            got = await anybody.complete(model, words, {"type": "object"}, 50, 120)
            came.append([got.text, got.finish, got.tokens_in, got.tokens_out])
        except Exception as error:
            came.append([type(error).__name__, str(error), getattr(error, "retry_after_s", None)])
    heard, streamed = [], []
    async def hears(text):
        heard.append(text)
        return True
    for _ in range(2):
        try:
            got = await anybody.complete(model, words, {"type": "object"}, 50, 120, hears)
            streamed.append([got.text, got.finish, got.tokens_in, got.tokens_out])
        except Exception as error:
            streamed.append([type(error).__name__, str(error)])
    anybody._litellm().api_base, dripped = sys.argv[3], ""
    try:
        async with asyncio.timeout(120):
            await anybody.complete(model, words, {"type": "object"}, 50, 1)
    except Exception as error:
        dripped = [type(error).__name__, str(error)]
    costs = [str(price.read), str(price.written), str(price.cached)]
    told = {"price": costs, "unknown": unknown is None, "heard": heard, "streamed": streamed}
    told["dripped"] = dripped
    print(json.dumps({**told, "came": came, "reached": sorted(reached)}))

asyncio.run(main())
"""


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a space now and then and never end, as some do to keep a connection."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
    with suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.2)


@pytest.mark.timeout(900)  # of a machine with much else to do
async def test_litellm_answers_fails_and_prices_in_our_words_and_offline() -> None:
    dripping = await asyncio.start_server(drips, "127.0.0.1", 0)
    dry = f"http://127.0.0.1:{dripping.sockets[0].getsockname()[1]}/v1"
    async with model_server() as server, dripping:
        answers: tuple[dict[str, Any], ...] = (
            says({"text": "Hi"}),
            fails(401, "key-1 is wrong"),
            fails(429, retryAfter=7),
            fails(500),
            fails(404),
            fails(400, "not with key-1"),
            fails(400, "This response_format type is unavailable now"),
        )
        less = (fails(400, "Use 'max_completion_tokens' instead."), says({"text": "Ho"}))
        long = says({"text": "Hello Ada, how are you on this fine day?"})
        server.script(*answers, *less, streams(long), streams(long, ms=50, cut_after=2))
        command = [sys.executable, "-c", SCRIPT, server.url, str(len(answers)), dry]
        root = Path(__file__).parents[2]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, cwd=root, stdout=pipe, stderr=pipe)
        printed, wrong_ = await asyncio.wait_for(process.communicate(), 800)
        assert process.returncode == 0, wrong_.decode()
        told = json.loads(printed.splitlines()[-1])
        asked = server.asked
    assert told["reached"] == ["127.0.0.1"]
    assert ([float(one) for one in told["price"]], told["unknown"]) == ([0.075, 0.3, 0.0375], True)
    good, key, busy, fault, missing, wrong, milder = told["came"]
    assert good == ['{"text": "Hi"}', "stop", 100, 20]
    assert key[0] == "AuthError"
    assert (busy[0], busy[2]) == ("TransientError", 7.0)
    assert fault[0] == "TransientError"
    assert missing[0] == "PermanentError"
    assert wrong[0] == "NotTakenError"
    assert "key-1" not in json.dumps(told["came"])
    assert [call["model"] for call in asked] == ["gpt-4o-mini"] * (len(answers) + 4)
    assert milder == ['{"text": "Ho"}', "stop", 100, 20]
    for call in asked[-3:]:
        assert call["response_format"] == {"type": "json_object"}
        assert (call["max_completion_tokens"], "max_tokens" in call) == (50, False)
    whole, broken = told["streamed"]
    assert whole == [long["content"], "stop", 100, 20]
    assert long["content"][:20] in told["heard"]
    assert broken == ["UnknownError", "The answer of openai/gpt-4o-mini broke off."]
    assert told["dripped"] == ["UnknownError", "openai/gpt-4o-mini did not answer in time."]


async def test_everything_else_goes_on_while_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    went_on = threading.Event()

    def slowly() -> Any:
        raise PermanentError("went on" if went_on.wait(10) else "stood still")

    monkeypatch.setattr(anybody, "_litellm", slowly)
    model = Model("openai/one", None, True, FREE, "key-1")
    asking = asyncio.create_task(anybody.complete(model, [], {}, 50, 30))
    await asyncio.sleep(0)
    went_on.set()
    with pytest.raises(PermanentError, match="went on"):
        await asking
