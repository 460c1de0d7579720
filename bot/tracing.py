"""Traces for OpenTelemetry: each call and each goal is sent to an OTLP server when it ended.

Off unless FIRSTMATE_OTLP names one. OTLP/HTTP in its JSON form, through our own door to HTTP.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors import http
from connectors.contract import ConnectorError
from engine.why import spans
from engine.why.spans import Span, Value
from memory import cursors
from memory.db import Database

CURSOR = "otlp"
LOOK_EVERY_S, AGAIN_S_MAX = 5.0, 600.0
AT_ONCE = 50
ROOTS_MAX = 1000  # remembered; one that is sent again, as after a restart, is the same
TIMEOUT_S = 10.0
PATH = "/v1/traces"
DOWN = "traces: %s; what is not sent yet is sent later"
REFUSED = "the server said {status}"
LATER = (408, 429, 502, 503, 504)  # of these OTLP says: send it again; of others: never
LEFT_OUT = "traces: the server takes %d spans never (%d); they are left out"

log = logging.getLogger(__name__)


class Tracing:
    """Sends what ended since it last looked. `url`: a server without a path; "": none."""

    def __init__(self, db: Database, url: str) -> None:
        self._db = db
        self._url = url and url.rstrip("/") + PATH
        self._roots: dict[str, None] = {}  # those sent, in their order
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin where the last start left off; without a server, do nothing."""
        if not self._url:
            return
        self._loop = asyncio.create_task(self._for_ever())

    async def close(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def _for_ever(self) -> None:
        wait_s = LOOK_EVERY_S
        while True:
            try:
                while await self.send():
                    pass
                wait_s = LOOK_EVERY_S
            except ConnectorError as error:
                if wait_s == LOOK_EVERY_S:
                    log.warning(DOWN, error)
                wait_s = min(wait_s * 2, AGAIN_S_MAX)
            await asyncio.sleep(wait_s)

    async def send(self) -> int:
        """Send what ended next; return how much. ConnectorError: later, all of it."""
        async with self._db.snapshot() as reader:
            after = int(await cursors.get(reader, CURSOR) or 0)
            ended = await spans.due(reader, after, AT_ONCE)
            found = await spans.of(reader, ended)
        if not ended:
            return 0
        if new := [one for one in found if one.parent or one.id not in self._roots]:
            answer = await http.post_json(self._url, request(new), timeout_s=TIMEOUT_S)
            if answer.status in LATER:
                raise ConnectorError(REFUSED.format(status=answer.status))
            if not 200 <= answer.status < 300:
                log.warning(LEFT_OUT, len(new), answer.status)
            self._remember(new)
        async with self._db.transaction() as tx:
            await cursors.save(tx, CURSOR, str(ended[-1].seq))
        return len(ended)

    def _remember(self, sent: Sequence[Span]) -> None:
        """Remember which roots were sent: of a message, several things end at several times."""
        self._roots |= dict.fromkeys(one.id for one in sent if not one.parent)
        for old in list(self._roots)[: max(0, len(self._roots) - ROOTS_MAX)]:
            del self._roots[old]


def request(found: Sequence[Span]) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest in OTLP's own JSON, with its ids in hex."""
    scope = {"scope": {"name": "firstmate"}, "spans": [_span(one) for one in found]}
    resource = {"attributes": _attributes({"service.name": "firstmate"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(one: Span) -> dict[str, Any]:
    told: dict[str, Any] = {
        "traceId": one.trace,
        "spanId": one.id,
        "name": one.name,
        "kind": 1,  # internal
        "startTimeUnixNano": _nanoseconds(one.begun),
        "endTimeUnixNano": _nanoseconds(max(one.begun, one.ended)),
        "attributes": _attributes(one.about),
        "status": {"code": 2 if one.failed else 1},
    }
    return told | ({"parentSpanId": one.parent} if one.parent else {})


def _attributes(about: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in about.items()]


def _value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
    return {"stringValue": value}


def _nanoseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1_000_000) * 1000)
