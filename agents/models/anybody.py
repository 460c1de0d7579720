"""Carries a call to any provider that litellm knows; the only place that imports it.

Its own retries, caches and budgets stay off: retries are the door's, money is the ledger's.
"""

import asyncio
import os
from decimal import Decimal
from functools import cache
from typing import Any

from agents.models.completion import Completion, Messages, of_body, whole
from agents.models.dialect import Dialect, NotTakenError, asked
from agents.models.listed import MILLION, Model, Price
from agents.models.streaming import Listen, Pieces
from connectors.contract import (
    AuthError,
    ConnectorError,
    PermanentError,
    TransientError,
    UnknownError,
)
from connectors.http import told_wait_s

RETRY_S = 1.0
SLOW = "{name} did not answer in time."


def price(name: str, dollar: Decimal) -> Price | None:
    """Return what a model costs by litellm's own list, `dollar` being one in our currency.

    Loads litellm, which takes seconds. None: it is not in the list.
    """
    listed = _litellm().model_cost
    found = listed.get(name) or listed.get(name.partition("/")[2]) or {}
    names = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    read, written, cached = (_million(found.get(one), dollar) for one in names)
    if read is None or written is None:
        return None
    return Price(read, written, None if cached is None else min(cached, read))


def _million(cost: float | None, dollar: Decimal) -> Decimal | None:
    return None if cost is None else Decimal(str(cost)) * MILLION * dollar


async def complete(
    model: Model,
    messages: Messages,
    schema: dict[str, Any],
    tokens_max: int,
    timeout_s: float,
    heard: Listen | None = None,
) -> Completion:
    """Ask the provider once, in the dialect it takes. The schema is in the words, too.

    Where somebody listens it streams; litellm itself makes a stream of what comes all at once.
    """
    litellm = await asyncio.to_thread(_litellm)  # it loads for seconds; nobody waits meanwhile

    async def ask(dialect: Dialect) -> Completion:
        listens = heard if dialect.streams else None
        more = dialect.body(schema, tokens_max, stream=listens is not None)
        return await _asked(litellm, model, messages, more, timeout_s, listens)

    return await asked(model, ask)


async def _asked(
    litellm: Any, model: Model, messages: Messages, more: dict[str, Any], timeout_s: float,
    heard: Listen | None,
) -> Completion:  # fmt: skip
    try:
        async with asyncio.timeout(timeout_s):  # its own begins anew with each byte that comes
            answer = await litellm.acompletion(
                model=model.name,
                messages=list(messages),
                api_key=model.key,
                timeout=timeout_s,
                num_retries=0,
                max_retries=0,
                drop_params=True,
                **more,
            )
    except litellm.exceptions.ContentPolicyViolationError:
        return Completion("", "content_filter", 0, 0)
    except TimeoutError:
        raise UnknownError(SLOW.format(name=model.name)) from None
    except litellm.exceptions.openai.OpenAIError as error:  # the base of all its errors
        raise _refusal(litellm, model, error) from None
    try:
        if heard is not None:
            return await _streamed(model, answer, timeout_s, heard)
        return of_body(answer.model_dump())
    except (KeyError, TypeError, IndexError, AttributeError):
        raise UnknownError(f"{model.name} sent something that is no completion.") from None


async def _streamed(model: Model, answer: Any, timeout_s: float, heard: Listen) -> Completion:
    """Put a stream together. Once it began, whatever ends it may have been billed."""
    pieces, errors = Pieces(heard), _litellm().exceptions.openai.OpenAIError
    try:
        async with asyncio.timeout(timeout_s):
            async for piece in answer:
                if not await pieces.take(piece.model_dump()):
                    await answer.aclose()
                    break
    except TimeoutError:
        raise UnknownError(SLOW.format(name=model.name)) from None
    except errors:
        raise UnknownError(f"The answer of {model.name} broke off.") from None
    if not pieces.finish:
        raise UnknownError(f"The answer of {model.name} broke off.")
    return pieces.completion()


@cache
def _litellm() -> Any:
    # Without it litellm asks the network for prices while it is imported, for 14 seconds.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_aiohttp_transport = True
    return litellm


def _refusal(litellm: Any, model: Model, error: Any) -> ConnectorError:
    """Return what an error of litellm asks us to do, in words without the key."""
    kinds, name = litellm.exceptions, model.name
    if isinstance(error, kinds.AuthenticationError | kinds.PermissionDeniedError):
        return AuthError(f"{name}: the key is wrong or missing, or may not use this model.")
    if isinstance(error, kinds.RateLimitError):
        return TransientError(f"{name} has too much to do (429).", _wait_s(error))
    if isinstance(error, kinds.Timeout):
        return UnknownError(SLOW.format(name=name))
    busy = (kinds.InternalServerError, kinds.ServiceUnavailableError, kinds.BadGatewayError)
    if isinstance(error, busy):
        return TransientError(f"{name} has a fault ({error.status_code}).", _wait_s(error))
    if isinstance(error, kinds.NotFoundError):
        return PermanentError(f"{name}: the provider has no such model.")
    if isinstance(error, kinds.BadRequestError):
        said = whole(str(error.message).replace(model.key or "\0", "…"))
        return NotTakenError(name, "", said)
    return UnknownError(f"{name} could not be reached, or its answer broke off.")


def _wait_s(error: Any) -> float:
    own = getattr(getattr(error, "response", None), "headers", None)
    headers = {**(own or {}), **(getattr(error, "litellm_response_headers", None) or {})}
    return told_wait_s(headers, RETRY_S)
