"""E-mail: what a message to send is made of, and what every mail driver promises.

A driver gives the message a Message-ID that follows from the key, so that a mail whose fate is
unknown can be looked for in Sent. `run` twice with one key leaves one mail.
"""

import re
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from connectors import addresses
from connectors.contract import PermanentError, Role

RECIPIENTS_MAX = 50
ATTACHMENTS_MAX = 20
ATTACHMENTS_BYTES_MAX = 20_000_000
SUBJECT_MAX = 250
TEXT_MAX = 200_000
MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")
MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")


class Attachment(BaseModel, frozen=True, extra="forbid"):
    """A kept file that goes with a mail: its name for the reader, its sha256 among the blobs."""

    name: str
    mime: str
    digest: str


class Mail(BaseModel, frozen=True, extra="forbid"):
    """One message. Addresses are bare (`ada@example.org`); the text is plain."""

    to: str
    cc: tuple[str, ...] = Field(default=(), max_length=RECIPIENTS_MAX)
    subject: Annotated[str, StringConstraints(strip_whitespace=True, max_length=SUBJECT_MAX)]
    text: str = Field(max_length=TEXT_MAX)
    in_reply_to: str | None = None  # the Message-ID it answers, in angle brackets
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


ROLES: dict[str, Role] = {
    "to": "destination",
    "cc": "destination",
    "subject": "title",
    "text": "text",
    "in_reply_to": "reference",
    "attachments": "value",
}


def checked(mail: Mail) -> Mail:
    """Return the mail as it goes on the wire; raises PermanentError if a header could be forged."""
    addresses.single_line(mail.subject, "The subject")
    if mail.in_reply_to is not None and not MESSAGE_ID.fullmatch(mail.in_reply_to):
        raise PermanentError(f"{mail.in_reply_to!r} is not a Message-ID such as <abc@example.org>.")
    for attachment in mail.attachments:
        addresses.single_line(attachment.name, "The name of the attachment")
        if not MIME.fullmatch(attachment.mime):
            raise PermanentError(f"{attachment.mime!r} is not a type of file such as image/png.")
    to, *cc = (addresses.checked(address) for address in (mail.to, *mail.cc))
    return mail.model_copy(update={"to": to, "cc": tuple(cc)})
