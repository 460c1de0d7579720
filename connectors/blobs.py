"""Bytes kept under their own fingerprint: `blobs/ab/abcdef…`. The same bytes are kept once."""

import hashlib
import re
from pathlib import Path

from connectors import disk
from connectors.contract import PermanentError

DIGEST = re.compile(r"[0-9a-f]{64}")


def put(folder: Path, data: bytes) -> str:
    """Keep the bytes; return their sha256 in hex."""
    digest = hashlib.sha256(data).hexdigest()
    if disk.read(path(folder, digest)) != data:
        disk.write(path(folder, digest), data)
    return digest


def get(folder: Path, digest: str) -> bytes:
    """Return the bytes; raises PermanentError when they are gone or no longer what they were."""
    data = disk.read(path(folder, digest))
    if data is None:
        raise PermanentError("The file is no longer kept here. Send it again.")
    if hashlib.sha256(data).hexdigest() != digest:
        raise PermanentError("The kept file was changed on the disk. Send it again.")
    return data


def path(folder: Path, digest: str) -> Path:
    """Return where the bytes with this sha256 are kept; raises PermanentError for other text."""
    if not DIGEST.fullmatch(digest):
        raise PermanentError(f"{digest!r} is not the fingerprint of a file (sha256 in hex).")
    return folder / "blobs" / digest[:2] / digest
