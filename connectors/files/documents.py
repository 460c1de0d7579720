"""PDF, Word, Excel, PowerPoint, calendar and contact files as text. Runs in the child process."""

import io
import re
from datetime import datetime
from typing import Any, Literal

from connectors.files import kinds

CONTACTS_MAX = 200
EVENTS_MAX = 200


class UnreadableError(Exception):
    """A file that cannot be read, in one sentence that says what to do."""


def text_of(data: bytes, mime: str) -> str:
    """The document as text (tables and headings in Markdown). Raises `UnreadableError`."""
    if mime == "text/calendar":
        return _calendar(kinds.decoded(data) or "")
    if mime == "text/vcard":
        return _contacts(kinds.decoded(data) or "")
    if mime == "application/pdf":
        _refuse_locked(data)
    text = _converted(data, mime)
    if text or mime != "application/pdf":
        return text
    raise UnreadableError("The PDF holds no text, only pictures (a scan). Paste the text you need.")


def prepare(kind: Literal["pdf", "calendar"]) -> None:
    """Import what `text_of` needs (for "pdf": for all documents) while it can still be read."""
    if kind == "calendar":
        import icalendar  # noqa: F401 loaded now, used later
    else:
        import markitdown.converters  # noqa: F401 loaded now, used later
        import pdfminer.pdfdocument  # noqa: F401 loaded now, used later


def _converted(data: bytes, mime: str) -> str:
    from markitdown import MarkItDownException, StreamInfo, converters

    converter: dict[str, Any] = {
        "application/pdf": converters.PdfConverter,
        kinds.DOCX: converters.DocxConverter,
        kinds.XLSX: converters.XlsxConverter,
        kinds.PPTX: converters.PptxConverter,
    }
    try:
        result = converter[mime]().convert(io.BytesIO(data), StreamInfo(mimetype=mime))
    except MarkItDownException as error:
        raise UnreadableError("The file is damaged and cannot be opened. Send it again.") from error
    return str(result.markdown).strip()


def _refuse_locked(data: bytes) -> None:
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        PDFDocument(PDFParser(io.BytesIO(data)))
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise UnreadableError(
            "The PDF is protected by a password. Send it again without, or paste the text."
        ) from error


def _calendar(text: str) -> str:
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(text)
    except ValueError as error:
        raise UnreadableError("The calendar file is damaged. Send it again.") from error
    heads = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer to an invitation"}
    head = heads.get(str(calendar.get("method", "")).upper(), "Event")
    events = calendar.walk("VEVENT")[:EVENTS_MAX]
    return "\n\n".join(_event(event, head) for event in events)


def _event(event: Any, head: str) -> str:
    lines = [f"{head}: {event.get('summary', 'without a title')}"]
    for label, name in (("Start", "dtstart"), ("End", "dtend")):
        moment = getattr(event.get(name), "dt", None)
        if isinstance(moment, datetime):
            zone = f" ({moment.tzinfo})" if moment.tzinfo else ""
            lines.append(f"{label}: {moment:%Y-%m-%d %H:%M}{zone}")
        elif moment is not None:
            lines.append(f"{label}: {moment}")
    for name in ("location", "organizer", "attendee", "rrule", "status", "description"):
        said = event.get(name, [])
        for one in said if isinstance(said, list) else [said]:
            value = one.to_ical().decode() if name == "rrule" else str(one)
            lines.append(f"{name.capitalize()}: {value.removeprefix('mailto:')}")
    return "\n".join(lines)


def _contacts(text: str) -> str:
    """The plain lines of vCards, one paragraph per person; pictures and the like are left out."""
    labels = {"FN": "Name", "EMAIL": "E-mail", "TEL": "Phone", "ORG": "Company", "ADR": "Address",
              "TITLE": "Title", "URL": "Web", "NOTE": "Note", "BDAY": "Birthday"}  # fmt: skip
    people: list[list[str]] = []
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        name, _, value = line.partition(":")
        key = name.split(";")[0].split(".")[-1].upper()
        if key == "BEGIN":
            people.append([])
        elif key in labels and people:
            said = value.replace("\\n", " ").replace("\\,", ",").removeprefix("tel:")
            people[-1].append(f"{labels[key]}: {' '.join(filter(None, said.split(';')))}")
    return "\n\n".join("\n".join(person) for person in people[:CONTACTS_MAX])
