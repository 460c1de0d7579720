"""Ahead: drafts that go on being written while the template is on the card already."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from agents.writing.checking import Draft

AT_ONCE_MAX = 8  # that nobody waits for; more begin when their turn comes
LEFT_MAX = 8  # that are written and not fetched: their card was decided before they came


class Ahead:
    """Each draft is written once, whoever waits for it. What is lost in a crash is asked anew."""

    def __init__(self) -> None:
        self._writing: dict[str, asyncio.Task[Draft]] = {}

    async def draft(
        self, key: str, write: Callable[[], Coroutine[Any, Any, Draft]], patience_s: float | None
    ) -> Draft | None:
        """Return what is written under this key. None: it takes longer than that, and goes on."""
        task = self._writing.get(key)
        if task is None:
            if patience_s is not None and self._at_once() >= AT_ONCE_MAX:
                return None
            # A context of its own: it outlives the workflow that began it.
            task = asyncio.create_task(write(), context=Context())
            self._writing[key] = task
            task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=patience_s)
        if not task.done():
            return None
        self._writing.pop(key, None)
        return task.result()

    def _at_once(self) -> int:
        return sum(not one.done() for one in self._writing.values())

    def _ended(self, task: asyncio.Task[Draft]) -> None:
        """Let go what nobody fetches; whoever comes for it after all finds the kept answers."""
        if not task.cancelled():
            task.exception()  # whoever fetches it is told; of others nobody waits for it
        written = [key for key, one in self._writing.items() if one.done()]
        for key in written[:-LEFT_MAX]:
            del self._writing[key]

    async def close(self) -> None:
        """Break off what is being written; whoever wants it begins anew after the next start."""
        writing = list(self._writing.values())
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        self._writing.clear()
