"""Canary: after somebody was erased, are they named anywhere in the data folder?

It searches whole names, addresses and numbers, however they are spaced: in every file byte by byte,
with the unused pages of databases, and in the rows of our own databases besides, because there a
text may be torn by pages, escaped or packed in a box. A database that somebody sent is not opened:
what it says of itself would be carried out. What else is packed (a PDF, a mail) is not read.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from memory.canon import records
from memory.db import Reader
from memory.redaction import ADDRESSES, NAMES, NUMBERS

AT_ONCE = 1 << 20
CHARS_MIN = 6  # shorter would be found in every file
SPACING = b" \t\r\n-./()"
UNSPACED = {sign: None for sign in (*SPACING, 0xA0, 0xAD, *range(0x2000, 0x2016))}
SQLITE = b"SQLite format 3\0"
OURS = (".db", ".sqlite3")  # what was sent is kept under names without an ending
BUSY_TIMEOUT_S = 30.0
PACKED = b"\x78"  # how what zlib packed begins


class UnreadError(Exception):
    """What is in a file cannot be told."""


async def words(reader: Reader, record_id: str) -> tuple[str, ...]:
    """Return what surely names a record: names of several words, addresses, numbers, ever."""
    states = [version.state for version in await records.history(reader, record_id)]
    found: list[str] = []
    for state in states:
        found += [name for name in _texts(state, NAMES) if len(name.split()) > 1]
        found += _texts(state, (*ADDRESSES, *NUMBERS))
    return tuple(dict.fromkeys(text for text in found if len(text) >= CHARS_MIN))


def look(file: Path, wanted: Sequence[str]) -> str | None:
    """Say where in this file one of the texts stands: " (facts)", or "" for somewhere; or None.

    UnreadError: it is a database in whose rows nobody can look, and its bytes hold none of them.
    """
    needles = [
        _close(form.encode())
        for text in wanted
        for each in (text, text.lower())
        for form in {each, json.dumps(each)[1:-1]}
    ]
    try:
        tables = _rows(file, wanted) if _begins(file, SQLITE) else []
        if tables:
            return f" ({', '.join(tables)})"
        if _holds(file, needles):
            return ""
    except FileNotFoundError:  # it went meanwhile, as drafts and journals do
        return None
    if tables is None:
        raise UnreadError
    return None


def named(text: str, wanted: Sequence[str]) -> bool:
    """Say whether a text holds one of those, in whatever case and however it is spaced."""
    folded = _folded(text)
    return any(_folded(one) in folded for one in wanted)


def _begins(file: Path, with_: bytes) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(with_)) == with_


def _holds(file: Path, needles: Sequence[bytes]) -> bool:
    """Read a file in pieces that overlap, so that nothing hides across a border."""
    if not needles:
        return False
    overlap = max(map(len, needles)) - 1
    end = b""
    with file.open("rb") as stream:
        while piece := stream.read(AT_ONCE):
            text = end + _close(piece)  # bytes.lower() knows A to Z only, hence both ways
            if any(needle in text or needle in text.lower() for needle in needles):
                return True
            end = text[-overlap:] if overlap else b""
    return False


def _rows(file: Path, wanted: Sequence[str]) -> list[str] | None:
    """Return the tables that hold one of these; None: it is not ours, or it is damaged."""
    if file.suffix not in OURS:
        return None
    try:
        return list(_tables(file, [_folded(text) for text in wanted]))
    except sqlite3.Error:
        return None


def _tables(file: Path, folded: Sequence[str]) -> Iterator[str]:
    """Yield the tables of a database in whose rows one of these stands."""
    if not folded:
        return
    address = f"{file.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, BUSY_TIMEOUT_S, uri=True)) as conn:
        listed = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        for name, sql in listed.fetchall():
            if not sql.upper().startswith("CREATE VIRTUAL"):
                rows = conn.execute(f'SELECT * FROM "{name}"')
                texts = (_folded(text) for row in rows for text in _said(row))
                if any(one in text for text in texts for one in folded):
                    yield name


def _said(row: Iterable[object]) -> Iterator[str]:
    """Yield the texts of a row as somebody would read them: unescaped and unpacked."""
    for value in row:
        if isinstance(value, str):
            yield _unescaped(value)
        elif isinstance(value, bytes) and value.startswith(PACKED):
            try:
                yield _unescaped(zlib.decompress(value).decode("utf-8", "replace"))
            except zlib.error:  # numbers that begin like a pack
                continue


def _unescaped(text: str) -> str:
    if "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _folded(text: str) -> str:
    return text.translate(UNSPACED).casefold()


def _close(text: bytes) -> bytes:
    return text.translate(None, SPACING)


def _texts(state: dict[str, object], names: Iterable[str]) -> list[str]:
    values = [state.get(name) for name in names]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [text for text in flat if isinstance(text, str)]
