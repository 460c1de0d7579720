"""How Slack writes down what a person typed: escaped text, and the rich text beside it."""

import re
from typing import Any

_TOKEN = re.compile(
    r"(?P<ref><[@#!][^>]+>)|(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<code>`[^`\n]+`)|(?P<bold>\*[^*\n]+\*)|(?P<italic>\b_[^_\n]+_\b)|(?P<strike>~[^~\n]+~)"
)
_QUOTE, _FENCE = ">", "```"


def escaped(typed: str) -> str:
    """Return the `text` of the event: mentions stay, links get brackets, the rest is escaped."""
    made, at = "", 0
    for found in _TOKEN.finditer(typed):
        made += _plain(typed[at : found.start()]) + _written(found)
        at = found.end()
    return made + _plain(typed[at:])


def rich_text(typed: str) -> dict[str, Any]:
    """Return the `rich_text` block that Slack's own editor would send."""
    elements: list[dict[str, Any]] = []
    for number, part in enumerate(typed.split(_FENCE)):
        if number % 2:
            words = [{"type": "text", "text": part.strip("\n")}]
            elements.append({"type": "rich_text_preformatted", "elements": words, "border": 0})
        else:
            elements += _paragraphs(part)
    return {"type": "rich_text", "block_id": "typed", "elements": elements}


def _paragraphs(part: str) -> list[dict[str, Any]]:
    grouped: list[tuple[str, list[str]]] = []
    for line in part.strip("\n").split("\n") if part.strip("\n") else []:
        quoted = line.startswith(_QUOTE)
        kind = "rich_text_quote" if quoted else "rich_text_section"
        words = line.removeprefix(_QUOTE).removeprefix(" ") if quoted else line
        if grouped and grouped[-1][0] == kind:
            grouped[-1][1].append(words)
        else:
            grouped.append((kind, [words]))
    return [{"type": kind, "elements": _words("\n".join(lines))} for kind, lines in grouped]


def _words(typed: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    at = 0
    for found in _TOKEN.finditer(typed):
        if found.start() > at:
            made.append({"type": "text", "text": typed[at : found.start()]})
        made.append(_element(found))
        at = found.end()
    if typed[at:]:
        made.append({"type": "text", "text": typed[at:]})
    return made


def _element(found: re.Match[str]) -> dict[str, Any]:
    kind, word = str(found.lastgroup), found.group()
    if kind == "url":
        return {"type": "link", "url": word}
    if kind == "mail":
        return {"type": "link", "url": f"mailto:{word}", "text": word}
    if kind == "ref":
        names = {"@": ("user", "user_id"), "#": ("channel", "channel_id")}
        made, key = names.get(word[1], ("broadcast", "range"))
        return {"type": made, key: word[2:-1].split("|")[0]}
    return {"type": "text", "text": word[1:-1], "style": {kind: True}}


def _written(found: re.Match[str]) -> str:
    kind, word = found.lastgroup, found.group()
    if kind == "ref":
        return word
    if kind == "url":
        return f"<{_plain(word)}>"
    return f"<mailto:{word}|{word}>" if kind == "mail" else _plain(word)


def _plain(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
