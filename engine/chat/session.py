"""Session: what a conversation is about now. Read from its passages, so it is never the only copy.

It begins anew after four hours of silence. What no longer fits is told by its most telling lines.
"""

from datetime import datetime

import sqlalchemy as sa
from pydantic import BaseModel

from engine.chat import questions
from memory import events
from memory.db import Reader
from memory.schema.recall import passages
from memory.texts.gist import gist
from memory.texts.passages import SESSION_PAUSE

TURNS_MAX = 12
CHARS_MAX = 2400  # about 600 tokens
READ_MAX = 200  # passages; what is older is left to recall
GIST_CHARS = 600
ABOUT_MAX = 12


class Turn(BaseModel, frozen=True):
    ref: str
    kind: str
    by: str | None
    text: str
    at: datetime


class Session(BaseModel, frozen=True):
    """The last turns, oldest first; the gist of those before; the records it was about.

    `about`: newest first. `asking`: what the open question is for, if one is open.
    """

    turns: tuple[Turn, ...] = ()
    earlier: str = ""
    about: tuple[str, ...] = ()
    asking: str | None = None


async def of(reader: Reader, conv: str) -> Session:
    """Return the session of this conversation as it stands; an empty one after a long pause."""
    rows = await _rows(reader, conv)
    open_ = await questions.open_in(reader, conv)
    about: dict[str, None] = {}
    for row in reversed(rows):
        about |= dict.fromkeys(await _about(reader, row))
        if len(about) >= ABOUT_MAX:
            break
    turns: list[Turn] = []
    chars = 0
    for row in reversed(rows):
        chars += len(row.text)
        if len(turns) == TURNS_MAX or (turns and chars > CHARS_MAX):
            break
        turns.append(Turn(ref=row.ref, kind=row.kind, by=row.by, text=row.text, at=row.at))
    earlier = [row.text for row in rows[: len(rows) - len(turns)]]
    return Session(
        turns=tuple(reversed(turns)),
        earlier=gist(earlier, GIST_CHARS),
        about=tuple(about)[:ABOUT_MAX],
        asking=open_.ref if open_ is not None else None,
    )


async def _rows(reader: Reader, conv: str) -> list[sa.Row[tuple[str, ...]]]:
    mine = sa.select(passages).where(passages.c.conv == conv)
    newest = await reader.row(mine.order_by(passages.c.seq.desc()).limit(1))
    if newest is None or reader.now - newest.at > SESSION_PAUSE:
        return []
    same = mine.where(passages.c.session == newest.session).order_by(passages.c.seq.desc())
    return list(reversed(await reader.rows(same.limit(READ_MAX))))


async def _about(reader: Reader, row: sa.Row[tuple[str, ...]]) -> list[str]:
    """Return the records a passage is about: a mail's order and payment besides who wrote it."""
    read = await events.by_key(reader, "intake", row.ref) if row.kind == "mail" else None
    found = [*(read.body["about"] if read is not None else ()), row.record]
    return [id for id in dict.fromkeys(found) if id]
