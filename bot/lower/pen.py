"""How much of a message may be written where room is short."""

from dataclasses import dataclass

from bot.lower.shapes import counted
from bot.lower.split import clip
from bot.lower.visible import visible


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


def left_out(number: int, what: str) -> str:
    """Say how much is only in the file: "cut: 3 more changes, in the file"."""
    return f"cut: {counted(number, f'more {what}')}, in the file"
