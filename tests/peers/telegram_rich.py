"""How Telegram reads a rich message: its blocks and styles, their fields and their limits.

Written from the Bot API's description, not from the product. Only `blocks` are read here. The
limits are Telegram's; the wording of the errors is ours.
"""

import json
from dataclasses import dataclass, field
from typing import Any

TEXT_CHARS_MAX = 32_768
BLOCKS_MAX = 500  # list items and table rows count too
DEPTH_MAX = 16
COLUMNS_MAX = 20
FIELDS = {  # what a block must have, what it may have
    "paragraph": ({"text"}, set[str]()),
    "heading": ({"text", "size"}, set[str]()),
    "footer": ({"text"}, set[str]()),
    "divider": (set[str](), set[str]()),
    "pre": ({"text"}, {"language"}),
    "list": ({"items"}, set[str]()),
    "blockquote": ({"blocks"}, {"credit"}),
    "details": ({"summary", "blocks"}, {"is_open"}),
    "table": ({"cells"}, {"is_bordered", "is_striped", "is_compact", "caption"}),
}
ITEM = ({"blocks"}, {"has_checkbox", "is_checked", "value", "type"})
CELL = ({"align", "valign"}, {"text", "is_header", "colspan", "rowspan"})
STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler", "marked", "code", "url"}
WHOLE = ({"blocks"}, {"is_rtl", "skip_entity_detection"})


class BadRichError(ValueError):
    """What Telegram would refuse."""


@dataclass
class Rich:
    """A rich message as it was read: its blocks, and the text a person sees."""

    blocks: list[dict[str, Any]]
    detects: bool  # whether links, names and commands in it become entities
    lines: list[str] = field(default_factory=list)
    counted: int = 0
    styles: list[tuple[str, str]] = field(default_factory=list)  # (style, text)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def as_message(self) -> dict[str, Any]:
        """Return it as Telegram gives it back: the items of its lists have labels."""
        return {"blocks": _labelled(self.blocks)}


def read_rich(raw: str) -> Rich:
    """Read the JSON of an InputRichMessage. BadRichError: Telegram would not take it."""
    whole = json.loads(raw)
    _fields(whole, WHOLE, "message")
    read = Rich(whole["blocks"], not whole.get("skip_entity_detection", False))
    _blocks(read, read.blocks, 1)
    if not read.text.strip():
        raise BadRichError("the message is empty")
    if sum(map(len, read.lines)) > TEXT_CHARS_MAX:
        raise BadRichError("the text is too long")
    if read.counted > BLOCKS_MAX:
        raise BadRichError("too many blocks")
    return read


def _blocks(read: Rich, blocks: Any, depth: int) -> None:
    if not isinstance(blocks, list) or not blocks:
        raise BadRichError("no blocks")
    for block in blocks:
        read.counted += 1
        kind = block.get("type")
        if kind not in FIELDS:
            raise BadRichError(f"a block of the type {kind}")
        _fields(block, FIELDS[kind], kind, "type")
        if kind == "heading" and block["size"] not in range(1, 7):
            raise BadRichError("a heading of no size")
        _inside(read, block, depth)


def _inside(read: Rich, block: dict[str, Any], depth: int) -> None:
    for name in ("text", "summary"):
        if name in block:
            read.lines.append(_text(read, block[name], depth + 1))
    for row in block.get("cells", ()):
        read.counted += 1
        read.lines.append(_row(read, row, depth + 1))
    for item in block.get("items", ()):
        read.counted += 1
        _fields(item, ITEM, "item")
        _blocks(read, item["blocks"], depth + 1)
    if "blocks" in block:
        _blocks(read, block["blocks"], depth + 1)
    if "credit" in block:
        read.lines.append(_text(read, block["credit"], depth + 1))


def _row(read: Rich, row: Any, depth: int) -> str:
    if not 1 <= len(row) <= COLUMNS_MAX:
        raise BadRichError(f"{len(row)} columns")
    for cell in row:
        _fields(cell, CELL, "cell")
        if cell["align"] not in ("left", "center", "right"):
            raise BadRichError("a cell aligned nowhere")
        if cell["valign"] not in ("top", "middle", "bottom"):
            raise BadRichError("a cell aligned nowhere")
    return " | ".join(_text(read, cell["text"], depth) for cell in row if "text" in cell)


def _text(read: Rich, text: Any, depth: int) -> str:
    """Return the plain text of a text, and note its styles."""
    if depth > DEPTH_MAX:
        raise BadRichError("nested too deeply")
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(_text(read, one, depth) for one in text)
    kind = text.get("type")
    if kind not in STYLES:
        raise BadRichError(f"a text of the type {kind}")
    _fields(text, ({"text", "url"} if kind == "url" else {"text"}, set()), kind, "type")
    plain = _text(read, text["text"], depth + 1)
    read.styles.append((kind, plain))
    return plain


def _fields(made: Any, known: tuple[set[str], set[str]], what: str, *more: str) -> None:
    must, may = known
    if not isinstance(made, dict):
        raise BadRichError(f"a {what} that is none")
    if missing := must - set(made):
        raise BadRichError(f"a {what} without {missing}")
    if unknown := set(made) - must - may - set(more):
        raise BadRichError(f"a {what} with {unknown}")


def _labelled(inner: Any) -> Any:
    if isinstance(inner, list):
        return [_labelled(one) for one in inner]
    if not isinstance(inner, dict):
        return inner
    made = {name: _labelled(value) for name, value in inner.items()}
    if "items" in made:
        made["items"] = [{"label": "•"} | item for item in made["items"]]
    return made
