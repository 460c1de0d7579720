"""The outbox: what is said is written with the change it tells of, and delivered afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import talk
from engine.chat.messages import Msg, seen_on, stored
from memory import events
from memory.db import Reader, Tx, change, insert_all, insert_once, put
from memory.dialects import place_of
from memory.schema.chat import cards, conversations, deliveries

# First what the operator asked to see again or wrote by hand: it waits behind no plan's cards.
WANTED, APPROVAL, ANSWER, PROGRESS = 0, 1, 2, 3
DUE_MAX = 50
NAMING_MAX = 5


class Card(BaseModel, frozen=True):
    """A message at its newest version. `conv` None: shown in every conversation."""

    key: str
    conv: str | None
    version: int
    priority: int
    msg: Msg
    at: datetime


class Due(BaseModel, frozen=True):
    """A card that a conversation has not seen at its newest version."""

    card: Card
    conv: str
    message: str | None  # the platform's id of what is shown now
    attempts: int
    rich: bool = False  # rich messages can be read in this conversation


async def post(tx: Tx, msg: Msg, conv: str | None = None, *, priority: int = ANSWER) -> None:
    """Say this; the same key again replaces what was said."""
    body = msg.model_dump(mode="json")
    row = {"key": msg.key, "conv": conv, "priority": priority, "msg": body, "version": 1}
    if not await insert_once(tx, cards, row | {"at": tx.now, "changed_at": tx.now}):
        old = await tx.row(sa.select(cards.c.version, cards.c.msg).filter_by(key=msg.key))
        if old is None or old.msg == body:
            return
        values = {"msg": body, "version": old.version + 1, "changed_at": tx.now}
        await change(tx, cards, {"key": msg.key}, **values)
    await talk.told(tx, msg, conv)
    if not tx.journal.noted:  # said alone, not as part of something that happened
        await events.note(tx, "card.said", None, card=msg.key)
    await _address(tx, [msg.key], conv)
    tx.signal("card", msg.key)


async def post_new(tx: Tx, msgs: Sequence[Msg], conv: str, *, priority: int = ANSWER) -> None:
    """Say these in one conversation, each under a key that nothing was said under before."""
    row = {"conv": conv, "priority": priority, "version": 1, "at": tx.now, "changed_at": tx.now}
    rows = [row | {"key": msg.key, "msg": msg.model_dump(mode="json")} for msg in msgs]
    await insert_all(tx, cards, rows)
    await _address(tx, [msg.key for msg in msgs], conv)
    for msg in msgs:
        tx.signal("card", msg.key)


async def become(tx: Tx, old: str, new: str) -> None:
    """Let `new`, posted next, change in place the messages that show `old`, which is no more."""
    moved = sa.update(deliveries).where(deliveries.c.card == old)
    await tx.conn.execute(moved.values(card=new, version=0))
    await change(tx, cards, {"key": old}, became=new)


async def get(reader: Reader, key: str) -> Card | None:
    row = await reader.row(sa.select(cards).filter_by(key=key, became=None))
    return None if row is None else _card(row)


async def shown_as(reader: Reader, conv: str, message: str) -> Card | None:
    """Return the card, at its newest version and as seen there, that this message shows."""
    found = sa.or_(deliveries.c.message == message, deliveries.c.message.startswith(f"{message},"))
    query = sa.select(cards).join(deliveries, deliveries.c.card == cards.c.key)
    row = await reader.row(query.where(deliveries.c.conv == conv, found))
    return None if row is None else _seen(_card(row), conv)


async def naming(reader: Reader, ref: str) -> list[Card]:
    """Return the cards with a button about this, newest first."""
    about = place_of(sa.cast(cards.c.msg, sa.Text), f'"ref": "{ref}"') > 0
    mine = sa.select(cards).where(about, cards.c.became.is_(None))
    query = mine.order_by(cards.c.changed_at.desc()).limit(NAMING_MAX)
    return [_card(row) for row in await reader.rows(query)]


async def latest(reader: Reader, conv: str, limit: int = 60) -> list[Card]:
    """Return the newest cards of a conversation in the order they came to its bottom.

    Their `at` is when they did, not when they were first posted.
    """
    mine = sa.or_(cards.c.conv == conv, cards.c.conv.is_(None))
    here = sa.and_(deliveries.c.card == cards.c.key, deliveries.c.conv == conv)
    posted = sa.func.coalesce(deliveries.c.posted_at, cards.c.at, type_=cards.c.at.type)
    query = sa.select(cards, posted.label("posted_at")).join(deliveries, here, isouter=True)
    query = query.where(mine, cards.c.became.is_(None)).order_by(posted.desc(), cards.c.key.desc())
    rows = await reader.rows(query.limit(limit))
    posted_cards = [_card(row).model_copy(update={"at": row.posted_at}) for row in reversed(rows)]
    return [_seen(card, conv) for card in posted_cards]


async def due(reader: Reader, surface: str) -> list[Due]:
    """Return what the paired conversations of a surface have not seen, most urgent first."""
    d = deliveries
    urgency = sa.case((d.c.wanted, WANTED), else_=cards.c.priority)
    query = (
        sa.select(
            cards, d.c.conv.label("to"), d.c.message, d.c.attempts, conversations.c.rich_since
        )
        .join(d, d.c.card == cards.c.key)
        .join(conversations, d.c.conv == conversations.c.id)
        .where(d.c.pending, sa.or_(d.c.due_at.is_(None), d.c.due_at <= reader.now))
        .where(conversations.c.surface == surface, conversations.c.state == "paired")
        .order_by(urgency, cards.c.changed_at, cards.c.key)
        .limit(DUE_MAX)
    )
    return [
        Due(
            card=_seen(_card(row), row.to),
            conv=row.to,
            message=row.message,
            attempts=row.attempts,
            rich=row.rich_since is not None,
        )
        for row in await reader.rows(query)
    ]


async def delivered(tx: Tx, item: Due, message: str) -> None:
    """This conversation now shows this version; a newer one posted meanwhile still waits."""
    newest = sa.select(cards.c.version).filter_by(key=item.card.key).scalar_subquery()
    values = {"version": item.card.version, "message": message, "attempts": 0, "at": tx.now}
    ended = {"pending": newest > item.card.version, "due_at": None, "error": None, "wanted": False}
    row = {"card": item.card.key, "conv": item.conv}
    if await change(tx, deliveries, row, **values, **ended):
        return
    became = await tx.value(sa.select(cards.c.became).filter_by(key=item.card.key))
    moved, unsent = {"card": became, "conv": item.conv}, deliveries.c.message.is_(None)
    await change(tx, deliveries, moved, unsent, message=message)  # it became it while it was sent


async def postponed(tx: Tx, item: Due, until: datetime, error: str) -> None:
    """It could not be shown now; try again then."""
    values = {"attempts": item.attempts + 1, "due_at": until, "error": error, "at": tx.now}
    await change(tx, deliveries, {"card": item.card.key, "conv": item.conv}, **values)


async def show_again(tx: Tx, key: str, conv: str) -> None:
    """Post the card anew at the bottom of this conversation."""
    row = {"card": key, "conv": conv, "version": 0, "message": None, "attempts": 0}
    rest = {
        "pending": True,
        "wanted": True,
        "due_at": None,
        "error": None,
        "posted_at": tx.now,
        "at": tx.now,
    }
    await put(tx, deliveries, row | rest)
    tx.signal("card", key)


async def show_everywhere_again(tx: Tx, key: str) -> None:
    """Post the card anew at the bottom of every conversation that has seen it."""
    for row in await tx.rows(sa.select(deliveries.c.conv).filter_by(card=key)):
        await show_again(tx, key, row.conv)


async def _address(tx: Tx, keys: Sequence[str], conv: str | None) -> None:
    """Let them wait for delivery where they belong: in one conversation, or in every paired one."""
    waiting = {
        "version": 0,
        "pending": True,
        "wanted": False,
        "attempts": 0,
        "posted_at": tx.now,
        "at": tx.now,
    }
    values = [sa.literal(value, deliveries.c[name].type) for name, value in waiting.items()]
    each = cards.join(conversations, sa.true())
    said = sa.select(cards.c.key, conversations.c.id, *values).select_from(each)
    where = said.where(cards.c.key.in_(keys), conversations.c.state == "paired")
    where = where if conv is None else where.where(conversations.c.id == conv)
    new = tx.dialect.insert(deliveries).from_select(["card", "conv", *waiting], where)
    pending = {"pending": True}
    await tx.conn.execute(new.on_conflict_do_update(index_elements=["card", "conv"], set_=pending))


def _seen(card: Card, conv: str) -> Card:
    """Return the card as the surface of this conversation shows it."""
    return card.model_copy(update={"msg": seen_on(card.msg, conv.partition(":")[0])})


def _card(row: sa.Row[Any]) -> Card:
    return Card(
        key=row.key,
        conv=row.conv,
        version=row.version,
        priority=row.priority,
        msg=stored(row.msg),
        at=row.at,
    )
