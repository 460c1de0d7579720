"""Read an untrusted file: a child process with limits looks at it, typed text comes back."""

import asyncio
import json
import mimetypes
from dataclasses import asdict, replace
from datetime import UTC
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.files import forwarded, process
from connectors.files.shapes import DOCUMENTS, Attachment, Kind, Limits, Mail, Reading

DEFAULT = Limits()
CHILDREN_MAX = 2  # at once, for the documents of one mail

_READING = TypeAdapter(Reading)
_TOO_LONG = (
    "Reading the file took too long and was stopped. Send a smaller one, or paste the text you "
    "need."
)
_DIED = (
    "The file could not be opened: it is damaged, or it needs more memory than reading may use. "
    "Send it again as PDF, or paste the text you need."
)


async def read(
    data: bytes, name: str, mime: str | None = None, *, limits: Limits = DEFAULT
) -> Reading:
    """What the file says. Never raises for what the bytes are: `refused` says it in a sentence.

    `name` and `mime` are the sender's claims; they are only compared with what the bytes are.
    """
    if len(data) > limits.bytes_max:
        megabytes = limits.bytes_max // (1024 * 1024)
        return Reading("unknown", refused=(
            f"The file is larger than {megabytes} MB and was not read. Send a smaller one, or "
            "paste the text you need."
        ))  # fmt: skip
    clock = asyncio.get_running_loop()
    deadline = clock.time() + limits.wall_s
    reading = await _in_child(data, limits, deadline)
    if reading.mail:
        turn = asyncio.Semaphore(CHILDREN_MAX)
        whole = await _with_documents(reading.mail, limits, turn, deadline + limits.wall_s)
        reading = replace(reading, mail=await asyncio.to_thread(_dated, whole))
    return _compared(reading, name, mime)


def to_json(reading: Reading) -> dict[str, Any]:
    """The reading as JSON values; attachments' bytes in base64."""
    value: dict[str, Any] = _READING.dump_python(reading, mode="json")
    return value


async def _in_child(data: bytes, limits: Limits, deadline: float) -> Reading:
    request = json.dumps(asdict(limits)).encode() + b"\n"
    try:
        return _READING.validate_json(await process.ask("child", request + data, deadline))
    except TimeoutError:
        return Reading("unknown", refused=_TOO_LONG)
    except ValidationError:
        return Reading("unknown", refused=_DIED)


async def _with_documents(
    mail: Mail, limits: Limits, turn: asyncio.Semaphore, deadline: float
) -> Mail:
    """The mail with its attached documents read, each by a child of its own."""

    async def opened(file: Attachment) -> Attachment:
        reading = file.reading
        if reading.mail:
            inner = await _with_documents(reading.mail, limits, turn, deadline)
            return replace(file, reading=replace(reading, mail=inner))
        if reading.kind not in DOCUMENTS or reading.refused:
            return file
        async with turn:
            alone = await _in_child(file.data, limits, deadline)
        return replace(file, reading=replace(alone, kind=reading.kind))

    return replace(mail, attachments=tuple(await asyncio.gather(*map(opened, mail.attachments))))


def _dated(mail: Mail) -> Mail:
    """The mail with the dates of what it forwards understood, in the zone it was sent from."""
    zone = (mail.date.tzinfo if mail.date else None) or UTC
    chain = tuple(forwarded.with_date(original, zone) for original in mail.chain)
    files = tuple(
        replace(file, reading=replace(file.reading, mail=_dated(file.reading.mail)))
        if file.reading.mail
        else file
        for file in mail.attachments
    )
    original = chain[-1] if chain else None
    return replace(mail, chain=chain, original=original, attachments=files)


def _compared(reading: Reading, name: str, mime: str | None) -> Reading:
    """Say so when the file is something else than it calls itself."""
    claimed = _claim(mime) or _claim(mimetypes.guess_type(name)[0])
    if claimed is None or reading.kind == claimed or "empty" in (reading.refused or ""):
        return reading
    if claimed == "mail" and reading.kind == "unknown" and reading.refused != _TOO_LONG:
        return replace(reading, refused=(
            "This is called a mail but cannot be read as one. Save it again as .eml, or paste the "
            "text."
        ))  # fmt: skip
    if reading.kind == "unknown":
        return reading
    warning = f"It calls itself {_words(claimed)}, but it is {_words(reading.kind)}."
    return replace(reading, warnings=(*reading.warnings, warning))


def _claim(mime: str | None) -> Kind | None:
    kinds: dict[str, Kind] = {"application/pdf": "pdf", "message/rfc822": "mail",
        "text/calendar": "calendar", "text/vcard": "contacts", "text/x-vcard": "contacts",
        "application/zip": "archive"}  # fmt: skip
    if mime and mime.startswith("image/"):
        return "image"
    if mime and mime.startswith("audio/"):
        return "audio"
    return kinds.get((mime or "").split(";")[0].strip().lower())


def _words(kind: Kind) -> str:
    words: dict[Kind, str] = {"mail": "a mail", "text": "plain text", "pdf": "a PDF",
        "document": "a document", "sheet": "a spreadsheet", "calendar": "a calendar file",
        "contacts": "a contact card", "image": "a picture", "audio": "a recording",
        "archive": "an archive"}  # fmt: skip
    return words.get(kind, "something else")
