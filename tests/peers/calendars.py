"""A calendar server that others wrote (Radicale), started once for all tests of a process."""

import shutil
import subprocess
import sys
import tempfile
import uuid
from functools import cache
from pathlib import Path

import httpx
from pydantic import SecretStr

from connectors.calendar.dav import Account
from tests.peers import child
from tests.peers.child import PACKAGES

SCRIPT = Path(__file__).with_name("calendars_server.py")
USER, PASSWORD = "ada", "a pässword"
_calendars: dict[Path, "Calendar"] = {}
_AUTH = (USER.encode(), PASSWORD.encode())


class Radicale:
    """One server; `url` is its root. Anybody may look into its calendars by `items` and `put`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="radicale-"))
        users = self._folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        command = [sys.executable, str(SCRIPT), str(PACKAGES), str(self._folder / "data"), users]
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._child = subprocess.Popen(
            command, env={"LC_ALL": "C.UTF-8"}, stdin=pipe, stdout=pipe, stderr=null, text=True
        )
        assert self._child.stdout is not None
        self.url = self._child.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), "the calendar server ended"

    def stop(self) -> None:
        child.end(self._child)
        shutil.rmtree(self._folder)

    def calendar(self, name: str = "") -> "Calendar":
        """Make a calendar of that name, or an empty one with a name of its own."""
        name = name or uuid.uuid4().hex
        url = f"{self.url}{USER}/{name}/"
        _ask("MKCALENDAR", url)
        return Calendar(url)


class Calendar:
    """One calendar on the server, as any other program sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.account = Account(url, USER, SecretStr(PASSWORD))

    def items(self) -> dict[str, str]:
        """Return all that stands in it, by name."""
        answer = _ask("PROPFIND", self.url, {"depth": "1"})
        names = [part.split("<")[0] for part in answer.text.split(self._path)[1:]]
        return {name: text for name in names if name and (text := self.get(name)) is not None}

    def get(self, name: str) -> str | None:
        answer = _ask("GET", self.url + name)
        return None if answer.status_code == 404 else answer.text

    def put(self, name: str, text: str) -> None:
        _ask("PUT", self.url + name, {"content-type": "text/calendar"}, text.encode())

    def delete(self, name: str) -> None:
        _ask("DELETE", self.url + name)

    @property
    def _path(self) -> str:
        return httpx.URL(self.url).path


def _ask(
    method: str, url: str, headers: dict[str, str] | None = None, content: bytes = b""
) -> httpx.Response:
    answer = httpx.request(
        method, url, auth=_AUTH, headers=headers, content=content, trust_env=False, timeout=60
    )
    assert answer.status_code < 300 or answer.status_code == 404, (method, answer.text)
    return answer


def of(folder: Path) -> Calendar:
    """Return the calendar that goes with a data folder; the first call makes it."""
    if folder not in _calendars:
        _calendars[folder] = shared().calendar()
    return _calendars[folder]


def present_or_skip() -> None:
    there = (PACKAGES / ".ready").exists() and (PACKAGES / "radicale").exists()
    child.needed(there, "radicale", "no real calendar server is asked")


@cache
def shared() -> Radicale:
    """Return the server of this process; whoever asks for it first has to stop it."""
    present_or_skip()
    return Radicale()


def stop() -> None:
    """End the server of this process, if there is one."""
    if shared.cache_info().currsize:
        shared().stop()
        shared.cache_clear()
        _calendars.clear()
