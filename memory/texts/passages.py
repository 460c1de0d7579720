"""Passages: what can be recalled, written and taken away with every word of it.

A text is findable by its words the moment it is stored, because they are written with it; what it
means follows in the background (memory/vectors/meaning.py).
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa

from memory import ids
from memory.db import Tx
from memory.dialects import Raw
from memory.events import Trust
from memory.schema.recall import archived, full_text, passages, vectors
from memory.texts import archive, traits
from memory.texts.traits import Traits

Kind = Literal["message", "mail", "note", "fact", "artifact", "episode"]
Sensitivity = Literal["public", "business", "personal", "secret"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("public", "business", "personal", "secret")
OF_A_PERSON = ("person", "consent")  # kinds of record that are about somebody

KNOWN = """
SELECT id FROM passages WHERE kind = ? AND ref = ?
UNION ALL SELECT id FROM archived WHERE kind = ? AND ref = ?
"""
LATEST = "SELECT session, at, traits FROM passages WHERE conv = ? ORDER BY seq DESC LIMIT 1"
WRITTEN = [column.name for column in passages.c if column.name not in ("seq", "embedded")]
INSERT = 'INSERT INTO passages ("{}", embedded) VALUES ({}, FALSE)'.format(
    '", "'.join(WRITTEN), ", ".join("?" * len(WRITTEN))
)
INSERT_WORDS = """
INSERT INTO passages_fts (rowid, text, before) SELECT p.seq, p.text, (
    SELECT e.text FROM passages AS e WHERE e.session = p.session AND e.seq < p.seq
    ORDER BY e.seq DESC LIMIT 1
) FROM passages AS p WHERE p.id = ?
"""

PIECE_CHARS = 800  # about 200 tokens; the encoder reads 256
SESSION_PAUSE = timedelta(hours=4)  # after this much silence a conversation begins anew


async def remember(
    tx: Tx,
    *,
    kind: Kind,
    ref: str,
    text: str,
    trust: Trust,
    record: str | None = None,
    conv: str | None = None,
    by: str | None = None,
    at: datetime | None = None,
    sensitivity: Sensitivity | None = None,
) -> list[str]:
    """Make the text recallable under its source `ref`; return the ids of its passages.

    A long text becomes several. What `ref` said before under this kind is replaced; the same
    about the same record again changes nothing. `by` is the name of whoever wrote or said it.
    `sensitivity` is the class of the words, where the writer knows it; else it is personal what
    comes from outside or is about a person, and business what is not.
    Signals "passage" for each: its vector is due.
    """
    pieces = list(_pieces(storable(text)))
    names = [
        ids.derived_id("psg", kind, ref, record, place, piece) for place, piece in enumerate(pieces)
    ]
    common: dict[str, Any] = {
        "kind": kind,
        "ref": ref,
        "record": record,
        "conv": conv,
        "trust": trust,
        "sensitivity": sensitivity,
        "by": by and storable(by),
        "at": at or tx.now,
    }
    write = partial(_write, common, list(zip(names, pieces, strict=True)))
    known = await tx.at_once(write)
    if known == set(names):
        return names
    if known:
        await remove(tx, (passages.c.kind == kind) & (passages.c.ref == ref))
        await archive.take(tx, (archived.c.kind == kind) & (archived.c.ref == ref))
        await tx.at_once(write)
    for name in names:
        tx.signal("passage", name)
    return names


async def forget(tx: Tx, refs: Sequence[str]) -> None:
    """Remove everything recalled from these sources, down to the last word of the full text.

    Signals "forgotten" for each passage: pass the id to `Index.delete`. Should the process end
    before, the index no longer agrees with the passages and starts over.
    """
    packed = await archive.take(tx, archived.c.ref.in_(refs))
    if await remove(tx, passages.c.ref.in_(refs)) or packed:
        await tx.at_once(tx.dialect.words.tidy)


async def remove(tx: Tx, which: sa.ColumnElement[bool]) -> bool:
    """Remove hot passages and their words, also where the passage after them repeats these.

    Signals "forgotten" for each. Their words may stay in unused parts of the full text.
    """
    gone = {row.seq: row.id for row in await tx.rows(sa.select(passages).where(which))}
    if not gone:
        return False
    after = passages.alias()
    next_seq = sa.select(sa.func.min(after.c.seq)).where(
        after.c.session == passages.c.session,
        after.c.seq > passages.c.seq,
        after.c.seq.not_in(gone),
    )
    nexts = sa.select(next_seq.scalar_subquery()).where(passages.c.seq.in_(gone)).distinct()
    renewed = [seq for (seq,) in await tx.rows(nexts) if seq is not None]
    stale = full_text.c.rowid.in_([*gone, *renewed])
    await tx.conn.execute(sa.delete(full_text).where(stale))
    await tx.conn.execute(sa.delete(passages).where(passages.c.seq.in_(gone)))
    await write_words(tx, passages.c.seq.in_(renewed))
    await stale_meaning(tx, renewed)
    for name in gone.values():
        tx.signal("forgotten", name)
    return True


async def stale_meaning(tx: Tx, seqs: Sequence[int]) -> None:
    """Drop the vectors of passages whose words, or whose words before, are no longer the same.

    Signals "forgotten" for those that the index may hold, and "passage": new ones are due.
    """
    made = sa.select(passages.c.id).where(passages.c.seq.in_(seqs), passages.c.embedded)
    for row in await tx.rows(made.order_by(passages.c.seq)):
        tx.signal("forgotten", row.id)
    await tx.conn.execute(sa.delete(vectors).where(vectors.c.seq.in_(seqs)))
    await tx.conn.execute(
        sa.update(passages).where(passages.c.seq.in_(seqs)).values(embedded=False)
    )
    for seq in seqs:
        tx.signal("passage", str(seq))


def storable(text: str) -> str:
    """Return the text with a question mark for half a pair of surrogates, which is no character."""
    return text.encode("utf-8", "replace").decode()


def _pieces(text: str) -> Iterator[str]:
    """Cut at paragraphs, and only where one is too long, within it at a space."""
    if len(text) <= PIECE_CHARS:
        if text.strip():
            yield text
        return
    piece = ""
    for paragraph in text.splitlines():
        for part in textwrap.wrap(paragraph, PIECE_CHARS):
            if piece and len(piece) + len(part) >= PIECE_CHARS:
                yield piece
                piece = ""
            piece = f"{piece}\n{part}" if piece else part
    if piece:
        yield piece


def _write(common: Mapping[str, Any], pieces: Sequence[tuple[str, str]], raw: Raw) -> set[str]:
    """Write the passages of a source, in the database's thread, unless it has some already.

    Return the ids of those. `pieces` are the ids and texts of the new ones.
    """
    source = (common["kind"], common["ref"])
    known = {id for (id,) in raw.execute(KNOWN, source * 2)}
    if known or not pieces:
        return known
    session, before = _session(raw, common["conv"], common["at"])
    kept = {
        **common,
        "at": raw.dialect.stored(common["at"]),
        "session": session or pieces[0][0],
        "sensitivity": common["sensitivity"] or _sensitivity(raw, common),
    }
    for name, piece in pieces:
        before = traits.of(piece, before)
        row = {**kept, "id": name, "text": piece, "traits": int(before)}
        raw.execute(INSERT, [row[name] for name in WRITTEN])
        raw.execute(INSERT_WORDS, (name,))
    return known


def _session(raw: Raw, conv: str | None, at: datetime) -> tuple[str, Traits] | tuple[None, None]:
    """Return the session that a passage said now goes on with, and the traits of its last."""
    if conv is None:
        return None, None
    row = raw.execute(LATEST, (conv,)).fetchone()
    if row is None or abs(at - raw.dialect.moment(row[1])) > SESSION_PAUSE:
        return None, None
    return row[0], Traits(row[2])


def _sensitivity(raw: Raw, common: Mapping[str, Any]) -> Sensitivity:
    if common["trust"] == "outside":
        return "personal"
    row = raw.execute("SELECT kind FROM records WHERE id = ?", (common["record"],)).fetchone()
    return "personal" if row is not None and row[0] in OF_A_PERSON else "business"


async def write_words(tx: Tx, which: sa.ColumnElement[bool]) -> None:
    """Write the full text of passages: their own words, and those said before in one go."""
    earlier = passages.alias()
    before = (
        sa.select(earlier.c.text)
        .where(earlier.c.session == passages.c.session, earlier.c.seq < passages.c.seq)
        .order_by(earlier.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = sa.select(passages.c.seq, passages.c.text, before).where(which)
    await tx.conn.execute(sa.insert(full_text).from_select(["rowid", "text", "before"], rows))
