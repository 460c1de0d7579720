"""How much of a message may be written where room is short."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.lower.shapes import counted
from bot.lower.split import clip
from bot.lower.visible import visible
from engine.chat.messages import Para, Span


@dataclass(frozen=True)
class Pen:
    """How much may be written."""

    hosts: frozenset[str] = frozenset()  # where a link may lead
    aside: bool = False  # sources and evidence move into folds, quotes become plain
    chars: int | None = None  # of one text, one change or one quote
    marks: int = 0  # marks in one change, when chars are limited
    rows: int = 0  # fields or items, when chars are limited
    inside: bool = False  # within a fold: Telegram cannot nest block quotes


def short(text: str, pen: Pen) -> tuple[str, bool]:
    """Return visible text as long as the pen allows, and whether it had to be clipped."""
    whole = visible(text)
    shown = clip(whole, pen.chars)
    return shown, shown != whole


def runs(part: Para, pen: Pen) -> tuple[list[tuple[Span, str]], bool]:
    """Return the runs of a paragraph, each with as much of its text as the pen still allows."""
    shown, room = list[tuple[Span, str]](), pen.chars
    for span in part.spans:
        text, clipped = short(span.text, replace(pen, chars=room))
        shown.append((span, text))
        if clipped:
            return shown, True
        room = None if room is None else max(0, room - len(text))
    return shown, False


def rows(lines: Sequence[str], pen: Pen) -> tuple[list[str], int, bool]:
    """Return as many lines, and as much of each, as the pen allows; then how many are left out."""
    shown = lines[: pen.rows] if pen.chars is not None else lines
    texts = [clip(line, pen.chars) for line in shown]
    left = len(lines) - len(shown)
    return texts, left, left > 0 or texts != list(shown)


def left_out(number: int, what: str) -> str:
    """Say how much is only in the file: "cut: 3 more changes, in the file"."""
    return f"cut: {counted(number, f'more {what}')}, in the file"
