"""Soundness: do kept files, passages, vectors and boxes fit what the log says of them?

The index is not looked into: one process owns it, and compares it with the passages at its start.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa

from memory.copying.copies import sha256
from memory.db import Database, Reader
from memory.redaction import REDACTS
from memory.schema.events import events
from memory.schema.recall import full_text, passages, vectors
from memory.schema.records import artifact_versions
from memory.texts import archive

Place = Callable[[str], Path]  # where the file with this sha256 is kept


async def faults(db: Database, place: Place) -> list[str]:
    """Return a sentence for each kept file, passage, vector or box that is not as it should be."""
    async with db.snapshot() as reader:
        named = await _files(reader)
        found = [*await _passages(reader), *await archive.faults(reader)]
    return [*await asyncio.to_thread(_broken, named, place), *found]


async def _files(reader: Reader) -> list[str]:
    """Return the digests of the files that mails and artifacts name, but for what was erased."""
    versions = await reader.rows(sa.select(artifact_versions.c.digest).distinct())
    mails = sa.select(events.c.body).where(events.c.kind == "email.received")
    cut = await reader.rows(sa.select(events.c.body).where(events.c.kind.in_(REDACTS)))
    named = {row.digest for row in versions if row.digest}
    named |= {row.body["file"] for row in await reader.rows(mails) if row.body.get("file")}
    return sorted(named - {digest for row in cut for digest in row.body["files"]})


def _broken(digests: Iterable[str], place: Place) -> list[str]:
    said = []
    for digest in digests:
        try:
            if sha256(place(digest)) != digest:
                said.append(f"File {digest}: it was changed after it was kept.")
        except FileNotFoundError:
            said.append(f"File {digest}: it is missing, although the log has it.")
    return said


async def _passages(reader: Reader) -> list[str]:
    """Compare passages with the full text and the vectors, row by row."""
    words, vector = full_text.c, vectors.c
    joined = passages.outerjoin(full_text, words.rowid == passages.c.seq)
    without = sa.or_(words.text.is_(None), words.text != passages.c.text)
    unfound = sa.select(passages.c.id).select_from(joined).where(without)
    mine = full_text.outerjoin(passages, words.rowid == passages.c.seq)
    left = sa.select(words.rowid).select_from(mine).where(passages.c.seq.is_(None))
    length = sa.func.length(vector.numbers)
    longest = sa.select(vector.encoder, sa.func.max(length).label("length"))
    right = longest.group_by(vector.encoder).subquery()  # all of an encoder are as long
    held = passages.outerjoin(vectors, vector.seq == passages.c.seq)
    held = held.outerjoin(right, right.c.encoder == vector.encoder)
    lost = sa.or_(vector.numbers.is_(None), length != right.c.length)
    blind = sa.select(passages.c.id).select_from(held).where(passages.c.embedded, lost)
    said = {
        "Passage {}: it cannot be found by its words.": unfound,
        "Full text {}: these words belong to no passage.": left,
        "Passage {}: its vector is missing or damaged.": blind,
    }
    return [text.format(row[0]) for text, ask in said.items() for row in await reader.rows(ask)]
