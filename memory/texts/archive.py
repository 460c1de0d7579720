"""The archive: what was said long ago, packed in boxes and found by its words.

A box holds whole sessions of one conversation or about one record, so what was said just before a
passage lies beside it. Nothing is lost: each passage keeps its id, its words and its vector.
"""

import json
import zlib
from collections.abc import AsyncIterator, Callable, Container, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel

from memory.db import Reader, Tx
from memory.schema.recall import archived, archived_words, boxes
from memory.texts.gist import gist

BOX_PASSAGES = 64  # a box with fewer takes in the next session of its topic
SUMMARY_CHARS = 600
DAMAGED = (zlib.error, ValueError, TypeError, AttributeError, IndexError)
KEYS = ("id", "seq", "kind", "ref", "record", "conv", "trust", "sensitivity")


class Packed(NamedTuple):
    """A passage as it lies in a box, with its vector and the encoder that made it (or b"", "")."""

    seq: int
    id: str
    ref: str
    kind: str
    record: str | None
    by: str | None
    text: str
    at: datetime
    trust: str
    session: str
    traits: int
    sensitivity: str
    conv: str | None
    encoder: str
    numbers: bytes


SESSION, TEXT = Packed._fields.index("session"), Packed._fields.index("text")


class Contents(BaseModel, frozen=True):
    """How much is archived, since when, and how many bytes the packs have."""

    passages: int
    boxes: int
    bytes: int
    oldest: datetime | None


async def put(tx: Tx, topic: str, some: Sequence[Packed]) -> None:
    """Pack sessions of one topic, filling up the box that was not full yet."""
    mine = sa.select(boxes).where(boxes.c.topic == topic, boxes.c.passages < BOX_PASSAGES)
    begun = await tx.row(mine.order_by(boxes.c.box.desc()).limit(1))
    inside = unpack(begun.pack) if begun is not None else []
    number = None if begun is None else begun.box
    for _, session in groupby(some, lambda one: one.session):
        if len(inside) >= BOX_PASSAGES:
            await _write(tx, number, topic, inside)
            number, inside = None, []
        inside += session
    await _write(tx, number, topic, inside)
    await _add_words(tx, some)


async def take(tx: Tx, which: sa.ColumnElement[bool]) -> bool:
    """Remove archived passages with every word of them; say whether there were any."""
    ids = {row.id for row in await tx.rows(sa.select(archived.c.id).where(which))}
    await _rewrite(tx, await _boxes_of(tx, which), lambda old: None if old.id in ids else old)
    return bool(ids)


async def cut(tx: Tx, change: Callable[[Packed], Packed]) -> None:
    """Change the words of archived passages, wherever `change` returns others."""
    every = [row.box for row in await tx.rows(sa.select(boxes.c.box).order_by(boxes.c.box))]
    await _rewrite(tx, every, change)


async def replace(tx: Tx, number: int, pack: bytes, inside: Sequence[Packed]) -> bool:
    """Pack a box anew with other vectors, if it is still as it was; say whether it was."""
    same = (boxes.c.box == number) & (boxes.c.pack == pack)
    done = await tx.conn.execute(sa.update(boxes).where(same).values(pack=_pack(inside)))
    return done.rowcount == 1


async def small(reader: Reader, fewer: int) -> list[list[int]]:
    """Return the boxes with fewer passages that could be one, those of one topic together.

    In the order they were said. What is joined once is not small any more, or has nobody to join.
    """
    mine = sa.select(boxes.c.box, boxes.c.topic, boxes.c.passages).where(boxes.c.passages < fewer)
    rows = await reader.rows(mine.order_by(boxes.c.topic, boxes.c.first_at, boxes.c.box))
    groups: list[list[int]] = []
    for _, topic in groupby(rows, lambda row: row.topic):
        room = 0
        for row in topic:
            if row.passages > room:
                groups.append([])
                room = BOX_PASSAGES
            groups[-1].append(row.box)
            room -= row.passages
    return [group for group in groups if len(group) > 1]


async def join(tx: Tx, numbers: Sequence[int]) -> bool:
    """Put what lies in these boxes of one topic into one; False: they are not as they were.

    The one has the highest number, so that whoever goes through them by number meets it. Words,
    vectors and what was said before each stay.
    """
    rows = await tx.rows(sa.select(boxes).where(boxes.c.box.in_(numbers)))
    found = sorted(rows, key=lambda row: numbers.index(row.box))
    fits = sum(row.passages for row in found) <= BOX_PASSAGES
    if len(found) < len(numbers) or len({row.topic for row in found}) > 1 or not fits:
        return False
    inside = [one for row in found for one in unpack(row.pack)]
    await tx.conn.execute(sa.delete(boxes).where(boxes.c.box.in_(numbers)))
    await _write(tx, max(numbers), found[0].topic, inside)
    return True


async def each(reader: Reader) -> AsyncIterator[Packed]:
    """Yield every archived passage, a box at a time."""
    last = 0
    following = sa.select(boxes.c.box, boxes.c.pack).order_by(boxes.c.box).limit(1)
    while row := await reader.row(following.where(boxes.c.box > last)):
        last = row.box
        for one in unpack(row.pack):
            yield one


async def write_words(tx: Tx) -> None:
    """Write the full text of all that is archived, where there is none yet.

    Passages to come are numbered after these, as they were where these came from.
    """
    for row in await tx.rows(sa.select(boxes.c.pack).order_by(boxes.c.box)):
        await _add_words(tx, unpack(row.pack))
    await tx.at_once(tx.dialect.count_on)


async def contents(reader: Reader) -> Contents:
    c = boxes.c
    total = sa.select(
        sa.func.coalesce(sa.func.sum(c.passages), 0).label("passages"),
        sa.func.count().label("boxes"),
        sa.func.coalesce(sa.func.sum(sa.func.length(c.pack)), 0).label("bytes"),
        sa.func.min(c.first_at).label("oldest"),
    )
    [row] = await reader.rows(total)
    return Contents(**row._mapping)


async def faults(reader: Reader) -> list[str]:
    """Return one sentence for each box that is not as it should be."""
    said = []
    worded = {row.rowid for row in await reader.rows(sa.select(archived_words.c.rowid))}
    for row in await reader.rows(sa.select(boxes.c.box, boxes.c.passages).order_by(boxes.c.box)):
        listed = await reader.rows(sa.select(archived.c.id, archived.c.seq).filter_by(box=row.box))
        if not worded.issuperset(one.seq for one in listed):
            said.append(f"Box {row.box}: it cannot be found by its words.")
        pack = await reader.value(sa.select(boxes.c.pack).filter_by(box=row.box))
        try:
            inside = sorted((one.id, one.seq) for one in unpack(pack))
        except DAMAGED:
            said.append(f"Box {row.box}: it is damaged and cannot be opened.")
            continue
        if inside != sorted(map(tuple, listed)) or len(inside) != row.passages:
            said.append(f"Box {row.box}: it does not hold what the archive says it does.")
    return said


def unpack(pack: bytes) -> list[Packed]:
    """Return the passages of a box in the order they were said."""
    return [_unpacked(row, numbers) for row, numbers in _rows(pack)]


def said_with(pack: bytes, wanted: Container[int] | None) -> Iterator[tuple[Packed, str | None]]:
    """Yield each wanted passage of a box, and what was said next; each with what came before it.

    `wanted` are their numbers; None: all.
    """
    before: list[Any] | None = None
    for row, numbers in _rows(pack):
        if before is not None and before[SESSION] != row[SESSION]:
            before = None
        if wanted is None or row[0] in wanted or (before is not None and before[0] in wanted):
            yield _unpacked(row, numbers), None if before is None else str(before[TEXT])
        before = row


def _rows(pack: bytes) -> Iterator[tuple[list[Any], bytes]]:
    """Yield each row with its vector. Raises what `DAMAGED` names."""
    opened = zlib.decompressobj()
    rows, vectors, at = json.loads(opened.decompress(pack)), opened.unused_data, 0
    for row in rows:
        size = row.pop()
        yield row, vectors[at : at + size]
        at += size
    if at != len(vectors):
        raise ValueError("its vectors are not those of its passages")


def _unpacked(row: list[Any], numbers: bytes) -> Packed:
    return Packed._make((*row[:7], datetime.fromisoformat(row[7]), *row[8:], numbers))


def _pack(inside: Sequence[Packed]) -> bytes:
    """Return all but the vectors compressed, then these as they are: they would not get smaller."""
    rows = [[*one[:7], one.at.isoformat(), *one[8:-1], len(one.numbers)] for one in inside]
    said = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join((zlib.compress(said), *(one.numbers for one in inside)))


async def _rewrite(
    tx: Tx, numbers: Sequence[int], change: Callable[[Packed], Packed | None]
) -> None:
    """Change what is in these boxes, down to their words and summaries; see `_rewrite_box`."""
    if any([await _rewrite_box(tx, number, change) for number in numbers]):
        await tx.at_once(partial(tx.dialect.words.tidy, packed=True))


async def _rewrite_box(tx: Tx, number: int, change: Callable[[Packed], Packed | None]) -> bool:
    """Change what is in a box; say whether that was anything. Its words are left to be tidied.

    What changed has no vector any more, nor has what was said next: it was made from both.
    Signals "cut" with the number of the box.
    """
    row = await tx.row(sa.select(boxes.c.topic, boxes.c.pack).where(boxes.c.box == number))
    assert row is not None  # its number was read in this transaction
    inside = unpack(row.pack)
    left: list[Packed] = []
    stale = ""  # the session whose last passage changed
    for old in inside:
        new = change(old)
        if new is not None:
            changed = new != old or old.session == stale
            left.append(new._replace(encoder="", numbers=b"") if changed else new)
        stale = old.session if new != old else ""
    if left == inside:
        return False
    await _drop_words(tx, inside)
    tx.signal("cut", str(number))
    if left:
        await _write(tx, number, row.topic, left)
        await _add_words(tx, left)
    else:
        await tx.conn.execute(sa.delete(boxes).filter_by(box=number))
    return True


async def _write(tx: Tx, number: int | None, topic: str, inside: Sequence[Packed]) -> None:
    """Write a box, in the place of the one that had this number; its words are another matter."""
    moments = [one.at for one in inside]
    row = {
        "topic": topic,
        "passages": len(inside),
        "first_at": min(moments),
        "last_at": max(moments),
        "text": gist([one.text for one in inside], SUMMARY_CHARS),
        "pack": _pack(inside),
    } | ({} if number is None else {"box": number})
    await tx.conn.execute(sa.delete(boxes).filter_by(box=number))
    made = (await tx.conn.execute(sa.insert(boxes).values(row))).inserted_primary_key
    assert made is not None
    rows = [{name: getattr(one, name) for name in KEYS} | {"box": made.box} for one in inside]
    await tx.conn.execute(sa.insert(archived), rows)


async def _add_words(tx: Tx, some: Sequence[Packed]) -> None:
    said = [(one.seq, _said(one)) for one in some]
    await tx.at_once(partial(tx.dialect.words.pack, said=said))


async def _drop_words(tx: Tx, some: Sequence[Packed]) -> None:
    """Take words away; a table without texts must be told what they were."""
    said = [(one.seq, _said(one)) for one in some]
    await tx.at_once(partial(tx.dialect.words.unpack, said=said))


async def _boxes_of(reader: Reader, which: sa.ColumnElement[bool]) -> list[int]:
    found = await reader.rows(sa.select(archived.c.box).where(which).distinct())
    return sorted(row.box for row in found)


def _said(one: Packed) -> str:
    """Return what is found of a passage: its words, and whose they are."""
    return f"{one.by}\n{one.text}" if one.by else one.text
