"""What reading a file gives: plain frozen shapes, cheap to import in the child process."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "mail", "text", "pdf", "document", "sheet", "calendar", "contacts",
    "image", "audio", "archive", "unknown",
]  # fmt: skip
DOCUMENTS: frozenset[Kind] = frozenset({"pdf", "document", "sheet", "calendar", "contacts"})
_JSON: dict[str, Any] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much reading one file may cost. Text over `text_chars_max` is cut and counted."""

    bytes_max: int = 20 * 1024 * 1024
    text_chars_max: int = 100_000
    attachments_max: int = 20
    depth_max: int = 2  # mails within mails
    unpacked_bytes_max: int = 200 * 1024 * 1024  # declared by an archive or office file
    wall_s: float = 30.0
    cpu_s: int = 20
    memory_bytes_max: int = 1024 * 1024 * 1024
    answer_bytes_max: int = 64 * 1024 * 1024
    open_files_max: int = 64


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address as somebody wrote them; neither is proven, either may be empty."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """A forwarded message as the forward quotes it: whoever forwarded could have typed it."""

    sender: Person
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    subject: str = ""
    sent: str = ""  # the date in the mail program's words
    date: datetime | None = None  # `sent`, understood; always with a zone
    body: str = ""  # its newest words, without what it quotes
    message_id: str = ""  # only known when the mail itself was attached
    languages: tuple[str, ...] = ()  # of the labels; what `sent` is likely written in


@dataclass(frozen=True, slots=True)
class Forward:
    """A text taken apart by whose words they are.

    `own_words` stand above the forwarded message (or are all of the text when nothing is
    forwarded), `chain` runs from the outermost forwarded message to the innermost, which is
    `message`; `quoted` is older history, which is somebody else's text too.
    """

    own_words: str
    message: Original | None = None
    chain: tuple[Original, ...] = ()
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. The name is made safe, the kind comes from the bytes."""

    name: str
    mime: str  # as the bytes say, not as the mail says
    data: bytes
    reading: "Reading"

    __pydantic_config__ = _JSON


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `sender` sent this mail; when it is a forward, `original` wrote the matter.

    For a forward `own_words` are the sender's and `body` the original's newest text; otherwise
    `own_words` is empty and `body` is the sender's newest text. Headers prove nothing.
    """

    message_id: str
    date: datetime | None
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    reply_to: tuple[Person, ...]
    in_reply_to: str
    subject: str
    body: str
    own_words: str = ""
    original: Original | None = None
    chain: tuple[Original, ...] = ()
    quoted: str = ""
    hidden: tuple[str, ...] = ()  # text the mail kept from its reader's eyes; left out above
    authentication: str = ""  # the header Authentication-Results: only text, proves nothing here
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, or in one sentence why it says nothing (`refused`).

    `warnings` are the operator's words, each one sentence or two. `cut_chars` characters of the
    text were left out; the file itself is untouched and kept by the caller.
    """

    kind: Kind
    text: str = ""
    cut_chars: int = 0
    mail: Mail | None = None
    warnings: tuple[str, ...] = field(default=())
    refused: str | None = None
