"""The pages of a PDF: their words with their places, and how they look. Runs in the child."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from connectors.files.marks import Box, Word

PAGES_READ_MAX = 30
CHARS_MAX = 20_000  # of one page
FINE = 16  # steps per point when PDFium is asked for places
SIDE_PX_MAX = 6000  # no picture is wider or higher, whatever a page claims to measure


@dataclass(frozen=True)
class Page:
    """One page as it lies before a reader, turned upright."""

    raw: Any  # pypdfium2.PdfPage
    number: int
    width: float
    height: float

    def look(self, scale: float, part: Box | None = None) -> Image.Image:
        """Return the page, or a part of it, at so many pixels per point."""
        whole = Box(0, 0, self.width, self.height)
        seen = part or whole
        scale = min(scale, SIDE_PX_MAX / max(seen.width, seen.height))
        crop = (
            seen.left,
            whole.bottom - seen.bottom,
            whole.right - seen.right,
            seen.top,
        )
        drawn = self.raw.render(scale=scale, crop=tuple(max(0.0, side) for side in crop))
        image: Image.Image = drawn.to_pil().convert("RGB")
        return image

    def words(self) -> Iterator[Word]:
        """Yield the words in the order of the file."""
        text, box = "", None
        for char, place in self._chars():
            new_line = bool(box and place and not box.beside(place))
            if text and box and (char.isspace() or new_line):
                yield Word(text, self.number, box)
                text, box = "", None
            if not char.isspace() and place:
                text, box = text + char, box.joined(place) if box else place
        if text and box:
            yield Word(text, self.number, box)

    def _chars(self) -> Iterator[tuple[str, Box | None]]:
        text = self.raw.get_textpage()
        rect = pdfium.FS_RECTF()
        for index in range(min(text.count_chars(), CHARS_MAX)):
            code = pdfium.FPDFText_GetUnicode(text, index)
            char = chr(code) if 32 < code < 0x110000 else " "
            known = pdfium.FPDFText_GetLooseCharBox(text, index, rect)
            yield char, self._upright(rect) if known else None

    def _upright(self, rect: Any) -> Box:
        """Return the place as it is seen, whatever way the page is turned or cut."""
        one = self._seen_at(rect.left, rect.top)
        other = self._seen_at(rect.right, rect.bottom)
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(one, other, strict=True))
        return Box(left, top, right, bottom)

    def _seen_at(self, x: float, y: float) -> tuple[float, float]:
        right, down = ctypes.c_int(), ctypes.c_int()
        size = round(self.width * FINE), round(self.height * FINE)
        pdfium.FPDF_PageToDevice(self.raw, 0, 0, *size, 0, x, y, right, down)
        return right.value / FINE, down.value / FINE


def opened(data: bytes) -> list[Page]:
    """Return the first pages of a PDF; the library's own error for what cannot be opened."""
    pdf = pypdfium2.PdfDocument(data)
    return [
        Page(page, number, *page.get_size())
        for number, page in enumerate(pdf[n] for n in range(min(len(pdf), PAGES_READ_MAX)))
    ]
