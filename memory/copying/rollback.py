"""Rollback: the company as it was at an event, in a new folder, replayed from the log.

The log goes on there with `log.rolled_back`, so that it stays provable what was left behind. What
was done outside meanwhile is listed, never undone; files and how far each source was read stay as
they are now, and what was erased since stays erased.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events, upgrade
from memory.copying import copies, verify
from memory.copying.copies import RefusedError
from memory.copying.replaying import repeat
from memory.copying.transfer import DATABASE
from memory.db import Database, Reader, Tx
from memory.journal import GENESIS
from memory.redaction import REDACTS, fingerprint
from memory.schema.chat import cursors
from memory.schema.events import events as log
from memory.schema.recall import passages as passages_table
from memory.schema.records import artifacts, facts
from memory.schema.work import effect_versions, effects, outcomes
from memory.texts import archive, passages
from memory.texts.reach import pages

KIND = "log.rolled_back"
DONE = ("done", "undone")


class Rolled(BaseModel, frozen=True):
    """The event gone back to, how many came after it, and what those did that stays done."""

    to: str
    at: datetime
    left_behind: int
    done: tuple[str, ...]


async def rollback(
    db: Database, to: str | datetime, target: Path, extra: Sequence[Path] = ()
) -> Rolled:
    """Make the folder `target`, new or empty, as the company was right after an event.

    `to` is the event, the end of its id, or a moment: the last event until then. `extra` are the
    files and folders beside the database. Raises RefusedError.
    """
    with copies.made(target) as half:
        await asyncio.to_thread(copies.copy_all, extra, half)
        await asyncio.to_thread(upgrade.upgrade, half / DATABASE)
        back = Database(half / DATABASE, db.clock)
        try:
            async with db.snapshot() as now, back.transaction() as then:
                rolled = await _roll(now, then, to)
            report = await verify.verify(back)
        except (KeyError, TypeError, ValueError, sa.exc.SQLAlchemyError) as error:
            raise RefusedError(f"The log cannot be replayed so far: {error}") from error
        finally:
            await back.close()
        if report.faults:
            raise RefusedError(f"The log cannot be replayed so far: {' '.join(report.faults[:3])}")
    return rolled


async def _roll(now: Reader, then: Tx, to: str | datetime) -> Rolled:
    point = await _point(now, to)
    left: dict[str, str] = {}
    previous = GENESIS
    async for row in pages(now, log):
        if row.seq > point.seq:
            break
        event = {column.name: row._mapping[column.name] for column in log.c}
        await then.conn.execute(sa.insert(log).values(event))
        await then.conn.run_sync(_replay, event["changes"])
        if event["redacted_by"] is not None:
            left[event["id"]] = fingerprint(previous, event)
        previous = event["hash"]
    await _copy(now, then)
    later = sa.select(log.c.kind, log.c.body).where(log.c.seq > point.seq)
    dropped = await now.rows(later)
    done = await _done(now, then)
    files = sorted({file for row in dropped if row.kind in REDACTS for file in row.body["files"]})
    noted = await events.note(
        then, KIND, point.id, left_behind=len(dropped), done=done, redacted=left, files=files
    )
    mine = sa.update(log).where(log.c.redacted_by.is_not(None))
    await then.conn.execute(mine.values(redacted_by=noted.id))
    return Rolled(to=point.id, at=point.at, left_behind=len(dropped), done=tuple(done))


async def _point(now: Reader, to: str | datetime) -> sa.Row[Any]:
    if isinstance(to, str):
        wanted = log.c.id.endswith(to, autoescape=True)
    else:
        wanted = (
            log.c.seq == sa.select(sa.func.max(log.c.seq)).where(log.c.at <= to).scalar_subquery()
        )
    found = await now.rows(sa.select(log.c.seq, log.c.id, log.c.at).where(wanted).limit(2))
    if len(found) != 1:
        if isinstance(to, datetime):
            raise RefusedError(f"Nothing had happened before {to:%Y-%m-%d %H:%M %Z}.")
        raise RefusedError(f"{'Several events end' if found else 'No event ends'} with “{to}”.")
    return found[0]


def _replay(conn: sa.Connection, changes: Any) -> None:
    for entry in changes:
        repeat(conn, entry)


async def _copy(now: Reader, then: Tx) -> None:
    """Take along how far each source was read, and the passages of what was known then."""
    for row in await now.rows(sa.select(cursors)):
        await then.conn.execute(sa.insert(cursors).values(dict(row._mapping)))
    known = {
        row.id
        for table in (log, artifacts, facts)
        for row in await then.rows(sa.select(table.c.id))
    }
    known |= await _as_now(now, then)
    async for row in pages(now, passages_table):
        if row.ref in known:
            await _place(then, row._mapping)
    async for packed in archive.each(now):
        if packed.ref in known:
            await _place(then, packed._asdict())
    await passages.write_words(then, sa.true())


async def _as_now(now: Reader, then: Reader) -> set[str]:
    """Return the goals of which nothing was done or undone since: what is told of them holds."""
    told = sa.select(outcomes.c.goal, outcomes.c.at)
    did = sa.select(effects.c.goal, effects.c.id, effects.c.state)
    ended = {row.goal for row in await then.rows(told)}
    for query in (told, did):
        ended -= {row.goal for row in {*await now.rows(query)} ^ {*await then.rows(query)}}
    return ended


async def _place(then: Tx, values: Mapping[Any, Any]) -> None:
    """Write a passage that is not packed, and has no vector yet."""
    mine = {c.name: values[c.name] for c in passages_table.c if c.name != "embedded"}
    await then.conn.execute(sa.insert(passages_table).values(mine | {"embedded": False}))


async def _done(now: Reader, then: Reader) -> list[str]:
    """Return a line for each effect that is done, and was not then."""
    were = {row.id: row.state for row in await then.rows(sa.select(effects.c.id, effects.c.state))}
    same = (effect_versions.c.effect == effects.c.id) & (
        effect_versions.c.version == effects.c.version
    )
    query = sa.select(effects, effect_versions.c.preview).join(effect_versions, same)
    rows = await now.rows(query.where(effects.c.state.in_(DONE)).order_by(effects.c.done_at))
    return [
        f"{row.done_at:%Y-%m-%d %H:%M} UTC: {row.preview['title']} ({row.id[-6:]}, {row.state})"
        for row in rows
        if were.get(row.id) != row.state
    ]
