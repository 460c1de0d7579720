"""The Maildir `mail/Inbox`: new mail is handed over first and marked as seen afterwards."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from connectors import disk
from connectors.contract import PermanentError
from connectors.sources import Arrived

UNSEEN_MAX = 50
LOOK_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Inbox:
    """New mail waits in `new`; what was stored is moved to `cur`, as every mail program does."""

    folder: Path
    name: str = "local"

    async def new(self, cursor: str | None) -> AsyncIterator[Arrived]:
        """Yield up to UNSEEN_MAX new messages, oldest first, under their maildir keys."""
        for key, data in await asyncio.to_thread(self._unseen):
            yield Arrived(key, data)

    async def stored(self, key: str) -> None:
        """Move one message out of the new ones; doing it twice changes nothing."""
        if Path(key).name != key or key.startswith("."):
            raise PermanentError(f"{key!r} is not the name of a mail in the Inbox.")
        seen = key if ":2," in key else f"{key}:2,S"
        await asyncio.to_thread(disk.move, self._box / "new" / key, self._box / "cur" / seen)

    async def wait(self) -> None:
        await asyncio.sleep(LOOK_EVERY_S)

    async def close(self) -> None:
        pass

    @property
    def _box(self) -> Path:
        return self.folder / "mail" / "Inbox"

    def _unseen(self) -> list[tuple[str, bytes]]:
        new = [p for p in (self._box / "new").glob("*") if p.is_file() and p.name[0] != "."]
        oldest = sorted(new, key=lambda path: (path.stat().st_mtime_ns, path.name))[:UNSEEN_MAX]
        return [(path.name, data) for path in oldest if (data := disk.read(path)) is not None]
