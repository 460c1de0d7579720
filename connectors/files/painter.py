"""The process that paints the pages of a PDF: one or two files in on stdin, one PNG out.

It catches nothing: whatever goes wrong ends this process, and there is no picture.
"""

import io
import json
import sys
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFont

from connectors.files import marks, pages, sandbox
from connectors.files.marks import Box
from connectors.files.pages import Page
from connectors.files.shapes import Limits

WIDTH_PX = 1080
PAGE_PX_MAX = 2200  # higher pages are cut, and the caption says so
LINE_PX = 46  # of a changed line, enlarged: its letters are 34 px high or more
ZOOM_MAX = 12.0
STRIP_FILL = 0.9  # of an enlarged line's width; the rest is room around the box
PAGES_MAX = 3
STRIPS_PX_MAX = 720  # of all enlarged places together; the pages that have some share it
MARGIN_PT = 14.0  # of white that stays around what is printed
SEEN_MIN = 0.5  # of the page's width that stays in the picture
CAPTION_PX, CAPTION_TEXT_PX = 64, 34
PAPER, INK, EDGE = (255, 255, 255), (60, 60, 60), (200, 200, 200)
LIGHT, BORDER, BORDER_PX = (255, 242, 160), (196, 120, 0), 3


def main() -> None:
    """Read `{"limits": …, "new": bytes}` and a line break, the new file, the one before it."""
    head = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**head["limits"])
    sandbox.bound(limits)
    data = sys.stdin.buffer.read(limits.bytes_max + 1)
    _prepare()
    sandbox.drop_rights()
    sys.stdout.buffer.write(painted(data[: head["new"]], data[head["new"] :]))


def painted(new: bytes, old: bytes = b"") -> bytes:
    """Return a PNG of the document's pages; with an earlier one, of those that changed."""
    mine, before = pages.opened(new), pages.opened(old) if old else []
    found = _changed(before, mine) if old else {}
    shown = [mine[number] for number in sorted(found)] or mine
    marked = [page for page in shown[:PAGES_MAX] if found.get(page.number)]
    rows: list[Image.Image] = []
    for page in marked:
        rows += _enlarged(page, found[page.number], STRIPS_PX_MAX // len(marked))
    for page in shown[:PAGES_MAX]:
        rows += _whole(page, len(mine), found.get(page.number, []))
    if len(shown) > PAGES_MAX:
        rows.append(_caption(f"… and {len(shown) - PAGES_MAX} more pages in the file"))
    return _png(_stacked(rows))


def _prepare() -> None:
    """Load what draws letters and writes a PNG while the installation is sure to be readable."""
    _png(_caption("Page"))


def _changed(before: Sequence[Page], mine: Sequence[Page]) -> dict[int, list[Box]]:
    """Return what to mark by page; pages that only look different stand there without marks."""
    old = [word for page in before for word in page.words()]
    found = marks.changed(old, [word for page in mine for word in page.words()])
    if found:
        return found
    pairs = zip(before, mine, strict=False)
    different = {new.number: list[Box]() for old, new in pairs if _differ(old, new)}
    return different | {page.number: list[Box]() for page in mine[len(before) :]}


def _differ(one: Page, other: Page) -> bool:
    a, b = one.look(1.0), other.look(1.0)
    return a.size != b.size or ImageChops.difference(a, b).getbbox() is not None


def _enlarged(page: Page, boxes: Sequence[Box], room_px: int) -> list[Image.Image]:
    """Return the changed places again, so large that they can be read on a phone."""
    width = WIDTH_PX / _zoom(page, min(box.height for box in boxes))
    groups = marks.close(boxes, width * STRIP_FILL)
    strips: list[Image.Image] = []
    for group in groups:
        scale = _zoom(page, group.height)
        strips.append(_marked(page, _strip(page, group, WIDTH_PX / scale), scale, boxes))
        if sum(strip.height for strip in strips) > room_px:
            strips.pop()
            break
    left = len(groups) - len(strips)
    more = [_caption(f"… and {left} more, marked on the page")] if strips and left else []
    head = [_caption(f"Changed on page {page.number + 1}, enlarged")] if strips else []
    return [*head, *strips, *more]


def _zoom(page: Page, height: float) -> float:
    """Return how many pixels a point needs for a line of this height to be read."""
    return min(ZOOM_MAX, max(WIDTH_PX / page.width, LINE_PX / max(height, 1.0)))


def _strip(page: Page, group: Box, width: float) -> Box:
    """Return the part of the page to enlarge: the line with a little above and below it."""
    left = (group.left + group.right - width) / 2
    left = max(0.0, min(left, page.width - width))
    room = group.height / 2
    top, bottom = max(0.0, group.top - room), min(page.height, group.bottom + room)
    return Box(left, top, min(page.width, left + width), bottom)


def _whole(page: Page, count: int, boxes: Sequence[Box]) -> list[Image.Image]:
    """Return the page without its empty margins, under a line that says which it is."""
    part = _printed(page)
    scale = WIDTH_PX / part.width
    seen = part._replace(bottom=min(part.bottom, part.top + PAGE_PX_MAX / scale))
    said = f"Page {page.number + 1} of {count}"
    said += ", what changed is marked" if boxes else ""
    said += ", its upper part" if seen != part else ""
    return [_caption(said), _marked(page, seen, scale, boxes)]


def _printed(page: Page) -> Box:
    """Return the box around everything that is not white, but never much less than the page."""
    look = page.look(1.0)
    box = ImageChops.difference(look, Image.new("RGB", look.size, PAPER)).getbbox()
    if box is None:
        return Box(0, 0, page.width, page.height)
    step = page.width / look.width  # 1, but for pages of enormous sizes
    left, top, right, bottom = (side * step for side in box)
    lacking = max(0.0, page.width * SEEN_MIN - (right - left)) / 2
    return Box(
        max(0.0, left - MARGIN_PT - lacking),
        max(0.0, top - MARGIN_PT),
        min(page.width, right + MARGIN_PT + lacking),
        min(page.height, bottom + MARGIN_PT),
    )


def _marked(page: Page, part: Box, scale: float, boxes: Sequence[Box]) -> Image.Image:
    """Return a part of the page in full width, its changed words in light boxes."""
    image = page.look(scale, part)
    image = image.resize((WIDTH_PX, max(1, round(image.height * WIDTH_PX / image.width))))
    light = Image.new("RGB", image.size, PAPER)
    on_light, places = ImageDraw.Draw(light), [_placed(box, part) for box in boxes]
    for place in places:
        on_light.rectangle(place, fill=LIGHT)
    image = ImageChops.multiply(image, light)
    pen = ImageDraw.Draw(image)
    for place in places:
        pen.rectangle(place, outline=BORDER, width=BORDER_PX)
    pen.rectangle((0, 0, image.width - 1, image.height - 1), outline=EDGE)
    return image


def _placed(box: Box, part: Box) -> tuple[float, float, float, float]:
    """Return where a box of the page stands in the picture of this part of it."""
    scale, room = WIDTH_PX / part.width, BORDER_PX
    return (
        (box.left - part.left) * scale - room,
        (box.top - part.top) * scale - room,
        (box.right - part.left) * scale + room,
        (box.bottom - part.top) * scale + room,
    )


def _caption(text: str) -> Image.Image:
    row = Image.new("RGB", (WIDTH_PX, CAPTION_PX), PAPER)
    font = ImageFont.load_default(CAPTION_TEXT_PX)
    ImageDraw.Draw(row).text((16, CAPTION_PX / 2), text, fill=INK, font=font, anchor="lm")
    return row


def _stacked(rows: Sequence[Image.Image]) -> Image.Image:
    whole = Image.new("RGB", (WIDTH_PX, sum(row.height for row in rows)), PAPER)
    top = 0
    for row in rows:
        whole.paste(row, (0, top))
        top += row.height
    return whole


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=9)
    return out.getvalue()
