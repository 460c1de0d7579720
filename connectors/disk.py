"""Writing files so that a crash at any point leaves the old state or the new one.

A file is written under a hidden draft name, synced, renamed, and its folder synced. Until the
rename nothing is visible; a draft left by a crash is overwritten by the next try.
"""

import asyncio
import errno
import os
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from connectors.contract import PermanentError, TransientError, UnknownError

FULL = {errno.ENOSPC, errno.EDQUOT}
RETRY_AFTER_FULL_S = 60.0
PRIVATE = 0o600
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

P = ParamSpec("P")
R = TypeVar("R")
_one_writer = threading.Lock()  # two threads with the same draft would mix their bytes


def write(
    path: Path, data: bytes, *, draft: Path | None = None, expecting: bytes | None = None
) -> None:
    """Make `path` hold exactly `data`, all or nothing.

    `expecting`: what the caller read there; if somebody changed it since, nothing is written.
    Raises TransientError when nothing was written (disk full, file changed by hand), UnknownError
    when the new file may not survive a power loss.
    """
    draft = draft or path.with_name(f".{path.name}.draft")
    with _one_writer:
        with _nothing_happened(path):
            _make(path.parent)
            _make(draft.parent)
            _fill(draft, data, mode=path.stat().st_mode & 0o777 if path.exists() else PRIVATE)
            if expecting is not None and read(path) != expecting:
                draft.unlink()
                raise TransientError(f"{path.name} was changed by somebody else just now.", 1.0)
            draft.replace(path)
        _settle(path.parent)


def move(source: Path, target: Path) -> bool:
    """Rename a file, all or nothing; say whether there was one to rename."""
    with _one_writer:
        if not source.exists():
            return False
        with _nothing_happened(target):
            _make(target.parent)
            source.rename(target)
        _settle(target.parent)
        _settle(source.parent)
    return True


def read(path: Path) -> bytes | None:
    """Return the bytes of a file, or None when there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TransientError(f"{path.name} cannot be read: {error.strerror}.") from error


def make(folder: Path) -> None:
    """Make sure a folder exists, and those above it."""
    with _nothing_happened(folder):
        _make(folder)


def name_of(key: str) -> str:
    """Return the key if it can be a file's name; raises PermanentError otherwise."""
    if not KEY.fullmatch(key):
        raise PermanentError(f"{key!r} cannot be a key: letters, digits, '_' and '-' only.")
    return key


def off_loop(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return the function as a coroutine that runs in a thread, for file work."""

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(function, *args, **kwargs)

    return run


@contextmanager
def _nothing_happened(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            said = "The disk is full. Free some space; nothing was written."
            raise TransientError(said, RETRY_AFTER_FULL_S) from error
        said = f"{path.name} cannot be written: {error.strerror}. Nothing was changed."
        raise TransientError(said) from error


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _fill(draft: Path, data: bytes, mode: int) -> None:
    try:
        with draft.open("wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk needs the room
        raise


def _settle(folder: Path) -> None:
    try:
        _sync_folder(folder)
    except OSError as error:
        raise UnknownError(f"The disk did not confirm a change in {folder.name}.") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
