"""Tokens: what a button carries. Random, hashed at rest, bound to one person in one conversation.

A token has no meaning of its own; the database says what it stands for, and the verb it stands
for answers from the database, so a tap that comes late or twice is told the truth.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat.messages import Button
from memory.db import Reader, Tx, insert_all
from memory.schema.chat import tokens
from policies.rules import HOURS_MAX

LIVES = timedelta(hours=HOURS_MAX)  # no question outlives its button
PREFIX = "a1."


class Tap(BaseModel, frozen=True):
    """A button, recognised: the verb, what it is about, and a choice within it."""

    action: str
    ref: str
    item: str
    conv: str


class Bearer(NamedTuple):
    """Whom a card's buttons are for, and where."""

    conv: str
    user: str


async def mint(tx: Tx, buttons: Sequence[Button], conv: str, user: str) -> dict[Button, str]:
    """Return a fresh token (25 characters) for each of these buttons in this conversation."""
    [made] = await mint_all(tx, [(Bearer(conv, user), buttons)])
    return made


async def mint_all(
    tx: Tx, cards: Sequence[tuple[Bearer, Sequence[Button]]]
) -> list[dict[Button, str]]:
    """Return the tokens of several cards, each as `mint` makes them, in one statement."""
    made, rows = [], []
    for bearer, buttons in cards:
        minted = {button: PREFIX + secrets.token_urlsafe(16) for button in buttons}
        rest = bearer._asdict() | {"expires_at": tx.now + LIVES}
        rows += [
            {"hash": _hash(token), "action": b.action, "ref": b.ref, "item": b.item} | rest
            for b, token in minted.items()
        ]
        made.append(minted)
    await insert_all(tx, tokens, rows)
    return made


async def recognise(reader: Reader, token: str, conv: str, user: str) -> Tap | None:
    """Return what the token stands for, for the person and conversation it was made for."""
    query = sa.select(tokens).filter_by(hash=_hash(token), conv=conv, user=user)
    row = await reader.row(query.where(tokens.c.expires_at > reader.now))
    return None if row is None else Tap(action=row.action, ref=row.ref, item=row.item, conv=conv)


async def sweep(tx: Tx) -> None:
    """Drop tokens that no longer open anything."""
    await tx.conn.execute(sa.delete(tokens).where(tokens.c.expires_at <= tx.now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
