"""The door to DBOS: work that outlives the process.

A row of `work` is committed together with what caused it. Right after the commit its workflow is
started directly; a sweep starts what a crash left behind. Our rows are the truth, DBOS's rows are
checkpoints. After three tries a row is quarantined with the reason and the queue goes on. What a
person waits for goes before all else (engine/flow/lanes.py).

    ready ──handler returns──▶ done
      ├──fails──▶ ready (later, next round)
      └──third failure──▶ quarantined
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import sqlalchemy as sa

from engine.chat import outbox
from engine.chat.messages import say
from engine.flow import lanes, offpeak, schedule
from engine.flow.lanes import LANES, Lane, Lanes
from memory import events
from memory.db import Database, Reader, Tx, change, insert_once
from memory.schema.work import work
from memory.texts import lifetimes

ATTEMPTS_MAX = 3
BACKOFF_S = 5
SWEEP_S = 3.0
LISTEN_EVERY_S = 0.2  # DBOS ends no sooner than its listener next looks up
TIDY_EVERY_S = 24 * 3600.0
TIDIED_AT_ONCE = 500
CLOSE_S = 5.0  # for what runs when the process is asked to end
SWEPT_MAX = 100  # of each class at once
THREADS_MAX = 32
APP_VERSION = "1"  # raised only on purpose: a new one strands what is in flight
EXECUTOR = "firstmate"

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of durable work: which handler, and what it is about."""

    id: str
    kind: str
    ref: str
    attempts: int
    lane: Lane = "today"


Handler = Callable[[Work], Awaitable[None]]


async def open_work(
    tx: Tx, kind: str, ref: str, *, key: str | None = None, lane: Lane | None = None
) -> bool:
    """Queue work in the same commit as its cause. False: this key is queued already."""
    id, lane = key or tx.id("wrk"), lane or lanes.following()
    row = {"id": id, "kind": kind, "ref": ref, "lane": lane, "state": "ready", "due_at": tx.now}
    if not await insert_once(tx, work, row):
        return False
    _signal(tx, lane, id)
    return True


def _signal(tx: Tx, lane: Lane, work_id: str) -> None:
    tx.signal("work", f"{lane} {work_id}")


async def retry(tx: Tx, ending: str, cause: str) -> int:
    """Set quarantined work whose id ends so (or all of it) out again; return how much."""
    query = sa.select(work.c.id, work.c.round, work.c.lane).filter_by(state="quarantined")
    rows = [row for row in await tx.rows(query) if row.id.endswith(ending)]
    for row in rows:
        values = {"state": "ready", "attempts": 0, "due_at": tx.now, "round": row.round + 1}
        await change(tx, work, {"id": row.id}, **values)
        _signal(tx, row.lane, row.id)
        await events.note(tx, "work.retried", cause, work=row.id)
    return len(rows)


async def settle(tx: Tx, work_id: str, cause: str) -> bool:
    """End quarantined work without doing it. False: it is not set aside."""
    if not await change(tx, work, {"id": work_id}, work.c.state == "quarantined", state="done"):
        return False
    await events.note(tx, "work.dropped", cause, work=work_id)
    return True


async def undone(reader: Reader, kind: str) -> set[str]:
    """Return what work of this kind is about that is not done, or set aside."""
    query = sa.select(work.c.ref).where(work.c.kind == kind, work.c.state != "done")
    return {row.ref for row in await reader.rows(query)}


class Durable:
    """Runs work through DBOS workflows. One per process."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler]) -> None:
        self._db = db
        self._handlers = handlers
        self._tasks: dict[str, asyncio.Task[None]] = {}  # work that waits for its turn or runs
        self._carried: dict[str, asyncio.Task[None]] = {}  # what a handler works on now
        self._lanes = Lanes()
        # Of two pieces of work about one thing, the second sees what came of the first.
        self._alone: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._holders = 0
        self._may_start = asyncio.Event()
        self._may_start.set()
        self._loops: list[asyncio.Task[None]] = []
        self._closing = False

    async def launch(self) -> None:
        """Start DBOS inside the running loop, resume what was in flight, begin to sweep."""
        from dbos import DBOS, DBOSPortableJSONSerializer

        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        DBOS(
            config={
                "name": "firstmate",
                "system_database_url": self._db.address,
                "db_engine_kwargs": {"connect_args": self._db.dialect.patience},
                "application_version": APP_VERSION,
                "executor_id": EXECUTOR,
                "max_executor_threads": THREADS_MAX,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "CRITICAL",
                "notification_listener_polling_interval_sec": LISTEN_EVERY_S,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )

        @DBOS.workflow(name="run")
        async def run(work_id: str, round_: int) -> None:
            await self._run(work_id, round_)

        self._workflow = run
        DBOS.launch()
        self._db.listen("work", self._signalled)
        self._loops = [
            asyncio.create_task(self._sweep_for_ever()),
            asyncio.create_task(self._tidy_for_ever()),
        ]

    async def close(self) -> None:
        """Let what runs end, then stop; what waits, or takes too long, is for the next start."""
        from dbos import DBOS

        self._db.listen("work", lambda _: None)
        self._closing = True
        await _break_off(self._loops)
        waiting = [task for id, task in self._tasks.items() if id not in self._carried]
        await _break_off(waiting)
        if self._carried:
            await asyncio.wait(self._carried.values(), timeout=CLOSE_S)
        await self._interrupt(dict(self._carried))
        await _break_off(self._tasks.values())
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # DBOS takes the loop's threads with it; whoever closes or opens after us needs some.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS_MAX))

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Start nothing new while this is entered; what is set out meanwhile starts after it."""
        self._holders += 1
        self._may_start.clear()
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._may_start.set()

    async def sweep(self) -> None:
        """Start every row that is due and not running."""
        async with self._db.snapshot() as reader:
            ready = work.c.state == "ready", work.c.due_at <= reader.now
            found = await reader.rows(sa.select(work.c.lane).where(*ready).distinct())
            of = {row.lane for row in found}  # mostly none, and then nothing else is asked
            if "off_peak" in of and not await offpeak.is_on(reader):
                of.remove("off_peak")
            due = sa.select(work.c.id, work.c.lane).where(*ready)
            due = due.order_by(work.c.due_at).limit(SWEPT_MAX)
            rows = [await reader.rows(due.filter_by(lane=one)) for one in LANES if one in of]
        for row in chain.from_iterable(rows):
            self._started(row.lane, row.id)

    async def idle(self) -> None:
        """Wait until nothing is due: for tests and for a clean end."""
        while True:
            await self.sweep()
            if not self._tasks:
                return
            await asyncio.wait(self._tasks.values())

    async def tidy(self) -> int:
        """Let DBOS forget what ended long ago and return how much; our rows tell what happened."""
        from dbos import DBOS

        before = (self._db.clock() - lifetimes.of("workflows")).isoformat()
        forgotten = 0
        while True:
            ended = await DBOS.list_workflows_async(
                status=["SUCCESS", "ERROR"],
                completed_before=before,
                limit=TIDIED_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if not ended:
                return forgotten
            await DBOS.delete_workflows_async([one.workflow_id for one in ended])
            forgotten += len(ended)

    async def _sweep_for_ever(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_S)

    async def _tidy_for_ever(self) -> None:
        while True:
            await self.tidy()
            await asyncio.sleep(TIDY_EVERY_S)

    def _signalled(self, ref: str) -> None:
        lane = next(one for one in LANES if ref.startswith(f"{one} "))
        self._started(lane, ref.removeprefix(f"{lane} "))

    def _started(self, lane: Lane, work_id: str) -> None:
        if work_id in self._tasks:
            return
        # A context of its own: one commit inside a workflow must not make the next its child.
        task = asyncio.create_task(self._start(lane, work_id), context=Context())
        self._tasks[work_id] = task
        task.add_done_callback(lambda done: self._ended(work_id, done))

    def _ended(self, work_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[work_id]
        if not task.cancelled() and task.exception() is not None:
            log.error("work %s could not be started", work_id, exc_info=task.exception())

    async def _start(self, lane: Lane, work_id: str) -> None:
        from dbos import DBOS, SetWorkflowID

        async with self._lanes.place(lane):
            await self._may_start.wait()
            async with self._db.snapshot() as reader:
                row = await reader.row(sa.select(work).filter_by(id=work_id, state="ready"))
                waits = lane == "off_peak" and not await offpeak.is_on(reader)
            if row is None or waits:
                return
            with SetWorkflowID(f"{work_id}.{row.round}"):
                handle = await DBOS.start_workflow_async(self._workflow, work_id, row.round)
            ended = handle.get_result(polling_interval_sec=0.05)
            [error] = await asyncio.gather(ended, return_exceptions=True)
            await self._unstick(work_id, row.round)
            if error is not None:
                raise error

    async def _unstick(self, work_id: str, round_: int) -> None:
        """DBOS holds this round as ended but our row says it is not: set it out again."""
        async with self._db.snapshot() as reader:  # hardly ever, so the write lock is not asked for
            if await reader.row(_undone(work_id, round_)) is None:
                return
        async with self._db.transaction() as tx:
            same = sa.and_(work.c.state == "ready", work.c.round == round_)
            if await change(tx, work, {"id": work_id}, same, round=round_ + 1):
                lane = await tx.value(sa.select(work.c.lane).filter_by(id=work_id))
                _signal(tx, lane, work_id)

    async def _run(self, work_id: str, round_: int) -> None:
        if self._closing:  # DBOS had it already: it counts as no try, the next start takes it
            return
        task = asyncio.current_task()
        assert task is not None
        self._carried[work_id] = task
        try:
            taken = await self._take(work_id, round_)
            if taken is not None:
                await self._carry(taken, round_)
        finally:
            self._carried.pop(work_id, None)

    async def _carry(self, taken: Work, round_: int) -> None:
        alone = self._alone.setdefault((taken.kind, taken.ref), asyncio.Lock())
        try:
            async with alone:
                with lanes.under(taken.lane):
                    await self._handlers[taken.kind](taken)
        except Exception as error:  # the one place that may: anything else is worth another try
            log.warning("work %s (%s) failed", taken.id, taken.kind, exc_info=error)
            await self._failed(taken, round_, error)
        else:
            async with self._db.transaction() as tx:
                await change(tx, work, {"id": taken.id}, state="done")

    async def _interrupt(self, carried: dict[str, asyncio.Task[None]]) -> None:
        """Break off what did not end in time. That is no failure, so the try does not count."""
        await _break_off(carried.values())
        if not carried:
            return
        async with self._db.transaction() as tx:
            for work_id in carried:
                still = sa.and_(work.c.state == "ready", work.c.attempts > 0)
                await change(tx, work, {"id": work_id}, still, attempts=work.c.attempts - 1)

    async def _take(self, work_id: str, round_: int) -> Work | None:
        async with self._db.transaction() as tx:
            row = await tx.row(_undone(work_id, round_))
            if row is None:
                return None
            await change(tx, work, {"id": work_id}, attempts=row.attempts + 1)
            taken = Work(row.id, row.kind, row.ref, row.attempts + 1, row.lane)
            if taken.attempts > ATTEMPTS_MAX:
                await _quarantine(tx, taken, row.error or "The process ended each time it began.")
                return None
        return taken

    async def _failed(self, failed: Work, round_: int, error: Exception) -> None:
        async with self._db.transaction() as tx:
            if failed.attempts >= ATTEMPTS_MAX:
                await _quarantine(tx, failed, str(error) or repr(error))
                return
            due = tx.now + timedelta(seconds=BACKOFF_S * failed.attempts)
            values = {"round": round_ + 1, "due_at": due, "error": str(error) or repr(error)}
            await change(tx, work, {"id": failed.id}, **values)


def _undone(work_id: str, round_: int) -> sa.Select[Any]:
    return sa.select(work).filter_by(id=work_id, state="ready", round=round_)


async def _break_off(tasks: Iterable[asyncio.Task[None]]) -> None:
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


async def _quarantine(tx: Tx, failed: Work, reason: str) -> None:
    """Set it aside with the reason, tell the operator, let the queue go on.

    The alarm rings at once: what the work was about must not look as if it were still under way.
    """
    await change(tx, work, {"id": failed.id}, state="quarantined", error=reason)
    what: dict[str, Any] = {
        "work": failed.id,
        "of": failed.kind,
        "ref": failed.ref,
        "error": reason,
    }
    noted = await events.note(tx, "work.quarantined", None, **what)
    await schedule.set_alarm(tx, f"aside:{failed.id}", tx.now, "aside", failed.id, noted.id)
    text = (
        f"I could not work on something and set it aside after {ATTEMPTS_MAX} tries: {reason} "
        f"Nothing is lost. Say /retry {failed.id[-6:]} to try again."
    )
    await outbox.post(tx, say(f"quarantine:{failed.id}", text))
