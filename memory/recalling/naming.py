"""Naming: where a text names a project, a post, a task …, which are called by ordinary words.

A name counts as it is written, or in any case beside what it is: “project spring”.
"""

import json
import re
from collections.abc import Sequence

import sqlalchemy as sa

from memory.canon.kinds import Kind
from memory.db import Reader
from memory.dialects import Raw
from memory.recalling.terms import terms
from memory.schema.recall import archived, boxes, passages
from memory.texts import archive

SAID: dict[Kind, str] = {  # the kinds that are known by a name of the operator's own
    "project": r"projects?|projekte?s?",
    "deal": r"deals?|gesch[äa]ft",
    "content": r"content|posts?|articles?|beitrag|artikel",
    "meeting": r"meetings?|termin|treffen|besprechung",
    "consent": r"consents?|einwilligung",
    "task": r"tasks?|to-?dos?|aufgaben?",
    "objective": r"objectives?|goals?|ziele?",
}
PACKED_MAX = 200  # archived passages that are read for a name

Named = tuple[Kind, str]  # what something is, and what it is called


def places(text: str, name: str, kind: Kind) -> list[tuple[int, int]]:
    """Return where the text names it, in any order."""
    called, says = re.escape(name), SAID[kind]
    bare = rf"(?<!\w){called}(?!\w)"
    after = rf"(?<!\w)(?:{says})[ :]+[“\"]?{called}(?!\w)[”\"]?"
    before = rf"(?<!\w)[“\"]?{called}[”\"]?[ -](?:{says})(?!\w)"
    whole = [
        match.span()
        for pattern in (after, before)
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    alone = [match.span() for match in re.finditer(bare, text)]
    if text.strip().casefold() == name.casefold():
        alone.append((0, len(text)))
    return whole + alone


async def sources(reader: Reader, some: Sequence[Named], records: Sequence[str]) -> list[str]:
    """Return the sources about these records in which one of these is named, hot and archived."""
    if not some or not records:
        return []

    def names(text: str) -> bool:
        return any(places(text, name, kind) for kind, name in some)

    likely = sa.or_(*(_like(name) for _, name in some))
    hot = sa.select(passages.c.ref, passages.c.text).where(passages.c.record.in_(records), likely)
    found = [row.ref for row in await reader.rows(hot) if names(row.text)]
    about = sa.select(archived.c.seq).where(archived.c.record.in_(records))
    if await reader.value(about.limit(1)) is not None:
        found += [one.ref for one in await _packed(reader, some, records) if names(one.text)]
    return list(dict.fromkeys(found))


def _like(name: str) -> sa.ColumnElement[bool]:
    """Return what is cheap to ask first; SQLite makes only plain letters small."""
    text = passages.c.text
    small = sa.func.lower(text).contains(name.lower(), autoescape=True)
    return text.contains(name, autoescape=True) | small


async def _packed(
    reader: Reader, some: Sequence[Named], records: Sequence[str]
) -> list[archive.Packed]:
    """Return the archived passages about these records that hold a word of the names."""
    asked = list(dict.fromkeys(term for _, name in some for term in terms(name)))
    within = archived.c.record.in_(records)

    def look(raw: Raw) -> set[int]:
        where = f"archived.record IN ({raw.dialect.listed[str]})"
        given = [json.dumps(list(records))]
        counts = raw.dialect.words.holding(raw, asked, packed=True)
        best = raw.dialect.words.best_packed(raw, counts, where, given, PACKED_MAX)
        return {seq for seq, _ in best}

    seqs = await reader.at_once(look) if asked else set()
    holding = sa.select(archived.c.box).where(within, archived.c.seq.in_(seqs))
    packs = await reader.rows(sa.select(boxes.c.pack).where(boxes.c.box.in_(holding)))
    return [one for row in packs for one in archive.unpack(row.pack) if one.seq in seqs]
