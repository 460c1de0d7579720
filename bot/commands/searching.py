"""Searching: which kept files still name somebody who was erased? What is packed is opened too.

names, bytes, rows (memory/forgetting/canary.py) ──▶ mails and documents, in the sandboxed child
What cannot be opened (a picture, a locked file) is listed as such, never as searched. Whatever
somebody sent, the search comes to its end.

All of it runs in a process of its own. Whoever opens and closes a file of a database drops the
locks that its process holds on it: SQLite, here or in Chroma, would go on without, and the next
process to look at the database would cut its shared memory away under this one.
"""

import asyncio
import html
import io
import json
import lzma
import signal
import struct
import sys
import zipfile
import zlib
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from connectors.files import kinds, reading
from connectors.files.shapes import Limits, Reading
from memory.forgetting import canary
from memory.forgetting.canary import SQLITE, UnreadError
from memory.redaction import ERASED

PATH = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
START = "import sys; sys.path[:] = sys.argv[1:]; from bot.commands.searching import main; main()"
LIMITS = replace(Limits(), text_chars_max=10_000_000)
MEMBERS_BYTES_MAX = 100 * 1024 * 1024  # of all that one zip holds
DEPTH_MAX = 3  # zips within mails within zips
END_S = 3.0  # to break off
FILE_S_MAX = 120.0  # for all that is packed in one file
CODED = (b"base64", b"quoted-printable", b"=?")  # in a mail that does not stand there as it is read
UNREADABLE = ("application/rtf", "application/x-ole-storage")
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError, MemoryError),
)  # what damaged and hostile files are answered with


@dataclass(frozen=True, slots=True)
class Found:
    """The files that name somebody, and those that nobody could look into, by their paths.

    Where a path itself names somebody, it is told without.
    """

    named: tuple[str, ...]
    unread: tuple[str, ...]


async def search(folder: Path, wanted: Sequence[str], but: Path) -> Found:
    """Search every file below the folder but those below `but`, in a process of its own.

    RuntimeError: it ended before it was through.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-X", "utf8", "-c", START, *PATH,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        asked = json.dumps([str(folder), list(wanted), str(but)])
        said, _ = await child.communicate(asked.encode())
    finally:
        if child.returncode is None:
            await _end(child)
    if child.returncode:
        raise RuntimeError(f"The search of all files ended early ({child.returncode}).")
    named, unread = json.loads(said)
    return Found(tuple(named), tuple(unread))


def main() -> None:
    """Be that process: the request comes in on stdin, what was found goes out on stdout."""
    folder, wanted, but = json.load(sys.stdin)
    with suppress(asyncio.CancelledError):
        found = asyncio.run(_until_told(look_through(Path(folder), wanted, Path(but))))
        json.dump([found.named, found.unread], sys.stdout)


async def _end(child: asyncio.subprocess.Process) -> None:
    """Let it take along whoever reads for it and what they wrote; then it has to go."""
    with suppress(ProcessLookupError):  # it may end at this very moment
        child.terminate()
        try:
            async with asyncio.timeout(END_S):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()


async def _until_told(search: Coroutine[Any, Any, Found]) -> Found:
    task = asyncio.create_task(search)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


async def look_through(folder: Path, wanted: Sequence[str], but: Path) -> Found:
    """Do it in this process, one file after the other: nobody waits."""
    named, unread = [], []
    for path in await asyncio.to_thread(_files, folder, but):
        inside = path.relative_to(folder)
        name = _unnamed(inside, wanted)
        if name != str(inside):
            named.append(name)
            continue
        try:
            where = await asyncio.to_thread(canary.look, path, wanted)
            if where is None:
                async with asyncio.timeout(FILE_S_MAX):
                    where = "" if await _packed(path, wanted) else None
        except FileNotFoundError:  # it went meanwhile
            continue
        except (UnreadError, *BROKEN):
            unread.append(name)
        else:
            named += [] if where is None else [f"{name}{where}"]
    return Found(tuple(named), tuple(unread))


def _unnamed(path: Path, wanted: Sequence[str]) -> str:
    """Return a path without what names somebody in it: the certificate is kept for ever."""
    names = ((part, canary.named(part.replace("_", " "), wanted)) for part in path.parts)
    shown = str(Path(*(ERASED if names_it else part for part, names_it in names)))
    return ERASED if canary.named(shown, wanted) else shown


def _files(folder: Path, but: Path) -> list[Path]:
    found = sorted(folder.rglob("*"))
    return [path for path in found if path.is_file() and not path.is_relative_to(but)]


async def _packed(path: Path, wanted: Sequence[str]) -> bool:
    with path.open("rb") as stream:
        data = await asyncio.to_thread(stream.read, LIMITS.bytes_max + 1)
    if len(data) <= LIMITS.bytes_max:
        return await _within(data, wanted, 0)
    sniffed = kinds.sniff(data[: kinds.HEAD_BYTES], LIMITS)
    if sniffed.kind not in ("text", "unknown"):
        raise UnreadError
    return False


async def _within(data: bytes, wanted: Sequence[str], depth: int) -> bool:
    """Say whether this file, opened, names one of those. UnreadError: nobody can open it."""
    if depth and data.startswith(SQLITE):
        raise UnreadError
    sniffed = kinds.sniff(data, LIMITS)
    if sniffed.mime == "application/zip" and depth < DEPTH_MAX:
        return await _in_zip(data, wanted, depth)
    if sniffed.kind in ("image", "audio", "archive") or sniffed.mime in UNREADABLE:
        raise UnreadError
    if sniffed.kind == "unknown":
        return False  # its bytes were searched
    if (text := kinds.decoded(data)) and canary.named(html.unescape(text), wanted):
        return True
    plain = not any(sign in data.lower() for sign in CODED)
    if sniffed.kind == "text" or (sniffed.kind == "mail" and plain):
        return False
    read = await reading.read(data, "", limits=LIMITS)
    return await _says(read, wanted, depth)


async def _says(read: Reading, wanted: Sequence[str], depth: int) -> bool:
    if any(canary.named(text, wanted) for text in _texts(read)):
        return True
    closed = read.refused is not None or read.cut_chars > 0
    for file in read.mail.attachments if read.mail else ():
        if file.mime == "application/zip":
            closed |= not depth < DEPTH_MAX
            if depth < DEPTH_MAX and await _in_zip(file.data, wanted, depth + 1):
                return True
        elif await _says(file.reading, wanted, depth + 1):
            return True
    if closed:
        raise UnreadError
    return False


async def _in_zip(data: bytes, wanted: Sequence[str], depth: int) -> bool:
    try:
        members = await asyncio.to_thread(lambda: list(_members(data)))
    except BROKEN as error:
        raise UnreadError from error
    closed = False
    for name, member in members:
        try:
            held = canary.named(name, wanted) or canary.named(member.decode("latin-1"), wanted)
            if held or await _within(member, wanted, depth + 1):
                return True
        except UnreadError:
            closed = True
    if closed:
        raise UnreadError
    return False


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what a zip holds, never more than allowed, whatever it says of itself. ValueError."""
    left = MEMBERS_BYTES_MAX
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        if len(opened.infolist()) > kinds.ENTRIES_MAX:
            raise ValueError("too many entries")
        for entry in opened.infolist():
            with opened.open(entry) as stream:
                member = stream.read(left + 1)
            left -= len(member)
            if left < 0:
                raise ValueError("too large")
            yield entry.filename, member


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of what was read, but of what is attached only the name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for one in fields(value):
            if one.name not in ("data", "reading"):
                yield from _texts(getattr(value, one.name))
