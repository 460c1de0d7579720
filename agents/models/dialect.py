"""Dialect: how one model wants to be asked, where servers that say they are alike differ.

What a server does not take it says with a 400, and it is asked once more without; what it took in
the end is remembered while the process lives. Nothing is lost: the shape is in the words, too.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from agents.models.listed import Model
from connectors.contract import PermanentError

SHAPED = re.compile(r"response_?format|json[_ ]?(schema|object)|structured.?output|grammar", re.I)
STREAM = re.compile(r"\bstream", re.I)
LIMIT = "max_completion_tokens"
SAID_CHARS_MAX = 200

Answer = TypeVar("Answer")


class NotTakenError(PermanentError):
    """The server works, and does not take what it was sent: too much of it, or in another shape.

    `said`: all that it said of it; only the beginning is told.
    """

    def __init__(self, name: str, how: str, said: str) -> None:
        super().__init__(f"{name} does not take the call{how}: {said[:SAID_CHARS_MAX]}")
        self.said = said


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a model is sent. `shape`: how it is told to give JSON; "": in the words alone."""

    shape: Literal["json_schema", "json_object", ""] = "json_schema"
    limit: str = "max_tokens"
    streams: bool = True

    def body(self, schema: dict[str, Any], tokens_max: int, *, stream: bool) -> dict[str, Any]:
        """Return the parameters of a call."""
        body: dict[str, Any] = {self.limit: tokens_max}
        if self.shape:
            body["response_format"] = {"type": self.shape}
        if self.shape == "json_schema":
            body["response_format"]["json_schema"] = {"name": "answer", "schema": schema}
        if stream and self.streams:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def milder(self, said: str) -> "Dialect | None":
        """Return the dialect without what a server says that it does not take; None: no such."""
        if LIMIT in said and self.limit != LIMIT:
            return replace(self, limit=LIMIT)
        if self.streams and STREAM.search(said):
            return replace(self, streams=False)
        if self.shape and SHAPED.search(said):
            return replace(self, shape="json_object" if self.shape == "json_schema" else "")
        return None


_KNOWN: dict[tuple[str, str | None], Dialect] = {}


async def asked(model: Model, ask: Callable[[Dialect], Awaitable[Answer]]) -> Answer:
    """Ask in the dialect that is known of a model, then milder: at most five times.

    Nothing was billed before the last. NotTakenError: not even that is taken.
    """
    name = (model.name, model.server)
    dialect = _KNOWN.get(name, Dialect())
    while True:
        try:
            answer = await ask(dialect)
        except NotTakenError as error:
            milder = dialect.milder(error.said)
            if milder is None:
                raise
            dialect = milder
        else:
            _KNOWN[name] = dialect
            return answer
