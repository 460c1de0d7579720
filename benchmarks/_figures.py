"""What the benchmarks share: a figure beside its target, a screen that notes when, a home."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.app import App
from bot.surfaces import House, Token
from engine.acting.taps import Person
from engine.chat import conversations
from engine.chat.outbox import Due

ROOT = Path(__file__).parents[1]
NOISE = 2.0  # so many times a target is what other work on the machine explains
MET, NEAR, MISSED = "ok", "near", "MISSED"  # the last word of a line
TIMES = ("ms", "s", "min")
WAIT_S = 120.0  # a limit against hanging, not a target

Wanted = Callable[[Due], bool]


def show(what: str, value: float, unit: str, below: float, noise: float = NOISE) -> None:
    """Print a figure beside its target, how much of it that takes, and what to think of it.

    near: it missed its target, by no more than a busy machine explains: `noise` times the target
    (1: nothing else explains it). MISSED: by more; `make bench` ends so (benchmarks/_all.py).
    A time is told with the load of the machine, as it is nothing without.
    """
    word = MET if value < below else NEAR if value <= noise * below else MISSED
    load = f"  load {os.getloadavg()[0]:.1f}/{os.cpu_count()}" if unit in TIMES else ""
    said = f"{what:54}{value:9.2f} {unit:3} target < {below:g} {unit}  x{value / below:.2f}"
    print(f"{said}{load}  {word}")


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


class Screen:
    """A surface in memory: it tells who waits for a card when that card was sent."""

    name = "screen"

    def __init__(self) -> None:
        self._awaited: list[tuple[Wanted, asyncio.Future[float]]] = []

    async def start(self, house: House) -> None:
        pass

    async def close(self) -> None:
        pass

    async def show(self, item: Due, token: Token) -> str:
        for wanted, seen in self._awaited:
            if not seen.done() and wanted(item):
                seen.set_result(time.perf_counter())
        return item.card.key

    async def seconds_to(self, wanted: Wanted, cause: Awaitable[object]) -> float:
        """Set the cause going and return how long it took until such a card was sent."""
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaited = [(wanted, seen)]
        began = time.perf_counter()
        await cause
        async with asyncio.timeout(WAIT_S):
            return await seen - began


async def operator(app: App, surface: str, chat: str = "me") -> Person:
    """Pair the one who asks with this surface."""
    async with app.db.transaction() as tx:
        conv = await conversations.admit(tx, surface, chat, "operator")
    return Person(conv.user, conv.surface, conv.id)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a Firstmate that has nothing configured, on a free port."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTMATE_")}
    return own | {"FIRSTMATE_HOME": str(home), "FIRSTMATE_PORT": "0"}


@contextmanager
def running(home: Path) -> Iterator[tuple[int, str, float]]:
    """Run the real process; yield its pid, its address and when it was started."""
    began = time.perf_counter()
    command = (sys.executable, "-m", "bot", "run")
    with subprocess.Popen(
        command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"(http://[\d.]+:\d+)/?#?(\w*)", line)
            if address is None:
                raise SystemExit(f"Firstmate did not start: {line}")
            yield process.pid, f"{address[1]}/#{address[2]}", began
        finally:
            process.terminate()
