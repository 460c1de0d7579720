"""The parts of a message as Slack's rich text, in as much detail as there is room for."""

from collections.abc import Sequence
from dataclasses import replace

from bot.lower import shapes
from bot.lower.pen import Pen, rows, runs, short
from bot.lower.slack_changes import fields, text_change
from bot.lower.slack_ink import (
    Leaf,
    Shown,
    beginning,
    below,
    bullets,
    flat,
    ink,
    length,
    linked,
    more_lines,
    quote,
    section,
)
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

FOLD_CHARS_MAX = 1500  # Slack has no fold inside a message: a longer one is in the file
FOLD_START_CHARS = 400  # of its beginning are shown all the same
LINK_CHARS_MAX = 3000


def write(part: Part, pen: Pen) -> Shown:
    """Write one part; nothing is left out without saying so in the text itself."""
    match part:
        case Heading():
            text, clipped = short(part.text, pen)
            return Shown(section(ink(text, "bold")), clipped=clipped)
        case Para():
            return _para(part, pen)
        case Bullets():
            lines, left, clipped = _lines([visible(item) for item in part.items], pen)
            return Shown((*bullets(lines), *section(left)), clipped=clipped)
        case Progress():
            lines, left, clipped = _lines([shapes.step(item) for item in part.steps], pen)
            return Shown(section(below([*map(ink, lines), left])), clipped=clipped)
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
        tuple(element for one in shown for element in one.elements),
        sum(one.cut for one in shown),
        any(one.clipped for one in shown),
    )


def leaves_of(span: Span, text: str, hosts: frozenset[str]) -> list[Leaf]:
    """Return a span's text: a link only for an allowed host, else with its address behind it."""
    if span.link and len(span.link) <= LINK_CHARS_MAX and shapes.allowed(span.link, hosts):
        return linked(text, span.link)
    if shapes.is_command(span, text):
        return ink(text, "code")  # our own command, to be typed
    link = f" ({visible(span.link)})" if span.link and span.link != span.text else ""
    return [*ink(text, "" if span.style == "plain" else span.style), *ink(link)]


def _para(part: Para, pen: Pen) -> Shown:
    shown, clipped = runs(part, pen)
    leaves = [leaf for span, text in shown for leaf in leaves_of(span, text, pen.hosts)]
    return Shown(section(leaves), clipped=clipped)


def _lines(lines: Sequence[str], pen: Pen) -> tuple[list[str], list[Leaf], bool]:
    """Return as many lines as the pen allows, and what says so."""
    texts, left, clipped = rows(lines, pen)
    return texts, more_lines(left) if left else [], clipped


def _quote(part: Quote, pen: Pen) -> Shown:
    """Write somebody else's words, inert."""
    text, clipped = short(part.text, pen)
    who = ink(clip(visible(part.who), pen.chars), "italic")
    said_by = section([*who, *ink(":")]) if part.who.strip() else ()
    return Shown((*said_by, *quote(ink(text))), clipped=clipped)


def _fold(part: Fold, pen: Pen) -> Shown:
    """Write a fold as a quote under its title; a long one begins, and says how much is hidden.

    Of a long fold that holds changes nothing is shown: a change is never cut in the middle.
    """
    inner = write_all(part.parts, replace(pen, chars=None, inside=True))
    leaves = flat(inner.elements)
    title = ink(visible(part.title) if pen.inside else clip(visible(part.title), pen.chars), "bold")
    size = length(leaves)
    if pen.inside or size <= min(FOLD_CHARS_MAX, pen.chars or FOLD_CHARS_MAX):
        return Shown(quote(below([title, leaves])), inner.cut, inner.clipped)
    changes = shapes.changes_in(part.parts)
    start = [] if changes else beginning(leaves, min(FOLD_START_CHARS, pen.chars or size))
    hidden = shapes.counted(size - length(start), "more character" if start else "character")
    rest = ink(f"… {hidden}, in the file", "italic")
    return Shown(quote(below([title, start, rest])), changes, True)


def _facts(part: Facts, pen: Pen) -> Shown:
    lines, clipped = list[list[Leaf]](), False
    for label, text in shapes.facts(part):
        value = clip(text, pen.chars)
        clipped = clipped or value != text
        lines.append([*ink(label, "bold"), *ink(f" {value}")])
    return Shown(section(below(lines)), clipped=clipped)
