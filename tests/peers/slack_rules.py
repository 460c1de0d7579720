"""What Slack refuses in a message or a view, and what it adds to what it accepts."""

import copy
from collections.abc import Iterator
from typing import Any

BLOCKS_MAX, VIEW_BLOCKS_MAX = 50, 100
TEXT_MAX, UPDATE_TEXT_MAX = 40_000, 4_000
BLOCKS_TEXT_MAX = 13_200  # not documented; reported by users
MARKDOWN_MAX, TABLE_TEXT_MAX = 12_000, 10_000
TASK_TITLE_MAX = 256
TASK_STATES = ("pending", "in_progress", "complete", "error")
VIEW_TITLE_MAX, METADATA_MAX, ID_MAX = 24, 3_000, 255
OPTIONS_MAX = {"checkboxes": 10, "radio_buttons": 10, "overflow": 5}
_KINDS = (
    "actions alert auth_provider call card carousel container context context_actions data_table"
    " data_visualization divider file header image input markdown plan rich_text section table"
    " task_card video"
)
KINDS = frozenset(_KINDS.split())


class RefusalError(Exception):
    """An answer with ok=false."""

    def __init__(self, error: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(f"{error}: {messages or ''}")
        self.error, self.more = error, more
        if messages:
            self.more["response_metadata"] = {"messages": messages}


def check_message(text: str, blocks: list[dict[str, Any]], text_max: int = TEXT_MAX) -> None:
    """Raise RefusalError for what chat.postMessage and chat.update refuse."""
    if len(text) > text_max:
        raise RefusalError("msg_too_long")
    problems = _Problems("/blocks")
    problems.read(blocks, BLOCKS_MAX)
    if problems.found:
        raise RefusalError("invalid_blocks", problems.found, errors=problems.found)
    if sum(len(words) for words in texts(blocks)) > BLOCKS_TEXT_MAX:
        raise RefusalError("msg_blocks_too_long")


def check_view(view: dict[str, Any], kind: str) -> None:
    """Raise RefusalError for what views.open, .update, .push and .publish refuse."""
    problems = _Problems("/view/blocks")
    blocks = view.get("blocks") or []
    problems.read(blocks, VIEW_BLOCKS_MAX)
    if view.get("type") != kind:
        problems.add("/view/type", f"must be {kind}")
    if len(view.get("private_metadata", "")) > METADATA_MAX:
        problems.over("/view/private_metadata", METADATA_MAX)
    if len(view.get("callback_id", "")) > ID_MAX:
        problems.over("/view/callback_id", ID_MAX)
    if kind == "modal":
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                problems.text(view.get(name), f"/view/{name}", VIEW_TITLE_MAX, plain=True)
        if "submit" not in view and any(block.get("type") == "input" for block in blocks):
            problems.add("/view", "missing required field: submit")
    if problems.found:
        raise RefusalError("invalid_arguments", problems.found)


def streamed(given: dict[str, Any]) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return what is streamed: its words, and its tasks as blocks by their id."""
    words, made = str(given.get("markdown_text") or ""), {}
    for chunk in given.get("chunks") or []:
        if chunk.get("type") == "markdown_text" and chunk.get("text"):
            words += chunk["text"]
            continue
        title, state = str(chunk.get("title", "")), chunk.get("status")
        fits = 1 <= len(title) <= TASK_TITLE_MAX and state in TASK_STATES and chunk.get("id")
        if chunk.get("type") != "task_update" or not fits:
            raise RefusalError("invalid_chunks")
        block = {"type": "task_card", "task_id": chunk["id"], "title": title, "status": state}
        made[str(chunk["id"])] = block
    return words, made


def completed(blocks: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """Return the blocks as Slack keeps them: each with a block_id and action_ids."""
    made = copy.deepcopy([{"block_id": f"{prefix}.{n}"} | one for n, one in enumerate(blocks)])
    for block in leaves(made):
        block.setdefault("block_id", f"{prefix}.child")
        for number, element in enumerate(elements(block)):
            element.setdefault("action_id", f"{block['block_id']}.{number}")
    return made


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a person can tap or fill in a block."""
    nested = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    for name in ("elements", "actions"):
        if block.get("type") not in ("rich_text", "carousel"):
            nested += [one for one in block.get(name, []) if isinstance(one, dict)]
    return [one for one in nested if one.get("type") not in ("image", "mrkdwn", "plain_text")]


def leaves(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every block, and those inside containers and carousels."""
    for block in blocks:
        yield block
        yield from leaves(_children(block))


def _children(block: dict[str, Any]) -> list[dict[str, Any]]:
    name = "elements" if block.get("type") == "carousel" else "child_blocks"
    return list(block.get(name, []))


def texts(part: Any) -> Iterator[str]:
    """Yield every text that a reader sees in these blocks."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)


class _Problems:
    """Collects what is wrong with some blocks, in Slack's words."""

    def __init__(self, pointer: str) -> None:
        self.found: list[str] = []
        self._root = pointer

    def add(self, pointer: str, words: str) -> None:
        self.found.append(f"[ERROR] {words} [json-pointer:{pointer}]")

    def over(self, pointer: str, limit: int, unit: str = "characters") -> None:
        self.add(pointer, f"must be less than {limit + 1} {unit}")

    def read(self, blocks: Any, count_max: int) -> None:
        if not isinstance(blocks, list):
            return self.add(self._root, "must be an array")
        if len(blocks) > count_max:
            self.add(self._root, f"no more than {count_max} items allowed [input:{len(blocks)}]")
        named = [block["block_id"] for block in blocks if "block_id" in block]
        if len(named) != len(set(named)):
            self.add(self._root, "`block_id` must be unique")
        for number, block in enumerate(blocks):
            self._block(block, f"{self._root}/{number}")
        self._sums(blocks)
        return None

    def text(self, given: Any, pointer: str, limit: int, *, plain: bool = False) -> None:
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(given, dict) or given.get("type") not in kinds:
            return self.add(pointer, f"must be a text object of type {' or '.join(kinds)}")
        if not given.get("text"):
            return self.add(f"{pointer}/text", "must be more than 0 characters")
        if len(given["text"]) > limit:
            self.over(f"{pointer}/text", limit)
        return None

    def _sums(self, blocks: list[dict[str, Any]]) -> None:
        markdown = [
            str(block.get("text", "")) for block in blocks if block.get("type") == "markdown"
        ]
        if sum(map(len, markdown)) > MARKDOWN_MAX:
            self.over(self._root, MARKDOWN_MAX)
        tables = [block for block in blocks if block.get("type") == "table"]
        if sum(len(words) for words in texts(tables)) > TABLE_TEXT_MAX:
            self.over(self._root, TABLE_TEXT_MAX)

    def _block(self, block: dict[str, Any], at: str) -> None:
        kind = block.get("type")
        if kind not in KINDS:
            return self.add(f"{at}/type", f"unsupported type: {kind}")
        if len(block.get("block_id", "")) > ID_MAX:
            self.over(f"{at}/block_id", ID_MAX)
        if kind == "section":
            self._section(block, at)
        elif kind == "header":
            self.text(block.get("text"), f"{at}/text", 150, plain=True)
        elif kind == "input":
            self.text(block.get("label"), f"{at}/label", 2_000, plain=True)
            if "hint" in block:
                self.text(block["hint"], f"{at}/hint", 2_000, plain=True)
        elif kind == "table":
            self._table(block, at)
        counts = {"actions": 25, "context": 10, "context_actions": 5, "carousel": 10}
        if kind in counts and not 1 <= len(block.get("elements", [])) <= counts[kind]:
            self.over(f"{at}/elements", counts[kind], "items, and at least 1")
        self._elements(block, at)
        for number, child in enumerate(_children(block)):
            self._block(child, f"{at}/child_blocks/{number}")
        return None

    def _section(self, block: dict[str, Any], at: str) -> None:
        fields = block.get("fields", [])
        if "text" in block:
            self.text(block["text"], f"{at}/text", 3_000)
        elif not fields:
            self.add(at, "missing required field: text or fields")
        if len(fields) > 10:
            self.over(f"{at}/fields", 10, "items")
        for number, one in enumerate(fields):
            self.text(one, f"{at}/fields/{number}", 2_000)

    def _table(self, block: dict[str, Any], at: str) -> None:
        rows = block.get("rows", [])
        if len(rows) > 100 or any(len(row) > 20 for row in rows):
            self.add(f"{at}/rows", "no more than 100 rows of 20 cells")

    def _elements(self, block: dict[str, Any], at: str) -> None:
        found = elements(block)
        names = [element["action_id"] for element in found if "action_id" in element]
        if len(names) != len(set(names)):
            self.add(at, "`action_id` must be unique within the block")
        for number, element in enumerate(found):
            self._element(element, f"{at}/elements/{number}")

    def _element(self, element: dict[str, Any], at: str) -> None:
        kind = element.get("type")
        limits = {"action_id": ID_MAX}
        if kind == "button":
            self.text(element.get("text"), f"{at}/text", 75, plain=True)
            limits |= {"value": 2_000, "url": 3_000}
            if element.get("style", "primary") not in ("primary", "danger"):
                self.add(f"{at}/style", "must be primary or danger")
        if kind == "plain_text_input":
            limits |= {"initial_value": 3_000}
            if not 0 < int(element.get("max_length", 3_000)) <= 3_000:
                self.add(f"{at}/max_length", "must be between 1 and 3000")
        if "placeholder" in element:
            self.text(element["placeholder"], f"{at}/placeholder", 150, plain=True)
        for name, limit in limits.items():
            if len(element.get(name, "")) > limit:
                self.over(f"{at}/{name}", limit)
        self._options(element, at)
        self._confirm(element.get("confirm"), f"{at}/confirm")

    def _options(self, element: dict[str, Any], at: str) -> None:
        options = element.get("options", [])
        limit = OPTIONS_MAX.get(element.get("type", ""), 100)
        if "options" in element and not 1 <= len(options) <= limit:
            self.over(f"{at}/options", limit, "items, and at least 1")
        for number, option in enumerate(options):
            self.text(option.get("text"), f"{at}/options/{number}/text", 75)
            if len(option.get("value", "")) > 150:
                self.over(f"{at}/options/{number}/value", 150)

    def _confirm(self, dialog: dict[str, Any] | None, at: str) -> None:
        if dialog is None:
            return
        for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            if name in dialog:
                self.text(dialog[name], f"{at}/{name}", limit, plain=name != "text")
