"""10,000 questions wait for the operator: how long the start takes, and /waiting.

One refund is asked for through the whole house; the others are copies of its rows, shown already.
"""

import asyncio
import secrets
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from benchmarks._figures import Screen, operator, show
from bot.app import App, open_app
from bot.commands import sample
from bot.surfaces import Heard
from engine.acting import approvals as approvals_of
from engine.chat.outbox import APPROVAL
from memory.db import Tx
from memory.schema.chat import cards, deliveries
from memory.schema.work import alarms, approvals, effect_versions, effects, goals, plans, tasks

OPEN = 10_000
TIMES = 8
TABLES = (goals, plans, tasks, effects, effect_versions, approvals, alarms, cards, deliveries)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "sample"
        await _fill(home)
        began = time.perf_counter()
        app, screen = await _open(home)
        show(f"start with {OPEN:,} open approvals", time.perf_counter() - began, "s", below=2)
        made = [await _waiting(app, screen, f"chat{n}") for n in range(TIMES)]
        show("/waiting, lists made, median", median(made) * 1000, "ms", below=100)
        again = [await _waiting(app, screen, "chat0") for _ in range(TIMES)]
        show("/waiting, lists unchanged, median", median(again) * 1000, "ms", below=100)
        await app.close()


async def _open(home: Path) -> tuple[App, Screen]:
    screen = Screen()
    app = await open_app(home, lambda db, folder: [screen])
    await app.start()
    return app, screen


async def _waiting(app: App, screen: Screen, chat: str) -> float:
    """Ask in this conversation; return the seconds until the answer was shown."""
    await app.durable.idle()
    who = await operator(app, screen.name, chat)
    heard = Heard(who=who, key=secrets.token_hex(4), words="/waiting")
    return await screen.seconds_to(lambda due: due.card.key.startswith("waiting:"), app.hear(heard))


async def _fill(home: Path) -> None:
    """Ask once, then copy what that left behind."""
    screen = Screen()
    app = await open_app(home, lambda db, folder: [screen], prepare=sample.fill)
    await sample.books(app.house)
    await app.start()
    who = await operator(app, screen.name)
    heard = Heard(who=who, key="first", words="refund 1.00 EUR of order 1042 to Ada")
    await screen.seconds_to(lambda due: due.card.priority == APPROVAL, app.hear(heard))
    await app.durable.idle()
    await asyncio.sleep(1)  # until what was shown is also marked as shown
    async with app.db.transaction() as tx:
        times = OPEN // await approvals_of.open_count(tx)
        for table in TABLES:
            await _multiply(tx, table, times)
    await app.close()


async def _multiply(tx: Tx, table: sa.Table, times: int) -> None:
    """Copy each row that belongs to a question, with every name in it made another one."""
    kept = [dict(row._mapping) for row in await tx.rows(sa.select(table)) if _of_a_question(row)]
    rows = [
        {column: _renamed(value, number) for column, value in row.items()}
        for number in range(1, times)
        for row in kept
    ]
    if rows:
        await tx.conn.execute(sa.insert(table), rows)


def _of_a_question(row: sa.Row[Any]) -> bool:
    text = " ".join(value for value in row._mapping.values() if isinstance(value, str))
    return any(mark in text for mark in ("gol_", "pln_", "eff_", "apr_"))


def _renamed(value: Any, number: int) -> Any:
    marks = ("gol_", "pln_", "tsk_", "eff_", "apr_")
    if isinstance(value, str) and any(mark in value for mark in marks):
        return f"{value}x{number}"
    return value


if __name__ == "__main__":
    asyncio.run(main())
