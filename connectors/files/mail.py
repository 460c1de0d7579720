"""A mail's bytes as headers, visible text and files. Pure; runs in the child process."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import default as policy
from email.utils import parsedate_to_datetime

from connectors.files import kinds, page
from connectors.files.people import people
from connectors.files.shapes import Mail, Person

NAME_CHARS_MAX = 120
HEADER_CHARS_MAX = 10_000
PARTS_MAX = 500
SAME_WORDS_SHARE = 0.6
# What the standard parser lets slip on malformed headers and parts.
FAULTS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError,
          MessageError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A part that is not the mail's text. The name is safe to use as a file name."""

    name: str
    data: bytes


@dataclass
class Parts:
    """The content of a mail, apart: its visible text, its HTML, its files, what it hid."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    forwards: bool = True  # False for reports of mail servers, which enclose mails too


class UnreadableError(Exception):
    """A mail that the parser cannot take apart at all."""


def parsed(data: bytes) -> tuple[Mail, Parts]:
    """The mail's headers (as a `Mail` whose texts are still empty) and its parts.

    Raises `UnreadableError`.
    """
    try:
        message = message_from_bytes(data, policy=policy)
    except FAULTS as error:
        raise UnreadableError from error
    parts = Parts(forwards=message.get_content_type() != "multipart/report")
    pieces = list(_pieces(message, parts))
    parts.text = "\n\n".join(piece.strip("\n") for piece in pieces if piece.strip())
    return _headers(message), parts


def _headers(message: EmailMessage) -> Mail:
    senders = _people(message, "from") or _people(message, "sender")
    return Mail(
        message_id=_text(message, "message-id"),
        date=_date(message),
        sender=senders[0] if senders else Person(),
        to=_people(message, "to"),
        cc=_people(message, "cc"),
        reply_to=_people(message, "reply-to"),
        in_reply_to=_text(message, "in-reply-to"),
        subject=_text(message, "subject"),
        body="",
        authentication=_text(message, "authentication-results"),
    )


def _text(message: Message, name: str) -> str:
    try:
        value = str(_header(message, name) or "")
    except FAULTS:
        value = _decoded_header(_raw(message, name))
    return re.sub(r"\s+", " ", value).strip()[:HEADER_CHARS_MAX]


def _header(message: Message, name: str) -> object:
    """The header as the parser understands it. Raises one of `FAULTS`."""
    if len(_raw(message, name)) > HEADER_CHARS_MAX:
        raise ValueError("taking this header apart would cost too much")
    return message[name]


def _raw(message: Message, name: str) -> str:
    return next((str(value) for key, value in message.raw_items() if key.lower() == name), "")


def _decoded_header(raw: str) -> str:
    """A header the parser stumbles over, decoded as far as it goes."""
    try:
        return str(make_header(decode_header(raw[:HEADER_CHARS_MAX])))
    except FAULTS:
        return raw[:HEADER_CHARS_MAX]


def _people(message: Message, name: str) -> tuple[Person, ...]:
    try:
        found = getattr(_header(message, name), "addresses", ())
        listed = tuple(
            Person(" ".join(one.display_name.split())[:200], one.addr_spec[:320]) for one in found
        )
    except FAULTS:
        return people(_text(message, name))
    good = tuple(one for one in listed if "@" in one.address)
    return good[:100] or people(_text(message, name))


def _date(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(_text(message, "date"))
        date.astimezone(UTC)  # a date at the edge of time has no instant
    except (*FAULTS, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _pieces(part: Message, parts: Parts, depth: int = 0) -> Iterator[str]:
    """The text of a part and all within it, in order; files and HTML are put into `parts`."""
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        yield _alternative(part, parts, depth)
    elif part.is_multipart() and part.get_content_maintype() == "multipart" and depth < 20:
        for inner in _within(part):
            yield from _pieces(inner, parts, depth + 1)
    elif kind == "text/plain" and not _is_file(part):
        text, hidden = page.plain(_decoded(part))
        parts.hidden += hidden
        yield text
    elif kind == "text/html" and not _is_file(part):
        html = _decoded(part)
        parts.html += html
        shown = page.visible(html)
        parts.hidden += shown.hidden
        yield shown.text
    else:
        parts.files.append(File(_file_name(part, len(parts.files) + 1), _bytes(part)))


def _alternative(part: Message, parts: Parts, depth: int) -> str:
    """The plain version, unless it says something else than the one a mail program shows."""
    plain = shown = ""
    for inner in _within(part):
        text = "\n\n".join(_pieces(inner, parts, depth + 1)).strip()
        if inner.get_content_type() == "text/plain":
            plain = plain or text
        elif inner.get_content_maintype() in ("text", "multipart"):
            shown = text or shown
    if plain and shown and not _same(plain, shown):
        parts.hidden.append(plain)
        return shown
    return plain or shown


def _within(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [inner for inner in payload[:PARTS_MAX] if isinstance(inner, Message)]


def _same(plain: str, shown: str) -> bool:
    """Do most words of the plain version stand in the shown one?"""
    words = re.findall(r"[^\W\d_]{3,}", re.sub(r"https?:\S+", "", plain.lower()))
    known = set(re.findall(r"[^\W\d_]{3,}", shown.lower()))
    return len(words) < 5 or sum(word in known for word in words) >= len(words) * SAME_WORDS_SHARE


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except FAULTS:
        return False


def _decoded(part: Message) -> str:
    data = _bytes(part)
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return kinds.decoded(data) or data.decode("utf-8", errors="replace")


def _bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            return payload
        enclosed = _within(part)
        return enclosed[0].as_bytes() if enclosed else b""
    except FAULTS:
        return b""


def _file_name(part: Message, number: int) -> str:
    """The name without folders, control and direction characters; never empty."""
    try:
        said = part.get_filename() or ""
        said = _decoded_header(said) if "=?" in said else said
    except FAULTS:
        said = ""
    name = re.split(r"[/\\]", said)[-1]
    name = "".join(char for char in name if char.isprintable()).strip(" .")[-NAME_CHARS_MAX:]
    if name:
        return name
    ending = {"message": ".eml", "text": ".txt"}.get(part.get_content_maintype(), "")
    return f"attachment-{number}{'.ics' if part.get_content_subtype() == 'calendar' else ending}"
