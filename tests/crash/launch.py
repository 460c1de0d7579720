"""Firstmate as it is, in a process that kills itself at its n-th write point.

    python tests/crash/launch.py POINT ARMED TRACE

A write point is the moment before or after a commit that changed something, or the moment before
a file under the home folder is opened for writing, renamed or removed. They are counted from 0,
once the file ARMED exists. Each is named in TRACE; a POINT below 0 is never reached.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.truncate", "os.mkdir"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Points:
    """Counts the write points of this process, and ends it at one of them."""

    def __init__(self, last: int, armed: Path, trace: Path) -> None:
        self._last, self._armed = last, armed
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._process = os.getpid()
        self._reached = 0

    def reach(self, what: str) -> None:
        if os.getpid() != self._process or not self._armed.exists():
            return
        os.write(self._trace, f"{self._reached} {what}\n".encode())
        if self._reached == self._last:
            os.kill(self._process, signal.SIGKILL)
        self._reached += 1


def watch_commits(points: Points) -> None:
    """Make each commit that changed something two points: ours and those of DBOS."""
    from sqlalchemy.engine.default import DefaultDialect

    commit = DefaultDialect.do_commit
    seen: dict[int, int] = {}

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        driver = getattr(connection, "driver_connection", connection)
        changes = getattr(driver, "_conn", driver).total_changes
        if seen.get(id(driver), 0) == changes:
            commit(self, connection)
            return
        seen[id(driver)] = changes
        points.reach("before a commit")
        commit(self, connection)
        points.reach("after a commit")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def watch_files(points: Points, home: Path) -> None:
    """Make each change of a file under the home folder one point."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & WRITES:
                return
        elif event in CHANGES:
            path = arguments[1] if event in ("os.rename", "os.link") else arguments[0]
        else:
            return
        if isinstance(path, (str, Path)) and str(path).startswith(str(home)):
            points.reach(f"{event} {str(path)[len(str(home)) :]}")

    sys.addaudithook(hear)


def main(run: Callable[[], None]) -> None:
    point, armed, trace = sys.argv[1:4]
    points = Points(int(point), Path(armed), Path(trace))
    watch_commits(points)
    watch_files(points, Path(os.environ["FIRSTMATE_HOME"]).resolve())
    sys.argv = ["firstmate", "run"]
    run()


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from bot.cli import main as firstmate

    main(firstmate)
