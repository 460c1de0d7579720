"""Ahead: drafts that go on being written while the template is on the card already."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from agents.writing.checking import Draft

AT_ONCE_MAX = 8  # that nobody waits for; more begin when their turn comes


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
            if patience_s is not None and len(self._writing) >= AT_ONCE_MAX:
                return None
            # A context of its own: it outlives the workflow that began it.
            task = asyncio.create_task(write(), context=Context())
            self._writing[key] = task
        await asyncio.wait({task}, timeout=patience_s)
        if not task.done():
            return None
        self._writing.pop(key, None)
        return task.result()

    async def close(self) -> None:
        """Break off what is being written; whoever wants it begins anew after the next start."""
        writing = list(self._writing.values())
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        self._writing.clear()
