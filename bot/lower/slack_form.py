"""A form as Slack's modal, and its answer read back: only what was changed."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.lower.limits import utf16
from bot.lower.shapes import counted
from bot.lower.slack_ink import Block, plain
from bot.lower.slack_limits import (
    LABEL_CHARS_MAX,
    METADATA_CHARS_MAX,
    OPTION_CHARS_MAX,
    OPTIONS_MAX,
    TEXT_CHARS_MAX,
    TITLE_CHARS_MAX,
    VIEW_BLOCKS_MAX,
)
from bot.lower.split import clip, pause
from bot.lower.visible import visible
from engine.chat.messages import Form, Input

CALLBACK = "fm:form"
ACTION = "value"
BOX_CHARS_MAX = 2500  # a box takes 3,000: there is room to add something
BOXES_MAX = 12  # of one text
NAMED_MAX = 10  # fields that do not fit; more are counted
NAMED_CHARS_MAX = 100
ELSEWHERE = (
    "Change {} in the local web chat, or say in words what should be different: “Do it, but…” on "
    "the card."
)
LOADING = "One moment, the form is on its way."

Values = dict[str, dict[str, dict[str, Any]]]  # view.state.values: by block, then by action


class FormError(ValueError):
    """What is wrong with an answer, by the block it stands in, in words for who wrote it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class Box(NamedTuple):
    """A stretch of a long text, and the white space between it and the one before."""

    gap: str
    text: str


def view(form: Form, token: str, *, answer: str = "") -> Block:
    """Return the modal. `answer` is a sentence shown above the inputs.

    A field that does not fit is named above them with where to change it; no text is shown in part.
    Raises ValueError for a token Slack cannot carry.
    """
    if not 1 <= len(token) <= METADATA_CHARS_MAX:
        raise ValueError(f"The token of a form must have 1 to {METADATA_CHARS_MAX:,} characters.")
    blocks = [_sentence(answer, "answer")] if answer.strip() else []
    left, inputs = list[Input](), list[Block]()
    for field in form.fields:
        made = _inputs(field)
        if made and len(blocks) + 1 + len(inputs) + len(made) <= VIEW_BLOCKS_MAX:
            inputs += made
        else:
            left.append(field)
    blocks += [*([_sentence(_left_out(left), "left")] if left else []), *inputs]
    if not blocks:
        blocks = [_sentence("There is nothing to fill in.", "empty")]
    return _modal(form.title, blocks, token, form.submit)


def loading() -> Block:
    """Return the view shown at once, within the 3 s a trigger lives, while the form is fetched."""
    return _modal("One moment", [_sentence(LOADING, "loading")])


def failed(text: str) -> Block:
    """Return a view with one sentence and nothing to save."""
    return _modal("That did not work", [_sentence(text, "failed")])


def read(form: Form, state: Values) -> dict[str, str]:
    """Return {field id: text} for the fields that were changed.

    `state` is `view.state.values`. Raises FormError for a text too long or a choice not offered.
    """
    values, errors = dict[str, str](), dict[str, str]()
    for field in form.fields:
        if _name(field, 0) not in state:
            continue  # it was too long to be shown
        value = _choice(field, state) if _chosen(field) else _text(field, state)
        if fault := _fault(field, value):
            errors[_name(field, 0)] = fault
        elif _even(value) != _even(field.initial):
            values[field.id] = value
    if errors:
        raise FormError(errors)
    return values


def boxes(text: str) -> list[Box]:
    """Cut a long text where a reader pauses; gaps and texts in turn are the text, stripped."""
    found: list[Box] = []
    gap, rest = "", text.strip()
    while utf16(rest) > BOX_CHARS_MAX:
        body = rest[: pause(rest, BOX_CHARS_MAX)].rstrip()
        found.append(Box(gap, body))
        after = rest[len(body) :]
        rest = after.lstrip()
        gap = after[: len(after) - len(rest)]
    return [*found, Box(gap, rest)]


def _modal(title: str, blocks: list[Block], token: str = "", submit: str = "") -> Block:
    modal = {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain(clip(visible(title), TITLE_CHARS_MAX).strip() or "Change"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }
    if token:
        modal["private_metadata"] = token
    if any(block["type"] == "input" for block in blocks):
        modal["submit"] = plain(clip(visible(submit), TITLE_CHARS_MAX).strip() or "Save")
    return modal


def _sentence(text: str, name: str) -> Block:
    shown = clip(visible(text), TEXT_CHARS_MAX).strip() or "…"
    return {"type": "section", "block_id": name, "text": plain(shown)}


def _inputs(field: Input) -> list[Block]:
    """Return the inputs of a field; none when its text is too long for boxes."""
    if _chosen(field):
        return [_input(field, 0, _label(field), _select(field))]
    found = boxes(field.initial)
    return [] if len(found) > BOXES_MAX else list(_boxed(field, found))


def _boxed(field: Input, found: list[Box]) -> Iterator[Block]:
    for place, box in enumerate(found):
        count = f" ({place + 1} of {len(found)})" if len(found) > 1 else ""
        multiline = field.kind == "multiline" or len(found) > 1 or "\n" in box.text
        yield _input(field, place, _label(field) + count, _box(box.text, multiline))


def _left_out(fields: list[Input]) -> str:
    """Say which fields are not here, how long they are, and where to change them."""
    named = [
        f"“{clip(_label(field), NAMED_CHARS_MAX)}” ({counted(len(field.initial), 'character')})"
        for field in fields[:NAMED_MAX]
    ]
    more = len(fields) - len(named)
    what = ", ".join(named) + (f" and {counted(more, 'more field')}" if more else "")
    one = len(fields) == 1
    where = ELSEWHERE.format("it" if one else "them")
    return f"Too long for this form: {what}. {where}"


def _input(field: Input, place: int, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": _name(field, place),
        "optional": not _chosen(field),
        "label": plain(label),
        "element": {**element, "action_id": ACTION},
    }


def _box(text: str, multiline: bool) -> Block:
    element = {"type": "plain_text_input", "multiline": multiline, "max_length": TEXT_CHARS_MAX}
    return {**element, "initial_value": text} if text else element


def _select(field: Input) -> Block:
    options = [
        {
            "text": plain(clip(visible(choice), OPTION_CHARS_MAX).strip() or "…"),
            "value": str(place),
        }
        for place, choice in enumerate(field.choices)
    ]
    element: Block = {"type": "static_select", "options": options}
    if field.initial in field.choices:
        element["initial_option"] = options[field.choices.index(field.initial)]
    return element


def _choice(field: Input, state: Values) -> str:
    option = state[_name(field, 0)][ACTION].get("selected_option") or {}
    offered = {str(place): choice for place, choice in enumerate(field.choices)}
    return offered.get(option.get("value", ""), "")


def _text(field: Input, state: Values) -> str:
    """Put the boxes of a field together again; an emptied one goes away with its gap."""
    text = ""
    for place, box in enumerate(boxes(field.initial)):
        typed = state.get(_name(field, place), {}).get(ACTION, {}).get("value") or ""
        if typed.strip():
            text += (box.gap if text else "") + typed
    return text if field.kind == "multiline" else text.strip()


def _fault(field: Input, value: str) -> str:
    if len(value) > field.max_chars:
        return f"This takes {field.max_chars:,} characters; it has {len(value):,}."
    if field.choices and value not in field.choices and (value or _chosen(field)):
        return f"Choose one of: {', '.join(map(visible, field.choices))}."
    return ""


def _chosen(field: Input) -> bool:
    return field.kind == "choice" and 1 <= len(field.choices) <= OPTIONS_MAX


def _even(text: str) -> str:
    """Return a text without what Slack may do to it: outer space and foreign line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _label(field: Input) -> str:
    return clip(visible(field.label or field.id), LABEL_CHARS_MAX - 20).strip() or "…"


def _name(field: Input, place: int) -> str:
    return f"field:{field.id}:{place}"
