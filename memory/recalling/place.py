"""Place: one passage, whole, with what was said just before and after it; hot or archived."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel

from memory.db import Reader
from memory.schema.recall import archived, boxes, passages
from memory.texts.archive import unpack


class Said(BaseModel, frozen=True):
    """A passage as it was said."""

    id: str
    ref: str
    kind: str
    record: str | None
    by: str | None
    text: str
    at: datetime
    trust: str
    conv: str | None


class Place(NamedTuple):
    """What was said, oldest first, and at which place of it the passage stands."""

    turns: tuple[Said, ...]
    at: int

    @property
    def said(self) -> Said:
        return self.turns[self.at]


async def find(reader: Reader, passage: str, beside: int) -> Place | None:
    """Return a passage with up to `beside` passages of its session on each side; None: it is gone.

    A source of several passages (a long mail) is told whole.
    """
    row = await reader.row(sa.select(passages).where(passages.c.id == passage))
    if row is not None:
        session = sa.select(passages).where(passages.c.session == row.session)
        some = [_said(one) for one in await reader.rows(session.order_by(passages.c.seq))]
    else:
        some = await _packed(reader, passage)
    at = next((place for place, one in enumerate(some) if one.id == passage), None)
    if at is None:
        return None
    ref = some[at].ref
    first = next(place for place, one in enumerate(some) if one.ref == ref)
    last = max(place for place, one in enumerate(some) if one.ref == ref)
    first, last = max(0, first - beside), last + beside + 1
    return Place(tuple(some[first:last]), at - first)


async def _packed(reader: Reader, passage: str) -> list[Said]:
    box = sa.select(boxes.c.pack).join(archived, archived.c.box == boxes.c.box)
    pack = await reader.value(box.where(archived.c.id == passage))
    inside = unpack(pack) if pack is not None else []
    session = next((one.session for one in inside if one.id == passage), None)
    return [_said(one) for one in inside if one.session == session]


def _said(row: Any) -> Said:
    return Said(**{name: getattr(row, name) for name in Said.model_fields})
