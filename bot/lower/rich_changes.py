"""Changes as Telegram's rich blocks: fields as a table, texts word by word."""

from collections.abc import Sequence

from bot.lower import shapes
from bot.lower.choice import Picked, Stretch, changes, picked, stretches
from bot.lower.pen import Pen, short
from bot.lower.rich_ink import (
    Block,
    Cell,
    Run,
    Shown,
    below,
    cell,
    details,
    ink,
    marked,
    note,
    paragraph,
    quote,
    table,
)
from bot.lower.shapes import counted
from bot.lower.split import clip
from bot.lower.visible import visible
from engine.chat.messages import FieldDiff, FieldRow

OPEN_LINES_MAX = 24  # that change in a long document; the others open with a tap


def fields(part: FieldDiff, pen: Pen) -> Shown:
    """Write a row a field, its source in the row below, and the computed ones in one line."""
    rows = [row for row in part.rows if not row.derived]
    shown = rows[: pen.rows] if pen.chars is not None else rows
    cells, cut = list[list[Cell]](), len(rows) - len(shown)
    for row in shown:
        line, clipped = _field(row, pen)
        cut += clipped
        cells.append(line)
        if row.source.strip() and not pen.aside:
            cells.append([cell([]), cell(ink(clip(visible(row.source), pen.chars), "italic"))])
    derived, clipped = short(shapes.computed([row for row in part.rows if row.derived]), pen)
    blocks = (
        *table(cells),
        *(paragraph(ink(f"computed: {derived}", "italic")) if derived else ()),
        *(note(cut, "field") if cut else ()),
        *(_sources(shown, pen) if pen.aside else ()),
    )
    return Shown(blocks, cut + clipped, clipped)


def text_change(change: shapes.Change, pen: Pen) -> Shown:
    """Write a text that would leave: whole, as a change in place, or after and before."""
    if change.form == "inline":
        return _inline(change, pen)
    if change.form == "removed":
        old, clipped = short(change.old, pen)
        return _ended(marked([("del", old)]), change.old, old, clipped)
    new, clipped = short(change.new, pen)
    after = _ended(ink(new), change.new, new, clipped)
    if change.form == "whole":
        return after
    old, old_clipped = short(change.old, pen)
    said = paragraph(ink(f"rewritten ({change.share:.0%} of words changed)", "italic"))
    before = details("Before", paragraph(ink(old)), pen)
    blocks = (*said, *after.blocks, *before)
    return Shown(blocks, after.cut + old_clipped, after.clipped or old_clipped)


def _field(row: FieldRow, pen: Pen) -> tuple[list[Cell], bool]:
    old, old_clipped = short(row.old or "", pen)
    new, new_clipped = short(row.new or "", pen)
    label = ink(clip(visible(row.label), pen.chars))
    struck, fresh = ink(old, "strike"), ink(new, "new")
    value: list[Run] = {
        "empty": ink("—"),
        "same": ink(new),
        "new": [*ink("➕ "), *fresh],
        "cleared": [*struck, *ink(" → —")],
        "changed": [*struck, *ink(" → "), *fresh],
    }[shapes.state(row)]
    return [cell(label), cell(value)], old_clipped or new_clipped


def _sources(rows: Sequence[FieldRow], pen: Pen) -> tuple[Block, ...]:
    lines = [f"{row.label}: {row.source}" for row in rows if row.source.strip()]
    text = clip(visible("\n".join(lines)), pen.chars)
    return details(f"Sources ({len(lines)})", paragraph(ink(text)), pen) if lines else ()


def _ended(runs: list[Run], whole: str, shown: str, clipped: bool) -> Shown:
    blocks = quote(paragraph(runs))
    if not clipped:
        return Shown(blocks)
    left = max(1, whole.count("\n") - shown.count("\n"))
    return Shown((*blocks, *note(left, "line")), left, True)


def _inline(change: shapes.Change, pen: Pen) -> Shown:
    """Write the lines that change: all, or the weightiest ones there is room for."""
    shown = picked(change, pen, lines=change.long)
    blocks = _in_sections(change, shown, pen) if change.long else _in_place(shown)
    said = note(shown.left, "change") if shown.left else ()
    return Shown((*blocks, *said), shown.left, shown.clipped)


def _in_place(shown: Picked) -> tuple[Block, ...]:
    lines = (
        marked(shapes.runs(shown.chosen[place]))
        if place in shown.chosen
        else ink(shapes.folded(hunk), "italic")
        for place, hunk in enumerate(shown.hunks)
        if place in shown.chosen or not hunk.changes
    )
    return quote([block for line in lines for block in paragraph(line)])


def _in_sections(change: shapes.Change, shown: Picked, pen: Pen) -> tuple[Block, ...]:
    """Write the chosen lines under the heading and line number where they stand.

    After the first ones the others are one tap away, with how many they are.
    """
    lines = counted(change.new.count("\n") + 1, "line")
    said = paragraph(ink(f"{lines}, {counted(shown.total, 'change')}", "italic"))
    opened, folded, hidden, room = list[Block](), list[Block](), 0, OPEN_LINES_MAX
    for stretch in stretches(shown):
        first, rest = stretch[:room], stretch[room:]
        opened += _section(first)
        folded += _section(rest)
        hidden += sum(changes(pieces) for _, pieces in rest)
        room -= len(first)
    return (
        *said,
        *opened,
        *(details(counted(hidden, "more change"), folded, pen) if hidden else ()),
    )


def _section(stretch: Stretch) -> tuple[Block, ...]:
    if not stretch:
        return ()
    hunk = stretch[0][0]
    heading = [*ink(visible(hunk.section), "bold"), *ink(" · ")] if hunk.section else []
    lines = [marked(shapes.runs(pieces)) for _, pieces in stretch]
    return (*paragraph([*heading, *ink(f"line {hunk.line}")]), *quote(paragraph(below(lines))))
