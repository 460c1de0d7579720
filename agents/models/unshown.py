"""Unshown: every password and key that is known here, as the files say now; no model may read one.

Those of the settings (mail, calendar, chats, models), of the vault, and of the servers of tools.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from connectors.mcp import Server
from connectors.mcp import settings as servers
from engine.acting import vault

LINE_CHARS_MIN = 16  # of a key of several lines, which may be cut between two of them
_CALLED = re.compile(r"(?i)passw|pwd|secret|token|key|credential")
_Stamp = tuple[Path, int, int]


class Unshown:
    """`said`: the secrets of the settings; `folder`: the data folder."""

    def __init__(self, said: Sequence[str], folder: Path) -> None:
        self._said = tuple(said)
        self._folder = folder
        self._servers: tuple[Server, ...] = ()
        self._listed: list[_Stamp] = []
        self._stamps: list[_Stamp] = []
        self._values: tuple[str, ...] = ()

    def now(self) -> tuple[str, ...]:
        """Return them, read anew once a file changed."""
        listed = _stamps([self._folder / servers.FILE])
        if listed != self._listed:
            with suppress(servers.ServersError):  # as it was: none is started from this one
                self._servers, self._listed = servers.read(self._folder), listed
        files = list(self._files())
        stamps = [*listed, *_stamps(files)]
        if not self._values or stamps != self._stamps:
            told = (*self._said, *self._env(), *filter(None, map(_read, files)))
            self._values = tuple(dict.fromkeys(one for value in told for one in _pieces(value)))
            self._stamps = stamps
        return self._values

    def _files(self) -> Iterator[Path]:
        yield from (vault.path(self._folder, name) for name in vault.names(self._folder))
        yield from (path for server in self._servers for path in server.secrets.values())

    def _env(self) -> Iterator[str]:
        """Yield what a server is given in words, though its name says that it is a secret."""
        for server in self._servers:
            yield from (value for name, value in server.env.items() if _CALLED.search(name))


def _stamps(files: Sequence[Path]) -> list[_Stamp]:
    found = []
    for path in files:
        with suppress(OSError):
            about = path.stat()
            found.append((path, about.st_mtime_ns, about.st_size))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""  # nobody can use it either


def _pieces(value: str) -> Iterator[str]:
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (one.strip() for one in lines if len(one.strip()) >= LINE_CHARS_MIN)
