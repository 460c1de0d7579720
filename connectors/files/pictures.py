"""A picture of a PDF's pages, painted by a child process with limits; no picture is no error."""

import asyncio
import hashlib
import json
import struct
from dataclasses import asdict, replace

from connectors.files import process
from connectors.files.shapes import Limits

RECIPE = "2"  # raised when the same documents would be painted differently
LIMITS = replace(Limits(), answer_bytes_max=8 * 1024 * 1024)
WIDTH_PX, HEIGHT_PX_MAX = 1080, 8000
_HEAD = struct.Struct(">8s4x4sII")  # a PNG begins with its mark, a length, IHDR and its size
_MARK = b"\x89PNG\r\n\x1a\n"


def name_of(new: bytes, old: bytes = b"") -> str:
    """Return the fingerprint of what would be painted: the same one, the same picture."""
    parts = (RECIPE.encode(), hashlib.sha256(new).digest(), hashlib.sha256(old).digest())
    return hashlib.sha256(b"".join(parts)).hexdigest()


async def paint(new: bytes, old: bytes = b"", *, limits: Limits = LIMITS) -> bytes | None:
    """Return a PNG of the pages, 1080 px wide; None for what cannot be shown.

    With an earlier document: of the pages that changed, the changed words in light boxes.
    """
    if len(new) + len(old) > limits.bytes_max:
        return None
    head = json.dumps({"limits": asdict(limits), "new": len(new)}).encode() + b"\n"
    deadline = asyncio.get_running_loop().time() + limits.wall_s
    try:
        made = await process.ask("painter", head + new + old, deadline)
    except TimeoutError:
        return None
    return made if size(made) is not None else None


def size(png: bytes) -> tuple[int, int] | None:
    """Return the size a PNG says it has; None when it is none of ours. Nothing is unpacked."""
    if len(png) < _HEAD.size:
        return None
    mark, first, width, height = _HEAD.unpack_from(png)
    fits = width == WIDTH_PX and 0 < height <= HEIGHT_PX_MAX
    return (width, height) if (mark, first) == (_MARK, b"IHDR") and fits else None
