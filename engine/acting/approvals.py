"""Approval: a question to the operator about exactly one version of one effect, answered once.

open ──tap──▶ decided
  ├──edit──▶ superseded (the new version asks anew)
  ├──time──▶ expired
  └────────▶ withdrawn (no longer needed)
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from engine.flow import quiet, schedule
from memory import events, profile
from memory.db import Reader, Tx, change, insert, insert_once
from memory.ids import derived_id
from memory.schema.work import approvals, decisions, effects
from policies.rules import Verdict

EXPIRES = timedelta(days=7)
REMIND = timedelta(days=1)
CODE_CHARS = 4
Answer = Literal["approve", "reject"]


class Approval(BaseModel, frozen=True):
    id: str
    effect: str
    version: int
    digest: str
    state: str
    asked_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    first_on: str | None = None  # the surface of the first yes, where two are wanted
    first_at: datetime | None = None


class Decision(BaseModel, frozen=True):
    approval: str
    answer: Answer
    by: str
    channel: str
    first_on: str | None
    note: str | None
    at: datetime


async def ask(tx: Tx, effect: str, version: int, digest: str, verdict: Verdict, cause: str) -> str:
    """Ask about this version of this effect and return the approval's id.

    How long it is asked, and when once more, may be said by a rule; reminders wait for the end of
    the quiet hours.
    """
    id = derived_id("apr", effect, version)
    expires = tx.now + (_hours(verdict.wait_hours) or EXPIRES)
    reminds = tx.now + (_hours(verdict.remind_hours) or REMIND)
    row = {"id": id, "effect": effect, "version": version, "digest": digest}
    row |= {"bundle": verdict.bundle, "asked_at": tx.now, "expires_at": expires}
    await insert(tx, approvals, {**row, "state": "open", "cause": cause})
    await events.note(tx, "approval.asked", cause, approval=id, effect=effect, version=version)
    await schedule.set_alarm(tx, f"expire:{id}", expires, "expire", id, cause)
    again = quiet.awake(reminds, await profile.read(tx))
    if again < expires:
        await schedule.set_alarm(tx, f"remind:{id}", again, "remind", id, cause)
    return id


def _hours(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(hours=count)


async def first_yes(tx: Tx, asked: Approval, by: str, surface: str, cause: str) -> bool:
    """Note the first of two yeses. It decides nothing, and ends with the question it answers."""
    first = sa.and_(approvals.c.state == "open", approvals.c.first_on.is_(None))
    given = {"first_on": surface, "first_at": tx.now}
    if not await change(tx, approvals, {"id": asked.id}, first, **given):
        return False
    await events.note(tx, "approval.first_yes", cause, approval=asked.id, by=by, channel=surface)
    return True


async def decide(
    tx: Tx, asked: Approval, answer: Answer, by: str, channel: str, cause: str
) -> bool:
    """Record the first answer, if the question is still open. False: it no longer is."""
    still = approvals.c.state == "open"
    if not await change(tx, approvals, {"id": asked.id}, still, state="decided"):
        return False
    first = asked.first_on if answer == "approve" else None
    told: dict[str, Any] = {
        "approval": asked.id,
        "answer": answer,
        "by": by,
        "channel": channel,
        "first_on": first,
    }
    if not await insert_once(tx, decisions, {**told, "at": tx.now}):
        return False
    await events.note(tx, "approval.decided", cause, **told)
    await _silence(tx, asked.id)
    return True


async def explain(tx: Tx, approval_id: str, reason: str, cause: str) -> bool:
    """Note why it was answered so, once. False: there is no answer, or a reason already."""
    silent = decisions.c.note.is_(None)
    if not await change(tx, decisions, {"approval": approval_id}, silent, note=reason):
        return False
    await events.note(tx, "approval.explained", cause, approval=approval_id, reason=reason)
    return True


async def close(
    tx: Tx, approval_id: str, state: Literal["superseded", "expired", "withdrawn"], cause: str
) -> bool:
    """End an open question without an answer. Three different words for three different ends."""
    still = approvals.c.state == "open"
    if not await change(tx, approvals, {"id": approval_id}, still, state=state):
        return False
    await events.note(tx, f"approval.{state}", cause, approval=approval_id)
    await _silence(tx, approval_id)
    return True


async def snooze(tx: Tx, approval_id: str, until: datetime, cause: str) -> bool:
    """Ask again then, from the first yes on. The question stays open, its expiry does not move."""
    still = approvals.c.state == "open"
    later = {"snoozed_until": until, "first_on": None, "first_at": None}
    if not await change(tx, approvals, {"id": approval_id}, still, **later):
        return False
    await events.note(tx, "approval.snoozed", cause, approval=approval_id, until=until)
    await schedule.set_alarm(tx, f"remind:{approval_id}", until, "remind", approval_id, cause)
    return True


async def wake(tx: Tx, approval_id: str, cause: str) -> None:
    """The snooze is over: the question stands at the front again."""
    if await change(tx, approvals, {"id": approval_id}, snoozed_until=None):
        await events.note(tx, "approval.reminded", cause, approval=approval_id)


async def get(reader: Reader, approval_id: str) -> Approval | None:
    row = await reader.row(sa.select(approvals).filter_by(id=approval_id))
    return None if row is None else _approval(row)


async def get_all(reader: Reader, ids: Sequence[str]) -> list[Approval]:
    """Return these approvals in the order of their ids as given."""
    rows = await reader.rows(sa.select(approvals).where(approvals.c.id.in_(ids)))
    found = {row.id: _approval(row) for row in rows}
    return [found[id] for id in ids]


async def on_card(reader: Reader, card: str) -> Approval | None:
    """Return the question that the card of this key asks."""
    kind, _, named = card.partition(":")
    effect, _, version = named.rpartition(":")
    if kind != "effect" or not version.isdigit():
        return None
    return await of_version(reader, effect, int(version))


async def newest(reader: Reader, effect: str) -> Approval | None:
    query = sa.select(approvals).filter_by(effect=effect).order_by(approvals.c.version.desc())
    row = await reader.row(query.limit(1))
    return None if row is None else _approval(row)


async def of_version(reader: Reader, effect: str, version: int) -> Approval | None:
    row = await reader.row(sa.select(approvals).filter_by(effect=effect, version=version))
    return None if row is None else _approval(row)


async def decision(reader: Reader, approval_id: str) -> Decision | None:
    row = await reader.row(sa.select(decisions).filter_by(approval=approval_id))
    return None if row is None else Decision(**row._mapping)


def code(approval_id: str) -> str:
    """Return the short name a person types for an open question: /ok K7Q2."""
    return approval_id[-CODE_CHARS:].upper()


async def by_code(reader: Reader, typed: str) -> list[Approval]:
    """Return the open questions whose id ends so."""
    ending = typed.strip().lower()
    if len(ending) < CODE_CHARS or not ending.isalnum():
        return []
    query = sa.select(approvals).filter_by(state="open").where(approvals.c.id.endswith(ending))
    return [_approval(row) for row in await reader.rows(query)]


async def open_count(reader: Reader) -> int:
    return int(await reader.value(sa.select(sa.func.count()).select_from(_waiting())))


async def waiting(reader: Reader, limit: int = 50) -> list[Approval]:
    """Return the questions that wait for the operator, oldest first."""
    return [asked for asked, _ in await waiting_for(reader, limit)]


async def waiting_for(reader: Reader, limit: int) -> list[tuple[Approval, str]]:
    """Return the questions that wait, oldest first, each with the operation it is about."""
    operation = effects.c.action["operation"].as_string().label("operation")
    query = sa.select(approvals, operation).join(effects, effects.c.id == approvals.c.effect)
    query = query.where(approvals.c.state == "open").order_by(approvals.c.asked_at).limit(limit)
    return [(_approval(row), row.operation) for row in await reader.rows(query)]


def _waiting() -> sa.Subquery:
    return sa.select(approvals.c.id).filter_by(state="open").subquery()


async def _silence(tx: Tx, approval_id: str) -> None:
    for kind in ("expire", "remind"):
        await schedule.turn_off(tx, f"{kind}:{approval_id}")


def _approval(row: sa.Row[Any]) -> Approval:
    return Approval(**{name: row._mapping[name] for name in Approval.model_fields})
