"""Embedded mail driver: Maildirs on this disk. Sent mail waits in `mail/Sent` until SMTP is set.

mail/Sent/cur/<key>:2,S               filed under its key, so a key can never be two mails
mail/Trash/cur/<key>.<undo key>.<unix time>:2,ST  taken back, by which undo and when
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime
from pathlib import Path

from connectors import addresses, blobs, disk
from connectors.company import Clock, Company
from connectors.contract import (
    Change,
    Connector,
    Health,
    Operation,
    Paper,
    PermanentError,
    Preview,
    Receipt,
    Undo,
)
from connectors.email import ATTACHMENTS_BYTES_MAX, ROLES, Attachment, Mail, checked

WAITS = "This mail waits in the folder Sent. It leaves once SMTP is set."
STAYS = "Can be taken back while it waits in Sent; it has not left this machine."
GONE = "The mail is no longer in the folder Sent, so it cannot be taken back here."
HOST = "firstmate.local"
PDF = "application/pdf"
CONTAINERS = {"message", "multipart"}  # these types would have to be parsed, not attached


def connect(folder: Path, clock: Clock, company: Company) -> Connector:
    """Return the mail connector over the Maildirs in `folder/mail`, which it makes."""
    for box in ("Inbox", "Sent", "Trash"):
        for part in ("cur", "new", "tmp"):
            disk.make(folder / "mail" / box / part)
    sent = Sent(folder, clock, company)
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
    company: Company
    lock: threading.Lock = field(default_factory=threading.Lock)

    def preview(self, mail: Mail) -> Preview:
        mail, sender = checked(mail), self._sender()
        names = [f"{a.name} ({_size(len(data))})" for a, data in self._attached(mail)]
        changes = [Change("From", None, str(sender)), Change("To", None, mail.to)]
        changes += [Change("Cc", None, ", ".join(mail.cc))] if mail.cc else []
        changes += [Change("Subject", None, mail.subject)]
        changes += [Change("Attachments", None, ", ".join(names))] if names else []
        return Preview(
            title=f"Send e-mail · {mail.to}",
            changes=tuple(changes),
            text=mail.text,
            notes=(WAITS,),
            facts={
                "recipients": 1 + len(mail.cc),
                "has_attachment": bool(mail.attachments),
                "in_thread": mail.in_reply_to is not None,
            },
            papers=tuple(attachment.name for attachment in _pdfs(mail)),
        )

    def papers(self, mail: Mail) -> tuple[Paper, ...]:
        return tuple(Paper(a.name, blobs.get(self.folder, a.digest)) for a in _pdfs(mail))

    def send(self, mail: Mail, key: str) -> Receipt:
        name = f"{disk.name_of(key)}:2,S"
        with self.lock:
            if done := self._filed(key):
                return done
            message = self.message(checked(mail), key)
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
        return Health(True, f"Mail is kept in Maildirs here; {waiting} in Sent. SMTP is not set.")

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

    def message(self, mail: Mail, key: str) -> bytes:
        message = EmailMessage(policy=policy.default)
        message["From"] = self._sender()
        message["To"] = mail.to
        if mail.cc:
            message["Cc"] = ", ".join(mail.cc)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self.company.local(self.clock()))
        message["Message-ID"] = f"<{key}@{HOST}>"
        if mail.in_reply_to:
            message["In-Reply-To"] = message["References"] = mail.in_reply_to
        message.set_content(mail.text)
        for attachment, data in self._attached(mail):
            maintype, _, subtype = attachment.mime.partition("/")
            if maintype in CONTAINERS:
                maintype, subtype = "application", "octet-stream"
            message.add_attachment(
                data, maintype=maintype, subtype=subtype, filename=attachment.name
            )
        if mail.attachments:
            message.set_boundary(f"=_{key}")  # the same key gives the same bytes
        return message.as_bytes()

    def _attached(self, mail: Mail) -> list[tuple[Attachment, bytes]]:
        attached = [(a, blobs.get(self.folder, a.digest)) for a in mail.attachments]
        if sum(len(data) for _, data in attached) > ATTACHMENTS_BYTES_MAX:
            raise PermanentError("The attachments are too large together; 20 MB is the limit.")
        return attached

    def _sender(self) -> Address:
        if not self.company.email:
            raise PermanentError("Your own e-mail address is not set. Set it, then send again.")
        return Address(self.company.name, addr_spec=addresses.checked(self.company.email))

    def _box(self, name: str) -> Path:
        return self.folder / "mail" / name


def _pdfs(mail: Mail) -> list[Attachment]:
    return [attachment for attachment in mail.attachments if attachment.mime == PDF]


def _only(box: Path, pattern: str) -> Path | None:
    return next((box / "cur").glob(pattern), None)


def _receipt(message: bytes, key: str) -> Receipt:
    """Read the receipt off the filed message, so looking later gives the same one."""
    mail = BytesParser(policy=policy.default).parsebytes(message, headersonly=True)
    return Receipt(
        id=f"<{key}@{HOST}>",
        said=f"filed in Sent for {mail['To']}",
        at=mail["Date"].datetime,
        data={"key": key},
    )


def _back(name: str) -> Receipt:
    """Read the receipt of a taken-back mail off its file's name in the Trash."""
    sent_key, key, seconds = name.partition(":")[0].split(".")
    return Receipt(
        id=f"<{sent_key}@{HOST}>",
        said="taken back from Sent; it lies in Trash",
        at=datetime.fromtimestamp(int(seconds), UTC),
        data={"key": key, "undone": sent_key},
    )


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:,.0f} kB"
