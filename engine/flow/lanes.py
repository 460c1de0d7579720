"""Lanes: which class work is of, and whose turn it is where many want to go at once.

now       what a person waits for: an answer, a search, what their words mean
next      what their words or their tap just set going: a plan, its first card, what has their yes
today     other steps of plans: preparing them, carrying them out
behind    a better draft of what is shown already
off_peak  what may wait for the operator's window

Of ten places two are kept for what is now, so however much is queued, an answer waits for none
of it, two for what is next, and two for other steps; off-peak work goes only while nothing else
wants to. What is next may take as long as a bank or a model does, so it is no work for now. While
a person waits, nothing else begins, for a second at most: an answer may take its model a minute.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Literal, get_args

Lane = Literal["now", "next", "today", "behind", "off_peak"]
LANES: tuple[Lane, ...] = get_args(Lane)  # the most urgent first
RUNNING_MAX = 10
LETS_PASS_S = 1.0
AT_ONCE: Mapping[Lane, int] = {
    "now": RUNNING_MAX,
    "next": 8,
    "today": 6,
    "behind": 4,
    "off_peak": 1,
}
_OF: ContextVar[Lane | None] = ContextVar("lane", default=None)


@contextmanager
def under(lane: Lane) -> Iterator[None]:
    """Let what is set going while this is entered be of the class that follows on this one."""
    before = _OF.set(lane)
    try:
        yield
    finally:
        _OF.reset(before)


def following() -> Lane:
    """Return the class of what is set going here, unless it says otherwise.

    What somebody's words or tap set going comes next; what that sets going in turn has time.
    """
    return "next" if _OF.get() == "now" else "today"


def same() -> Lane:
    """Return the class of what has to be done at once with what sets it going."""
    return "next" if _OF.get() in ("now", "next") else "today"


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
