"""Slack's rich text: literal characters in one style, so that no text can become markup."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from bot.lower import shapes
from bot.lower.limits import utf16
from bot.lower.pen import left_out
from bot.lower.slack_limits import TEXT_CHARS_MAX
from bot.lower.split import pause, pieces
from engine.chat.diffs import Kind

STYLES: dict[Kind, str] = {"same": "", "del": "strike", "ins": "bold"}

Leaf = dict[str, Any]  # a run of text, or a link
Element = dict[str, Any]  # a section, a quote or a list: holds leaves
Block = dict[str, Any]


class Shown(NamedTuple):
    """A written part, and what of it could not be written."""

    elements: tuple[Element, ...]
    cut: int = 0  # changes left out
    clipped: bool = False  # other text left out


def ink(text: str, style: str = "") -> list[Leaf]:
    """Return visible text in one style; the spaces around it stay plain."""
    core = text.strip()
    if not style or not core:
        return _leaves(text)
    start = text.index(core)
    return [
        *_leaves(text[:start]),
        *_leaves(core, {"style": {style: True}}),
        *_leaves(text[start + len(core) :]),
    ]


def marked(runs: Iterable[tuple[Kind, str]]) -> list[Leaf]:
    """Return a drawn change: struck what goes, bold what comes, no line ends around it."""
    return trimmed([leaf for kind, text in runs for leaf in ink(text, STYLES[kind])])


def linked(text: str, url: str) -> list[Leaf]:
    """Return a link; whoever calls has checked where it leads."""
    return [{"type": "link", "url": url, "text": part} for part in pieces(text, TEXT_CHARS_MAX)]


def note(number: int, what: str) -> list[Leaf]:
    """Say how much is only in the file."""
    return ink(left_out(number, what), "italic")


def below(lines: Iterable[Sequence[Leaf]]) -> list[Leaf]:
    """Return lines one under the other; empty ones are left out."""
    leaves: list[Leaf] = []
    for line in filter(None, lines):
        leaves += [*ink("\n"), *line] if leaves else line
    return leaves


def section(leaves: Sequence[Leaf]) -> tuple[Element, ...]:
    """Return running text; nothing when there is nothing to see."""
    return _held("rich_text_section", leaves)


def quote(leaves: Sequence[Leaf]) -> tuple[Element, ...]:
    """Return text with a bar at its side; nothing when there is nothing to see."""
    return _held("rich_text_quote", leaves)


def bullets(items: Iterable[str]) -> tuple[Element, ...]:
    """Return a list with a dot before every item; blank items are left out."""
    elements = [element for item in items for element in section(ink(item))]
    return (
        ({"type": "rich_text_list", "style": "bullet", "elements": elements},) if elements else ()
    )


def flat(elements: Iterable[Element]) -> list[Leaf]:
    """Return the leaves of elements as lines: Slack cannot put an element into a quote."""
    return below(line for element in elements for line in _lines(element))


def length(leaves: Iterable[Leaf]) -> int:
    """Return the number of characters of these leaves."""
    return sum(len(leaf["text"]) for leaf in leaves)


def beginning(leaves: Iterable[Leaf], room: int) -> list[Leaf]:
    """Return the first leaves within so many UTF-16 units, the last cut where a reader pauses."""
    begun: list[Leaf] = []
    for leaf in leaves:
        units = utf16(leaf["text"])
        if units > room:
            cut = leaf["text"][: pause(leaf["text"], room)] if room > 0 else ""
            return trimmed([*begun, {**leaf, "text": cut}])
        begun.append(leaf)
        room -= units
    return begun


def rich_text(elements: Sequence[Element], name: str) -> Block:
    """Return a block of these elements."""
    return {"type": "rich_text", "block_id": name, "elements": list(elements)}


def trimmed(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Return leaves without line ends around them."""
    kept = list(leaves)
    while kept and not kept[0]["text"].strip("\n"):
        kept.pop(0)
    while kept and not kept[-1]["text"].strip("\n"):
        kept.pop()
    if kept:
        kept[0] = {**kept[0], "text": kept[0]["text"].lstrip("\n")}
        kept[-1] = {**kept[-1], "text": kept[-1]["text"].rstrip("\n")}
    return kept


def header(text: str, name: str) -> Block:
    """Return a heading; Slack reads nothing in it but words."""
    return {"type": "header", "block_id": name, "text": plain(text)}


def plain(text: str) -> dict[str, Any]:
    """Return text for the places where Slack takes no rich text; `:smile:` stays as it is."""
    return {"type": "plain_text", "text": text, "emoji": False}


def file_note(name: str) -> list[Leaf]:
    """Point to the file with the full text."""
    return [*ink("📄 the full text: "), *ink(name, "code")]


def more_lines(number: int) -> list[Leaf]:
    """Say how many lines are only in the file."""
    return ink(f"… {shapes.counted(number, 'more line')}, in the file", "italic")


def _leaves(text: str, style: dict[str, Any] | None = None) -> list[Leaf]:
    return [
        {"type": "text", "text": part, **(style or {})} for part in pieces(text, TEXT_CHARS_MAX)
    ]


def _held(kind: str, leaves: Sequence[Leaf]) -> tuple[Element, ...]:
    if not any(leaf["text"].strip() for leaf in leaves):
        return ()
    return ({"type": kind, "elements": list(_joined(leaves))},)


def _joined(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Yield leaves, neighbours in the same style as one where Slack takes it."""
    last: Leaf | None = None
    for leaf in leaves:
        if last and _alike(last, leaf) and utf16(last["text"] + leaf["text"]) <= TEXT_CHARS_MAX:
            last = {**last, "text": last["text"] + leaf["text"]}
            continue
        if last:
            yield last
        last = leaf
    if last:
        yield last


def _alike(one: Leaf, other: Leaf) -> bool:
    return {**one, "text": ""} == {**other, "text": ""}


def _lines(element: Element) -> Iterator[list[Leaf]]:
    if element["type"] == "rich_text_list":
        for item in element["elements"]:
            yield [*ink("• "), *item["elements"]]
    else:
        yield element["elements"]
