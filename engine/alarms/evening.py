"""The evening line: once a day at 18:00, what did not happen, and a look at what ran by itself.

Beside it stands what was forgotten in the night before, as the operator's rules say.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from engine.acting import effects
from engine.alarms import spots
from engine.chat import outbox, words
from engine.chat.messages import Button, say
from engine.desks import stop
from engine.drawing import failures
from engine.flow import arrivals, daily
from engine.rules import retention
from memory import events, profile
from memory.db import Reader, Tx
from memory.schema.events import events as log
from memory.schema.work import approvals
from memory.schema.work import effects as effects_table

KEY = KIND = "evening"
RINGS_AT = time(18)
LATE = timedelta(minutes=5)
NAMED_MAX = 3
NOUNS = {  # an operation, counted: one, several
    "payments.refund": ("refund", "refunds"),
    "payments.pay": ("bill", "bills"),
    "payments.record": ("payment", "payments"),
    "invoices.issue": ("invoice", "invoices"),
    "email.send": ("mail", "mails"),
    "calendar.book": ("meeting", "meetings"),
    "cms.publish": ("page", "pages"),
    "records.note": ("note", "notes"),
    "reminders.set": ("reminder", "reminders"),
}
REST = ("step", "steps")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the event log, and when that was."""

    seq: int
    at: datetime


def next_ring(now: datetime, zone: str) -> datetime:
    """Return the next 18:00 on the wall of this zone, summer time or not."""
    return daily.next_ring(now, zone, RINGS_AT)


async def arm(tx: Tx, cause: str | None) -> None:
    """Set the alarm for the next evening."""
    await daily.arm(tx, KIND, RINGS_AT, cause)


async def ring(tx: Tx, ref: str, cause: str) -> None:
    """Say what did not happen since the last evening, and set the alarm for the next."""
    settings = await profile.read(tx)
    since = await _since(tx)
    lines = await missed(tx, since, settings)
    kind = "evening.told" if lines else "evening.quiet"
    await events.note(tx, kind, cause, lines=lines, since=since.at)
    if lines:
        text = f"{_opening(tx.now, since.at, settings)} {' · '.join(lines)}."
        look = Button(label="What went wrong", action="triage")
        await outbox.post(tx, say(f"evening:{cause}", text, buttons=((look,),)))
    if forgotten := await retention.told(tx, since.seq):
        await outbox.post(tx, say(f"forgotten:{cause}", forgotten))
    await spots.show(tx, since.at, settings, cause)
    await daily.again(tx, KIND, RINGS_AT, cause)


async def missed(reader: Reader, since: Mark, settings: dict[str, Any]) -> list[str]:
    """Return what did not happen since then, one clause for each sort."""
    found = [
        *await _failed(reader, since),
        *await _expired(reader, since),
        await _aside(reader, since),
        await _refused(reader, since),
        await _held(reader),
        await _waiting(reader, settings),
        await _late(reader, since),
    ]
    return [line for line in found if line]


async def _since(reader: Reader) -> Mark:
    """Return where the evening before ended; on the first one, where it was set."""
    ended = log.c.kind.in_(("evening.told", "evening.quiet"))
    query = sa.select(log.c.seq, log.c.at).limit(1)
    row = await reader.row(query.where(ended).order_by(log.c.seq.desc()))
    if row is None:
        row = await reader.row(query.where(log.c.kind == "evening.set").order_by(log.c.seq))
    return Mark(0, reader.now) if row is None else Mark(row.seq, row.at)


def _opening(now: datetime, since: datetime, settings: dict[str, Any]) -> str:
    """Return "Today", or since when, if an evening was slept through."""
    if now - since <= timedelta(hours=26):  # a day with its change to winter time, and some
        return "Today did not happen:"
    return f"Since {words.moment(since, settings)} did not happen:"


async def _failed(reader: Reader, since: Mark) -> list[str]:
    """Count what went wrong by what it is, and name the first ones with their class."""
    gone = await _now_in(reader, since, effects.WENT_WRONG)
    lines = []
    for noun, some in _by_noun(gone).items():
        named = [f"{_named(one)}: {_kind(one)}" for one in some[:NAMED_MAX]]
        rest = [f"{len(some) - NAMED_MAX} more"] if len(some) > NAMED_MAX else []
        lines.append(f"{_count(len(some), *noun)} failed ({', '.join([*named, *rest])})")
    return lines


async def _expired(reader: Reader, since: Mark) -> list[str]:
    gone = _by_noun(await _now_in(reader, since, ("expired",)))
    return [f"{_count(len(some), *noun)} expired unanswered" for noun, some in gone.items()]


async def _aside(reader: Reader, since: Mark) -> str:
    """Count what was set aside and still is not taken in."""
    count = len(await arrivals.set_aside(reader, since.at))
    count += await _events(reader, "work.quarantined", since)
    said = _count(count, "thing was", "things were")
    return f"{said} set aside" if count else ""


async def _refused(reader: Reader, since: Mark) -> str:
    count = await _events(reader, "task.refused", since)
    return f"{_count(count, *REST)} could not be prepared" if count else ""


async def _held(reader: Reader) -> str:
    held = await effects.in_state(reader, "approved") if await stop.is_stopped(reader) else []
    return f"{len(held)} approved and held by STOP" if held else ""


async def _waiting(reader: Reader, settings: dict[str, Any]) -> str:
    """Count the questions from before that day; what was put off until later is no surprise."""
    evening = next_ring(reader.now, settings["zone"]) - timedelta(days=1)  # on the wall
    today = datetime.combine(evening.date(), time(0), evening.tzinfo)
    query = sa.select(sa.func.count()).select_from(approvals).filter_by(state="open")
    awake = sa.or_(approvals.c.snoozed_until.is_(None), approvals.c.snoozed_until <= reader.now)
    count = int(await reader.value(query.where(approvals.c.asked_at < today, awake)))
    return f"{_count(count, 'waits', 'wait')} for you since yesterday" if count else ""


async def _late(reader: Reader, since: Mark) -> str:
    """Count reminders that rang long after they were due: nobody was there to ring them."""
    query = sa.select(log.c.at, log.c.body).where(log.c.kind == "alarm.rang", log.c.seq > since.seq)
    late = [
        row
        for row in await reader.rows(query)
        if str(row.body["alarm"]).startswith("reminder:")
        and row.at - datetime.fromisoformat(row.body["due_at"]) > LATE
    ]
    return f"{_count(len(late), 'reminder', 'reminders')} rang late" if late else ""


async def _now_in(reader: Reader, since: Mark, states: tuple[str, ...]) -> list[sa.Row[Any]]:
    """Return the effects that came into one of these states since then and still are in it."""
    kinds = [f"effect.{state}" for state in states]
    query = sa.select(log.c.body["effect"].as_string().label("effect"))
    moved = query.where(log.c.kind.in_(kinds), log.c.seq > since.seq).subquery()
    mine = effects_table.c.id.in_(sa.select(moved.c.effect))
    still = effects_table.c.state.in_(states)
    return await reader.rows(sa.select(effects_table).where(mine, still))


async def _events(reader: Reader, kind: str, since: Mark) -> int:
    query = sa.select(sa.func.count()).select_from(log)
    return int(await reader.value(query.where(log.c.kind == kind, log.c.seq > since.seq)))


def _by_noun(rows: list[sa.Row[Any]]) -> dict[tuple[str, str], list[sa.Row[Any]]]:
    found: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for row in rows:
        found.setdefault(NOUNS.get(row.action["operation"], REST), []).append(row)
    return found


def _named(row: sa.Row[Any]) -> str:
    """Return what a person calls it: the payment, the invoice, whom it goes to."""
    args = row.action["args"]
    names = (args.get(name) for name in ("payment", "number", "to", "title", "record"))
    first = next((name for name in names if name), row.action["operation"])
    return ", ".join(first) if isinstance(first, list) else str(first)


def _kind(row: sa.Row[Any]) -> str:
    return failures.KINDS[row.failure or "refused"].says


def _count(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
