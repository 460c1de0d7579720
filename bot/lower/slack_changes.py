"""Changes as Slack's rich text: fields line by line, texts word by word."""

from bot.lower import shapes
from bot.lower.choice import Picked, picked, stretches
from bot.lower.pen import Pen, short
from bot.lower.shapes import counted
from bot.lower.slack_ink import Element, Leaf, Shown, below, ink, marked, note, quote, section
from bot.lower.split import clip
from bot.lower.visible import visible
from engine.chat.diffs import Hunk
from engine.chat.messages import FieldDiff, FieldRow


def fields(part: FieldDiff, pen: Pen) -> Shown:
    """Write one line a field, its source under it, and the computed ones in one line."""
    rows = [row for row in part.rows if not row.derived]
    shown = rows[: pen.rows] if pen.chars is not None else rows
    lines, cut = list[list[Leaf]](), len(rows) - len(shown)
    for row in shown:
        line, clipped = _field(row, pen)
        cut += clipped
        lines.append(line)
        if row.source:
            lines.append(ink(f"   {clip(visible(row.source), pen.chars)}", "italic"))
    derived, clipped = short(shapes.computed([row for row in part.rows if row.derived]), pen)
    if derived:
        lines.append(ink(f"computed: {derived}", "italic"))
    if cut:
        lines.append(note(cut, "field"))
    return Shown(section(below(lines)), cut + clipped, clipped)


def text_change(change: shapes.Change, pen: Pen) -> Shown:
    """Write a text that would leave: whole, as a change in place, or after and before."""
    if change.form == "inline":
        return _inline(change, pen)
    if change.form == "removed":
        old, clipped = short(change.old, pen)
        return _ended(ink(old, "strike"), change.old, old, clipped)
    new, clipped = short(change.new, pen)
    after = _ended(ink(new), change.new, new, clipped)
    if change.form == "whole":
        return after
    old, old_clipped = short(change.old, pen)
    said = ink(f"rewritten ({change.share:.0%} of words changed)", "italic")
    before = quote(below([ink("Before", "bold"), ink(old)]))
    elements = (*section(said), *after.elements, *before)
    return Shown(elements, after.cut + old_clipped, after.clipped or old_clipped)


def _field(row: FieldRow, pen: Pen) -> tuple[list[Leaf], bool]:
    old, old_clipped = short(row.old or "", pen)
    new, new_clipped = short(row.new or "", pen)
    label = ink(f"{clip(visible(row.label), pen.chars)}: ")
    struck, bold = ink(old, "strike"), ink(new, "bold")
    value = {
        "empty": ink("—"),
        "same": ink(new),
        "new": [*ink("➕ "), *bold],
        "cleared": [*struck, *ink(" → —")],
        "changed": [*struck, *ink(" → "), *bold],
    }[shapes.state(row)]
    return [*label, *value], old_clipped or new_clipped


def _ended(leaves: list[Leaf], whole: str, shown: str, clipped: bool) -> Shown:
    if not clipped:
        return Shown(quote(leaves))
    left = max(1, whole.count("\n") - shown.count("\n"))
    return Shown((*quote(leaves), *section(note(left, "line"))), left, True)


def _inline(change: shapes.Change, pen: Pen) -> Shown:
    """Write the lines that change: all, or the weightiest ones there is room for."""
    shown = picked(change, pen)
    elements = _in_sections(change, shown) if change.long else quote(_in_place(shown))
    said = section(note(shown.left, "change")) if shown.left else ()
    return Shown((*elements, *said), shown.left, shown.clipped)


def _in_place(shown: Picked) -> list[Leaf]:
    return below(
        marked(shapes.runs(shown.chosen[place]))
        if place in shown.chosen
        else ink(shapes.folded(hunk))
        for place, hunk in enumerate(shown.hunks)
        if place in shown.chosen or not hunk.changes
    )


def _in_sections(change: shapes.Change, shown: Picked) -> tuple[Element, ...]:
    """Write the chosen lines under the heading and line number where they stand."""
    lines = counted(change.new.count("\n") + 1, "line")
    elements = [*section(ink(f"{lines}, {counted(shown.total, 'change')}", "italic"))]
    for together in stretches(shown):
        elements += section(_where(together[0][0]))
        elements += quote(below(marked(shapes.runs(pieces)) for _, pieces in together))
    return tuple(elements)


def _where(hunk: Hunk) -> list[Leaf]:
    heading = [*ink(visible(hunk.section), "bold"), *ink(" · ")] if hunk.section else []
    return [*heading, *ink(f"line {hunk.line}")]
