"""Streaming: an answer is put together piece by piece, and who waits for it hears what is there.

What was heard is no answer yet: only the whole one is checked against its shape and settled.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from agents.models.completion import Completion, Messages, of_body
from agents.models.listed import Model
from agents.models.looping import answer_loops
from agents.models.redacting import Redaction, marks_in
from agents.models.typed import unthought
from agents.models.wish import T, Wish

LOOK_EVERY_CHARS = 40  # that came since the last look
ENOUGH = "stopped"  # the finish of what we broke off ourselves

Listen = Callable[[str], Awaitable[bool]]
"""Hears all that was written so far. False: it is enough, what follows would be of no use."""
Carrier = Callable[
    [Model, Messages, dict[str, Any], int, float, Listen | None], Awaitable[Completion]
]
"""(model, messages, JSON schema, tokens at most, seconds at most, who listens). Raises a
ConnectorError: see connectors/contract.py; UnknownError where the call may have been billed. It
streams where somebody listens and the provider can."""


def listen(wish: Wish[T], redaction: Redaction) -> Listen | None:
    """Return who hears the answer to a wish while it is written; None: nobody wants to.

    They hear JSON that is not whole, with what was replaced put back.
    """
    if wish.hears is None:
        return None
    hears, given, looked = wish.hears, wish.wanted.given, 0

    async def heard(text: str) -> bool:
        nonlocal looked
        if len(text) - looked < LOOK_EVERY_CHARS:
            return True
        looked, text = len(text), unthought(text)
        if len(text) > wish.chars_max or (not wish.alike and answer_loops(text)):
            return False
        try:
            value = redaction.restored(from_json(text, allow_partial=True))
        except ValueError:
            return True  # words before the object, or none of it yet
        if next(marks_in(value), None) is None:
            await hears(value, given)
        return True

    return heard


@dataclass(slots=True)
class Pieces:
    """The pieces of one streamed completion, as everybody sends them after OpenAI."""

    listen: Listen
    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    finish: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)

    async def take(self, piece: Mapping[str, Any]) -> bool:
        """Add a piece; False: it is enough. KeyError, TypeError, IndexError...: it is none."""
        self.usage = piece.get("usage") or self.usage
        if piece.get("error"):
            raise TypeError("an error in place of a piece")
        for choice in piece["choices"][:1]:
            delta = choice.get("delta") or {}
            self.text.append(delta.get("content") or "")
            self.refusal.append(delta.get("refusal") or "")
            self.finish = choice.get("finish_reason") or self.finish
        if self.finish or await self.listen("".join(self.text)):
            return True
        self.finish = ENOUGH
        return False

    def completion(self) -> Completion:
        """Return what came. Tokens are None where it was broken off before they were told."""
        message = {"content": "".join(self.text), "refusal": "".join(self.refusal)}
        choice = {"message": message, "finish_reason": self.finish}
        return of_body({"choices": [choice], "usage": self.usage})
