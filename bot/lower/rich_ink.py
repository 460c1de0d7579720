"""Telegram's rich messages: literal text in styles and blocks, so no text can become markup.

A text is a string, a style around a text, or a list of these. A block holds texts or blocks.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from bot.lower.pen import Pen, left_out
from engine.chat.diffs import Kind

STYLES = {
    "plain": (),
    "bold": ("bold",),
    "italic": ("italic",),
    "strike": ("strikethrough",),
    "code": ("code",),
    "new": ("marked", "bold"),  # marked, and seen as new where the colour is not
}
MARKS: dict[Kind, str] = {"same": "plain", "del": "strike", "ins": "new"}
HEADING_SIZE = 3  # of 1 to 6

Run = str | dict[str, Any]
Block = dict[str, Any]
Cell = dict[str, Any]


class Shown(NamedTuple):
    """A written part, and what of it could not be written."""

    blocks: tuple[Block, ...]
    cut: int = 0  # changes left out
    clipped: bool = False  # other text left out


def ink(text: str, style: str = "plain") -> list[Run]:
    """Return visible text in one style; the spaces around it stay plain."""
    core = text.strip()
    if not STYLES[style] or not core:
        return [text] if text else []
    start = text.index(core)
    inner: Run = core
    for kind in reversed(STYLES[style]):
        inner = {"type": kind, "text": inner}
    return [run for run in (text[:start], inner, text[start + len(core) :]) if run]


def linked(text: str, url: str) -> list[Run]:
    """Return a link; whoever calls has checked where it leads."""
    return [{"type": "url", "text": text, "url": url}] if text.strip() else ink(text)


def marked(pieces: Iterable[tuple[Kind, str]]) -> list[Run]:
    """Return a drawn change: struck what goes, marked what comes."""
    return [run for kind, text in pieces for run in ink(text, MARKS[kind])]


def below(lines: Iterable[Sequence[Run]]) -> list[Run]:
    """Return lines one under the other; empty ones are left out."""
    runs: list[Run] = []
    for line in filter(None, lines):
        runs += ["\n", *line] if runs else line
    return runs


def paragraph(runs: Sequence[Run]) -> tuple[Block, ...]:
    """Return running text; nothing when there is nothing to see."""
    text = _text(runs)
    return ({"type": "paragraph", "text": text},) if text else ()


def heading(text: str) -> tuple[Block, ...]:
    whole = _text(ink(text))
    return ({"type": "heading", "text": whole, "size": HEADING_SIZE},) if whole else ()


def bullets(items: Iterable[str]) -> tuple[Block, ...]:
    """Return a list; blank items are left out."""
    shown = [{"blocks": list(blocks)} for item in items if (blocks := paragraph(ink(item)))]
    return ({"type": "list", "items": shown},) if shown else ()


def quote(blocks: Sequence[Block], credit: Sequence[Run] = ()) -> tuple[Block, ...]:
    """Return blocks with a bar at their side, and whose words they are."""
    if not blocks:
        return paragraph(credit)
    by = _text(credit)
    return ({"type": "blockquote", "blocks": list(blocks)} | ({"credit": by} if by else {}),)


def details(title: str, blocks: Sequence[Block], pen: Pen) -> tuple[Block, ...]:
    """Return blocks that open with a tap; within others that did they lie open, under a title."""
    said = ink(title, "bold")
    if pen.inside or not blocks or not _text(said):
        return (*paragraph(said), *blocks)
    return ({"type": "details", "summary": _text(said), "blocks": list(blocks)},)


def cell(runs: Sequence[Run]) -> Cell:
    """Return a cell of a table; one without text is not seen."""
    text = _text(runs)
    return {"align": "left", "valign": "top"} | ({"text": text} if text else {})


def table(rows: Sequence[Sequence[Cell]]) -> tuple[Block, ...]:
    """Return a table; nothing when no cell of it is seen."""
    if not any("text" in one for row in rows for one in row):
        return ()
    cells = [list(row) for row in rows]
    return ({"type": "table", "cells": cells, "is_bordered": True, "is_compact": True},)


def note(number: int, what: str) -> tuple[Block, ...]:
    """Say how much is only in the file."""
    return paragraph(ink(left_out(number, what), "italic"))


def _text(runs: Sequence[Run]) -> Run | list[Run]:
    """Return runs as one text without line ends around it; an empty one when nothing is seen."""
    joined = list(_joined(runs))
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip("\n")
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip("\n")
    left = [run for run in joined if run]
    if not any(not isinstance(run, str) or run.strip() for run in left):
        return ""
    return left[0] if len(left) == 1 else left


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield runs, neighbouring plain ones as one."""
    plain = ""
    for run in runs:
        if isinstance(run, str):
            plain += run
            continue
        if plain:
            yield plain
        plain = ""
        yield run
    if plain:
        yield plain
