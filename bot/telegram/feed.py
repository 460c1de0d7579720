"""The feed: what Telegram delivers, confirmed only after it was taken in.

    delivered ─ part of a bundle that still forms, or could not be taken in → held: comes again
        └─ taken in (committed) → done ─ nothing held before it → confirmed

Telegram forgets an update once a later offset is asked for, so the offset never passes what is
held. Until then it delivers it again, after a crash as well, for 24 hours.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from bot.surfaces import House
from bot.telegram.api import BotApi, parsed
from bot.telegram.inbound import Pace, Sent, bundles, remaining_s, words
from engine.desks import stop

if TYPE_CHECKING:
    from aiogram.types import Update

LONG_POLL_S = 50
LOOK_EVERY_S = 0.2  # while a bundle forms, so that a tap does not wait for it
TROUBLE_S = (1.0, 2.0, 5.0, 10.0)  # before what could not be taken in is tried again
CURSOR = "telegram"
MANY = 20  # updates at once: more than a person sends

Batch = dict[int, dict[str, Any]]  # by the number of the update
Take = Callable[[int, "list[Sent] | Update | None"], Awaitable[bool]]


class Feed:
    """One bot's updates.

    `take(number, came)` commits a bundle of messages, another update, or None for one nobody can
    read, and says whether it did. The number is that of the first update.
    """

    def __init__(self, api: BotApi, house: House, pace: Pace, take: Take) -> None:
        self._api, self._house, self._pace, self._take = api, house, pace, take
        self._offset: int | None = None
        self._done: set[int] = set()
        self._first_seen: dict[int, float] = {}  # on the loop's clock
        self._holding = False
        self._failures = 0  # rounds in a row in which something was not taken in
        self._taking = asyncio.Lock()

    async def resume(self) -> None:
        """Go on where this bot's updates were left; another bot's numbers mean nothing here."""
        bot, _, offset = (await self._house.cursor(CURSOR) or "").partition(":")
        self._offset = int(offset) if bot == str(self._api.id) else None

    async def advance(self) -> float:
        """Take in what is there or comes soon; return the seconds to wait before looking again."""
        timeout_s = 0 if self._holding else LONG_POLL_S
        batch = {raw["update_id"]: raw for raw in await self._api.updates(self._offset, timeout_s)}
        many = len(batch) >= MANY  # a backlog is stored before any of it is worked on
        async with self._taking:
            with self._house.taking_in() if many else nullcontext():
                chats, others = self._parted(batch)
                complete, waits = self._complete(chats)
                complete.sort(key=lambda bundle: not stop.is_said(words(bundle)))  # STOP first
                went_well = [await self._taken([number], other) for number, other in others]
                went_well += [await self._taken(_numbers(bundle), bundle) for bundle in complete]
                if batch:
                    await self._confirm(batch)
        self._failures = 0 if all(went_well) else self._failures + 1
        if self._failures:
            waits.append(TROUBLE_S[min(self._failures, len(TROUBLE_S)) - 1])
        return min(waits, default=0)

    async def pause(self) -> None:
        """Let what is being taken in be committed, and take in nothing more."""
        await self._taking.acquire()

    async def confirm_all(self) -> None:
        """Tell Telegram what was taken in, so that another data folder does not get it again."""
        if self._offset is not None:
            await self._api.updates(self._offset, 0)

    def _parted(self, batch: Batch) -> tuple[list[list[Sent]], list[tuple[int, "Update | None"]]]:
        """Part what is new into the messages of each chat and everything else, in order."""
        chats: dict[int, list[Sent]] = {}
        others: list[tuple[int, Update | None]] = []
        now_s = asyncio.get_running_loop().time()
        for number in sorted(batch.keys() - self._done):
            self._first_seen.setdefault(number, now_s)
            update = _read(batch[number])
            if update is not None and update.message is not None:
                sent = Sent(number, update.message, batch[number])
                chats.setdefault(update.message.chat.id, []).append(sent)
            else:
                others.append((number, update))
        return list(chats.values()), others

    def _complete(self, chats: Iterable[list[Sent]]) -> tuple[list[list[Sent]], list[float]]:
        """Return the bundles that nothing more belongs to, and how long to wait for the others."""
        complete: list[list[Sent]] = []
        waits: list[float] = []
        now_s = asyncio.get_running_loop().time()
        for messages in chats:
            *earlier, newest = bundles(messages)
            quiet_s = now_s - max(self._first_seen[number] for number in _numbers(newest))
            wait_s = remaining_s(newest, quiet_s, self._pace)
            complete += earlier if wait_s else [*earlier, newest]
            waits += [min(wait_s, LOOK_EVERY_S)] if wait_s else []
        return complete, waits

    async def _taken(self, numbers: list[int], came: "list[Sent] | Update | None") -> bool:
        taken = await self._take(numbers[0], came)
        if taken:
            self._done.update(numbers)
        return taken

    async def _confirm(self, batch: Batch) -> None:
        """Move the offset up to the first update that is held, or past the last one."""
        held = batch.keys() - self._done
        offset = min(held) if held else max(batch) + 1
        self._holding = bool(held)
        self._done = {number for number in self._done if number >= offset}
        self._first_seen = {n: at for n, at in self._first_seen.items() if n in held}
        if offset != self._offset:
            await self._house.save_cursor(CURSOR, f"{self._api.id}:{offset}")
            self._offset = offset


def _numbers(bundle: Iterable[Sent]) -> list[int]:
    return [sent.update for sent in bundle]


def _read(raw: dict[str, Any]) -> "Update | None":
    try:
        return parsed(raw)
    except ValueError:
        return None
