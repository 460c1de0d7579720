"""Walks along one trace: from the message through plan, step, model and effect to the outcome."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.tracing import Tracing
from connectors.contract import ConnectorError
from connectors.mcp import Tool
from engine.outside import tools as outside
from engine.why import spans
from engine.why.spans import Span
from memory import events
from memory.db import Reader, change
from memory.schema.models import reasons
from memory.schema.work import effects, goals, tasks
from tests.peers.models import says
from tests.walks.model_office import CARD, TEMPLATE, WISH, WROTE, Office
from tests.walks.test_explaining import two_wishes

THEIRS = "records.patients_of_bruno"
OF_OTHERS = Tool(server="records", name="patients_of_bruno", description="", takes={})
LINE = (
    *("message received · you", "taken on · front", "playbook chosen · front", "plan made · front"),
    *("draft.text/5: home/one, answered · writer · 0.0030 EUR", "asked you · writer"),
    *(": you said yes on chat · you", "under way · writer", ": done · writer"),
    "the end: done · front",
)


class Receiver:
    """A tiny OTLP server: keeps what is posted to it, answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.url = ""
        self.paths: list[str] = []
        self.bodies: list[str] = []

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = int(head.lower().partition("content-length: ")[2].partition("\r")[0])
        self.paths.append(head.partition(" HTTP")[0])
        self.bodies.append((await reader.readexactly(size)).decode())
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 2\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    @property
    def spans(self) -> list[dict[str, Any]]:
        [resource] = json.loads(self.bodies[-1])["resourceSpans"]
        return list(resource["scopeSpans"][0]["spans"])


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.hear, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()
    await server.wait_closed()


async def sent(office: Office) -> None:
    """Let one mail be asked for, drafted by the model, approved and sent."""
    chat = await office.open()
    await chat.say(WISH)
    await chat.tap(CARD, "✓ Send")


async def test_why_tells_all_that_happened_from_the_message_to_the_end(office: Office) -> None:
    await sent(office)
    await office.chat.say("/why")
    told = office.chat.last.partition("Timeline")[2]
    at = [told.find(line) for line in LINE]
    assert -1 not in at, (LINE[at.index(-1)], told)
    assert at == sorted(at)


async def test_a_finished_wish_is_sent_once_as_one_trace_without_any_words(
    office: Office, receiver: Receiver
) -> None:
    await sent(office)
    tracing = Tracing(office.app.db, receiver.url)
    assert await tracing.send() == 2  # the call when it came back, the wish when it ended
    assert await tracing.send() == 0
    assert receiver.paths == ["POST /v1/traces"]
    spans = receiver.spans
    names = ["effect", "goal", "message.received", "model", "task"]
    assert sorted(one["name"] for one in spans) == names
    assert len({one["traceId"] for one in spans}) == 1
    [root] = [one for one in spans if "parentSpanId" not in one]
    [goal] = [one for one in spans if one["name"] == "goal"]
    [task] = [one for one in spans if one["name"] == "task"]
    assert (root["name"], goal["parentSpanId"]) == ("message.received", root["spanId"])
    assert task["parentSpanId"] == goal["spanId"]
    others = [one for one in spans if one["name"] in ("effect", "model")]
    assert {one["parentSpanId"] for one in others} == {task["spanId"]}
    for words in (WROTE, TEMPLATE, "Bruno", "bruno@", "Send e-mail"):
        assert words not in receiver.bodies[0]
    parsed = await asyncio.to_thread(official, receiver.bodies[0])
    assert len(parsed.resource_spans[0].scope_spans[0].spans) == len(spans)


async def test_what_the_server_did_not_take_is_sent_later(
    office: Office, receiver: Receiver
) -> None:
    await sent(office)
    tracing = Tracing(office.app.db, receiver.url)
    receiver.status = 503
    with pytest.raises(ConnectorError, match="503"):
        await tracing.send()
    receiver.status = 200
    assert await Tracing(office.app.db, receiver.url).send() == 2
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_what_the_server_never_takes_holds_up_nothing(
    office: Office, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    await sent(office)
    tracing = Tracing(office.app.db, receiver.url)
    receiver.status = 413
    assert await tracing.send() == 2
    assert "are left out" in caplog.text
    receiver.status = 200
    assert await tracing.send() == 0
    assert len(receiver.bodies) == 1


async def test_nobody_is_told_unless_a_server_is_named(office: Office) -> None:
    await office.open()
    before = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}
    assert not [name for name in before if name.startswith("Tracing")]


async def test_a_question_and_its_call_are_one_trace_though_nothing_was_wanted(
    office: Office,
) -> None:
    chat = await office.open()
    await chat.say("note on Ada: she pays 60 EUR a head for the workshop")
    office.server.script(says({"sentences": [{"text": "Ada pays 60 EUR.", "sources": [1]}]}))
    await chat.say("what does Ada pay for the workshop?")
    async with office.app.db.snapshot() as reader:
        found = await everything(reader)
    [call] = [one for one in found if one.about.get("firstmate.step") == "answer/1"]
    [root] = [one for one in found if one.trace == call.trace and not one.parent]
    assert (call.parent, root.name) == (root.id, "message.received")
    await chat.say(f"/why {root.about['firstmate.message']}")
    line = chat.last.partition("Timeline")[2]
    assert -1 < line.find("message received · you") < line.find("answer/1: home/one, answered")


async def test_what_heard_several_wishes_is_in_the_trace_and_timeline_of_each(
    office: Office,
) -> None:
    chat = await office.open()
    await two_wishes(office, chat)
    await chat.tap("Send e-mail", "✓ Send")
    wishes = await office.rows(goals)
    assert len(wishes) == 2
    for wish in wishes:
        await chat.say(f"/why {wish.id}")
        line = chat.last.partition("Timeline")[2]
        at = [line.find(said) for said in ("message received · you", "hear.words/1", "taken on")]
        assert -1 not in at, line
        assert at == sorted(at)
    async with office.app.db.snapshot() as reader:
        found = await everything(reader)
    [hearing] = [one for one in found if one.about.get("firstmate.step") == "hear.words/1"]
    [root] = [one for one in found if not one.parent and one.trace == hearing.trace]
    assert hearing.parent == root.id
    ended = [one for one in found if one.name == "goal"]
    assert len(ended) == 2
    assert {(one.trace, one.parent) for one in ended} == {(root.trace, root.id)}


async def everything(reader: Reader) -> list[Span]:
    return await spans.of(reader, await spans.due(reader, 0, 1000))


def official(body: str) -> Any:
    """Parse it by OpenTelemetry's own definition, which wants ids in base64 where OTLP has hex."""
    from google.protobuf.json_format import Parse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    said = json.loads(body)
    for span in said["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in span:
                span[name] = b64encode(bytes.fromhex(span[name])).decode()
    return Parse(json.dumps(said), ExportTraceServiceRequest())


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("compose.diagnosis_of_bruno/1", "compose/1"),
        ("compose.bruno/diagnosis/1", "compose/1"),
        ("draft.diagnosis.of bruno/5", "draft/5"),
        ("shadow.draft.bruno/5+3", "shadow.draft/5+3"),
        ("beside.bruno/5", "beside/5"),
    ],
)
async def test_what_a_server_of_tools_calls_its_tools_stays_out_of_traces(
    office: Office, step: str, shown: str
) -> None:
    """Such a name, and those of its arguments, are words that somebody else chose."""
    await sent(office)
    async with office.app.db.transaction() as tx:
        [task] = await tx.rows(sa.select(tasks))
        [effect] = await tx.rows(sa.select(effects))
        await change(tx, tasks, {"id": task.id}, operation=THEIRS)
        action = {**effect.action, "operation": THEIRS}
        await change(tx, effects, {"id": effect.id}, action=action)
        for row in await tx.rows(sa.select(reasons.c.id)):
            await change(tx, reasons, {"id": row.id}, step=step)
        await events.note(tx, "test.told", None)
    async with office.app.db.snapshot() as reader:
        before = str(await everything(reader))
    assert THEIRS in before  # it is one of ours, as far as is known
    async with office.app.db.transaction() as tx:
        await outside.keep(tx, [OF_OTHERS])
    async with office.app.db.snapshot() as reader:
        found = await everything(reader)
    told = str(found)
    assert "bruno" not in told
    names = {one.about["firstmate.operation"] for one in found if one.name in ("task", "effect")}
    assert len(names) == 1
    assert names.pop().startswith("outside.")
    assert {one.about["firstmate.step"] for one in found if one.name == "model"} == {shown}
