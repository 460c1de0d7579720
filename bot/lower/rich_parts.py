"""The parts of a message as Telegram's rich blocks, in as much detail as there is room for."""

from collections.abc import Sequence
from dataclasses import replace

from bot.lower import shapes
from bot.lower.pen import Pen, rows, runs, short
from bot.lower.rich_changes import fields, text_change
from bot.lower.rich_ink import (
    Block,
    Run,
    Shown,
    below,
    bullets,
    details,
    heading,
    ink,
    linked,
    paragraph,
    quote,
)
from bot.lower.shapes import counted
from bot.lower.split import clip
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
QUOTE_OPEN_CHARS_MAX = 600  # a longer quote opens with a tap


def write(part: Part, pen: Pen) -> Shown:
    """Write one part; nothing is left out without saying so in the text itself."""
    match part:
        case Heading():
            text, clipped = short(part.text, pen)
            return Shown(heading(text), clipped=clipped)
        case Para():
            return _para(part, pen)
        case Bullets():
            lines, left, clipped = rows([visible(item) for item in part.items], pen)
            return Shown((*bullets(lines), *_more(left)), clipped=clipped)
        case Progress():
            lines, left, clipped = rows([shapes.step(item) for item in part.steps], pen)
            return Shown((*paragraph(below(map(ink, lines))), *_more(left)), clipped=clipped)
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
    shown = [write(part, pen) for part in parts]
    return Shown(
        tuple(block for one in shown for block in one.blocks),
        sum(one.cut for one in shown),
        any(one.clipped for one in shown),
    )


def _para(part: Para, pen: Pen) -> Shown:
    shown, clipped = runs(part, pen)
    written = [run for span, text in shown for run in _span(span, text, pen)]
    return Shown(paragraph(written), clipped=clipped)


def _span(span: Span, text: str, pen: Pen) -> list[Run]:
    if span.link and shapes.allowed(span.link, pen.hosts):
        return linked(text, span.link)
    if shapes.is_command(span, text):
        return ink(text, "code")  # our own command, to be typed: nothing is detected here
    link = f" ({visible(span.link)})" if span.link and span.link != span.text else ""
    return [*ink(text, span.style), *ink(link)]


def _more(left: int) -> tuple[Block, ...]:
    said = f"… {counted(left, 'more line')}, in the file"
    return paragraph(ink(said, "italic")) if left else ()


def _quote(part: Quote, pen: Pen) -> Shown:
    """Write somebody else's words, inert; long ones behind a tap that says how long they are."""
    text, clipped = short(part.text, pen)
    who = clip(visible(part.who), pen.chars)
    said = paragraph(ink(text))
    if len(text) <= QUOTE_OPEN_CHARS_MAX or pen.inside:
        return Shown(quote(said, ink(who)), clipped=clipped)
    lines = counted(text.count("\n") + 1, "line")
    return Shown(details(f"{who}, {lines}" if who else lines, quote(said), pen), clipped=clipped)


def _fold(part: Fold, pen: Pen) -> Shown:
    inner = write_all(part.parts, replace(pen, inside=True))
    title = clip(visible(part.title), pen.chars)
    return Shown(details(title, inner.blocks, pen), inner.cut, inner.clipped)


def _facts(part: Facts, pen: Pen) -> Shown:
    lines, folded, clipped = list[list[Run]](), tuple[Block, ...](), False
    for label, text in shapes.facts(part):
        value = clip(text, pen.chars)
        clipped = clipped or value != text
        if label == "Evidence" and (pen.aside or len(part.evidence) > EVIDENCE_INLINE_MAX):
            title = f"Evidence ({len(part.evidence)})"
            folded = details(title, paragraph(ink(value)), pen)
        else:
            lines.append([*ink(label, "bold"), *ink(f" {value}")])
    return Shown((*paragraph(below(lines)), *folded), clipped=clipped)
