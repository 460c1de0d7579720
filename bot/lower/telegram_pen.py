"""How Telegram's HTML is written: styles and block quotes."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from bot.lower import shapes
from bot.lower.payload import TEXT_UTF16_MAX
from bot.lower.pen import Pen, left_out
from engine.chat.diffs import Kind

MARKS: dict[Kind, tuple[str, str]] = {"same": ("", ""), "del": ("s", "➖ "), "ins": ("b", "➕ ")}


class Shown(NamedTuple):
    """A written part, and what of it could not be written."""

    html: str
    cut: int = 0  # changes left out
    clipped: bool = False  # other text left out


def styled(text: str, tag: str, sign: str = "") -> str:
    """Return visible text in one style. What Telegram would turn into a link becomes code."""
    if len(text) > TEXT_UTF16_MAX:
        return _tagged(text, tag)  # too long to be sent in one piece: no need to look closer
    html, last = "", 0
    for match in shapes.LINKISH.finditer(text) if tag != "code" else ():
        if tag and match["email"]:
            continue
        html += _tagged(text[last : match.start()], tag) + sign + _tagged(match[0], "code")
        last = match.end()
    return html + _tagged(text[last:], tag)


def marked(pieces: Iterable[tuple[Kind, str]]) -> str:
    """Return a drawn change: struck what goes, bold what comes."""
    return "".join(styled(text, *MARKS[kind]) for kind, text in pieces)


def block(html: str, pen: Pen, expandable: bool = False) -> str:
    """Frame a text; within a fold it stays bare."""
    if pen.inside or not html.strip():
        return html
    return f"<blockquote{' expandable' if expandable else ''}>{html}</blockquote>"


def note(number: int, what: str) -> str:
    """Say how much is only in the file: "cut: 3 more changes, in the file"."""
    return f"<i>{left_out(number, what)}</i>"


def _tagged(text: str, tag: str) -> str:
    core = text.strip()
    if not tag or not core:
        return escape(text, quote=False)
    start = text.index(core)
    inner = f"<{tag}>{escape(core, quote=False)}</{tag}>"
    return escape(text[:start]) + inner + escape(text[start + len(core) :])
