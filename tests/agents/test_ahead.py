"""Drafts that are written while nobody waits for them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from agents.specialists.specialist import Wanted
from agents.writing.ahead import AT_ONCE_MAX, LEFT_MAX, Ahead
from agents.writing.checking import Draft

IN_TIME_S = 20.0
DRAFT = Draft(Wanted("email.send", {"text": "Hello"}))


def writes(once: asyncio.Event) -> Callable[[], Coroutine[Any, Any, Draft]]:
    async def write() -> Draft:
        await once.wait()
        return DRAFT

    return write


async def test_of_more_drafts_at_once_the_later_ones_are_not_begun() -> None:
    ahead, once = Ahead(), asyncio.Event()
    for number in range(AT_ONCE_MAX):
        assert await ahead.draft(str(number), writes(once), 0) is None
    assert await ahead.draft("more", writes(once), 0) is None
    once.set()
    await asyncio.sleep(0.05)
    assert await ahead.draft("more", writes(once), IN_TIME_S) == DRAFT
    await ahead.close()


async def test_drafts_that_nobody_fetched_take_no_place() -> None:
    ahead, once = Ahead(), asyncio.Event()
    for number in range(AT_ONCE_MAX):
        await ahead.draft(str(number), writes(once), 0)
    once.set()
    await asyncio.sleep(0.05)
    for number in range(3 * LEFT_MAX):
        assert await ahead.draft(f"{number} more", writes(once), IN_TIME_S) == DRAFT
    assert len(ahead._writing) <= LEFT_MAX
    await ahead.close()
