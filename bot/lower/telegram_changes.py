"""Changes as Telegram's HTML: fields line by line, texts word by word."""

from collections.abc import Sequence

from bot.lower import shapes
from bot.lower.choice import Picked, picked, stretches
from bot.lower.pen import Pen, short
from bot.lower.shapes import counted
from bot.lower.split import clip
from bot.lower.telegram_pen import Shown, block, marked, note, styled
from bot.lower.visible import visible
from engine.chat.diffs import Piece
from engine.chat.messages import FieldDiff, FieldRow


def fields(part: FieldDiff, pen: Pen) -> Shown:
    """Write one line a field, its source under it, and the computed ones in one line."""
    rows = [row for row in part.rows if not row.derived]
    shown = rows[: pen.rows] if pen.chars is not None else rows
    lines, cut = [], len(rows) - len(shown)
    for row in shown:
        line, clipped = _field(row, pen)
        cut += clipped
        lines.append(line)
        if row.source and not pen.aside:
            lines.append(f"   {styled(clip(visible(row.source), pen.chars), 'i')}")
    derived, clipped = short(shapes.computed([row for row in part.rows if row.derived]), pen)
    if derived:
        lines.append(styled(f"computed: {derived}", "i"))
    if cut:
        lines.append(note(cut, "field"))
    html = "\n".join(lines)
    if pen.aside and (sources := _sources(shown, pen)):
        html += "\n" + sources
    return Shown(html, cut + clipped, clipped)


def _field(row: FieldRow, pen: Pen) -> tuple[str, bool]:
    old, old_clipped = short(row.old or "", pen)
    new, new_clipped = short(row.new or "", pen)
    label = styled(clip(visible(row.label), pen.chars), "")
    struck, bold = marked([("del", old)]), marked([("ins", new)])
    value = {
        "empty": "—",
        "same": styled(new, ""),
        "new": bold if bold.startswith("➕") else f"➕ {bold}",
        "cleared": f"{struck} → —",
        "changed": f"{struck} → {bold}",
    }[shapes.state(row)]
    return f"{label}: {value}", old_clipped or new_clipped


def _sources(rows: Sequence[FieldRow], pen: Pen) -> str:
    lines = [f"{row.label}: {row.source}" for row in rows if row.source]
    if not lines:
        return ""
    text = clip(visible("\n".join([f"Sources ({len(lines)})", *lines])), pen.chars)
    return block(styled(text, ""), pen, expandable=True)


def text_change(change: shapes.Change, pen: Pen) -> Shown:
    """Write a text that would leave: whole, as a change in place, or after and before."""
    if change.form == "inline":
        return _inline(change, pen)
    if change.form == "removed":
        old, clipped = short(change.old, pen)
        return _ended(block(marked([("del", old)]), pen), change.old, old, clipped)
    new, clipped = short(change.new, pen)
    after = _ended(block(styled(new, ""), pen), change.new, new, clipped)
    if change.form == "whole":
        return after
    old, old_clipped = short(change.old, pen)
    before = block(f"<b>Before</b>\n{styled(old, '')}", pen, expandable=True)
    html = f"<i>rewritten ({change.share:.0%} of words changed)</i>\n{after.html}\n{before}"
    return Shown(html, after.cut + old_clipped, after.clipped or old_clipped)


def _ended(html: str, whole: str, shown: str, clipped: bool) -> Shown:
    if not clipped:
        return Shown(html)
    left = max(1, whole.count("\n") - shown.count("\n"))
    return Shown(f"{html}\n{note(left, 'line')}", left, True)


def _inline(change: shapes.Change, pen: Pen) -> Shown:
    """Write the lines that change: all, or the weightiest ones there is room for."""
    shown = picked(change, pen)
    html = _in_sections(change, shown, pen) if change.long else _in_place(shown, pen)
    left = shown.left
    return Shown(f"{html}\n{note(left, 'change')}" if left else html, left, shown.clipped)


def _in_place(shown: Picked, pen: Pen) -> str:
    drawn = [
        _drawn(shown.chosen[place]) if place in shown.chosen else shapes.folded(hunk)
        for place, hunk in enumerate(shown.hunks)
        if place in shown.chosen or not hunk.changes
    ]
    return block("\n".join(drawn), pen)


def _in_sections(change: shapes.Change, shown: Picked, pen: Pen) -> str:
    """Write the chosen lines under the heading and line number where they stand."""
    lines = counted(change.new.count("\n") + 1, "line")
    drawn = [f"<i>{lines}, {counted(shown.total, 'change')}</i>"]
    for together in stretches(shown):
        hunk = together[0][0]
        section = f"{styled(visible(hunk.section), 'b')} · " if hunk.section else ""
        drawn.append(f"{section}line {hunk.line}")
        drawn.append(block("\n".join(_drawn(pieces) for _, pieces in together), pen))
    return "\n".join(drawn)


def _drawn(pieces: Sequence[Piece]) -> str:
    return marked(shapes.runs(pieces)).strip("\n")
