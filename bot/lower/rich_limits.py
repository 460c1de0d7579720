"""What Telegram takes as a rich message: its limits, checked on what was lowered for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.lower.limits import button_faults, check_document, utf16
from bot.lower.payload import RichPayload
from bot.lower.shapes import allowed
from bot.lower.visible import deceives

TEXT_CHARS_MAX = 32_768
BLOCKS_MAX = 500  # blocks, items of lists and rows of tables together
DEPTH_MAX = 16  # blocks and styles within each other
COLUMNS_MAX = 20
BLOCKS = frozenset({"paragraph", "heading", "list", "blockquote", "details", "table"})
STYLES = frozenset({"bold", "italic", "strikethrough", "marked", "code", "url"})

Block = dict[str, Any]


@dataclass
class Size:
    """What blocks amount to. Text counts in UTF-16 units: never fewer than Telegram counts."""

    chars: int = 0
    blocks: int = 0
    depth: int = 0
    columns: int = 0

    @property
    def fits(self) -> bool:
        """Whether Telegram takes all of it."""
        return (
            self.chars <= TEXT_CHARS_MAX
            and self.blocks <= BLOCKS_MAX
            and self.depth <= DEPTH_MAX
            and self.columns <= COLUMNS_MAX
        )


def measure_rich(blocks: Sequence[Block]) -> Size:
    """Return what these blocks amount to against the limits."""
    size = Size()
    for node, depth in _nodes(list(blocks), 0):
        size.depth = max(size.depth, depth)
        if isinstance(node, str):
            size.chars += utf16(node)
        elif "valign" not in node and node.get("type") not in STYLES:  # no cell, no style
            size.blocks += 1 + len(node.get("cells", ()))
            size.columns = max([size.columns, *map(len, node.get("cells", ()))])
    return size


def text_of_rich(blocks: Sequence[Block]) -> str:
    """Return all the text a reader of these blocks sees, a line for each text."""
    return "\n".join(filter(None, (_plain(text) for text in _texts(list(blocks)))))


def check_rich(payload: RichPayload, hosts: frozenset[str] = frozenset()) -> list[str]:
    """Return what Telegram would refuse or show wrongly; empty when all is well."""
    faults = [
        fault for node, _ in _nodes(list(payload.blocks), 0) for fault in _faults(node, hosts)
    ]
    size, text = measure_rich(payload.blocks), text_of_rich(payload.blocks)
    if not size.fits:
        faults.append(f"{size}: more than Telegram takes")
    if not text.strip():
        faults.append("the message is empty")
    if deceives(text):
        faults.append("characters that deceive")
    for file in payload.files:
        faults += check_document(file.content)
    return faults + list(button_faults(payload.reply_markup))


def _faults(node: str | Block, hosts: frozenset[str]) -> Iterator[str]:
    if isinstance(node, str):
        return
    kind = node.get("type")
    if kind is not None and kind not in BLOCKS | STYLES:
        yield f"a {kind} is not used here"
    for name in ("blocks", "items", "cells"):
        if name in node and not node[name]:
            yield f"{kind} without {name}"
    for name in ("text", "summary", "credit"):
        if name in node and not _plain(node[name]).strip():
            yield f"an empty {name} of a {kind or 'cell'}"
    if kind == "url" and not allowed(node["url"], hosts):
        yield f"a link to {node['url']}"


def _nodes(inner: Any, depth: int) -> Iterator[tuple[str | Block, int]]:
    """Yield every block, item, cell, style and string, with how deep it lies."""
    if isinstance(inner, list):
        for one in inner:
            yield from _nodes(one, depth)
    elif isinstance(inner, str):
        yield inner, depth
    else:
        yield inner, depth + 1
        for name in ("blocks", "items", "cells", "summary", "text", "credit"):
            yield from _nodes(inner.get(name, []), depth + 1)


def _texts(inner: Any) -> Iterator[Any]:
    """Yield the whole texts of blocks and cells, in reading order."""
    if isinstance(inner, list):
        for one in inner:
            yield from _texts(one)
        return
    for name in ("summary", "text"):
        if name in inner:
            yield inner[name]
    for name in ("blocks", "items", "cells"):
        yield from _texts(inner.get(name, []))
    if "credit" in inner:
        yield inner["credit"]


def _plain(text: Any) -> str:
    if isinstance(text, str):
        return text
    return "".join(map(_plain, text)) if isinstance(text, list) else _plain(text["text"])
