"""Delivery: what the outbox holds is shown where it belongs, most urgent first, then marked shown.

A crash between showing and marking shows a message twice; it never makes an effect happen twice.

    due ─ shown → delivered
     ├─ must wait, the one behind it is shown → tried again alone, ever later
     └─ must wait, as the one behind it must → the conversation waits, so that the order is kept
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.surfaces import BusyError, GoneError, Surface
from engine.chat import conversations, outbox, tokens
from engine.chat.messages import Button, Msg
from engine.chat.outbox import Due
from engine.chat.tokens import Bearer
from memory.db import Database, DiskFullError

LOOK_EVERY_S = 5.0
CLOSE_S = 2.0  # as long as showing a card may take once it is to end
RETRY_MAX_S = 3600.0  # for a card that others overtake
HELD_MAX_S = 30.0  # for a whole conversation, unless its platform asks for longer
AT_ONCE = 5  # cards whose tokens are made together
IN_VAIN_MAX = 2  # cards in a row, before the conversation is held


class Delivery:
    """One loop per surface, woken by each commit that posted a card."""

    def __init__(self, db: Database, surfaces: list[Surface]) -> None:
        self._db = db
        self._surfaces = surfaces
        self._wake = {surface.name: asyncio.Event() for surface in surfaces}
        self._loops: list[asyncio.Task[None]] = []
        self._closing = False
        self._rounds = {surface.name: asyncio.Lock() for surface in surfaces}
        self._held: dict[str, datetime] = {}  # conversations nothing can be shown in until then

    def start(self) -> None:
        self._db.listen("card", self._woken)
        self._loops = [asyncio.create_task(self._deliver_for_ever(s)) for s in self._surfaces]

    async def close(self) -> None:
        """Let the card that is being shown be marked as shown; what hangs is broken off.

        A loop that is cancelled within a commit can leave the file locked for those after it.
        """
        self._closing = True
        self._woken("")
        if self._loops:
            await asyncio.wait(self._loops, timeout=CLOSE_S)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def deliver(self, surface: Surface) -> int:
        """Show what is due on this surface, most urgent first; return how much was tried.

        A card that is posted meanwhile ends the round: it may be more urgent than what is left.
        One round at a time: of two, the slower would show anew what is shown already.
        """
        async with self._rounds.setdefault(surface.name, asyncio.Lock()):
            return await self._round(surface)

    async def _round(self, surface: Surface) -> int:
        woken = self._wake.setdefault(surface.name, asyncio.Event())
        woken.clear()
        async with self._db.snapshot() as reader:
            items, now = list(enumerate(await outbox.due(reader, surface.name))), reader.now
        in_vain: dict[str, list[tuple[Due, BusyError]]] = {}  # by conversation, in a row
        tried = 0
        made: dict[int, dict[Button, str]] = {}  # the tokens of each card, by its place
        for at, item in items:
            if self._closing or (tried and woken.is_set()):
                break
            waiting = in_vain.setdefault(item.conv, [])
            if len(waiting) == IN_VAIN_MAX or self._held.get(item.conv, now) > now:
                continue
            tried += 1
            if at not in made:
                made |= await self._tokens(items[at : at + AT_ONCE])
            if (busy := await self._show(surface, item, made[at])) is not None:
                waiting.append((item, busy))
                continue
            while waiting:  # the platform is there, so it is these cards it does not take
                late, error = waiting.pop()
                wait_s = min(error.retry_after_s * 2**late.attempts, RETRY_MAX_S)
                await self._postpone(late, now + timedelta(seconds=wait_s), error)
        for waiting in in_vain.values():
            if waiting:
                await self._hold(waiting, now)
        return tried

    async def _deliver_for_ever(self, surface: Surface) -> None:
        woken = self._wake[surface.name]
        while not self._closing:
            with suppress(DiskFullError):  # the cards stay due: the next look shows them
                while await self.deliver(surface):
                    pass
            if self._closing:
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await woken.wait()

    def _woken(self, _card: str) -> None:
        for event in self._wake.values():
            event.set()

    async def _hold(self, waiting: list[tuple[Due, BusyError]], now: datetime) -> None:
        """Let a conversation wait whole; its first card is the first to be tried again."""
        first, asked_s = waiting[0][0], max(error.retry_after_s for _, error in waiting)
        wait_s = min(asked_s * 2**first.attempts, max(asked_s, HELD_MAX_S))
        for item, error in waiting:
            await self._postpone(item, now + timedelta(seconds=wait_s), error)
        # A person who blocked us may write again, so what is new is tried before an hour is over.
        self._held[first.conv] = now + timedelta(seconds=min(wait_s, HELD_MAX_S))

    async def _postpone(self, item: Due, until: datetime, error: BusyError) -> None:
        async with self._db.transaction() as tx:
            await outbox.postponed(tx, item, until, str(error))

    async def _show(self, surface: Surface, item: Due, made: dict[Button, str]) -> BusyError | None:
        """Show a card and mark it shown; or return how the platform asks to wait."""
        try:
            try:
                message = await surface.show(item, made.__getitem__)
            except GoneError:
                anew = item.model_copy(update={"message": None})
                message = await surface.show(anew, made.__getitem__)
        except BusyError as error:
            return error
        async with self._db.transaction() as tx:
            await outbox.delivered(tx, item, message)
        return None

    async def _tokens(self, items: list[tuple[int, Due]]) -> dict[int, dict[Button, str]]:
        """Return the tokens of several cards, by their place, made in one commit."""
        buttons = {at: buttons_of(item.card.msg) for at, item in items}
        if not any(buttons.values()):
            return {at: {} for at in buttons}
        async with self._db.transaction() as tx:
            convs = {
                conv: await conversations.get(tx, conv) for conv in {item.conv for _, item in items}
            }
            bearers = {id: Bearer(id, conv.user if conv else "") for id, conv in convs.items()}
            cards = [(bearers[item.conv], buttons[at]) for at, item in items]
            return dict(zip(buttons, await tokens.mint_all(tx, cards), strict=True))


def buttons_of(msg: Msg) -> list[Button]:
    """Return every button of a message that can be pressed, in reading order."""
    return [button for row in msg.buttons for button in row if not button.disabled]
