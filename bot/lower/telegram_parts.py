"""The parts of a message as Telegram's HTML, in as much detail as there is room for."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from bot.lower import shapes
from bot.lower.pen import Pen, rows, runs, short
from bot.lower.shapes import counted
from bot.lower.split import clip
from bot.lower.telegram_changes import fields, text_change
from bot.lower.telegram_pen import Shown, block, styled
from bot.lower.visible import visible
from engine.chat.messages import (
    Bullets,
    Facts,
    FieldDiff,
    Fold,
    Heading,
    Para,
    Part,
    Progress,
    Quote,
    Span,
    TextDiff,
)

EVIDENCE_INLINE_MAX = 3
TAGS = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "plain": ""}


def write(part: Part, pen: Pen) -> Shown:
    """Write one part; nothing is left out without saying so in the text itself."""
    match part:
        case Heading():
            return _heading(part, pen)
        case Para():
            return _para(part, pen)
        case Bullets():
            return _list([f"• {visible(item)}" for item in part.items], pen)
        case Progress():
            return _list([shapes.step(item) for item in part.steps], pen)
        case Quote():
            return _quote(part, pen)
        case Fold():
            return _fold(part, pen)
        case FieldDiff():
            return fields(part, pen)
        case TextDiff():
            return text_change(shapes.change(part.old, part.new), pen)
        case Facts():
            return _facts(part, pen)


def write_all(parts: Sequence[Part], pen: Pen) -> Shown:
    """Write parts below each other."""
    html, cut, clipped = "", 0, False
    before: Part | None = None
    for part in parts:
        shown = write(part, pen)
        if not shown.html:
            continue
        close = isinstance(before, Heading) and isinstance(part, Para)
        html += ("\n" if close else "\n\n" if before else "") + shown.html
        cut, clipped, before = cut + shown.cut, clipped or shown.clipped, part
    return Shown(html, cut, clipped)


def _heading(part: Heading, pen: Pen) -> Shown:
    text, clipped = short(part.text, pen)
    return Shown(styled(text, "b"), clipped=clipped)


def _para(part: Para, pen: Pen) -> Shown:
    shown, clipped = runs(part, pen)
    return Shown("".join(_span(span, text, pen) for span, text in shown), clipped=clipped)


def _span(span: Span, text: str, pen: Pen) -> str:
    if span.link and shapes.allowed(span.link, pen.hosts):
        return f'<a href="{escape(span.link)}">{escape(text, quote=False)}</a>'
    if shapes.is_command(span, text):
        return text  # our own command: one tap sends it
    link = f" ({visible(span.link)})" if span.link and span.link != span.text else ""
    return styled(text, TAGS[span.style]) + styled(link, "")


def _list(lines: Sequence[str], pen: Pen) -> Shown:
    """Write lines, as many and as long as the pen allows."""
    texts, left, clipped = rows(lines, pen)
    html = "\n".join(styled(text, "") for text in texts)
    if left:
        html += f"\n<i>… {counted(left, 'more line')}, in the file</i>"
    return Shown(html, clipped=clipped)


def _quote(part: Quote, pen: Pen) -> Shown:
    """Write somebody else's words, inert."""
    text, clipped = short(part.text, pen)
    who = f"{styled(clip(visible(part.who), pen.chars), 'i')}:\n" if part.who else ""
    plain = pen.aside and text.strip()
    body = f"<pre>{escape(text, quote=False)}</pre>" if plain else styled(text, "")
    return Shown(who + block(body, pen, expandable=True), clipped=clipped)


def _fold(part: Fold, pen: Pen) -> Shown:
    inner = write_all(part.parts, replace(pen, inside=True))
    title = styled(clip(visible(part.title), pen.chars), "b")
    html = block("\n".join(filter(None, (title, inner.html))), pen, expandable=True)
    return Shown(html, inner.cut, inner.clipped)


def _facts(part: Facts, pen: Pen) -> Shown:
    lines, clipped = [], False
    for label, text in shapes.facts(part):
        value = clip(text, pen.chars)
        clipped = clipped or value != text
        folded = label == "Evidence" and (pen.aside or len(part.evidence) > EVIDENCE_INLINE_MAX)
        if folded and not pen.inside:
            title = f"Evidence ({len(part.evidence)})"
            lines.append(block(f"{title}\n{styled(value, '')}", pen, expandable=True))
        else:
            lines.append(f"<b>{label}</b> {styled(value, '')}")
    return Shown("\n".join(lines), clipped=clipped)
