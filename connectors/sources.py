"""A source: where something arrives by itself, and up to where it was read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrived:
    """One thing that arrived. `upto`: the cursor to keep with it; None: keep the one before.

    `data` None: nothing arrived, there is only a cursor to keep.
    """

    key: str = ""
    data: bytes | None = None
    upto: str | None = None


class Source(Protocol):
    """A place where mail arrives. Its calls raise ConnectorError; nothing is lost by that."""

    @property
    def name(self) -> str: ...

    def new(self, cursor: str | None) -> AsyncIterator[Arrived]:
        """Yield what arrived after this cursor, oldest first. None: it was never read before."""
        ...

    async def stored(self, key: str) -> None:
        """Be told that this was stored, and how far."""
        ...

    async def wait(self) -> None:
        """Return when it is worth looking again."""
        ...

    async def close(self) -> None: ...
