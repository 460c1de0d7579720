"""The limits of each surface, checked on what was lowered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

from bot.lower.payload import (
    BUTTONS_MAX,
    BUTTONS_PER_ROW_MAX,
    CALLBACK_BYTES_MAX,
    ENTITIES_MAX,
    TEXT_UTF16_MAX,
    InlineButton,
    Payload,
)
from bot.lower.visible import deceives
from engine.chat.diffs import EMAIL
from engine.chat.messages import LABEL_CHARS_MAX

TELEGRAM_TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"})
VOID_TAGS = frozenset({"input", "meta", "br", "hr", "wbr", "img"})
OWN_PICTURES = "/picture/"  # served by the web chat itself, to whoever is signed in
WEB_FORBIDDEN = frozenset(
    {"script", "style", "iframe", "object", "embed", "link", "base", "svg", "video", "audio"}
)
Surface = Literal["telegram", "web", "document"]
_EMAIL = re.compile(EMAIL)


@dataclass
class Measure:
    """What a piece of HTML amounts to once it is parsed."""

    text: str = ""
    entities: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def utf16(self) -> int:
        """Length as Telegram counts it."""
        return utf16(self.text)

    @property
    def fits(self) -> bool:
        """Whether Telegram shows all of it."""
        return self.utf16 <= TEXT_UTF16_MAX and self.entities <= ENTITIES_MAX


def utf16(text: str) -> int:
    """Return the number of UTF-16 units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def measure(html: str) -> Measure:
    """Parse Telegram's HTML and return its visible text, its entities and its faults."""
    return _parsed(html, "telegram")


def text_of(html: str) -> str:
    """Return the text a reader of this HTML sees, style sheets left out."""
    return _parsed(html, "document").text


def check_telegram(payload: Payload) -> list[str]:
    """Return what Telegram would refuse or show wrongly; empty when all is well."""
    found = measure(payload.text)
    faults = list(found.faults)
    if not found.text.strip():
        faults.append("the text is empty")
    if found.utf16 > TEXT_UTF16_MAX:
        faults.append(f"{found.utf16} UTF-16 units, at most {TEXT_UTF16_MAX}")
    if found.entities > ENTITIES_MAX:
        faults.append(f"{found.entities} entities, at most {ENTITIES_MAX}")
    if found.entities != payload.entities:
        faults.append(f"{payload.entities} entities said, {found.entities} found")
    if deceives(found.text):
        faults.append("characters that deceive")
    for file in payload.files:
        faults += check_document(file.content)
    return faults + list(button_faults(payload.reply_markup))


def check_document(html: str) -> list[str]:
    """Return what is unbalanced in a file for a browser, or what it would load or run."""
    return _faults(html, "document")


def check_web(html: str) -> list[str]:
    """Return what is unbalanced in a web card, or what a strict CSP would refuse."""
    return _faults(html, "web")


def check_terminal(text: str) -> list[str]:
    """Return what a terminal or a log could take for more than words."""
    return ["characters that deceive or control"] if deceives(text) else []


def button_faults(rows: Sequence[Sequence[InlineButton]]) -> Iterator[str]:
    """Yield what Telegram would refuse in the buttons under a message."""
    if sum(map(len, rows)) > BUTTONS_MAX:
        yield f"more than {BUTTONS_MAX} buttons"
    for row in rows:
        if not 1 <= len(row) <= BUTTONS_PER_ROW_MAX:
            yield f"{len(row)} buttons in a row"
        for button in row:
            if not button.text.strip() or len(button.text) > LABEL_CHARS_MAX:
                yield f"the label {button.text!r}"
            data = button.callback_data
            if data is not None and not 1 <= len(data.encode()) <= CALLBACK_BYTES_MAX:
                yield f"the callback data of {button.text!r}"


def _faults(html: str, surface: Surface) -> list[str]:
    return _parsed(html, surface).faults


def _parsed(html: str, surface: Surface) -> Measure:
    parser = _Parser(surface)
    parser.feed(html)
    parser.close()
    return parser.measured()


class _Parser(HTMLParser):
    def __init__(self, surface: Surface) -> None:
        super().__init__(convert_charrefs=True)
        self.surface = surface
        self.open: list[str] = []
        self.texts: list[str] = []
        self.found = Measure()

    def measured(self) -> Measure:
        """Return the sum, after everything was fed."""
        self.found.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.found.text = "".join(self.texts)
        return self.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an entity, or judge an element."""
        self.found.faults += (
            self._telegram_faults(tag)
            if self.surface == "telegram"
            else _web_faults(tag, attrs, self.surface)
        )
        self.found.entities += 1
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, or say what is wrong."""
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        """Keep the visible text; a bare e-mail address is one more entity."""
        if self.open[-1:] != ["style"]:
            self.texts.append(data)
        if self.surface == "telegram" and not {"code", "pre", "a"} & set(self.open):
            self.found.entities += len(_EMAIL.findall(data)) if "@" in data else 0

    def _telegram_faults(self, tag: str) -> list[str]:
        faults = []
        if tag not in TELEGRAM_TAGS:
            faults.append(f"<{tag}> is unknown to Telegram")
        if {"code", "pre"} & set(self.open):
            faults.append(f"<{tag}> inside code")
        if tag in ("code", "pre") and {"b", "i", "u", "s", "a"} & set(self.open):
            faults.append(f"<{tag}> inside a style")
        if tag == "blockquote" and "blockquote" in self.open:
            faults.append("a blockquote inside a blockquote")
        return faults


def _web_faults(tag: str, attrs: list[tuple[str, str | None]], surface: Surface) -> list[str]:
    own_style = tag == "style" and surface == "document"
    faults = [f"<{tag}> is not allowed"] if tag in WEB_FORBIDDEN and not own_style else []
    if tag == "img" and surface != "web":
        faults.append("<img> is not allowed")
    for name, value in attrs:
        if name == "style" or name.startswith("on"):
            faults.append(f"the attribute {name} needs inline code")
        own_picture = (tag, name) == ("img", "src") and (value or "").startswith(OWN_PICTURES)
        if name in ("src", "srcset", "background") and not own_picture:
            faults.append(f"the attribute {name} loads something")
        if name == "href" and not (value or "").startswith(("https://", "http://", "/", "#")):
            faults.append(f"a link to {value}")
    return faults
