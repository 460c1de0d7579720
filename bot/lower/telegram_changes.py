"""Changes as Telegram's HTML: fields line by line, texts word by word."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.lower import shapes
from bot.lower.shapes import counted
from bot.lower.split import clip, pause
from bot.lower.telegram_pen import Pen, Shown, block, marked, note, short, styled
from bot.lower.visible import visible
from engine.diffs import Hunk, Piece, by_line
from engine.messages import FieldDiff, FieldRow

SAME_CHARS_MAX = 160  # of an unchanged run, where room is short

Chosen = dict[int, Sequence[Piece]]  # by the hunk's place


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
        "new": bold if bold.startswith("➕") else f"➕ {bold}",  # noqa: RUF001
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
    hunks = change.hunks if pen.chars is None else _single_lines(change.hunks)
    total = sum(hunk.changes for hunk in hunks)
    chosen = _chosen(hunks, pen)
    left = total - sum(_changes(pieces) for pieces in chosen.values())
    html = (
        _in_sections(change, hunks, chosen, pen) if change.long else _in_place(hunks, chosen, pen)
    )
    folds = any(not hunk.changes for hunk in hunks)
    return Shown(f"{html}\n{note(left, 'change')}" if left else html, left, left > 0 or folds)


def _single_lines(hunks: Sequence[Hunk]) -> list[Hunk]:
    """Return changed lines one by one, so that each can be weighed."""
    return [
        line
        for hunk in hunks
        for line in (by_line(hunk) if hunk.changes else (hunk,))
        if line.changes or line is hunk
    ]


def _in_place(hunks: Sequence[Hunk], chosen: Chosen, pen: Pen) -> str:
    drawn = [
        _drawn(chosen[place]) if place in chosen else shapes.folded(hunk)
        for place, hunk in enumerate(hunks)
        if place in chosen or not hunk.changes
    ]
    return block("\n".join(drawn), pen)


def _in_sections(change: shapes.Change, hunks: Sequence[Hunk], chosen: Chosen, pen: Pen) -> str:
    """Write the chosen lines under the heading and line number where they stand."""
    lines = counted(change.new.count("\n") + 1, "line")
    total = sum(hunk.changes for hunk in hunks)
    drawn = [f"<i>{lines}, {counted(total, 'change')}</i>"]
    next_line, texts = 0, list[str]()
    for place in sorted(chosen):
        hunk = hunks[place]
        if texts and hunk.line > next_line:
            drawn.append(block("\n".join(texts), pen))
            texts = []
        if not texts:
            section = f"{styled(visible(hunk.section), 'b')} · " if hunk.section else ""
            drawn.append(f"{section}line {hunk.line}")
        texts.append(_drawn(chosen[place]))
        next_line = hunk.line + hunk.lines
    return "\n".join([*drawn, block("\n".join(texts), pen)])


def _drawn(pieces: Sequence[Piece]) -> str:
    return marked(shapes.runs(pieces)).strip("\n")


def _chosen(hunks: Sequence[Hunk], pen: Pen) -> Chosen:
    """Return by place the hunks there is room for; of the first, what fits when it is too long."""
    changed = [place for place, hunk in enumerate(hunks) if hunk.changes]
    if pen.chars is None:
        return {place: hunks[place].pieces for place in changed}
    room, marks = pen.chars, pen.marks
    chosen: Chosen = {}
    for place in sorted(changed, key=lambda place: hunks[place].weight, reverse=True):
        pieces = [_elided(piece) for piece in hunks[place].pieces]
        if not chosen:
            pieces = _beginning(pieces, room, marks)
        size = sum(len(piece.text) for piece in pieces)
        used = 2 + sum(piece.kind != "same" for piece in pieces)
        if _changes(pieces) and size <= room and used <= marks:
            chosen[place] = pieces
            room, marks = room - size, marks - used
    return chosen


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


def _changes(pieces: Iterable[Piece]) -> int:
    return sum(1 for same, _ in groupby(pieces, lambda piece: piece.kind == "same") if not same)
