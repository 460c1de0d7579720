"""The file of any bank: which form it has, and its lines as payments."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

from agents.banking import camt, line, mt940, ofx, sheet
from agents.banking.line import Own, Statement
from connectors.contract import PermanentError
from memory.canon.importing import Row

BYTES_MAX = 20_000_000
FILES_MAX = 100
UNPACKED_MAX = 20_000_000  # of all files of an archive
LARGE = f"The statement is larger than {BYTES_MAX // 1_000_000} MB. Send it in parts."
PACKED = (
    f"This archive holds more than {FILES_MAX} files or unpacks to more than "
    f"{UNPACKED_MAX // 1_000_000} MB. Send the statements one by one."
)
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
)
DAMAGED = "This archive is damaged or locked with a password. Send the statements without it."
NOTHING = Own()
_ZIP = b"PK\x03\x04"
_PLAIN = (ofx, camt, mt940)


def are(data: bytes) -> bool:
    """Say whether these bytes are a statement, or an archive of statements in plain forms."""
    if data.startswith(_ZIP):
        try:
            return any(_is_plain(head) for head in _unpacked(data, ofx.HEAD_BYTES))
        except PermanentError:
            return False
    return _is_plain(data) or sheet.are(data)


def read(data: bytes, own: Own = NOTHING) -> list[Row]:
    """Return a payment for each line. PermanentError: why not."""
    if len(data) > BYTES_MAX:
        raise PermanentError(LARGE)
    return line.rows(_statements(data, own))


def _statements(data: bytes, own: Own) -> Iterator[Statement]:
    if data.startswith(_ZIP):
        for each in _unpacked(data, UNPACKED_MAX):
            if _is_plain(each):
                yield from _statements(each, own)
        return
    form = next((form for form in _PLAIN if form.are(data)), None)
    yield from sheet.read(data, own) if form is None else form.read(data)


def _is_plain(data: bytes) -> bool:
    return any(form.are(data) for form in _PLAIN)


def _unpacked(data: bytes, bytes_max: int) -> Iterator[bytes]:
    """Yield each file of an archive, or its beginning; what it claims of sizes is not believed."""
    left = UNPACKED_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [each for each in archive.infolist() if not each.is_dir()]
            if len(names) > FILES_MAX:
                raise PermanentError(PACKED)
            for each in names:
                with archive.open(each) as file:
                    content = file.read(min(left, bytes_max) + 1)
                left -= len(content)
                if left < 0:
                    raise PermanentError(PACKED)
                yield content
    except _UNREADABLE:
        raise PermanentError(DAMAGED) from None
