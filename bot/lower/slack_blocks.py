"""A message for Slack: one card that fits, or a plain text in pieces.

Text is rich text, which Slack takes literally: no markup, mention or link can come in with it.
What does not fit is left out in steps, never silently: first fewer changes are shown with exact
counts, then the whole goes into a file. While changes are only in the file, the primary button
opens it instead of deciding.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

from bot.lower import shapes
from bot.lower.document import document
from bot.lower.document import name as document_name
from bot.lower.gate import SECRET, Buttons, TokenOf, gated
from bot.lower.limits import utf16
from bot.lower.payload import SlackPayload
from bot.lower.pen import Pen
from bot.lower.slack_buttons import actions
from bot.lower.slack_ink import (
    Block,
    Leaf,
    file_note,
    header,
    ink,
    rich_text,
    section,
    trimmed,
)
from bot.lower.slack_limits import BLOCKS_MAX, HEADER_CHARS_MAX, SIZE_MAX, size
from bot.lower.slack_parts import leaves_of, write
from bot.lower.split import clip
from bot.lower.visible import visible
from engine.chat.messages import Bullets, Facts, Heading, Msg, Para, Part

MESSAGES_MAX = 6  # pieces of one plain text; a longer one goes into a file
PIECE_SIZE = 200  # of the block around a piece
FACT_CHARS_MIN = 120  # of each fact, in the last resort
WHOLE = Pen()
LADDER = (
    Pen(chars=4800, marks=120, rows=60),
    Pen(chars=2400, marks=60, rows=24),
    Pen(chars=1200, marks=40, rows=12),
    Pen(chars=600, marks=20, rows=8),
    Pen(chars=240, marks=10, rows=5),
)


class Composed(NamedTuple):
    """A message's blocks without its buttons, and what of it could not be written."""

    blocks: tuple[Block, ...]
    cut: int = 0
    clipped: bool = False


def lower(
    msg: Msg,
    token: TokenOf,
    *,
    hosts: frozenset[str] = frozenset(),
    delivered: bool = False,
    size_max: int = SIZE_MAX,
) -> tuple[SlackPayload, ...]:
    """Return what to send: one payload for a card, one or more for a plain text.

    `hosts` are those a link may lead to. `delivered` says that the file with the full text has
    arrived, so the primary button may decide. `size_max` is less for what Slack refused before.
    Raises ValueError for a token Slack cannot carry.
    """
    if msg.sensitivity == "secret":
        blocks = (rich_text(section(ink(SECRET)), "p0"),)
        return (SlackPayload(SECRET, blocks, silent=msg.silent),)
    pens = (replace(pen, hosts=hosts) for pen in (WHOLE, *LADDER))
    whole = _composed(msg, next(pens))
    fits = _fits(whole, msg.buttons, size_max)
    if not fits and not msg.buttons and (split := _split(msg, hosts, size_max - PIECE_SIZE)):
        return split
    tried = (_composed(msg, pen) for pen in pens)
    fitting = (one for one in (whole, *tried) if _fits(one, msg.buttons, size_max))
    best = next(fitting, None) or _last_resort(msg)
    buttons = gated(msg) if best.cut and not delivered else msg.buttons
    files = (document(msg, hosts=hosts),) if best.cut or best.clipped else ()
    return (
        SlackPayload(
            text=_spoken(msg),
            blocks=(*best.blocks, *actions(buttons, token)),
            files=files,
            stored=msg.files,
            cut=best.cut,
            silent=msg.silent,
        ),
    )


def _composed(msg: Msg, pen: Pen) -> Composed:
    blocks, cut, clipped = list[Block](), 0, False
    for part in shapes.opened(msg):
        shown = write(part, pen)
        cut, clipped = cut + shown.cut, clipped or shown.clipped
        if isinstance(part, Heading) and (text := _title(part)):
            blocks.append(header(text, f"p{len(blocks)}"))
        elif shown.elements:
            blocks.append(rich_text(shown.elements, f"p{len(blocks)}"))
    attached = clip(" · ".join(visible(file.name) for file in msg.files), pen.chars)
    for leaves in (
        ink(f"📎 {attached}") if attached.strip() else [],
        file_note(document_name(msg)) if cut or clipped else [],
        [] if blocks else ink(visible(msg.summary).strip() or "…"),
    ):
        if leaves:
            blocks.append(rich_text(section(leaves), f"p{len(blocks)}"))
    return Composed(_few(blocks, BLOCKS_MAX - len(msg.buttons)), cut, clipped)


def _title(part: Heading) -> str:
    """Return a heading that Slack's header takes; nothing when it needs more room."""
    text = visible(part.text).strip()
    return text if utf16(text) <= HEADER_CHARS_MAX and "\n" not in text else ""


def _few(blocks: Sequence[Block], blocks_max: int) -> tuple[Block, ...]:
    """Return the blocks, or, where they are too many, one with all their elements."""
    if len(blocks) <= blocks_max:
        return tuple(blocks)
    elements = [
        element
        for block in blocks
        for element in (
            section(ink(block["text"]["text"], "bold"))
            if block["type"] == "header"
            else block["elements"]
        )
    ]
    return (rich_text(elements, "p0"),)


def _fits(composed: Composed, buttons: Buttons, size_max: int) -> bool:
    return size((*composed.blocks, *actions(buttons, lambda _button: "?"))) <= size_max


def _last_resort(msg: Msg) -> Composed:
    """Say in words what it is, count what is only in the file, and keep the facts."""
    cut = shapes.changes_in(msg.parts)
    said = shapes.counted(cut, "change")
    foot = next((part for part in msg.parts if isinstance(part, Facts)), Facts())
    elements = (
        *section(ink(clip(visible(msg.summary.strip() or "…"), 200), "bold")),
        *(section(ink(f"cut: {said}, all in the file", "italic")) if cut else ()),
        *section(file_note(document_name(msg))),
        *write(foot, Pen(chars=FACT_CHARS_MIN)).elements,
    )
    return Composed((rich_text(elements, "p0"),), cut, True)


def _spoken(msg: Msg) -> str:
    """Return the summary for notifications, escaped, without anything that becomes a link."""
    text = shapes.LINKISH.sub(_inert, visible(msg.summary).strip()) or "…"
    return escape(text, quote=False)


def _inert(match: re.Match[str]) -> str:
    if match["email"] or match[0][0] in "@/#":
        return match[0]
    return match[0].replace("://", "[:]//").replace(".", "[.]")


def _split(msg: Msg, hosts: frozenset[str], room: int) -> tuple[SlackPayload, ...]:
    """Return a plain text in pieces; nothing when it is no plain text or takes too many pieces."""
    if not all(isinstance(part, Heading | Para | Bullets) for part in msg.parts):
        return ()
    texts = _packed(_stream(shapes.opened(msg), hosts), room)
    if len(texts) > MESSAGES_MAX or any(size(text) > room for text in texts):
        return ()
    spoken, last = _spoken(msg), len(texts) - 1
    return tuple(
        SlackPayload(
            text=spoken if place == 0 else f"{spoken} ({place + 1} of {last + 1})",
            blocks=(rich_text(section(leaves), "p0"),),
            stored=msg.files if place == last else (),
            silent=msg.silent or place > 0,
        )
        for place, leaves in enumerate(texts)
    )


def _stream(parts: Sequence[Part], hosts: frozenset[str]) -> Iterator[list[Leaf]]:
    """Yield a plain text run by run; a run is short enough to be moved to the next message."""
    for part in parts:
        runs: list[Leaf] = []
        if isinstance(part, Heading):
            runs = ink(visible(part.text), "bold")
        elif isinstance(part, Bullets):
            items = [f"• {visible(item)}\n" for item in part.items]
            runs = [leaf for item in items for leaf in ink(item)]
        elif isinstance(part, Para):
            spans = [leaves_of(span, visible(span.text), hosts) for span in part.spans]
            runs = [leaf for span in spans for leaf in span]
        yield from ([run] for run in runs)
        yield ink("\n\n")


def _packed(runs: Iterator[list[Leaf]], size_max: int) -> list[list[Leaf]]:
    """Fill messages with runs of text. It stops as soon as there are too many."""
    texts: list[list[Leaf]] = [[]]
    room = size_max
    for run in runs:
        needed = size(run)
        if needed > room:
            if len(texts) > MESSAGES_MAX:
                break
            texts.append([])
            room = size_max
        texts[-1] += run
        room -= needed
    return [text for text in map(trimmed, texts) if section(text)]
