"""The facts a rule may speak of, computed for one action at one moment."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connectors.contract import Operation, Preview
from engine.acting import streaks
from engine.acting.digests import digest
from engine.chat import words
from engine.flow import quiet
from engine.planning import versions
from engine.rules import uses
from memory import events, profile
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader
from memory.schema.work import effects, tasks
from policies.contracts import Contract, amount, coin
from policies.judge import USED
from policies.rules import Action

DUPLICATE_WITHIN = timedelta(days=30)
UNDER_WAY = ("running", "unknown")  # it may count by the time this one runs
LIVE = ("waiting", "approved", "running", "done", "unknown")


async def facts(
    reader: Reader,
    operation: Operation,
    action: Action,
    preview: Preview,
    goal: str,
    *,
    operations: Mapping[str, Operation],
    on_trial: Collection[str] = (),
) -> dict[str, Any]:
    """Return what the house knows of this action now; the gate knows the rest by itself.

    `operations` say of what was done today whom it reached; `on_trial` are the rules with a canary.
    """
    settings = await profile.read(reader)
    local = reader.now.astimezone(ZoneInfo(settings["zone"]))
    destinations = _destinations(operation, action.args)
    found = [await _holder(reader, value) for value in destinations]
    if not destinations and action.about is not None:
        found = [await records.get(reader, action.about)]  # money goes back to whom it concerns
    known = [record if record and record.status == "active" else None for record in found]
    counterpart = _counterpart(destinations, known)
    like = streaks.Like(operation.name, counterpart)
    own: dict[str, Any] = {
        "steps": await reader.value(
            sa.select(sa.func.count()).select_from(tasks).filter_by(plan=versions.newest(goal))
        ),
        "reversible": operation.undo.kind != "none",
        "recipient_known": bool(known) and all(known),
        "counterpart": counterpart,
        "streak": await streaks.length(reader, like),
        "duplicate_of": await _duplicate(reader, action, goal),
    } | when(settings, local)
    done = await _done(reader, words.midnight(reader.now, settings))
    whom = zip(destinations or [action.about or ""], found, strict=False)
    reached = [await _names(reader, *one) for one in whom]
    to = _times_to(reached, [one for one in done if one["effect"] == action.effect], operations)
    if action.args.get("in_reply_to") and not await _theirs(reader, action, reached):
        own["in_thread"] = False
    used = {rule: await uses.ran(reader, rule) for rule in on_trial}
    return (
        own
        | _today(action, done, operations)
        | {"done_today_to": to}
        | ({USED: used} if used else {})
    )


def when(settings: dict[str, Any], local: datetime) -> dict[str, Any]:
    """Return the facts of the moment: date and hour at the operator's place, quiet, STOP."""
    return {
        "today": local.date().isoformat(),
        "hour": local.hour,
        "weekend": local.weekday() >= 5,
        "quiet": quiet.is_quiet(local, settings),
        "stopped": settings["stopped"] is not None,
        "autonomy": settings["autonomy"],
    }


def _destinations(operation: Operation | None, args: Mapping[str, Any]) -> list[str]:
    """Return where it goes; of an operation that is no longer offered any argument may say it."""
    roles = dict.fromkeys(args, "destination") if operation is None else operation.roles
    named = [args.get(name) for name, its in roles.items() if its == "destination"]
    flat = [v for value in named for v in (value if isinstance(value, list) else [value])]
    return [str(value) for value in flat if value]


async def _holder(reader: Reader, destination: str) -> Record | None:
    """Return whose address or account this is; an account that two share is nobody's."""
    if found := await records.by_key(reader, "email", destination):
        return found
    holders = await records.with_account(reader, destination)
    return holders[0] if len(holders) == 1 else None


def _counterpart(destinations: list[str], known: list[Record | None]) -> str:
    """Return the one record or address it is for; "" where there are several, or none."""
    addresses: list[str] = destinations or [""]
    one = {r.id if r else address for r, address in zip(known, addresses, strict=False)}
    return one.pop() if len(one) == 1 else ""


async def _names(reader: Reader, address: str, record: Record | None) -> frozenset[str]:
    """Return everything that names the one it reaches: the address, and all of their record."""
    names = {_plain(address)} - {""}
    if record is not None:
        names |= {record.id, *await records.keys_of(reader, record.id, "email")}
    return frozenset(names)


async def _theirs(reader: Reader, action: Action, reached: list[frozenset[str]]) -> bool:
    """Say whether the message it answers came from everybody it goes to."""
    mail = await events.by_key(reader, "mail", str(action.args["in_reply_to"]))
    wrote = "" if mail is None else _plain(str(mail.body.get("from", "")))
    return bool(wrote and reached) and all(wrote in names for names in reached)


def _times_to(
    reached: list[frozenset[str]],
    done: list[dict[str, Any]],
    operations: Mapping[str, Operation],
) -> int:
    """Count what went to the same one; of several it reaches, the one who got most counts."""
    went = []
    for one in done:
        addresses = _destinations(operations.get(one["operation"]), one["args"])
        went.append({_plain(each) for each in addresses or [one["about"] or ""]})
    return max((sum(not names.isdisjoint(to) for to in went) for names in reached), default=0)


def _plain(address: str) -> str:
    return address.strip().lower()


async def _done(reader: Reader, begun: datetime) -> list[dict[str, Any]]:
    """Return the actions since midnight.

    What runs now or may have happened counts too: of several at once none passes a limit unseen.
    """
    today = sa.and_(effects.c.state == "done", effects.c.done_at >= begun)
    query = sa.select(effects.c.action).where(today | effects.c.state.in_(UNDER_WAY))
    return [row.action for row in await reader.rows(query)]


def _today(
    action: Action, done: list[dict[str, Any]], operations: Mapping[str, Operation]
) -> dict[str, Any]:
    """Count what this operation did today, and what money went out in this currency."""
    currency = coin(action.args.get("currency"))
    money = [
        amount(_contract(operations.get(a["operation"])), a["args"])
        for a in done
        if a["effect"] == "money" and coin(a["args"].get("currency")) == currency
    ]
    return {
        "spent_today": float(sum(money, Decimal(0))),
        "done_today": sum(a["operation"] == action.operation for a in done),
    }


def _contract(operation: Operation | None) -> Contract:
    """Return which argument is money; of an operation that is no longer offered, the usual one."""
    return Contract(roles={"amount": "amount"} if operation is None else operation.roles)


async def _duplicate(reader: Reader, action: Action, goal: str) -> str:
    """Return the live effect of another goal that does exactly this, or ""."""
    query = (
        sa.select(effects.c.id)
        .where(effects.c.digest == digest(action), effects.c.state.in_(LIVE))
        .where(effects.c.goal != goal, effects.c.at >= reader.now - DUPLICATE_WITHIN)
        .order_by(effects.c.at.desc())
        .limit(1)
    )
    return str(await reader.value(query) or "")
