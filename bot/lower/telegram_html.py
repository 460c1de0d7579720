"""A message for Telegram: one card that fits, or a plain text in pieces.

What does not fit is left out in steps, never silently: sources and evidence move into folds,
then fewer changes are shown with exact counts, then the whole goes into a file. While changes
are only in the file, the primary button opens it instead of deciding.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from bot.lower import shapes
from bot.lower.document import document
from bot.lower.document import name as document_name
from bot.lower.gate import SECRET, TokenOf, gated
from bot.lower.limits import Measure, measure
from bot.lower.payload import (
    CALLBACK_BYTES_MAX,
    TEXT_UTF16_MAX,
    InlineButton,
    Payload,
)
from bot.lower.pen import Pen
from bot.lower.shapes import changes_in, counted
from bot.lower.split import clip, pieces
from bot.lower.telegram_parts import write, write_all
from bot.lower.telegram_pen import Shown, styled
from bot.lower.visible import visible
from engine.chat.messages import Bullets, Button, Facts, Form, Heading, Msg, Para, Part, Span

MESSAGES_MAX = 6  # pieces of one plain text; a longer one goes into a file
HTML_CHARS_MAX = 60_000  # nothing longer can fit: not worth parsing
FACT_CHARS_MIN = 120  # of each fact, in the last resort
LADDER = (
    Pen(),
    Pen(aside=True),
    Pen(aside=True, chars=2400, marks=60, rows=24),
    Pen(aside=True, chars=1200, marks=40, rows=12),
    Pen(aside=True, chars=600, marks=20, rows=8),
    Pen(aside=True, chars=240, marks=10, rows=5),
)
WHOLE_RUNGS = 2  # the first ones show everything
STYLES: dict[str, Literal["success", "danger"] | None] = {
    "ok": "success",
    "danger": "danger",
    "plain": None,
}


def lower(
    msg: Msg, token: TokenOf, *, hosts: frozenset[str] = frozenset(), delivered: bool = False
) -> tuple[Payload, ...]:
    """Return what to send: one payload for a card, one or more for a plain text.

    `hosts` are those a link may lead to. `delivered` says that the file with the full text has
    arrived, so the primary button may decide. Raises ValueError for a token over 64 bytes.
    """
    if msg.sensitivity == "secret":
        return (_withheld(msg),)
    best = _first_fitting(msg, LADDER[:WHOLE_RUNGS], hosts)
    if best is None and not msg.buttons and (split := _split(msg, hosts)):
        return split
    best = best or _first_fitting(msg, LADDER[WHOLE_RUNGS:], hosts) or _last_resort(msg)
    shown, found = best
    buttons = gated(msg) if shown.cut and not delivered else msg.buttons
    payload = _payload(msg, shown, found, buttons, token)
    if shown.cut or shown.clipped:
        payload = replace(payload, files=(document(msg, hosts=hosts),), cut=shown.cut)
    return (payload,)


def _first_fitting(
    msg: Msg, pens: tuple[Pen, ...], hosts: frozenset[str]
) -> tuple[Shown, Measure] | None:
    for pen in pens:
        shown = _composed(msg, replace(pen, hosts=hosts))
        if found := _fitting(shown.html):
            return shown, found
    return None


def _composed(msg: Msg, pen: Pen) -> Shown:
    shown = write_all(shapes.opened(msg), pen)
    attached = " · ".join(visible(file.name) for file in msg.files)
    blocks = [
        shown.html,
        f"📎 {styled(clip(attached, pen.chars), '')}" if attached else "",
        _pointer(msg) if shown.cut or shown.clipped else "",
    ]
    html = "\n\n".join(filter(None, blocks)).strip()
    return shown._replace(html=html or styled(visible(msg.summary), "").strip() or "…")


def _pointer(msg: Msg) -> str:
    return f"📄 the full text: {styled(document_name(msg), 'code')}"


def _fitting(html: str) -> Measure | None:
    if len(html) > HTML_CHARS_MAX:
        return None
    found = measure(html)
    return found if found.fits and found.text.strip() else None


def _last_resort(msg: Msg) -> tuple[Shown, Measure]:
    """Say in words what it is, count what is only in the file, and keep the facts."""
    cut = changes_in(msg.parts)
    lines = [styled(clip(visible(msg.summary.strip() or "…"), 200), "b")]
    if cut:
        lines.append(f"<i>cut: {counted(cut, 'change')}, all in the file</i>")
    lines.append(_pointer(msg))
    foot = next((part for part in msg.parts if isinstance(part, Facts)), Facts())
    lines.append(write(foot, Pen(chars=FACT_CHARS_MIN, inside=True)).html)
    html = "\n\n".join(filter(None, lines))
    return Shown(html, cut, True), measure(html)


def _payload(
    msg: Msg,
    shown: Shown,
    found: Measure,
    buttons: tuple[tuple[Button, ...], ...],
    token: TokenOf,
) -> Payload:
    form = next((button.form for row in buttons for button in row if button.form), None)
    return Payload(
        text=shown.html,
        entities=found.entities,
        reply_markup=keyboard(buttons, token),
        stored=msg.files,
        edit_hint=_hint(form) if form and form.fields else "",
        silent=msg.silent,
    )


def keyboard(
    buttons: tuple[tuple[Button, ...], ...], token: TokenOf
) -> tuple[tuple[InlineButton, ...], ...]:
    """Return the buttons under a message. ValueError: a token is over 64 bytes."""
    return tuple(tuple(_inline(button, token) for button in row) for row in buttons)


def _inline(button: Button, token: TokenOf) -> InlineButton:
    label, style = visible(button.label)[:24] or "…", STYLES[button.style]
    if button.disabled:
        return InlineButton(label, None, style)
    data = token(button)
    if not 1 <= len(data.encode()) <= CALLBACK_BYTES_MAX:
        raise ValueError(f"The token of the button “{button.label}” must have 1 to 64 bytes.")
    return InlineButton(label, data, style)


def _hint(form: Form) -> str:
    labels = [visible(field.label) for field in form.fields]
    if len(labels) == 1:
        return f"Reply to this message with the new text for “{labels[0]}”."
    return f"Reply to this message with one line for each: {', '.join(labels)}."


def _withheld(msg: Msg) -> Payload:
    return Payload(text=SECRET, entities=0, silent=msg.silent, protect=True)


def _split(msg: Msg, hosts: frozenset[str]) -> tuple[Payload, ...]:
    """Return a plain text in pieces; nothing when it is no plain text or too many pieces."""
    if not all(isinstance(part, Heading | Para | Bullets) for part in msg.parts):
        return ()
    texts = _packed(_units(shapes.opened(msg), Pen(hosts=hosts)))
    if len(texts) > MESSAGES_MAX:
        return ()
    last = len(texts) - 1
    return tuple(
        Payload(
            text=html,
            entities=measure(html).entities,
            stored=msg.files if place == last else (),
            silent=msg.silent or place > 0,
        )
        for place, html in enumerate(texts)
    )


def _packed(units: Iterator[tuple[str, str]]) -> list[str]:
    """Fill messages with units, each given with what separates it from the one before.

    It stops as soon as there are too many.
    """
    texts: list[str] = []
    for gap, html in units:
        if len(texts) > MESSAGES_MAX:
            break
        if texts and _fitting(texts[-1] + gap + html):
            texts[-1] += gap + html
        elif html.strip():
            texts.append(html.strip())
    return texts


def _units(parts: tuple[Part, ...], pen: Pen) -> Iterator[tuple[str, str]]:
    """Yield (gap before, HTML) of stretches that each fit a message."""
    for part in parts:
        html = write(part, pen).html
        if _fitting(html):
            yield "\n\n", html
        elif isinstance(part, Bullets):
            for place, item in enumerate(part.items):
                yield from _pieces(Span(text=f"• {item}"), "\n" if place else "\n\n", pen)
        elif isinstance(part, Para):
            for place, span in enumerate(part.spans):
                yield from _pieces(span, "" if place else "\n\n", pen)
        elif isinstance(part, Heading):
            yield from _pieces(Span(text=part.text, style="bold"), "\n\n", pen)


def _pieces(span: Span, gap: str, pen: Pen) -> Iterator[tuple[str, str]]:
    """Yield a run of text in pieces that fit, halved while they hold too many links."""
    plain = span.model_copy(update={"link": None})
    waiting = [(visible(span.text), TEXT_UTF16_MAX)]
    while waiting:
        text, units_max = waiting.pop()
        html = write(Para(spans=(plain.model_copy(update={"text": text}),)), pen).html
        if _fitting(html) or not text.strip():
            yield gap, html
            gap = ""
        else:
            parts = list(pieces(text, units_max))
            waiting += [(part, units_max // 2) for part in reversed(parts)]
