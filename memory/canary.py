"""Canary: after somebody was erased, are they named anywhere in the data folder, byte by byte?

It searches whole names, addresses and numbers, however they are spaced, in any file: the database
with its unused pages, the index, kept files, books. What is packed (a PDF, a picture) is not read.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from memory import records
from memory.db import Reader
from memory.redaction import ADDRESSES, NAMES, NUMBERS

AT_ONCE = 1 << 20
CHARS_MIN = 6  # shorter would be found in every file
SPACING = b" \t\r\n-./()"


async def words(reader: Reader, record_id: str) -> tuple[str, ...]:
    """Return what surely names a record: names of several words, addresses, numbers, ever."""
    states = [version.state for version in await records.history(reader, record_id)]
    found: list[str] = []
    for state in states:
        found += [name for name in _texts(state, NAMES) if len(name.split()) > 1]
        found += _texts(state, (*ADDRESSES, *NUMBERS))
    return tuple(dict.fromkeys(text for text in found if len(text) >= CHARS_MIN))


def search(folder: Path, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the files below the folder that hold one of the texts, in whatever case."""
    needles = [_close(form.encode()) for text in wanted for form in {text, text.lower()}]
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(str(path.relative_to(folder)) for path in files if _holds(path, needles))


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


def _close(text: bytes) -> bytes:
    return text.translate(None, SPACING)


def _texts(state: dict[str, object], names: Iterable[str]) -> list[str]:
    values = [state.get(name) for name in names]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return [text for text in flat if isinstance(text, str)]
