"""A server of embedding models, as OpenAI's protocol has it, with faults a test may choose."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from memory.vectors.embed import Encoder, find_encoder

Json = dict[str, Any]


class EmbeddingServer:
    """Says what texts mean by the bundled encoder, so its vectors mean something.

    `length`: how many numbers a vector has. `status`: of every answer. `chars_max`: a longer text
    is refused. `open`: while it is not set, answers wait.
    """

    def __init__(self) -> None:
        found = find_encoder()
        assert found is not None
        self._encoder: Encoder = found
        self.url = ""
        self.length = 384
        self.status = 200
        self.retry_after = "0"
        self.chars_max = 10_000
        self.body: Any = None  # an answer in place of the right one
        self.open = asyncio.Event()
        self.open.set()
        self.left: int | None = None  # so many answers, then it waits
        self.asked: list[Json] = []
        self.keys: list[str] = []

    @property
    def read(self) -> list[str]:
        """Return every text that was sent here."""
        return [text for body in self.asked for text in body["input"]]

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.open.clear()
        await self.open.wait()
        if self.status != 200:
            error = {"error": {"message": "no", "type": "error"}}
            return web.json_response(
                error, status=self.status, headers={"retry-after": self.retry_after}
            )
        if any(len(text) > self.chars_max for text in body["input"]):
            return web.json_response({"error": {"message": "too long"}}, status=400)
        return web.json_response(self.body or await self._vectors(body))

    async def _vectors(self, body: Json) -> Json:
        made = await asyncio.to_thread(self._encoder.encode, body["input"])
        data = [
            {
                "object": "embedding",
                "index": place,
                "embedding": [3 * n for n in one[: self.length]],
            }
            for place, one in enumerate(made)
        ]
        usage = {"prompt_tokens": 10 * len(data), "total_tokens": 10 * len(data)}
        data.reverse()  # the index says which is which, not the order
        return {"object": "list", "data": data, "model": body["model"], "usage": usage}


@asynccontextmanager
async def embedding_server() -> AsyncIterator[EmbeddingServer]:
    """A fresh server while the block lasts."""
    server = EmbeddingServer()
    app = web.Application(client_max_size=2**25)
    app.router.add_post("/v1/embeddings", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        server.open.set()
        await runner.cleanup()
