"""Conversations: who may talk, and where. Pairing by a code that only the host shows."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from memory import events
from memory.db import Reader, Tx, change, insert, insert_once, put
from memory.schema.chat import conversations, cursors, pairings, tokens

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I
CODE_CHARS = 8
LIVES = timedelta(minutes=10)
TRIES_MAX = 5
SESSION = "session"
SESSION_LIVES = timedelta(days=90)


class Conversation(BaseModel, frozen=True):
    id: str
    surface: str
    chat: str
    user: str
    rich_since: datetime | None = None  # since when rich messages are shown here, if they are


async def new_code(tx: Tx, surface: str) -> str:
    """Return a one-time code for a surface; it replaces every older one."""
    await tx.conn.execute(sa.delete(pairings).filter_by(surface=surface))
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
    row = {"hash": _hash(surface, code), "surface": surface, "expires_at": tx.now + LIVES}
    await insert(tx, pairings, row)
    return code


async def pair(tx: Tx, surface: str, chat: str, user: str, code: str) -> Conversation | None:
    """Pair the person who knows the code. Five wrong tries and the code is void."""
    wanted = _hash(surface, code.strip().upper().replace("-", ""))
    row = await tx.row(sa.select(pairings).filter_by(surface=surface))
    if row is None or row.used_at is not None or row.expires_at <= tx.now:
        return None
    if row.tries >= TRIES_MAX:
        return None
    if row.hash != wanted:
        await change(tx, pairings, {"hash": row.hash}, tries=row.tries + 1)
        return None
    await change(tx, pairings, {"hash": row.hash}, used_at=tx.now)
    return await admit(tx, surface, chat, user)


async def admit(tx: Tx, surface: str, chat: str, user: str) -> Conversation:
    """Let this person in, by the platform's own verified ids."""
    paired = Conversation(id=f"{surface}:{chat}", surface=surface, chat=chat, user=user)
    known = paired.model_dump(exclude={"rich_since"})  # who pairs anew reads as before
    await put(tx, conversations, known | {"state": "paired", "at": tx.now})
    await events.note(tx, "conversation.paired", None, actor=user, conv=paired.id)
    return paired


async def find(reader: Reader, surface: str, chat: str, user: str) -> Conversation | None:
    query = sa.select(conversations).filter_by(
        surface=surface, chat=chat, user=user, state="paired"
    )
    row = await reader.row(query)
    return None if row is None else _conversation(row)


async def of_user(reader: Reader, surface: str, user: str) -> Conversation | None:
    """Return the private conversation with a person on a surface."""
    query = sa.select(conversations).filter_by(surface=surface, user=user, state="paired")
    row = await reader.row(query.order_by(conversations.c.at.desc()).limit(1))
    return None if row is None else _conversation(row)


async def get(reader: Reader, conv: str) -> Conversation | None:
    row = await reader.row(sa.select(conversations).filter_by(id=conv))
    return None if row is None else _conversation(row)


async def show_rich(tx: Tx, conv: str, on: bool) -> None:
    """Show rich messages in this conversation from now on, or no longer."""
    await change(tx, conversations, {"id": conv}, rich_since=tx.now if on else None)


async def paired(reader: Reader) -> list[Conversation]:
    rows = await reader.rows(sa.select(conversations).filter_by(state="paired"))
    return [_conversation(row) for row in rows]


async def surfaces(reader: Reader) -> tuple[str, ...]:
    """Return the names of the surfaces on which somebody may decide."""
    query = sa.select(conversations.c.surface).filter_by(state="paired").distinct()
    return tuple(sorted(row.surface for row in await reader.rows(query)))


class Handover(BaseModel, frozen=True):
    """Who is paired, signed in, and how far each platform was read: for the next data folder."""

    conversations: list[Conversation]
    sessions: list[dict[str, Any]]
    cursors: dict[str, str]


async def hand_over(reader: Reader) -> Handover:
    """Return what another data folder needs to know the same people."""
    signed_in = sa.select(tokens).filter_by(action=SESSION)
    return Handover(
        conversations=await paired(reader),
        sessions=[dict(row._mapping) for row in await reader.rows(signed_in)],
        cursors={row.name: row.value for row in await reader.rows(sa.select(cursors))},
    )


async def take_over(tx: Tx, handed: Handover) -> None:
    """Know the people another data folder knew."""
    for one in handed.conversations:
        if await find(tx, one.surface, one.chat, one.user) is None:
            admitted = await admit(tx, one.surface, one.chat, one.user)
            await show_rich(tx, admitted.id, one.rich_since is not None)
    for session in handed.sessions:
        await insert_once(tx, tokens, session)
    for name, value in handed.cursors.items():
        await put(tx, cursors, {"name": name, "value": value, "at": tx.now})


async def sign_in(tx: Tx, conv: Conversation) -> str:
    """Return a session for a browser of this person; only its hash is kept."""
    session = secrets.token_urlsafe(32)
    row = {"hash": _hash(SESSION, session), "action": SESSION, "ref": conv.id, "item": ""}
    where = {"conv": conv.id, "user": conv.user, "expires_at": tx.now + SESSION_LIVES}
    await insert(tx, tokens, row | where)
    return session


async def signed_in(reader: Reader, session: str) -> Conversation | None:
    """Return whose browser this session is."""
    query = sa.select(tokens.c.conv).filter_by(hash=_hash(SESSION, session), action=SESSION)
    conv = await reader.value(query.where(tokens.c.expires_at > reader.now))
    return None if conv is None else await get(reader, conv)


def _conversation(row: sa.Row[Any]) -> Conversation:
    return Conversation.model_validate(row, from_attributes=True)


def _hash(surface: str, code: str) -> str:
    return hashlib.sha256(f"{surface}:{code}".encode()).hexdigest()
