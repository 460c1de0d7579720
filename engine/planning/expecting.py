"""What models are expected to cost: this month, and for the next wish of a kind, as it is told."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.chat import words
from engine.planning import forecast
from engine.planning.forecast import DAYS_MAX, DAYS_MIN, LIKE_MAX, Forecast
from engine.planning.ledger import NOTHING, Budget
from memory import profile
from memory.db import Reader
from memory.schema.models import costs, reasons
from memory.schema.work import outcomes

MONTH = "This month {spent} so far; "
LIKELY = "likely {likely} at its end (eight times of ten {low} to {high}, by the last {seen} days)."
UNKNOWN = "what it comes to is not known yet: {seen} of " + str(DAYS_MIN) + " whole days are past."
NEXT = "the next about {likely} ({low} to {high}, by the last {seen})"
NEXT_UNKNOWN = "what the next costs is not known yet"
BEGAN = sa.select(sa.func.min(costs.c.at))  # the first call ever
PLAN = "Language models will likely cost {likely} ({low} to {high}, by the last {seen} like it)"


async def of_month(reader: Reader, currency: str, usual: Budget, raised: Budget) -> str:
    """Return what models cost this month, and what it will come to, in a sentence.

    `usual`: the budget of every day; `raised`: today's.
    """
    settings = await profile.read(reader)
    zone, midnight = ZoneInfo(settings["zone"]), words.midnight(reader.now, settings)
    begins, today = midnight.replace(day=1), midnight.date()
    paid = await _by_day(reader, zone, min(begins, midnight - timedelta(days=DAYS_MAX)))
    began = await reader.value(BEGAN)
    known = 0 if began is None else (today - began.astimezone(zone).date()).days
    days = [paid[today - timedelta(days=ago)] for ago in range(min(known, DAYS_MAX), 0, -1)]
    before = sum((paid[day] for day in [*paid] if begins.date() <= day < today), NOTHING)
    left = _left(today)
    most = before + max(paid[today], raised.day) + left * usual.day
    found = forecast.month(days, before=before, today=paid[today], left=left, most=most)
    spent = MONTH.format(spent=words.cost(before + paid[today], currency))
    if found is None:
        return spent + UNKNOWN.format(seen=len(days))
    return spent + _told(LIKELY, found, currency)


async def of_next(reader: Reader, kind: str, currency: str) -> str:
    """Return what the next wish of a kind of outcome will cost, or that nobody knows."""
    found = await _like(reader, kind)
    return NEXT_UNKNOWN if found is None else _told(NEXT, found, currency)


async def on_plan(reader: Reader, kind: str) -> str:
    """Return what a plan is expected to cost before it starts; "": nothing, or nobody knows."""
    found = await _like(reader, kind)
    if found is None or not found.high:
        return ""
    return _told(PLAN, found, (await profile.read(reader))["currency"])


async def of_texts(reader: Reader) -> Forecast | None:
    """Return what one text of a plan cost here, with all that was asked for it; None: too few."""
    r = reasons.c
    written = sa.select(r.task, sa.func.count(sa.distinct(r.step)).label("texts"))
    written = written.where(r.step.startswith("compose."), r.state == "answered")
    written = written.group_by(r.task).order_by(sa.func.max(r.at).desc()).limit(LIKE_MAX)
    found = []
    for row in await reader.rows(written):
        paid = await reader.rows(sa.select(costs.c.amount).filter_by(task=row.task))
        found.append(sum((Decimal(one.amount) for one in paid), NOTHING) / row.texts)
    return forecast.like(found)


async def _like(reader: Reader, kind: str) -> Forecast | None:
    """Judge by how wishes of this kind ended since there have been models, however they did."""
    began = await reader.value(BEGAN)
    if began is None:
        return None
    query = sa.select(outcomes.c.cost).where(outcomes.c.kind == kind, outcomes.c.at >= began)
    rows = await reader.rows(query.order_by(outcomes.c.at.desc()).limit(LIKE_MAX))
    return forecast.like([Decimal(row.cost) for row in rows])


async def _by_day(reader: Reader, zone: ZoneInfo, since: datetime) -> defaultdict[date, Decimal]:
    """Return what each day cost, at the operator's place; a day without calls cost nothing."""
    query = sa.select(costs.c.at, costs.c.amount).where(costs.c.at >= since)
    paid: defaultdict[date, Decimal] = defaultdict(Decimal)
    for row in await reader.rows(query):
        paid[row.at.astimezone(zone).date()] += Decimal(row.amount)
    return paid


def _left(today: date) -> int:
    """Return how many days of the month come after this one."""
    return ((today.replace(day=28) + timedelta(days=4)).replace(day=1) - today).days - 1


def _told(text: str, found: Forecast, currency: str) -> str:
    likely, low, high = (words.cost(one, currency) for one in (found.likely, found.low, found.high))
    return text.format(likely=likely, low=low, high=high, seen=found.seen)
