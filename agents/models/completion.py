"""Completion: what one call to one model brought, whoever carried it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Messages = Sequence[Mapping[str, str]]
TOKENS_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` may be empty, cut or no JSON at all. Tokens are None where the server did not say.

    `tokens_cached`: how many of those that went in it had read before and kept.
    """

    text: str
    finish: str  # stop | length | content_filter
    tokens_in: int | None
    tokens_out: int | None
    declined: str = ""  # in the model's words, where it refused
    tokens_cached: int = 0


def of_body(body: Any) -> Completion:
    """Read the body of a chat completion, as everybody writes it after OpenAI.

    KeyError, TypeError or IndexError: it is none.
    """
    choice = body["choices"][0]
    message, usage = choice["message"], body.get("usage") or {}
    return Completion(
        text=whole(message.get("content")),
        finish=str(choice.get("finish_reason") or ""),
        tokens_in=count(usage.get("prompt_tokens")),
        tokens_out=count(usage.get("completion_tokens")),
        declined=whole(message.get("refusal")),
        tokens_cached=_cached(usage),
    )


def whole(given: Any) -> str:
    """Return whole characters: halves that came in two pieces are joined, a lone one is replaced.

    Half a character can neither be sent nor kept.
    """
    return str(given or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _cached(usage: Mapping[str, Any]) -> int:
    """Return how many tokens were read from the provider's cache, as OpenAI or DeepSeek say it."""
    details = usage.get("prompt_tokens_details") or {}
    told = count(details.get("cached_tokens")) or count(usage.get("prompt_cache_hit_tokens")) or 0
    return min(told, count(usage.get("prompt_tokens")) or 0)


def count(given: Any) -> int | None:
    """Return a number of tokens, if it is one: no call has more than can be."""
    return given if type(given) is int and 0 <= given <= TOKENS_MAX else None
