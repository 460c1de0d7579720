"""The door to HTTP, outward: one request with limits, and what its failure asks the caller to do.

No redirects, no proxy and no password file of the machine: it goes where it was told to, or fails.
"""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from math import isfinite
from typing import Any

from connectors.contract import PermanentError, TransientError, UnknownError
from memory.db import system_clock

CONNECT_S = 5.0
BYTES_MAX = 4 * 1024 * 1024
STREAM = "text/event-stream"

Line = Callable[[str], Awaitable[bool]]
"""Is given each line of a stream as it comes. False: no more of it is read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. `headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    def wait_s(self, usual: float) -> float:
        """Return how many seconds the server wants us to wait; see `told_wait_s`."""
        return told_wait_s(self.headers, usual)


def told_wait_s(headers: Mapping[str, str], usual: float) -> float:
    """Return the seconds of a Retry-After: given so, or as a date; `usual`: there is none.

    A date is held against the server's own clock where it tells it, else against ours.
    """
    told = headers.get("retry-after", "")
    try:
        seconds = float(told)
    except ValueError:
        until, now = _moment(told), _moment(headers.get("date", "")) or system_clock()
        seconds = usual if until is None else (until - now).total_seconds()
    return max(0.0, seconds) if isfinite(seconds) else usual


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def post_json(
    url: str,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float,
    bytes_max: int = BYTES_MAX,
    line: Line | None = None,
) -> Answer:
    """Post JSON and return the answer; see `request`."""
    sent = {"content-type": "application/json", **(headers or {})}
    return await request(
        "POST", url, json.dumps(body).encode(),
        headers=sent, timeout_s=timeout_s, bytes_max=bytes_max, line=line,
    )  # fmt: skip


async def request(
    method: str,
    url: str,
    content: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float,
    bytes_max: int = BYTES_MAX,
    line: Line | None = None,
) -> Answer:
    """Send one request and return the answer, whatever its status.

    `line`: who reads a stream of events, if one comes; its Answer has no text then.
    PermanentError: the address is none, or its certificate is not to be trusted. TransientError:
    nobody was reached, so nothing was sent. UnknownError: it may have been received, but no whole
    answer came in time.
    """
    import httpx

    where = host(url)
    limits = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(
                timeout=limits, trust_env=False, follow_redirects=False, verify=_trusted()
            ) as client,
            client.stream(method, url, content=content, headers=headers) as answer,
        ):
            streams = answer.headers.get("content-type", "").startswith(STREAM)
            if line is not None and streams and answer.status_code == 200:
                await _lines(answer, bytes_max, where, line)
                return Answer(200, dict(answer.headers), "")
            text = await _text(answer, bytes_max, where)
            return Answer(answer.status_code, dict(answer.headers), text)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise PermanentError(f"“{url}” is no web address.") from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if (fault := _certificate_fault(error)) is not None:
            said = f"The certificate of {where} is not to be trusted: {fault}."
            raise PermanentError(said) from None
        raise TransientError(f"Nobody answers at {where}.", 1.0) from None
    except (httpx.TimeoutException, TimeoutError):
        raise UnknownError(f"{where} did not answer within {timeout_s:g} seconds.") from None
    except httpx.HTTPError:
        raise UnknownError(f"The answer of {where} broke off.") from None


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates we trust, read once: that takes longer than a call nearby."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _certificate_fault(error: BaseException | None) -> str | None:
    """Return why a certificate was refused, when that is what no connection came of."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return None if error is None else error.verify_message


async def _text(answer: Any, bytes_max: int, where: str) -> str:
    """Read the body up to a limit, so that no server can fill the memory."""
    data = bytearray()
    async for part in answer.aiter_bytes():
        data += part
        if len(data) > bytes_max:
            raise UnknownError(f"The answer of {where} is longer than {bytes_max >> 20} MB.")
    return data.decode("utf-8", "replace")


async def _lines(answer: Any, bytes_max: int, where: str, line: Line) -> None:
    """Read line by line. Only what ends one in a stream of events does: JSON may hold others."""
    data, length = bytearray(), 0
    async for part in answer.aiter_bytes():
        length += len(part)
        if length > bytes_max:
            raise UnknownError(f"The answer of {where} is longer than {bytes_max >> 20} MB.")
        *whole, rest = (data + part).split(b"\n")
        data = bytearray(rest)
        for one in whole:
            if not await line(one.decode("utf-8", "replace").rstrip("\r")):
                return


def host(url: str) -> str:
    """Return an address without what may be secret in it: "127.0.0.1:8080"."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or url
