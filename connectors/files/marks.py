"""Which words of a document changed, and where they stand on its pages. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import ceil
from typing import NamedTuple

GONE_WIDTH_PT = 3.0  # of the bar that stands where words were taken out


class Box(NamedTuple):
    """A rectangle on an upright page, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    def joined(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def beside(self, other: "Box") -> bool:
        """Say whether both stand on one line."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared > min(self.height, other.height) / 2


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands; pages count from 0."""

    text: str
    page: int
    box: Box


def changed(old: Sequence[Word], new: Sequence[Word]) -> dict[int, list[Box]]:
    """Return the boxes to draw, by page of the new document: one around each changed stretch.

    Where words only went, a narrow bar stands after the word before them.
    """
    matcher = SequenceMatcher(None, [w.text for w in old], [w.text for w in new], autojunk=False)
    found: dict[int, list[Box]] = {}
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind == "delete":
            marked: Iterable[Word] = _gap(new, start)
        else:
            marked = new[start:end] if kind != "equal" else ()
        for word in _lines(marked):
            found.setdefault(word.page, []).append(word.box)
    return found


def close(boxes: Sequence[Box], width: float) -> list[Box]:
    """Join boxes that stand on one line and together are no wider than this; cut wider ones."""
    joined: list[Box] = []
    for box in sorted(boxes, key=lambda one: (one.top, one.left)):
        near = (
            place
            for place, other in enumerate(joined)
            if other.beside(box) and other.joined(box).width <= width
        )
        if (place := next(near, None)) is not None:
            joined[place] = joined[place].joined(box)
        else:
            joined += _cut(box, width)
    return joined


def _cut(box: Box, width: float) -> Iterator[Box]:
    for part in range(ceil(box.width / width) or 1):
        left = box.left + part * width
        yield box._replace(left=left, right=min(box.right, left + width))


def _lines(words: Iterable[Word]) -> Iterator[Word]:
    """Join neighbours on one line, so that a changed sentence gets one box and not ten."""
    held: Word | None = None
    for word in words:
        near = held and held.page == word.page and held.box.beside(word.box)
        if held and near and 0 <= word.box.left - held.box.right <= word.box.height:
            held = Word("", word.page, held.box.joined(word.box))
            continue
        if held:
            yield held
        held = word
    if held:
        yield held


def _gap(words: Sequence[Word], place: int) -> tuple[Word, ...]:
    """Return the bar for what is missing at this place; none in a document without words."""
    if place:
        before = words[place - 1]
        left = before.box.right
    elif words:
        before = words[0]
        left = before.box.left - GONE_WIDTH_PT
    else:
        return ()
    box = before.box._replace(left=left, right=left + GONE_WIDTH_PT)
    return (Word("", before.page, box),)
