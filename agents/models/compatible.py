"""Carries calls to any OpenAI-compatible server by its base URL, with plain HTTP."""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, sqrt
from typing import Any

from agents.models.completion import Completion, Messages, count, of_body, whole
from agents.models.dialect import SAID_CHARS_MAX, Dialect, NotTakenError, asked
from agents.models.listed import Model
from agents.models.streaming import Listen, Pieces
from connectors import http
from connectors.contract import AuthError, PermanentError, TransientError, UnknownError

DONE = "[DONE]"
BUSY = (408, 409, 425, 429)
NOT_TAKEN = (400, 413, 422)
RETRY_S = 1.0
VECTORS_BYTES_MAX = 32 * 1024 * 1024  # of 100 texts, with 4,096 numbers each


async def complete(
    model: Model,
    messages: Messages,
    schema: dict[str, Any],
    tokens_max: int,
    timeout_s: float,
    heard: Listen | None = None,
) -> Completion:
    """Ask the server once, in the dialect it takes. The schema is in the words, too.

    Where somebody listens it is asked to stream.
    """
    assert model.server is not None

    async def ask(dialect: Dialect) -> Completion:
        stream = heard is not None and dialect.streams
        body = {"model": model.short, "messages": list(messages)}
        body |= dialect.body(schema, tokens_max, stream=stream)
        if heard is not None and stream:
            return await _streamed(model, body, timeout_s, heard)
        return _whole(await _posted(model, "chat/completions", body, timeout_s))

    try:
        return await asked(model, ask)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise UnknownError(f"{model.name} sent something that is no completion.") from None


def _whole(answer: http.Answer) -> Completion:
    return of_body(json.loads(answer.text))


async def _streamed(
    model: Model, body: dict[str, Any], timeout_s: float, heard: Listen
) -> Completion:
    """Put a stream together; a server that sends all at once has done no wrong."""
    pieces = Pieces(heard)

    async def line(text: str) -> bool:
        data = text.partition(":")[2].strip() if text.startswith("data:") else ""
        return await pieces.take(json.loads(data)) if data and data != DONE else data != DONE

    answer = await _posted(model, "chat/completions", body, timeout_s, line=line)
    if answer.text:
        return _whole(answer)
    if not pieces.finish:
        raise UnknownError(f"The answer of {model.name} broke off.")
    return pieces.completion()


async def embed(
    model: Model, texts: Sequence[str], timeout_s: float
) -> tuple[list[list[float]], int | None]:
    """Return a vector of length 1 for each text, and how many tokens were read, if it said so."""
    body = {"model": model.short, "input": list(texts), "encoding_format": "float"}
    answer = await _posted(model, "embeddings", body, timeout_s, VECTORS_BYTES_MAX)
    try:
        return await asyncio.to_thread(_vectors, answer.text, len(texts))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnknownError(f"{model.name} sent something that is no list of vectors.") from None


async def _posted(
    model: Model,
    what: str,
    body: dict[str, Any],
    timeout_s: float,
    bytes_max: int = http.BYTES_MAX,
    line: http.Line | None = None,
) -> http.Answer:
    headers = {} if model.key is None else {"authorization": f"Bearer {model.key}"}
    url = f"{model.server}/{what}"
    answer = await http.post_json(
        url, body, headers=headers, timeout_s=timeout_s, bytes_max=bytes_max, line=line
    )
    if answer.status != 200:
        raise _refusal(model, answer)
    return answer


def _vectors(text: str, wanted: int) -> tuple[list[list[float]], int | None]:
    body = json.loads(text)
    rows = sorted(body["data"], key=lambda row: row["index"])
    if [row["index"] for row in rows] != list(range(wanted)):
        raise ValueError("not one vector a text")
    made = [_of_length_one(row["embedding"]) for row in rows]
    if any(len(one) != len(other) for one, other in pairwise(made)):
        raise ValueError("of several lengths")
    return made, count((body.get("usage") or {}).get("prompt_tokens"))


def _of_length_one(numbers: list[float]) -> list[float]:
    length = sqrt(sum(number * number for number in numbers))
    if not length or not isfinite(length):
        raise ValueError("no direction")
    return [number / length for number in numbers]


def _refusal(
    model: Model, answer: http.Answer
) -> AuthError | PermanentError | TransientError | UnknownError:
    """Return what a status other than 200 asks us to do, in words without the key."""
    status, name = answer.status, model.name
    if status in (401, 403):
        return AuthError(f"{name}: the key is wrong, or may not use this model ({status}).")
    if status == 404:
        return PermanentError(f"{name}: the server has no such model, or the address lacks /v1.")
    if status in BUSY or status >= 500:
        busy = "has too much to do" if status in BUSY else "has a fault"
        return TransientError(f"{name} {busy} ({status}).", answer.wait_s(RETRY_S))
    if status in NOT_TAKEN:
        return NotTakenError(name, f" ({status})", _said(answer, model.key))
    said = _said(answer, model.key)[:SAID_CHARS_MAX]
    return PermanentError(f"{name} does not take the call ({status}): {said}")


def _said(answer: http.Answer, key: str | None) -> str:
    try:
        said = str(json.loads(answer.text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = answer.text
    return whole(said.replace(key, "…") if key else said)
