"""HTML as its reader sees it: the visible text, and apart from it what was hidden."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from connectors.files.looks import Look, style_rules

HTML_CHARS_MAX = 500_000
HIDDEN_MAX = 20
HIDDEN_CHARS_MAX = 500
DEPTH_MAX = 1500
QUOTES_MAX = 10
LINE_CHARS_MAX = 10_000
_TAGS = {
    "a", "abbr", "article", "aside", "b", "big", "blockquote", "body", "br", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "font", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "i", "img", "ins", "label",
    "li", "main", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span", "strike",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "tt", "u", "ul",
}  # fmt: skip
_BLOCKS = {
    "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_PARAGRAPHS = {"h1", "h2", "h3", "h4", "h5", "h6", "p"}
_VOID = {"br", "col", "hr", "img"}
_NEED_NO_END = _VOID | {
    "area", "base", "body", "dd", "dt", "head", "html", "input", "li", "link", "meta", "option",
    "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
}  # fmt: skip
_ATTRIBUTES = {"style", "class", "id", "hidden", "color", "bgcolor"}
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u2060-\u2064\ufeff]")
_TAG_LETTERS = re.compile("[\U000e0000-\U000e007f]+")  # an alphabet no screen shows
_LONG_TAG = re.compile(r"<[^<>]{8000,}>?")  # pictures as text, or thousands of attributes
_RULE = "_" * 32


@dataclass(frozen=True, slots=True)
class Page:
    """`hidden`: pieces of text that the page keeps from its reader's eyes, comments included."""

    text: str
    hidden: tuple[str, ...] = ()


def visible(html: str) -> Page:
    """The text a mail program would show, quotations behind ">", and the pieces it would not."""
    html = _LONG_TAG.sub("", html[:HTML_CHARS_MAX])
    if _depth(html) > DEPTH_MAX:
        return Page("", _tidy([re.sub(r"<[^<>]{0,1000}>", " ", html)]))
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"*": _ATTRIBUTES},
        clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math"},
        strip_comments=False,
        link_rel=None,
    )
    reader = _Reader(style_rules(html))
    reader.feed(clean)
    reader.close()
    text, secret = plain("\n".join(reader.finished()).strip("\n"))
    return Page(text, _tidy([*reader.hidden, *secret]))


def plain(text: str) -> tuple[str, tuple[str, ...]]:
    """Text without characters nobody sees, and what was spelled out in them."""
    secret = tuple(
        "".join(chr(ord(char) - 0xE0000) for char in run) for run in _TAG_LETTERS.findall(text)
    )
    return _INVISIBLE.sub("", _TAG_LETTERS.sub("", text)), _tidy(list(secret))


def _depth(html: str) -> int:
    """How deep tags are nested at most; deep nesting costs its square and nobody reads it."""
    deepest = depth = 0
    for closing, tag in re.findall(r"<(/?)([a-zA-Z]\w{0,20})", html):
        if tag.lower() not in _NEED_NO_END:
            depth = max(0, depth + (-1 if closing else 1))
            deepest = max(deepest, depth)
    return deepest


def _tidy(pieces: list[str]) -> tuple[str, ...]:
    """Pieces with something to read, each once and shortened."""
    spaced = (re.sub(r"\s+", " ", _INVISIBLE.sub("", piece)).strip() for piece in pieces)
    worth = (piece[:HIDDEN_CHARS_MAX] for piece in spaced if re.search(r"\w\w", piece))
    return tuple(dict.fromkeys(worth))[:HIDDEN_MAX]


@dataclass
class _Reader(HTMLParser):
    """Walks well-formed HTML and keeps two texts apart: shown and hidden."""

    rules: dict[str, str]
    hidden: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._looks = [Look()]
        self._lines: list[str] = []
        self._line = ""
        self._quotes = self._preformatted = 0

    def finished(self) -> list[str]:
        self._end_line()
        return self._lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in _VOID:
            style = self._style(tag, attributes)
            self._looks.append(self._looks[-1].within(style, attributes))
        self._preformatted += tag == "pre"
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag == "hr":
            self._whole_line(_RULE)
        elif tag in ("td", "th"):
            self._line += "\t" if self._line.strip() else ""
        elif tag in _BLOCKS:
            self._begin_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self._preformatted -= tag == "pre"
        if tag in _BLOCKS:
            self._end_line()
            self._quotes -= tag == "blockquote"
            if tag in _PARAGRAPHS:
                self._empty_line()
        if len(self._looks) > 1:
            self._looks.pop()

    def handle_data(self, data: str) -> None:
        look = self._looks[-1]
        if look.hides:
            self._hide(data)
        elif self._preformatted:
            first, *more = data.split("\n")
            self._line += first
            for line in more:
                self._end_line(keep_empty=True)
                self._line = line
        else:
            text = re.sub(r"[ \t\r\n\f]+", " ", data)
            begins = not self._line or self._line.endswith((" ", "\t"))
            self._line += text.lstrip() if begins else text
        if len(self._line) > LINE_CHARS_MAX:
            self._end_line()

    def handle_comment(self, data: str) -> None:
        data = data[:HIDDEN_CHARS_MAX]
        conditional = re.match(r"\s*(?:\[if|<!\[|\[endif|StartFragment|EndFragment)", data)
        if not conditional and re.search(r"[^\W\d_]{3}\s+[^\W\d_]{2}", data):
            self.hidden.append(re.sub(r"<[^>]{0,500}>", " ", data))

    def _style(self, tag: str, attributes: dict[str, str | None]) -> str:
        names = [tag, *(f".{name}" for name in (attributes.get("class") or "").split()[:20])]
        names.append(f"#{attributes.get('id') or ''}")
        said = [self.rules[name] for name in names if name in self.rules]
        return ";".join([*said, attributes.get("style") or ""])

    def _hide(self, data: str) -> None:
        if data.strip():
            self.hidden.append(data)

    def _begin_block(self, tag: str) -> None:
        self._end_line()
        if tag in _PARAGRAPHS:
            self._empty_line()
        self._quotes += tag == "blockquote"
        if tag == "li":
            self._line = "- "

    def _whole_line(self, text: str) -> None:
        self._end_line()
        self._line = text
        self._end_line()

    def _end_line(self, *, keep_empty: bool = False) -> None:
        text = self._line.rstrip()
        if text or keep_empty:
            self._lines.append(f"{self._behind} {text}".strip() if self._quotes else text)
        self._line = ""

    def _empty_line(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._behind)

    @property
    def _behind(self) -> str:
        return ">" * min(self._quotes, QUOTES_MAX)
