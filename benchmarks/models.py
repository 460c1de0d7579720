"""What our own work adds to a call, how useful its context is, what a story costs beside naively.

A server on this machine answers every call at once, in the shape that was asked for. The naive way
sends, with every call, all that was said so far instead of what was recalled.
"""

import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, SecretStr

from agents.models.door import Models
from agents.models.whose import People
from agents.models.wish import CONTEXT_CHARS, Part, Wish
from benchmarks import prompts
from benchmarks._figures import Screen, operator, percentile, show
from bot import minds
from bot.app import App, open_app
from bot.commands import sample
from bot.settings import Settings
from bot.surfaces import Heard
from connectors import http
from engine.models.model_calls import Wanted
from memory.canon import records
from memory.schema.models import reasons
from memory.texts.reach import rowid

CALLS = 200
MANY = 50  # times as much to recall as in the sample company
OVERHEAD_MS_MAX = 15
PEOPLE, PASSAGES = 3000, 10  # in the records, and in a question to somebody else's model
NAMES_MS_MAX = 5
PRICE_READ, PRICE_WRITTEN = 0.15, 0.60  # a small model's, per million tokens
TOKEN_CHARS = 4
SAID = (  # what a question below is answered by, and much that none is
    "the hall in Basel holds 80 people and has no lift",
    "Ada told me that her workshop begins at nine on Mondays",
    "Bruno wants the lamps in blue, and no green ones",
    "the printer of the studio is mended",
    "Dorota pays by card only, never by transfer",
    "the train to Basel takes three hours from here",
    "Ada prefers oat milk in her coffee",
    "the key of the cellar hangs behind the door",
    "Bruno's office moved to the second floor",
    "our tax adviser is away for the whole of August",
    "Dorota likes the catalogue on thick paper",
    "the workshop in Basel needs 40 chairs and a projector",
)
ASKED = {  # and by what the passage is known that answers it
    "how many people does the hall in Basel hold?": "80 people",
    "when does Ada's workshop begin?": "nine on Mondays",
    "which colour of lamps does Bruno want?": "in blue",
    "how does Dorota pay?": "by card only",
    "where is the key of the cellar?": "behind the door",
    "what does the workshop in Basel need?": "40 chairs",
}
WHO = ("Ada", "Bruno", "Dorota", "the printer", "the post office", "the bank", "our neighbour")
ABOUT = (
    "an old bill",
    "the window",
    "a parcel",
    "the weather",
    "a summer fair",
    "the car",
    "a chair",
)
FILL = tuple(  # what else is said in a few weeks
    f"{who} called about {about} and calls again in {len(who) + len(about)} days"
    for who in WHO
    for about in ABOUT
)
WISHES = (
    "write to Ada that the workshop is booked",
    "write to Bruno that the lamps are ready",
)


class Small(BaseModel):
    text: str


def it_is_so(body: dict[str, Any]) -> dict[str, Any]:
    """Return the shortest answer in the shape that a request asks for."""
    if "sentences" in body["response_format"]["json_schema"]["schema"]["properties"]:
        return {"sentences": [{"text": "It is so.", "sources": [1]}]}
    return {"text": "It is so."}


@dataclass
class Server:
    """A server that answers at once. `bodies`: what it was sent."""

    says: Callable[[dict[str, Any]], dict[str, Any]]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length is not None
        body = json.loads(await reader.readexactly(int(length[1])))
        self.bodies.append(body)
        said = self.says(body)
        sent = sum(len(message["content"]) for message in body["messages"]) // TOKEN_CHARS
        whole = json.dumps(
            {
                "choices": [{"message": {"content": json.dumps(said)}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": sent, "completion_tokens": 20},
            }
        ).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n" % len(whole) + whole
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(
    says: Callable[[dict[str, Any]], dict[str, Any]] = it_is_so,
) -> AsyncIterator[Server]:
    server = Server(says)
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    async with listening:
        yield server


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await contexts(Path(folder) / "sample")
    async with serving() as server:
        settings = Settings(model=SecretStr(f"{server.url} small"), model_budget_day=1000)
        made: list[Models] = []

        def door(house: Any) -> Models:
            made.append(minds.of(settings)(house))
            return made[0]

        with tempfile.TemporaryDirectory() as folder:
            screen = Screen()
            app = await open_app(
                Path(folder) / "sample", lambda db, home: [screen], prepare=sample.fill, models=door
            )
            await app.start()
            await overhead(made[0], server)
            await story(app, screen.name, server)
            await names(app)
            await overhead(made[0], server, f"with {PEOPLE} people")
            await app.close()


async def contexts(home: Path) -> None:
    """Print for each purpose how much it would recall at most, beside its budget of context."""
    for step, asked in sorted((await prompts.wishes(home, many=MANY)).items()):
        most = max(asked, key=lambda wish: _spare(wish.within("normal")))
        if _spare(most):
            said = _spare(most.within("normal")) / TOKEN_CHARS
            limit = (most.context_chars + 1) / TOKEN_CHARS
            show(f"longest context of {step}, of {_spare(most)} characters", said, "tok", limit, 1)


def _spare(wish: Wish[Any]) -> int:
    return sum(len(part.text) for part in wish.parts if part.spare)


async def overhead(models: Models, server: Server, among: str = "") -> None:
    """Time whole calls through the door beside the bare HTTP request, one of each in turn."""
    through, bare = [], []
    url = f"{server.url}/chat/completions"
    for number in range(CALLS):
        wanted = Wanted(step="bench/1", agent="front", basis=f"{among} {number}")
        part = Part("note", f"Lamp {number} waits {among}.", "business")
        began = time.perf_counter()
        await models.ask(Wish(wanted, "small", "Answer.", (part,), Small))
        through.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        await http.post_json(url, server.bodies[-1], timeout_s=10)
        bare.append((time.perf_counter() - began) * 1000)
    own = [one - other for one, other in zip(through, bare, strict=True)]
    what = f"own work per model call {among}".strip()
    show(f"{what}, median", statistics.median(own), "ms", OVERHEAD_MS_MAX)
    alone = statistics.median(bare)
    print(f"{'':54}p95 {percentile(own, 0.95):.2f} ms; the request alone {alone:.2f} ms")


async def names(app: App) -> None:
    """Time how long it takes to look for everybody in the records before a call, of our own CPU."""
    async with app.db.transaction() as tx:
        for number in range(PEOPLE):
            state = {"name": f"Quirin{number} Vogel{number}", "email": f"q{number}@bench.example"}
            await records.create(tx, "person", state, None)
    said = [f"{' '.join(FILL[at : at + 8])}." for at in range(PASSAGES)]
    nobody = [re.sub("Ada|Bruno|Dorota", "The gardener", text) for text in said]
    parts = tuple(Part(f"source {n}", text, "business") for n, text in enumerate(nobody))
    wish = Wish(Wanted(step="bench/1", agent="front", basis="n"), "small", "Look.", parts, Small)
    people, took = People(app.house.blobs), list[float]()
    for _ in range(CALLS):
        async with app.db.snapshot() as reader:
            began = time.process_time()
            marked = await people.marked(reader, wish)
            took.append((time.process_time() - began) * 1000)
    assert {part.data_class for part in marked.parts} == {"business"}  # so all of it was read
    what = f"names of {PEOPLE} looked for in {sum(map(len, nobody))} characters, median"
    show(what, statistics.median(took), "ms", NAMES_MS_MAX)
    print(f"{'':54}the first time, when all are read: {took[0]:.0f} ms")


async def story(app: App, surface: str, server: Server) -> None:
    """Say, ask and wish; then count what was sent for it, and how much of it was of use."""
    who = await operator(app, surface)
    server.bodies.clear()
    history: list[str] = []
    naive = 0
    for number, words in enumerate((*SAID, *FILL, *ASKED, *WISHES)):
        calls = len(server.bodies)
        await app.hear(Heard(who=who, key=f"m{number}", words=words))
        await app.durable.idle()
        history.append(words)
        for body in server.bodies[calls:]:
            naive += tokens([body["messages"][0]["content"], *history])
    await useful(app)
    sent = sum(tokens([m["content"] for m in body["messages"]]) for body in server.bodies)
    written = 20 * len(server.bodies)
    for what, read in (("recalled context", sent), ("full history in every call", naive)):
        cost = (read * PRICE_READ + written * PRICE_WRITTEN) / 1_000_000
        print(f"story of {len(history)}, {len(server.bodies)} calls, {what}: "
              f"{read} tokens read, {cost:.6f}")  # fmt: skip


async def useful(app: App) -> None:
    """Print the longest context beside its budget, and which share of it answers the question."""
    async with app.db.snapshot() as reader:
        rows = await reader.rows(sa.select(reasons).order_by(rowid(reasons)))
    contexts, right, given = [0], 0, 0
    for row in rows:
        if row.state != "answered" or not row.recalled:
            continue
        passages = _passages(row.prompt[1]["content"])
        contexts.append(sum(map(len, passages)))
        wanted = [mark for question, mark in ASKED.items() if question in row.prompt[1]["content"]]
        for mark in wanted:
            right += sum(mark in passage for passage in passages)
            given += len(passages)
    show(
        "longest context of a call", max(contexts) / TOKEN_CHARS, "tok", CONTEXT_CHARS / TOKEN_CHARS
    )
    share = right / given if given else 0.0
    print(f"useful evidence: {right} of {given} passages given ({share:.0%}) answer their question")


def _passages(prompt: str) -> Sequence[str]:
    return re.findall(r'<data name="(?:source|remembered) \d+" \w+>\n(.*?)\n</data', prompt, re.S)


def tokens(texts: Sequence[str]) -> int:
    return sum(map(len, texts)) // TOKEN_CHARS


if __name__ == "__main__":
    asyncio.run(main())
