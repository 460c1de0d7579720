"""What all surfaces decide alike: how a change is shown, and the order of things."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal
from urllib.parse import urlsplit

from bot.lower.visible import visible
from engine.chat.diffs import EMAIL, URL, Hunk, Kind, Piece, hunks, share, words
from engine.chat.messages import (
    Facts,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Progress,
    Span,
    TextDiff,
)

REWRITTEN_MIN = 0.45  # from this share of changed words on, before and after read better
LONG_LINES_MIN = 30  # from here on a change is shown under the headings of its document
CHANGES_CACHED = 16

STEP_SIGNS = {
    "pending": "○",
    "running": "◐",
    "waiting": "⏸",
    "done": "✓",
    "error": "✗",
    "compensated": "↩",
}
COMMAND = re.compile(r"/[a-z][a-z0-9_]{0,31}")
LINKISH = re.compile(
    rf"(?P<email>{EMAIL})|{URL}|(?<![\w@./+-])(?:[\w+-]{{1,63}}\.){{1,8}}"
    r"(?!(?i:pdf|docx|xlsx|pptx|eml|png|jpe?g|txt|csv|html?|ics|xml|json)\b)[^\W\d_]{2,24}\b(?:/\S*)?"
    r"|(?<![\w@/])@\w{3,}|(?<![\w/<])/[a-zA-Z]\w*|(?<![\w#&])#\w+"
)


@dataclass(frozen=True)
class Change:
    """How a text becomes another one, in the form that reads best."""

    old: str
    new: str

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The change word by word."""
        return words(self.old, self.new)

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """The change in stretches of lines."""
        return hunks(self.old, self.new)

    @cached_property
    def share(self) -> float:
        """The share of changed words."""
        return share(self.pieces)

    @property
    def form(self) -> Literal["whole", "inline", "rewritten", "removed"]:
        """A new text is shown whole, a light edit in place, a rewrite as after and before."""
        if not self.old.strip():
            return "whole"
        if not self.new.strip():
            return "removed"
        return "rewritten" if self.share > REWRITTEN_MIN else "inline"

    @property
    def long(self) -> bool:
        """Whether it takes headings to find one's way."""
        return self.new.count("\n") >= LONG_LINES_MIN


@lru_cache(maxsize=CHANGES_CACHED)
def change(old: str, new: str) -> Change:
    """Return the change between two texts, with what deceives made visible first."""
    return Change(visible(old), visible(new))


def folded(hunk: Hunk) -> str:
    """Return the line that stands for an unchanged stretch."""
    return f"… {counted(hunk.lines, 'line')} unchanged …"


def counted(number: int, noun: str) -> str:
    """Return "1 line", "2 lines"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def runs(pieces: Sequence[Piece]) -> Iterator[tuple[Kind, str]]:
    """Yield a change as it is drawn: a space between marks, a lone line break as a sign."""
    before: Piece | None = None
    for place, piece in enumerate(pieces):
        if piece.kind == "same" or piece.text.strip():
            if before and before.kind == "del" and piece.kind == "ins":
                yield "same", "" if before.text[-1:].isspace() else " "
            yield piece.kind, piece.text
        elif "\n" in piece.text and not _beside_its_kind(pieces, place):
            yield piece.kind, "⏎"
            yield "same", piece.text if piece.kind == "ins" else " "
        else:
            yield "same", piece.text
        before = piece


def _beside_its_kind(pieces: Sequence[Piece], place: int) -> bool:
    beside = (*pieces[max(0, place - 1) : place], *pieces[place + 1 : place + 2])
    return any(piece.kind == pieces[place].kind and piece.text.strip() for piece in beside)


def state(row: FieldRow) -> Literal["same", "new", "cleared", "changed", "empty"]:
    """Say what happens to a field."""
    if not row.old and not row.new:
        return "empty"
    if row.old == row.new:
        return "same"
    if not row.old:
        return "new"
    return "changed" if row.new else "cleared"


def computed(rows: Sequence[FieldRow]) -> str:
    """Return the derived fields in one line: "Net 2,400.00 → 2,640.00 · VAT …"."""
    return " · ".join(visible(f"{row.label} {_arrow(row)}") for row in rows)


def _arrow(row: FieldRow) -> str:
    if state(row) in ("same", "new"):
        return row.new or ""
    return f"{row.old or '—'} → {row.new or '—'}"


def facts(part: Facts) -> list[tuple[str, str]]:
    """Return the foot of a card as (label, text), always in the same order, empty ones left out."""
    evidence = " · ".join(item.label for item in part.evidence)
    lines = (
        ("Why", part.why),
        ("Evidence", evidence),
        ("Risk", part.risk),
        ("Policy", part.policy),
        ("Cost", part.cost),
        ("Undo", part.undo),
        ("Expires", part.expires),
    )
    return [(label, visible(text)) for label, text in lines if text.strip()]


def step(item: Progress.Step) -> str:
    """Return a step of a plan in one line, its state as a sign."""
    detail = f" — {item.detail}" if item.detail else ""
    return visible(f"{STEP_SIGNS[item.state]} {item.title}{detail}")


def opened(msg: Msg) -> tuple[Part, ...]:
    """Return the parts, led by written words: what is read first is never a stripped change."""
    if msg.parts and isinstance(msg.parts[0], Heading | Para):
        return msg.parts
    return (Heading(text=msg.summary), *msg.parts) if msg.summary.strip() else msg.parts


def changes_in(parts: Sequence[Part]) -> int:
    """Count the changes all these parts show."""
    return sum(
        len(part.rows)
        if isinstance(part, FieldDiff)
        else max(1, sum(hunk.changes for hunk in change(part.old, part.new).hunks))
        if isinstance(part, TextDiff)
        else changes_in(part.parts)
        if isinstance(part, Fold)
        else 0
        for part in parts
    )


def is_command(span: Span, text: str) -> bool:
    """Tell whether this is a command of our own, to be typed or tapped."""
    return span.link == span.text and COMMAND.fullmatch(text) is not None


def allowed(link: str | None, hosts: frozenset[str]) -> bool:
    """Say whether a link may be one: http(s), without a login in it, to a host on the list."""
    if not link or not link.isprintable():
        return False
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "@" not in parts.netloc and host in hosts
