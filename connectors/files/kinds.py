"""What a file is, told by its bytes; its name and its sender's word count for nothing."""

import io
import re
import zipfile
from dataclasses import dataclass

from connectors.files.shapes import Kind, Limits

RATIO_MAX = 100  # declared unpacked size : packed size
ENTRIES_MAX = 5000
HEAD_BYTES = 4096
SNIFFED_BYTES = 16_384

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAGIC: tuple[tuple[bytes, Kind, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (b"\xff\xd8\xff", "image", "image/jpeg"),
    (b"GIF8", "image", "image/gif"),
    (b"BM", "image", "image/bmp"),
    (b"II*\x00", "image", "image/tiff"),
    (b"MM\x00*", "image", "image/tiff"),
    (b"OggS", "audio", "audio/ogg"),
    (b"ID3", "audio", "audio/mpeg"),
    (b"\xff\xfb", "audio", "audio/mpeg"),
    (b"\xff\xf3", "audio", "audio/mpeg"),
    (b"\xff\xf1", "audio", "audio/aac"),
    (b"fLaC", "audio", "audio/flac"),
    (b"#!AMR", "audio", "audio/amr"),
    (b"\x1f\x8b", "archive", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "application/x-7z-compressed"),
    (b"Rar!", "archive", "application/vnd.rar"),
    (b"BZh", "archive", "application/x-bzip2"),
    (b"\xfd7zXZ", "archive", "application/x-xz"),
)
_MAIL_HEADERS = {
    "from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path",
    "delivered-to", "content-type", "cc", "reply-to", "sender", "dkim-signature",
}  # fmt: skip
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]?.*")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A kind, its MIME type, and the sentence that refuses it when it cannot be read."""

    kind: Kind
    mime: str
    refused: str | None = None


def sniff(data: bytes, limits: Limits) -> Sniffed:
    """Tell the kind and refuse at once what is empty, locked, a bomb or not readable."""
    if not data.strip(b"\x00 \t\r\n"):
        return Sniffed("unknown", "application/x-empty", "The file is empty. Send it again.")
    head = data[:1024]  # some programs write a little before the mark; a mail may speak of it
    if b"%PDF-" in head and not looks_like_mail(head.decode("latin-1")):
        return Sniffed("pdf", "application/pdf")
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_office(data)
    binary = _riff(data) or _boxed(data) or _by_magic(data)
    if binary is not None:
        return binary
    text = decoded(data[:SNIFFED_BYTES], whole=len(data) <= SNIFFED_BYTES)
    if text is None:
        return Sniffed("unknown", "application/octet-stream", (
            "This kind of file cannot be read. Send it as a PDF, or paste the text."
        ))  # fmt: skip
    return _textual(text)


def decoded(data: bytes, *, whole: bool = True) -> str | None:
    """Text in UTF-8, UTF-16 (with its mark) or the Western single-byte code; None for binary."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not whole and error.start >= len(data) - 3:  # cut within a character
            return data.decode("utf-8-sig", errors="ignore")
        text = data.decode("cp1252", errors="replace")
    control = sum(char < " " and char not in "\t\r\n\f\x1b" for char in text[:HEAD_BYTES])
    return None if control > len(text[:HEAD_BYTES]) // 50 else text


def looks_like_mail(text: str) -> bool:
    """Do at least two of a mail's headers stand at its top?"""
    names: set[str] = set()
    for line in text.lstrip("\ufeff\r\n").splitlines()[:60]:
        match = _HEADER.fullmatch(line[:1000])
        if match:
            names.add(match[1].lower())
        elif not line.startswith((" ", "\t", "From ", ">From ")):
            break
    return len(names & _MAIL_HEADERS) >= 2


def _textual(text: str) -> Sniffed:
    head = text.lstrip("\ufeff \t\r\n")[:500].lower()
    if head.startswith("begin:vcalendar"):
        return Sniffed("calendar", "text/calendar")
    if head.startswith("begin:vcard"):
        return Sniffed("contacts", "text/vcard")
    if head.startswith("{\\rtf"):
        return Sniffed("unknown", "application/rtf", (
            "RTF files cannot be read. Save it as PDF or DOCX and send it again."
        ))  # fmt: skip
    if looks_like_mail(text):
        return Sniffed("mail", "message/rfc822")
    if head.startswith("<svg") or (head.startswith("<?xml") and "<svg" in head):
        return _unread("image", "image/svg+xml")
    if head.startswith(("<!doctype html", "<html", "<head", "<body")):
        return Sniffed("text", "text/html")
    return Sniffed("text", "text/plain")


def _unread(kind: Kind, mime: str) -> Sniffed:
    sentence = {
        "image": "This is a picture, and pictures cannot be read yet: tell me what it shows.",
        "audio": "This is a recording, and recordings cannot be read yet: tell me what it says.",
        "archive": "This is an archive, and archives are not opened: unpack it and send the files.",
    }.get(kind, "This is a film, and films cannot be read: tell me what it shows.")
    return Sniffed(kind, mime, sentence)


def _by_magic(data: bytes) -> Sniffed | None:
    for magic, kind, mime in _MAGIC:
        if data.startswith(magic) and (magic != b"BM" or b"\x00" in data[:20]):
            return _unread(kind, mime)
    if data[257:262] == b"ustar":
        return _unread("archive", "application/x-tar")
    if data.startswith(b"\x1aE\xdf\xa3"):
        return _unread("unknown", "video/webm")
    return None


def _riff(data: bytes) -> Sniffed | None:
    if not data.startswith(b"RIFF"):
        return None
    form = data[8:12]
    if form == b"WEBP":
        return _unread("image", "image/webp")
    return (
        _unread("audio", "audio/wav") if form == b"WAVE" else _unread("unknown", "video/x-msvideo")
    )


def _boxed(data: bytes) -> Sniffed | None:
    """ISO media: pictures, recordings and films of phones."""
    if data[4:8] != b"ftyp":
        return None
    brand = data[8:12]
    if brand in (b"heic", b"heix", b"mif1", b"avif", b"hevc"):
        return _unread("image", "image/heic")
    if brand in (b"M4A ", b"M4B "):
        return _unread("audio", "audio/mp4")
    return _unread("unknown", "video/mp4")


def _old_office(data: bytes) -> Sniffed:
    if _ENCRYPTED in data:
        return Sniffed("document", "application/x-ole-storage", (
            "The document is protected by a password. Send it again without, or paste the text."
        ))  # fmt: skip
    return Sniffed("unknown", "application/x-ole-storage", (
        "This is an old Office file or an Outlook .msg file, which cannot be read. "
        "Save it as PDF, DOCX or .eml and send it again."
    ))  # fmt: skip


def _zipped(data: bytes, limits: Limits) -> Sniffed:
    """An office file or an archive; what it declares is checked before anything is unpacked."""
    damaged = "The file is damaged and cannot be opened. Send it again."
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return Sniffed("archive", "application/zip", damaged)
    names = {entry.filename for entry in entries}
    kind, mime = _office(names)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, min(len(data), sum(entry.compress_size for entry in entries)))
    greedy = unpacked > limits.unpacked_bytes_max or (
        unpacked > 10 * 1024 * 1024 and unpacked / packed > RATIO_MAX
    )
    if greedy or len(entries) > ENTRIES_MAX:
        return Sniffed(kind, mime, (
            f"The file unpacks to {unpacked // (1024 * 1024):,} MB and was not opened, because "
            "that is how a zip bomb looks. Send the contents in smaller files."
        ))  # fmt: skip
    if kind == "archive":
        return _unread(kind, mime)
    return Sniffed(kind, mime)


def _office(names: set[str]) -> tuple[Kind, str]:
    if "word/document.xml" in names:
        return "document", DOCX
    if "xl/workbook.xml" in names:
        return "sheet", XLSX
    if "ppt/presentation.xml" in names:
        return "document", PPTX
    return "archive", "application/zip"
