"""A picture of a PDF's pages: what it shows, what it marks, and what gives no picture."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from fpdf import FPDF
from PIL import Image, ImageChops

from connectors.company import Company
from connectors.files import pictures
from connectors.files.marks import Box, Word, changed, close
from connectors.files.painter import BORDER, CAPTION_PX, LIGHT, painted
from connectors.payments import Invoice, Line, document

COMPANY = Company(name="Lamps", email="me@example.com", iban="DE02120300000000202051")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def invoice(quantity: int) -> bytes:
    lines = (
        Line(description="Lamp", quantity=Decimal(quantity), unit_price=Decimal("120.00")),
        Line(description="Delivery", quantity=Decimal(1), unit_price=Decimal("9.90")),
    )
    ada = {"name": "Ada Example", "email": "ada@example.org"}
    bill = Invoice(number="INV-9", lines=lines, currency="EUR", due=date(2026, 12, 4), **ada)
    return document.write(bill, COMPANY, NOW)


def letter(*texts: str, turned: int = 0) -> bytes:
    """Return a PDF with one of these texts on each page."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(NOW)
    pdf.set_font("helvetica", size=12)
    for text in texts:
        pdf.add_page()
        pdf.multi_cell(0, 8, text)
    data = bytes(pdf.output())
    return data.replace(b"/Type /Page\n", b"/Type /Page\n/Rotate %d\n" % turned) if turned else data


def read(png: bytes | None) -> Image.Image:
    assert png is not None
    return Image.open(io.BytesIO(png)).convert("RGB")


def places_of(image: Image.Image, colour: tuple[int, int, int]) -> set[tuple[int, int]]:
    """Return where exactly this colour stands."""
    pixels = image.load()
    assert pixels is not None
    spots = ((x, y) for y in range(image.height) for x in range(image.width))
    return {spot for spot in spots if pixels[spot] == colour}


def bands(image: Image.Image) -> list[tuple[int, int, int, int]]:
    """Return the boxes drawn, from the top, one per row of them: left, top, right, bottom."""
    spots = sorted(places_of(image, BORDER), key=lambda spot: spot[1])
    rows: list[list[tuple[int, int]]] = []
    for spot in spots:
        if not rows or spot[1] - rows[-1][-1][1] > 1:
            rows.append([])
        rows[-1].append(spot)
    return [(min(x for x, _ in row), row[0][1], max(x for x, _ in row), row[-1][1]) for row in rows]


async def test_the_page_is_painted_in_full_width_and_the_same_bytes_every_time() -> None:
    png = await pictures.paint(invoice(1))
    assert png is not None
    assert pictures.size(png) == read(png).size == (1080, read(png).height)
    assert png == painted(invoice(1))
    assert places_of(read(png), LIGHT) == set()
    dark = read(png).convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    assert dark is not None
    assert dark[2] - dark[0] > 900  # the page's words go from one side to the other


async def test_changed_words_stand_in_boxes_on_the_page_and_enlarged_above_it() -> None:
    image = read(await pictures.paint(invoice(2), invoice(1)))
    plain = read(painted(invoice(2)))
    above = image.height - plain.height
    page = image.crop((0, above + CAPTION_PX, 1080, image.height))
    line, total = bands(page)
    enlarged = [band for band in bands(image) if band[3] < above]
    assert len(enlarged) == 2
    assert all(bottom - top >= 46 for _, top, _, bottom in enlarged)
    assert line[3] < total[1]  # the line of the lamp, then the sum
    unmarked = plain.crop((0, CAPTION_PX, 1080, plain.height))
    different = ImageChops.difference(page, unmarked).getbbox()
    left, _, right, _ = (min(line[0], total[0]), 0, max(line[2], total[2]), 0)
    assert different == (left, line[1], right + 1, total[3] + 1)


async def test_what_is_under_a_mark_stays_readable() -> None:
    page = read(
        await pictures.paint(letter("The price is 50 EUR."), letter("The price is 40 EUR."))
    )
    for left, top, right, bottom in bands(page):
        inside = page.crop((left + 4, top + 4, right - 3, bottom - 3))
        assert inside.getpixel((0, 0)) == LIGHT
        darkest, _ = inside.convert("L").getextrema()
        assert darkest < 60


async def test_only_pages_that_changed_are_shown() -> None:
    old = [f"Page {n} says this and that." for n in range(5)]
    new = [*old[:3], "Page 3 says this and more.", old[4]]
    image = read(await pictures.paint(letter(*new), letter(*old)))
    alone = read(await pictures.paint(letter(new[3])))
    assert len(bands(image)) == 2  # on the page, and enlarged
    assert image.height < 2 * alone.height + 3 * CAPTION_PX


async def test_what_changed_is_enlarged_for_three_pages_at_most() -> None:
    old = [f"On page {n} the price is 40 EUR." for n in range(5)]
    for changed_pages in (2, 3, 5):
        new = [text.replace("40", "50") for text in old[:changed_pages]] + old[changed_pages:]
        image = read(await pictures.paint(letter(*new), letter(*old)))
        count = min(changed_pages, 3)
        more = CAPTION_PX if changed_pages > count else 0
        above = image.height - read(painted(letter(*new[:count]))).height - more
        enlarged = [band for band in bands(image) if band[3] < above]
        assert (len(enlarged), len(bands(image))) == (count, 2 * count)
        assert all(bottom - top >= 46 for _, top, _, bottom in enlarged)


async def test_a_picture_of_many_changes_stays_within_its_height() -> None:
    old = ["\n".join(f"Line {line} says {page}." for line in range(34)) for page in range(4)]
    new = [text.replace("says", "tells") for text in old]
    assert read(await pictures.paint(letter(*new), letter(*old))).height <= 8000


async def test_three_pages_are_shown_at_most() -> None:
    three = read(await pictures.paint(letter("a", "b", "c")))
    five = read(await pictures.paint(letter("a", "b", "c", "d", "e")))
    assert five.height == three.height + CAPTION_PX  # one line says what is left out


async def test_a_document_without_a_visible_change_is_shown_without_marks() -> None:
    image = read(await pictures.paint(letter("same"), letter("same") + b"\n%later\n"))
    assert bands(image) == []
    assert image.width == 1080


async def test_a_page_that_lies_on_its_side_is_marked_where_it_is_seen() -> None:
    old, new = letter("The price is 40 EUR.", turned=90), letter("The price is 50 EUR.", turned=90)
    assert b"/Rotate 90" in new
    page = read(await pictures.paint(new, old))
    assert len(bands(page)) == 2
    for left, top, right, bottom in bands(page):
        darkest, _ = page.crop((left + 4, top + 4, right - 3, bottom - 3)).convert("L").getextrema()
        assert darkest < 60


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 and nothing", b"plain text", b"\0" * 1000])
async def test_what_cannot_be_rendered_gives_no_picture(data: bytes) -> None:
    assert await pictures.paint(data) is None


async def test_what_takes_too_long_or_is_too_large_gives_no_picture() -> None:
    small = pictures.replace(pictures.LIMITS, bytes_max=1000)
    assert await pictures.paint(invoice(1), limits=small) is None
    hurried = pictures.replace(pictures.LIMITS, wall_s=0.01)
    assert await pictures.paint(invoice(1), limits=hurried) is None


def test_an_answer_that_is_no_picture_of_ours_is_not_taken() -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    assert pictures.size(head + (1080).to_bytes(4, "big") + (900).to_bytes(4, "big")) == (1080, 900)
    assert pictures.size(head + (1081).to_bytes(4, "big") + (900).to_bytes(4, "big")) is None
    assert pictures.size(head + (1080).to_bytes(4, "big") + (9000).to_bytes(4, "big")) is None
    assert pictures.size(b"<html>" * 10) is None
    assert pictures.size(b"") is None


def on_line(text: str, page: int = 0) -> list[Word]:
    return [
        Word(word, page, Box(place * 10, 0, place * 10 + 8, 10))
        for place, word in enumerate(text.split())
    ]


def test_neighbours_on_a_line_share_a_box() -> None:
    assert changed(on_line("a b c d"), on_line("a x y d")) == {0: [Box(10, 0, 28, 10)]}


def test_words_that_went_leave_a_bar_where_they_stood() -> None:
    assert changed(on_line("a b c"), on_line("a c")) == {0: [Box(8, 0, 11, 10)]}
    assert changed(on_line("a b c"), on_line("b c")) == {0: [Box(-3, 0, 0, 10)]}
    assert changed(on_line("a"), []) == {}


def test_boxes_close_to_each_other_are_enlarged_together_and_wide_ones_in_parts() -> None:
    one, other, far = Box(0, 0, 10, 10), Box(20, 1, 30, 11), Box(200, 0, 210, 10)
    assert close([far, other, one], 40) == [Box(0, 0, 30, 11), far]
    assert close([Box(0, 0, 70, 10)], 40) == [Box(0, 0, 40, 10), Box(40, 0, 70, 10)]
