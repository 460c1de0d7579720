"""Which changes are shown where not all of them fit: the weightiest, and never half of one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bot.lower.pen import Pen
from bot.lower.shapes import Change, counted
from bot.lower.split import pause
from engine.chat.diffs import Hunk, Piece, by_line

SAME_CHARS_MAX = 160  # of an unchanged run, where room is short

Chosen = dict[int, Sequence[Piece]]  # by the hunk's place
Stretch = list[tuple[Hunk, Sequence[Piece]]]


class Picked(NamedTuple):
    """The changes of a text that are shown, and what of it is not."""

    hunks: Sequence[Hunk]
    chosen: Chosen
    left: int  # changes there is no room for
    clipped: bool  # whether anything of the text is not shown, changed or not

    @property
    def total(self) -> int:
        return sum(hunk.changes for hunk in self.hunks)


def picked(change: Change, pen: Pen, *, lines: bool = False) -> Picked:
    """Return the changes to show: all, or the weightiest ones there is room for.

    `lines`: line by line, also where there is room for all.
    """
    hunks = single_lines(change.hunks) if lines or pen.chars is not None else change.hunks
    found = chosen(hunks, pen)
    shown = sum(changes(pieces) for pieces in found.values())
    left = sum(hunk.changes for hunk in hunks) - shown
    return Picked(hunks, found, left, left > 0 or any(not hunk.changes for hunk in hunks))


def stretches(shown: Picked) -> Iterator[Stretch]:
    """Yield the chosen lines, those together that stand together."""
    together, next_line = Stretch(), 0
    for place in sorted(shown.chosen):
        hunk = shown.hunks[place]
        if together and hunk.line > next_line:
            yield together
            together = Stretch()
        together.append((hunk, shown.chosen[place]))
        next_line = hunk.line + hunk.lines
    if together:
        yield together


def single_lines(hunks: Sequence[Hunk]) -> list[Hunk]:
    """Return changed lines one by one, so that each can be weighed."""
    return [
        line
        for hunk in hunks
        for line in (by_line(hunk) if hunk.changes else (hunk,))
        if line.changes or line is hunk
    ]


def chosen(hunks: Sequence[Hunk], pen: Pen) -> Chosen:
    """Return by place the hunks there is room for; of the first, what fits when it is too long."""
    changed = [place for place, hunk in enumerate(hunks) if hunk.changes]
    if pen.chars is None:
        return {place: hunks[place].pieces for place in changed}
    room, marks = pen.chars, pen.marks
    picked: Chosen = {}
    for place in sorted(changed, key=lambda place: hunks[place].weight, reverse=True):
        pieces = [_elided(piece) for piece in hunks[place].pieces]
        if not picked:
            pieces = _beginning(pieces, room, marks)
        size = sum(len(piece.text) for piece in pieces)
        used = 2 + sum(piece.kind != "same" for piece in pieces)
        if changes(pieces) and size <= room and used <= marks:
            picked[place] = pieces
            room, marks = room - size, marks - used
    return picked


def changes(pieces: Iterable[Piece]) -> int:
    """Count the runs that change."""
    return sum(1 for same, _ in groupby(pieces, lambda piece: piece.kind == "same") if not same)


def _elided(piece: Piece) -> Piece:
    """Shorten a long unchanged run to its ends."""
    if piece.kind != "same" or len(piece.text) <= SAME_CHARS_MAX:
        return piece
    ends = SAME_CHARS_MAX // 3
    start, end = piece.text[: pause(piece.text, ends)], piece.text[-ends:].partition(" ")[2]
    between = len(piece.text[len(start) : len(piece.text) - len(end)].split())
    return Piece("same", f"{start}[… {counted(between, 'word')} unchanged …] {end}")


def _beginning(pieces: Sequence[Piece], room: int, marks: int) -> list[Piece]:
    """Return the first pieces there is room for, never half a replacement."""
    begun: list[Piece] = []
    marks -= 2
    for piece in pieces:
        room -= len(piece.text)
        marks -= piece.kind != "same"
        if room < 0 or marks < 0:
            return _whole_lines(begun)
        begun.append(piece)
    return begun


def _whole_lines(pieces: list[Piece]) -> list[Piece]:
    """Drop what was begun and not finished: half a replacement, the start of an equal line."""
    while pieces and pieces[-1].kind != "same":
        pieces.pop()
    if pieces and "\n" in pieces[-1].text:
        pieces[-1] = Piece("same", pieces[-1].text[: pieces[-1].text.rindex("\n")])
    return pieces
