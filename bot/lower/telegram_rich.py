"""A message for Telegram as one rich message, where a person found these readable.

What does not fit is left out in steps, never silently, as in HTML: sources and evidence move into
folds, then fewer changes are shown with exact counts, then the whole goes into a file. While
changes are only in the file, the primary button opens it instead of deciding.
"""

from dataclasses import replace

from bot.lower import shapes
from bot.lower.document import document
from bot.lower.document import name as document_name
from bot.lower.gate import SECRET, TokenOf, gated
from bot.lower.payload import RichPayload
from bot.lower.pen import Pen
from bot.lower.rich_ink import Shown, ink, paragraph
from bot.lower.rich_limits import measure_rich
from bot.lower.rich_parts import write, write_all
from bot.lower.shapes import changes_in, counted
from bot.lower.split import clip
from bot.lower.telegram_html import FACT_CHARS_MIN, keyboard
from bot.lower.visible import visible
from engine.chat.messages import Bullets, Facts, Heading, Msg, Para

LADDER = (
    Pen(),
    Pen(aside=True),
    Pen(aside=True, chars=20_000, marks=1000, rows=120),
    Pen(aside=True, chars=9600, marks=480, rows=90),
    Pen(aside=True, chars=4800, marks=240, rows=60),
    Pen(aside=True, chars=2400, marks=60, rows=24),
    Pen(aside=True, chars=1200, marks=40, rows=12),
    Pen(aside=True, chars=600, marks=20, rows=8),
    Pen(aside=True, chars=240, marks=10, rows=5),
)


def gains(msg: Msg) -> bool:
    """Say whether a rich message shows more than HTML, where a command can be tapped."""
    plain = all(isinstance(part, Heading | Para | Bullets) for part in msg.parts)
    return not plain and msg.sensitivity != "secret"


def lower(
    msg: Msg, token: TokenOf, *, hosts: frozenset[str] = frozenset(), delivered: bool = False
) -> tuple[RichPayload, ...]:
    """Return what to send: one rich message.

    `hosts` are those a link may lead to. `delivered` says that the file with the full text has
    arrived, so the primary button may decide. Raises ValueError for a token over 64 bytes.
    """
    if msg.sensitivity == "secret":
        return (RichPayload(paragraph(ink(SECRET)), silent=msg.silent, protect=True),)
    shown = _first_fitting(msg, hosts) or _last_resort(msg)
    buttons = gated(msg) if shown.cut and not delivered else msg.buttons
    payload = RichPayload(
        blocks=shown.blocks,
        reply_markup=keyboard(buttons, token),
        files=(document(msg, hosts=hosts),) if shown.cut or shown.clipped else (),
        stored=msg.files,
        cut=shown.cut,
        silent=msg.silent,
    )
    return (payload,)


def _first_fitting(msg: Msg, hosts: frozenset[str]) -> Shown | None:
    composed = (_composed(msg, replace(pen, hosts=hosts)) for pen in LADDER)
    return next((shown for shown in composed if measure_rich(shown.blocks).fits), None)


def _composed(msg: Msg, pen: Pen) -> Shown:
    shown = write_all(shapes.opened(msg), pen)
    attached = clip(" · ".join(visible(file.name) for file in msg.files), pen.chars)
    blocks = (
        *shown.blocks,
        *(paragraph(ink(f"📎 {attached}")) if attached.strip() else ()),
        *(_pointer(msg) if shown.cut or shown.clipped else ()),
    )
    said = paragraph(ink(visible(msg.summary).strip() or "…"))
    return shown._replace(blocks=blocks or said)


def _pointer(msg: Msg) -> tuple[dict[str, object], ...]:
    return paragraph([*ink("📄 the full text: "), *ink(document_name(msg), "code")])


def _last_resort(msg: Msg) -> Shown:
    """Say in words what it is, count what is only in the file, and keep the facts."""
    cut = changes_in(msg.parts)
    foot = next((part for part in msg.parts if isinstance(part, Facts)), Facts())
    blocks = (
        *paragraph(ink(clip(visible(msg.summary.strip() or "…"), 200), "bold")),
        *(
            paragraph(ink(f"cut: {counted(cut, 'change')}, all in the file", "italic"))
            if cut
            else ()
        ),
        *_pointer(msg),
        *write(foot, Pen(chars=FACT_CHARS_MIN, inside=True)).blocks,
    )
    return Shown(blocks, cut, True)
