"""Firstmate as it is, in a process of its own that kills itself at its n-th write point.

A write point is the moment before or after a commit that changed something, or the moment before
a file under the home folder is opened for writing, renamed or removed. Nothing in the product
knows of this. The process is forked from a server that has imported what Firstmate imports, which
saves nine seconds each time; beyond that it starts like any other.
"""

import multiprocessing
import os
import re
import signal
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TextIO

CHANGES = {"os.rename": 1, "os.link": 1, "os.remove": 0, "os.truncate": 0, "os.mkdir": 0}
WIDE = 1000
WRITTEN = re.compile(
    r"^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
IMPORTED = [
    "bot.cli", "bot.host", "bot.web.surface", "dbos", "uvicorn", "starlette.applications",
    "alembic.command", "apscheduler.schedulers.asyncio", "jinja2", "chromadb", "onnxruntime",
    "schwifty", "sepaxml", "fpdf", "cel", "dateparser", "babel",
    "bot.telegram.surface", "aiogram", "bot.slack.surface", "bot.slack.door",
    "slack_bolt.async_app",
    # What these import only once they are used:
    "aiosqlite", "alembic.config", "anyio._backends._asyncio", "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval", "babel.dates", "bot.checkup", "chromadb.api.rust",
    "chromadb.telemetry.product.posthog", "dateparser.data.date_translation_data.en",
    "dbos._sys_db_sqlite", "jinja2.sandbox", "starlette.staticfiles", "text_unidecode",
    "tokenizers", "uvicorn.lifespan.off", "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto", "websockets.asyncio.server", "xmlschema",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """How to start: the point to die at (below 0: none), counted from when `armed` exists."""

    home: Path
    point: int
    armed: Path
    trace: Path  # each point reached, with its name
    stderr: Path
    env: dict[str, str] = field(default_factory=dict)  # settings beside the folder and the port


def launch(start: Start) -> tuple[ForkServerProcess, TextIO]:
    """Start it; return the process and what it prints."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(IMPORTED)
    reader, writer = forking.Pipe(duplex=False)
    process = forking.Process(target=serve, args=(start, writer), daemon=True)
    process.start()
    writer.close()
    with reader:
        return process, os.fdopen(os.dup(reader.fileno()), encoding="utf-8")


def serve(start: Start, stdout: Connection) -> None:
    """Be Firstmate, until the point is reached or somebody ends it."""
    os.dup2(stdout.fileno(), sys.stdout.fileno())
    os.dup2(os.open(start.stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    stdout.close()
    os.environ |= {"FIRSTMATE_HOME": str(start.home), "FIRSTMATE_PORT": "0"} | start.env
    sys.argv = ["firstmate", "run"]
    from bot.cli import main

    widen_lanes()
    points = Points(start)
    watch_commits(points)
    watch_files(points, start.home)
    main()


def widen_lanes() -> None:
    """Let messages go out at once: what a messenger allows per second is not what is tried here."""
    from bot.slack import api as slack_api
    from bot.telegram import api as telegram_api

    telegram_api.CHAT_BURST = slack_api.CHANNEL_BURST = slack_api.UPDATES_BURST = WIDE


class Points:
    """Counts the write points of this process, and ends it at one of them."""

    def __init__(self, start: Start) -> None:
        self._last, self._armed = start.point, start.armed
        self._trace = os.open(start.trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._reached = 0

    def reach(self, what: str) -> None:
        if not self._armed.exists():
            return
        os.write(self._trace, f"{self._reached} {what}\n".encode())
        if self._reached == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        self._reached += 1


def watch_commits(points: Points) -> None:
    """Make each commit that changed something two points: ours and those of DBOS."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.default import DefaultDialect

    commit = DefaultDialect.do_commit
    seen: dict[int, tuple[Any, int]] = {}  # holds the connection, so that no other gets its id
    written: dict[int, set[str]] = {}  # the tables that the open transaction of each wrote to

    @event.listens_for(Engine, "before_cursor_execute")
    def execute(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        driver = conn.connection.driver_connection
        written.setdefault(id(driver), set()).update(WRITTEN.findall(statement))

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        driver = getattr(connection, "driver_connection", connection)
        changes, tables = driver.total_changes, ",".join(sorted(written.pop(id(driver), ())))
        if seen.get(id(driver), (driver, 0))[1] == changes:
            commit(self, connection)
            return
        seen[id(driver)] = (driver, changes)
        points.reach(f"before a commit {tables}")
        commit(self, connection)
        points.reach(f"after a commit {tables}")

    DefaultDialect.do_commit = do_commit


def watch_files(points: Points, home: Path) -> None:
    """Make each change of a file under the home folder one point."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            path = arguments[0]
        elif event in CHANGES:
            path = arguments[CHANGES[event]]
        else:
            return
        if isinstance(path, (str, Path)) and str(path).startswith(str(home)):
            points.reach(f"{event} {Path(path).relative_to(home)}")

    sys.addaudithook(hear)
