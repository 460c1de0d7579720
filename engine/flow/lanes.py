"""Lanes: which class work is of, and whose turn it is where many want to go at once.

now       what a person waits for: an answer, a search, what their words set going
today     steps of plans: preparing them, carrying them out
behind    a better draft of what is shown already
off_peak  what may wait for the operator's window

Two of eight places are kept for what is now, so however much is queued, an answer waits for none
of it, and two more for steps; off-peak work goes only while nothing else wants to. While a person
waits, nothing else begins, for a second at most: an answer may take its model a minute.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Literal, get_args

Lane = Literal["now", "today", "behind", "off_peak"]
LANES: tuple[Lane, ...] = get_args(Lane)  # the most urgent first
RUNNING_MAX = 8
LETS_PASS_S = 1.0
AT_ONCE: Mapping[Lane, int] = {"now": RUNNING_MAX, "today": 6, "behind": 4, "off_peak": 1}


class Lanes:
    """Places for work that runs; each is given to the most urgent that waits, in its order."""

    def __init__(self) -> None:
        self._running: Counter[Lane] = Counter()
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in LANES}
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()

    @asynccontextmanager
    async def place(self, lane: Lane) -> AsyncIterator[None]:
        """Wait for a place and hold it while this is entered."""
        await self._turn(lane)
        try:
            if lane != "now":
                with suppress(TimeoutError):
                    async with asyncio.timeout(LETS_PASS_S):
                        await self._nobody_waits.wait()
            yield
        finally:
            self._leave(lane)

    async def _turn(self, lane: Lane) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # its turn had come just before
                self._leave(lane)
            raise

    def _leave(self, lane: Lane) -> None:
        self._running[lane] -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        self._give_places()
        if self._running["now"]:  # as it does whenever more of it waits: two places are its own
            self._nobody_waits.clear()
        else:
            self._nobody_waits.set()

    def _give_places(self) -> None:
        for lane in LANES:
            waiting = self._waiting[lane]
            while waiting and (waiting[0].done() or self._room(lane)):
                turn = waiting.popleft()
                if not turn.done():  # who was broken off while waiting takes no place
                    self._running[lane] += 1
                    turn.set_result(None)
            if waiting:
                return

    def _room(self, lane: Lane) -> bool:
        """Say whether one more may run: of no lane up to this may it and all later ones be full."""
        return all(
            sum(self._running[later] for later in LANES[at:]) < AT_ONCE[one]
            for at, one in enumerate(LANES[: LANES.index(lane) + 1])
        )
