"""Embedded mail driver: Maildirs on this disk. What is sent is filed in `mail/Sent` and stays here.

mail/Sent/cur/<key>:2,S               filed under its key, so a key can never be two mails
mail/Trash/cur/<key>.<undo key>.<unix time>:2,ST  taken back, by which undo and when
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors import disk
from connectors.company import Clock, Company
from connectors.contract import (
    Connector,
    Health,
    Operation,
    Paper,
    PermanentError,
    Preview,
    Receipt,
    Undo,
)
from connectors.email import ROLES, Mail, checked
from connectors.email.writing import HOST, Writer, receipt

WAITS = "No mail account is set up: this mail is filed in the folder Sent and does not leave."
NO_ACCOUNT = "No account is set up: FIRSTMATE_MAIL_USER, see docs/connectors.md."
STAYS = "Can be taken back while it waits in Sent; it has not left this machine."
GONE = "The mail is no longer in the folder Sent, so it cannot be taken back here."


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the mail connector over the Maildirs in `folder/mail`, which it makes."""
    for box in ("Inbox", "Sent", "Trash"):
        for part in ("cur", "new", "tmp"):
            disk.make(folder / "mail" / box / part)
    sent = Sent(folder, clock, Writer(folder, clock, company))
    send = Operation(
        name="email.send",
        does="Send an e-mail",
        verb="Send",
        args=Mail,
        effect="share",
        roles=ROLES,
        run=disk.off_loop(sent.send),
        preview=disk.off_loop(sent.preview),
        find=disk.off_loop(sent.find),
        undo=Undo(
            "window", STAYS, disk.off_loop(sent.take_back), disk.off_loop(sent.find_taken_back)
        ),
        unknown_outcome="query",
        papers=disk.off_loop(sent.papers),
    )
    return Connector("email", "local", (send,), disk.off_loop(sent.check))


@dataclass(frozen=True, slots=True)
class Sent:
    """The folder Sent and, for what is taken back, the folder Trash."""

    folder: Path
    clock: Clock
    writer: Writer
    lock: threading.Lock = field(default_factory=threading.Lock)

    def preview(self, mail: Mail) -> Preview:
        return self.writer.preview(mail, WAITS)

    def papers(self, mail: Mail) -> tuple[Paper, ...]:
        return self.writer.papers(mail)

    def send(self, mail: Mail, key: str) -> Receipt:
        name = f"{disk.name_of(key)}:2,S"
        with self.lock:
            if done := self._filed(key):
                return done
            message = self.writer.message(checked(mail), key)
            box = self._box("Sent")
            disk.write(box / "cur" / name, message, draft=box / "tmp" / name)
            return _receipt(message, key)

    def find(self, key: str) -> Receipt | None:
        with self.lock:
            return self._filed(key)

    def take_back(self, receipt: Receipt, key: str) -> Receipt:
        sent_key = disk.name_of(receipt.data["key"])
        with self.lock:
            if done := self._taken_back(key):
                return done
            now = int(self.clock().timestamp())
            name = f"{sent_key}.{disk.name_of(key)}.{now}:2,ST"
            found = _only(self._box("Sent"), f"{sent_key}:2,*")
            if found is None or not disk.move(found, self._box("Trash") / "cur" / name):
                raise PermanentError(GONE)
            return _back(name)

    def find_taken_back(self, key: str) -> Receipt | None:
        with self.lock:
            return self._taken_back(key)

    def check(self) -> Health:
        waiting = len(list((self._box("Sent") / "cur").glob("*:2,*")))
        return Health(True, f"Mail is kept in Maildirs here; {waiting} in Sent. {NO_ACCOUNT}")

    def _filed(self, key: str) -> Receipt | None:
        name = disk.name_of(key)
        found = _only(self._box("Sent"), f"{name}:2,*") or _only(
            self._box("Trash"), f"{name}.*:2,*"
        )
        data = disk.read(found) if found else None
        return None if data is None else _receipt(data, key)

    def _taken_back(self, key: str) -> Receipt | None:
        found = _only(self._box("Trash"), f"*.{disk.name_of(key)}.*:2,*")
        return _back(found.name) if found else None

    def _box(self, name: str) -> Path:
        return self.folder / "mail" / name


def _only(box: Path, pattern: str) -> Path | None:
    return next((box / "cur").glob(pattern), None)


def _receipt(message: bytes, key: str) -> Receipt:
    return receipt(message, key, "filed in Sent for {}".format)


def _back(name: str) -> Receipt:
    """Read the receipt of a taken-back mail off its file's name in the Trash."""
    sent_key, key, seconds = name.partition(":")[0].split(".")
    return Receipt(
        id=f"<{sent_key}@{HOST}>",
        said="taken back from Sent; it lies in Trash",
        at=datetime.fromtimestamp(int(seconds), UTC),
        data={"key": key, "undone": sent_key},
    )
