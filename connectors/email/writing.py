"""A mail as it goes on the wire, and what its card shows: the same for every driver."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy, default
from email.utils import format_datetime
from pathlib import Path

from connectors import addresses, blobs
from connectors.company import Clock, Company
from connectors.contract import Change, Paper, PermanentError, Preview, Receipt
from connectors.email import ATTACHMENTS_BYTES_MAX, Attachment, Mail, checked

HOST = "firstmate.local"
PDF = "application/pdf"
CONTAINERS = {"message", "multipart"}  # these types would have to be parsed, not attached
# Nothing but ASCII in lines that end as mail's do: no server on the way has a reason to change it.
WIRE = EmailPolicy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes a mail. `host` ends its Message-ID, which begins with the key."""

    folder: Path
    clock: Clock
    company: Company
    host: str = HOST
    policy: "EmailPolicy[EmailMessage]" = default

    def id(self, key: str) -> str:
        """Return the Message-ID that a mail with this key has."""
        return f"<{key}@{self.host}>"

    def preview(self, mail: Mail, note: str) -> Preview:
        mail, sender = checked(mail), self.sender()
        names = [f"{a.name} ({_size(len(data))})" for a, data in self._attached(mail)]
        changes = [Change("From", None, str(sender)), Change("To", None, mail.to)]
        changes += [Change("Cc", None, ", ".join(mail.cc))] if mail.cc else []
        changes += [Change("Subject", None, mail.subject)]
        changes += [Change("Attachments", None, ", ".join(names))] if names else []
        return Preview(
            title=f"Send e-mail · {mail.to}",
            changes=tuple(changes),
            text=mail.text,
            notes=(note,),
            facts={
                "recipients": 1 + len(mail.cc),
                "has_attachment": bool(mail.attachments),
                "in_thread": mail.in_reply_to is not None,
            },
            papers=tuple(attachment.name for attachment in _pdfs(mail)),
        )

    def papers(self, mail: Mail) -> tuple[Paper, ...]:
        return tuple(Paper(a.name, blobs.get(self.folder, a.digest)) for a in _pdfs(mail))

    def message(self, mail: Mail, key: str) -> bytes:
        """Return the bytes of the mail; PermanentError where it cannot be written."""
        message = EmailMessage(policy=self.policy)
        message["From"] = self.sender()
        message["To"] = mail.to
        if mail.cc:
            message["Cc"] = ", ".join(mail.cc)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self.company.local(self.clock()))
        message["Message-ID"] = self.id(key)
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

    def sender(self) -> Address:
        if not self.company.email:
            raise PermanentError("Your own e-mail address is not set. Set it, then send again.")
        return Address(self.company.name, addr_spec=addresses.checked(self.company.email))

    def _attached(self, mail: Mail) -> list[tuple[Attachment, bytes]]:
        attached = [(a, blobs.get(self.folder, a.digest)) for a in mail.attachments]
        if sum(len(data) for _, data in attached) > ATTACHMENTS_BYTES_MAX:
            raise PermanentError("The attachments are too large together; 20 MB is the limit.")
        return attached


def receipt(message: bytes, key: str, said: Callable[[str], str]) -> Receipt:
    """Read the receipt off the written message, so that looking later gives the same one."""
    mail = BytesParser(policy=default).parsebytes(message, headersonly=True)
    at: datetime = mail["Date"].datetime
    return Receipt(id=str(mail["Message-ID"]), said=said(mail["To"]), at=at, data={"key": key})


def id_of(message: bytes) -> str:
    """Return the Message-ID of a written message."""
    return str(BytesParser(policy=default).parsebytes(message, headersonly=True)["Message-ID"])


def _pdfs(mail: Mail) -> list[Attachment]:
    return [attachment for attachment in mail.attachments if attachment.mime == PDF]


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:,.0f} kB"
