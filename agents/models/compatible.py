"""Carries a call to any OpenAI-compatible server by its base URL, with plain HTTP."""

import json
from typing import Any

from agents.models.completion import Completion, Messages, of_body
from agents.models.listed import Model
from connectors import http
from connectors.contract import AuthError, PermanentError, TransientError, UnknownError

BUSY = (408, 409, 425, 429)
SAID_CHARS_MAX = 200
RETRY_S = 1.0


async def complete(
    model: Model, messages: Messages, schema: dict[str, Any], tokens_max: int, timeout_s: float
) -> Completion:
    """Ask the server once. The schema goes along as `response_format`; it is in the words too."""
    assert model.server is not None
    shape = {"name": "answer", "schema": schema}
    body = {
        "model": model.short,
        "messages": list(messages),
        "max_tokens": tokens_max,
        "response_format": {"type": "json_schema", "json_schema": shape},
    }
    headers = {} if model.key is None else {"authorization": f"Bearer {model.key}"}
    url = f"{model.server}/chat/completions"
    answer = await http.post_json(url, body, headers=headers, timeout_s=timeout_s)
    if answer.status != 200:
        raise _refusal(model, answer)
    try:
        return of_body(json.loads(answer.text))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise UnknownError(f"{model.name} sent something that is no completion.") from None


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
        return TransientError(f"{name} {busy} ({status}).", _wait_s(answer))
    return PermanentError(f"{name} does not take the call ({status}): {_said(answer, model.key)}")


def _wait_s(answer: http.Answer) -> float:
    """Return how long the server wants us to wait; a date in Retry-After is rare and not read."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", RETRY_S)))
    except ValueError:
        return RETRY_S


def _said(answer: http.Answer, key: str | None) -> str:
    try:
        said = str(json.loads(answer.text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = answer.text
    return (said.replace(key, "…") if key else said)[:SAID_CHARS_MAX]
