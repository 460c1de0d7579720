"""Files of every kind, made in code: sound ones, broken ones and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation
from pypdf import PdfReader, PdfWriter

FONT = Path(__file__).parents[3] / "connectors" / "payments" / "DejaVuSans.ttf"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
VOICE = b"OggS\x00\x02" + bytes(40)
CALENDAR = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//EN\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:1@example.org\r
SUMMARY:Talk about the lamp\r
DTSTART;TZID=Europe/Berlin:20261120T090000\r
DTEND;TZID=Europe/Berlin:20261120T093000\r
LOCATION:Shop\r
ORGANIZER:mailto:ada@example.org\r
END:VEVENT\r
END:VCALENDAR\r
"""
CONTACT = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Example\r\n"
    b"EMAIL;TYPE=work:ada@exam\r\n ple.org\r\nEND:VCARD\r\n"
)


def pdf(text: str = "Invoice 7: 40.00 EUR") -> bytes:
    return _pdf(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())


def paper(text: str) -> bytes:
    """A PDF that brings its own font, as nearly every program writes it."""
    sheet = FPDF()
    sheet.add_page()
    sheet.add_font("DejaVu", fname=str(FONT))
    sheet.set_font("DejaVu", size=11)
    sheet.multi_cell(0, text=text)
    return bytes(sheet.output())


def locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def memory_bomb() -> bytes:
    """A PDF of about 200 KB whose one page unpacks to 200 MB."""
    squeeze = zlib.compressobj(9)
    block = b" " * (1024 * 1024)
    packed = b"".join(squeeze.compress(block) for _ in range(200)) + squeeze.flush()
    return _pdf(packed, packed=True)


def time_bomb() -> bytes:
    """A PDF whose one page is twenty million drawing steps."""
    squeeze = zlib.compressobj(9)
    block = b"q Q " * (256 * 1024)
    packed = b"".join(squeeze.compress(block) for _ in range(40)) + squeeze.flush()
    return _pdf(packed, packed=True)


def zip_bomb() -> bytes:
    """A document that declares 300 MB in 300 KB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1024 * 1024))
    return out.getvalue()


def docx(text: str = "Terms of the lamp shop") -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return zipped({
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.'
        'main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
        f'Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{text}</w:t>'
        "</w:r></w:p></w:body></w:document>",
    })  # fmt: skip


def xlsx() -> bytes:
    book = Workbook()
    book.active.append(["Item", "Amount"])
    book.active.append(["Lamp", 40])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pptx() -> bytes:
    slides = Presentation()
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "Lamps of 2026"
    out = io.BytesIO()
    slides.save(out)
    return out.getvalue()


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def mail(
    body: str = "please refund 40.00 EUR",
    html: str | None = None,
    *,
    subject: str = "Refund",
    sender: str = "Ada Example <ada@example.org>",
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "Shop <shop@example.com>"
    message["Subject"] = subject
    message["Date"] = "Mon, 16 Nov 2026 10:12:44 +0100"
    message["Message-ID"] = "<one@example.org>"
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def _pdf(content: bytes, *, packed: bool = False) -> bytes:
    how = b"/Filter /FlateDecode " if packed else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< " + how + b"/Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, len(out))
    )
