"""A message as plain text for logs and `firstmate why`: marks are `[-old-]{+new+}`."""

from collections.abc import Sequence
from itertools import chain

from bot.lower import shapes
from bot.lower.visible import visible
from engine.chat.diffs import Kind
from engine.chat.messages import (
    Bullets,
    Button,
    Facts,
    FieldDiff,
    FieldRow,
    Fold,
    Heading,
    Msg,
    Para,
    Part,
    Progress,
    Quote,
    TextDiff,
)


def lower(msg: Msg) -> str:
    """Return the whole message as text. Buttons are named, their tokens never shown.

    A disabled one stands in round brackets.
    """
    blocks = [_part(part) for part in shapes.opened(msg)]
    if msg.files:
        blocks.append("files: " + ", ".join(visible(file.name) for file in msg.files))
    labels = [_label(button) for button in chain.from_iterable(msg.buttons)]
    return "\n\n".join(filter(None, [*blocks, " ".join(labels)])) + "\n"


def _label(button: Button) -> str:
    label = visible(button.label)
    return f"({label})" if button.disabled else f"[{label}]"


def _part(part: Part) -> str:
    match part:
        case Heading():
            return visible(part.text)
        case Para():
            return "".join(
                visible(span.text + (f" ({span.link})" if span.link else "")) for span in part.spans
            )
        case Bullets():
            return "\n".join(f"- {_indented(visible(item), '  ')}" for item in part.items)
        case Quote():
            who = f"{visible(part.who)}:\n" if part.who else ""
            return who + "> " + _indented(visible(part.text), "> ")
        case Fold():
            return _folded(part)
        case FieldDiff():
            return _fields(part.rows)
        case TextDiff():
            return "| " + _indented(_text(shapes.change(part.old, part.new)), "| ")
        case Facts():
            return "\n".join(f"{label + ':':<9} {text}" for label, text in shapes.facts(part))
        case Progress():
            return "\n".join(map(shapes.step, part.steps))


def _folded(part: Fold) -> str:
    inner = "\n\n".join(filter(None, map(_part, part.parts)))
    return f"{visible(part.title)}\n  {_indented(inner, '  ')}"


def _fields(rows: Sequence[FieldRow]) -> str:
    lines = []
    for row in rows:
        if row.derived:
            continue
        lines.append(f"{visible(row.label)}: {_value(row)}")
        if row.source:
            lines.append(f"    {visible(row.source)}")
    derived = shapes.computed([row for row in rows if row.derived])
    return "\n".join(lines + ([f"computed: {derived}"] if derived else []))


def _value(row: FieldRow) -> str:
    old, new = visible(row.old or ""), visible(row.new or "")
    if shapes.state(row) == "same":
        return new
    return f"{_mark('del', old)}{_mark('ins', new)}" or "—"


def _text(change: shapes.Change) -> str:
    if change.form == "whole":
        return change.new
    if change.form == "removed":
        return _mark("del", change.old)
    return "\n".join(
        "".join(_mark(kind, text) for kind, text in shapes.runs(hunk.pieces)).strip("\n")
        if hunk.changes
        else shapes.folded(hunk)
        for hunk in change.hunks
    )


def _mark(kind: Kind, text: str) -> str:
    if not text or kind == "same":
        return text
    return f"[-{text}-]" if kind == "del" else f"{{+{text}+}}"


def _indented(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}").strip()
