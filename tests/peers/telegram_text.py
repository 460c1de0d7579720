"""How Telegram reads HTML: its tags, its errors, its entities counted in UTF-16 units."""

import re

from telegram import MessageEntity

ENTITIES_MAX = 100  # those after it are ignored, without a word
KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
}
NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_TOKEN = re.compile(
    r"<(/?)([a-zA-Z][\w-]*)([^>]*)>|(&(?:#\d+|#x[0-9a-fA-F]+|\w+);)|([^<&]+|.)", re.S
)


class BadHtmlError(ValueError):
    """What Telegram answers to HTML it cannot read."""


def read(html: str) -> tuple[str, list[MessageEntity]]:
    """Return the text as it is shown, and its entities."""
    text, entities, opened = "", [], []
    for found in _TOKEN.finditer(html):
        closing, tag, attributes, named, plain = found.groups()
        if tag is None:
            if plain == "<":
                raise BadHtmlError(f'Unsupported start tag "" at byte offset {found.start()}')
            text += _character(named) if named else plain
        elif not closing:
            if tag not in KINDS:
                raise BadHtmlError(f'Unsupported start tag "{tag}" at byte offset {found.start()}')
            opened.append((tag, attributes, utf16(text)))
        else:
            if not opened or opened[-1][0] != tag:
                raise BadHtmlError(f"Unexpected end tag at byte offset {found.start()}")
            entities += _entity(*opened.pop(), utf16(text))
    if opened:
        raise BadHtmlError(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    entities.sort(key=lambda entity: entity.offset)
    return text.strip(), entities[:ENTITIES_MAX]


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _character(named: str) -> str:
    if named.startswith("&#x"):
        return chr(int(named[3:-1], 16))
    return chr(int(named[2:-1])) if named.startswith("&#") else NAMED.get(named, named)


def _entity(tag: str, attributes: str, start: int, end: int) -> list[MessageEntity]:
    if end == start:
        return []
    kind, url = KINDS[tag], None
    if tag == "a":
        href = re.search(r'href="([^"]*)"', attributes)
        url = href[1] if href else None
        if not url:
            return []
    if tag == "blockquote" and "expandable" in attributes:
        kind = "expandable_blockquote"
    return [MessageEntity(kind, start, end - start, url=url)]
