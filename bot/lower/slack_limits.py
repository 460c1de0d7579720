"""What Slack takes: its limits, checked on what was lowered for it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bot.lower.limits import check_document, utf16
from bot.lower.payload import SlackPayload
from bot.lower.shapes import LINKISH, allowed
from bot.lower.visible import deceives

BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
FALLBACK_CHARS_MAX = 3000
HEADER_CHARS_MAX = 150
TEXT_CHARS_MAX = 3000  # of one run of rich text, one section, one input
LABEL_CHARS_MAX = 2000
NAME_CHARS_MAX = 255  # action_id, block_id, callback_id
BUTTON_CHARS_MAX = 75
VALUE_CHARS_MAX = 2000
BUTTONS_MAX = 25
OPTIONS_MAX = 100
OPTION_CHARS_MAX = 75
TITLE_CHARS_MAX = 24
METADATA_CHARS_MAX = 3000

# Slack refuses a message somewhere above "12,000 text characters with a buffer for block
# containers"; a rich text of 11,341 characters was refused, too (bolt-js issues 2509 and 2867).
SIZE_MAX = 12_000
CONTAINER_SIZE = 24  # what each block, element, run and button is taken to cost on top

PLAIN = "plain_text"
ELEMENTS = frozenset({"rich_text_section", "rich_text_quote", "rich_text_list"})
KINDS = ELEMENTS | {"header", "rich_text", "actions", "button", "text", "link", PLAIN}
VIEW_KINDS = frozenset({"section", "input", "plain_text_input", "static_select", PLAIN})
STYLES = frozenset({"bold", "italic", "strike", "code"})

Block = dict[str, Any]


def text_of_blocks(blocks: Iterable[Block]) -> str:
    """Return all the text a reader of these blocks sees, a line for each element and button."""
    return "\n".join(line for block in blocks for line in _lines(block))


def size(blocks: Iterable[Block]) -> int:
    """Return what blocks amount to against `SIZE_MAX`: their text and what carries it."""
    found = [inner for block in blocks for inner in _inside(block) if "type" in inner]
    texts = [
        inner[name]
        for inner in found
        for name in ("text", "url")
        if isinstance(inner.get(name), str)
    ]
    return sum(map(utf16, texts)) + CONTAINER_SIZE * len(found)


def check_slack(payload: SlackPayload, hosts: frozenset[str] = frozenset()) -> list[str]:
    """Return what Slack would refuse or read as more than words; empty when all is well."""
    if foreign := _foreign(payload.blocks, KINDS):
        return foreign
    faults = list(_text_faults(payload.text))
    if not 1 <= len(payload.blocks) <= BLOCKS_MAX:
        faults.append(f"{len(payload.blocks)} blocks, at most {BLOCKS_MAX}")
    if size(payload.blocks) > SIZE_MAX:
        faults.append(f"a size of {size(payload.blocks)}, at most {SIZE_MAX}")
    if deceives(text_of_blocks(payload.blocks)):
        faults.append("characters that deceive")
    faults += _twice("block_id", payload.blocks) + _twice("action_id", payload.blocks)
    for block in payload.blocks:
        faults += _block_faults(block, hosts)
    for file in payload.files:
        faults += check_document(file.content)
    return faults


def check_view(view: Block) -> list[str]:
    """Return what Slack would refuse in a modal; empty when all is well."""
    blocks = view["blocks"]
    if foreign := _foreign(blocks, VIEW_KINDS):
        return foreign
    faults = _twice("block_id", blocks)
    for name in ("title", "submit", "close"):
        if name in view and not 1 <= utf16(view[name]["text"]) <= TITLE_CHARS_MAX:
            faults.append(f"the {name} {view[name]['text']!r}")
    if view["type"] != "modal" or len(view["callback_id"]) > NAME_CHARS_MAX:
        faults.append("no modal with a callback_id")
    if len(view.get("private_metadata", "")) > METADATA_CHARS_MAX:
        faults.append("the private_metadata")
    if not 1 <= len(blocks) <= VIEW_BLOCKS_MAX:
        faults.append(f"{len(blocks)} blocks, at most {VIEW_BLOCKS_MAX}")
    inputs = [block for block in blocks if block["type"] == "input"]
    if bool(inputs) != ("submit" in view):
        faults.append("inputs need a submit, and a submit needs inputs")
    for block in blocks:
        text = block["label"] if block["type"] == "input" else block["text"]
        if deceives(text["text"]):
            faults.append("characters that deceive")
        faults += _input_faults(block) if block in inputs else _section_faults(block)
    return faults


def _text_faults(text: str) -> Iterator[str]:
    if not text.strip() or utf16(text) > FALLBACK_CHARS_MAX:
        yield f"a text of {utf16(text)}, 1 to {FALLBACK_CHARS_MAX}"
    if deceives(text):
        yield "characters that deceive in the text"
    if "<" in text or ">" in text:
        yield "the text is not escaped"
    for match in LINKISH.finditer(text):
        if not match["email"] and match[0][0] not in "@/#":
            yield f"{match[0]} in the text becomes a link"


def _block_faults(block: Block, hosts: frozenset[str]) -> Iterator[str]:
    if block["type"] == "header" and not _fits(block["text"]["text"], HEADER_CHARS_MAX):
        yield "the header"
    if block["type"] == "rich_text" and not block["elements"]:
        yield "a rich text with nothing in it"
    if block["type"] == "actions" and not 1 <= len(block["elements"]) <= BUTTONS_MAX:
        yield f"{len(block['elements'])} buttons in a row"
    for inner in _inside(block):
        match inner.get("type"):
            case "button":
                yield from _button_faults(inner)
            case "text" | "link":
                yield from _run_faults(inner, hosts)
            case kind if kind in ELEMENTS and not inner["elements"]:
                yield f"a {kind} with nothing in it"


def _button_faults(button: Block) -> Iterator[str]:
    text = button["text"]["text"]
    if not _fits(text, BUTTON_CHARS_MAX):
        yield f"the label {text!r}"
    if not 1 <= len(button["value"]) <= VALUE_CHARS_MAX:
        yield f"the value of {text!r}"
    if not 1 <= len(button["action_id"]) <= NAME_CHARS_MAX:
        yield f"the action_id of {text!r}"
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"the style of {text!r}"


def _run_faults(run: Block, hosts: frozenset[str]) -> Iterator[str]:
    if not run["text"] or utf16(run["text"]) > TEXT_CHARS_MAX:
        yield f"a run of {utf16(run['text'])}, 1 to {TEXT_CHARS_MAX}"
    if not STYLES.issuperset(run.get("style", {})):
        yield f"the style {run['style']}"
    if run["type"] == "link" and not allowed(run["url"], hosts):
        yield f"a link to {run['url']}"


def _section_faults(block: Block) -> Iterator[str]:
    if not _fits(block["text"]["text"], TEXT_CHARS_MAX):
        yield f"the text of {block['block_id']}"


def _input_faults(block: Block) -> Iterator[str]:
    element = block["element"]
    if not _fits(block["label"]["text"], LABEL_CHARS_MAX):
        yield f"the label of {block['block_id']}"
    if not 1 <= len(block["block_id"]) <= NAME_CHARS_MAX:
        yield f"the block_id {block['block_id']}"
    if utf16(element.get("initial_value", "x")) > TEXT_CHARS_MAX:
        yield f"the text in {block['block_id']}"
    if element["type"] == "static_select":
        options = element["options"]
        if not 1 <= len(options) <= OPTIONS_MAX:
            yield f"{len(options)} options, at most {OPTIONS_MAX}"
        if not all(_fits(option["text"]["text"], OPTION_CHARS_MAX) for option in options):
            yield f"an option of {block['block_id']}"
        if element.get("initial_option", options[0]) not in options:
            yield f"the option chosen in {block['block_id']}"


def _fits(text: str, chars_max: int) -> bool:
    return bool(text.strip()) and utf16(text) <= chars_max


def _foreign(blocks: Iterable[Block], kinds: frozenset[str]) -> list[str]:
    """Name every type we never send: markup, pictures, mentions."""
    types = {inner["type"] for inner in _inside(blocks) if "type" in inner}
    return [f"the type {kind}" for kind in sorted(types - kinds)]


def _twice(name: str, blocks: Iterable[Block]) -> list[str]:
    counts = Counter(inner[name] for block in blocks for inner in _inside(block) if name in inner)
    return [f"{name} {value} twice" for value, number in counts.items() if number > 1]


def _inside(data: Any) -> Iterator[Block]:
    """Yield every object in a payload, itself included."""
    if isinstance(data, dict):
        yield data
        data = data.values()
    for inner in data:
        if isinstance(inner, dict | list | tuple):
            yield from _inside(inner)


def _lines(block: Block) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield block["text"]["text"]
        case "rich_text" | "rich_text_list":
            for element in block["elements"]:
                yield from _lines(element)
        case "actions":
            yield from (button["text"]["text"] for button in block["elements"])
        case _:
            yield "".join(leaf["text"] for leaf in block["elements"])
