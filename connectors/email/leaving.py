"""What leaves: kept on this disk from before it is handed over, so that a crash is no riddle.

mail/Out/leaving/<key>.eml  handed over; whether it was taken is not known (yet)
mail/Out/left/<key>.eml     taken by the server; its copy is not in Sent there yet
mail/Out/filed/<key>.eml    taken, and the copy is in Sent; only the header is kept
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectors import disk
from connectors.email.imap import Box
from connectors.email.writing import id_of

State = Literal["leaving", "left", "filed"]
STATES: tuple[State, ...] = ("filed", "left", "leaving")  # what went on farther counts


@dataclass(frozen=True, slots=True)
class Leaving:
    """The mails on their way out, by their keys."""

    folder: Path

    def state(self, key: str) -> tuple[State, bytes] | None:
        """Return how far the mail with this key got, and its bytes or header."""
        for state in STATES:
            if (data := disk.read(self._path(state, key))) is not None:
                return state, data
        return None

    def begin(self, key: str, message: bytes) -> None:
        """Note that this is about to be handed over."""
        disk.write(self._path("leaving", key), message)

    def took(self, key: str) -> None:
        """Note that the server took it."""
        disk.move(self._path("leaving", key), self._path("left", key))

    def refused(self, key: str) -> None:
        """Note that it was not taken: it did not happen."""
        self._path("leaving", key).unlink(missing_ok=True)

    def file(self, key: str, box: Box) -> None:
        """Put the copy of what was taken into Sent; a second time changes nothing."""
        if (message := disk.read(self._path("left", key))) is not None:
            box.file(id_of(message), message)
            self.filed(key, message)

    def filed(self, key: str, message: bytes) -> None:
        """Note that its copy is in Sent, so only the header is needed from now on."""
        head, end, _ = message.partition(b"\r\n\r\n")
        disk.write(self._path("filed", key), head + end)
        for state in ("left", "leaving"):
            self._path(state, key).unlink(missing_ok=True)

    def to_file(self) -> list[str]:
        """Return the keys of what was taken and has no copy in Sent yet."""
        return sorted(path.stem for path in (self._box / "left").glob("*.eml"))

    @property
    def _box(self) -> Path:
        return self.folder / "mail" / "Out"

    def _path(self, state: str, key: str) -> Path:
        return self._box / state / f"{disk.name_of(key)}.eml"
