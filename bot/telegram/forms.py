"""A card's form in a chat: the question that opens it, and the reply that fills it in. Pure."""

import hashlib
from html import escape

from pydantic import BaseModel

from bot.lower.limits import utf16
from bot.lower.visible import visible
from engine.chat.messages import Form, Input

PRESENT_UTF16_MAX = 3000  # of a value now, shown to be copied; a message holds 4096
LEAVE = "To leave it as it is, do nothing."


class FormError(ValueError):
    """Why a reply fills in nothing, in words for the person who wrote it."""


class Asked(BaseModel, frozen=True):
    """A form and the token its values go to. `tap`: the last tap that opened it."""

    form: Form
    token: str
    tap: str = ""


def button_key(token: str) -> str:
    """Return the name under which the form behind a button is kept."""
    return f"telegram:form:{hashlib.sha256(token.encode()).hexdigest()}"


def question_key(chat: int, message: int) -> str:
    """Return the name under which the form behind a question is kept."""
    return f"telegram:form:{chat}:{message}"


def prompt(form: Form) -> str:
    """Return the question as Telegram's HTML, with the values now, ready to be copied."""
    room = PRESENT_UTF16_MAX // max(1, len(form.fields))
    long = [field for field in form.fields if utf16(visible(field.initial)) > room]
    lines = [f"<b>{_inert(form.title)}</b>", _inert(_how(form))]
    if present := _present(form, [field for field in form.fields if field not in long]):
        lines.append(f"<pre>{_inert(present)}</pre>")
    lines += [_inert(_too_long(field)) for field in long]
    return "\n".join([*lines, LEAVE])


def read(form: Form, text: str) -> dict[str, str]:
    """Return {field id: text} for the fields a reply fills in. FormError says what to write."""
    values = _named_values(form, text) or _whole(form, text)
    for field in form.fields:
        _check(field, values.get(field.id, ""))
    return values


def _how(form: Form) -> str:
    only = _only(form)
    if len(form.fields) == 1 and only:
        asked = f" with the new “{only.label}”." if only.initial else f". {only.label}."
        return f"Reply to this message{asked}{_choices(only)}"
    named = "one line for each field you want to change, like these:"
    if only:
        return f"Reply to this message with the new “{only.label}”, or with {named}"
    return f"Reply to this message with {named}"


def _only(form: Form) -> Input | None:
    """Return the field that a reply without field names is about."""
    long = [field for field in form.fields if field.kind == "multiline"]
    found = form.fields if len(form.fields) == 1 else long
    return found[0] if len(found) == 1 else None


def _present(form: Form, fields: list[Input]) -> str:
    if len(form.fields) == 1:
        return visible(fields[0].initial) if fields else ""
    ordered = sorted(fields, key=lambda field: field.kind == "multiline")  # a long text comes last
    return "\n".join(f"{f.label}: {visible(f.initial)}{_choices(f)}" for f in ordered)


def _choices(field: Input) -> str:
    return f" ({' | '.join(field.choices)})" if field.choices else ""


def _too_long(field: Input) -> str:
    return (
        f"“{field.label}” has {len(field.initial):,} characters, too many to show here. Change it "
        "in the local web chat, or reply with a whole new one of at most 4,096 characters."
    )


def _named_values(form: Form, text: str) -> dict[str, str]:
    """Return the values of a reply that names its fields; nothing when its first line names none.

    A long text goes on to the end of the reply, whatever its lines begin with.
    """
    values: dict[str, str] = {}
    field: Input | None = None
    for line in text.strip().split("\n"):
        named = _named(form, line)
        if named and (field is None or field.kind != "multiline" or named.kind == "multiline"):
            if named.id in values:
                raise FormError(f"“{named.label}” is there twice. Write it once.")
            field, values[named.id] = named, line.partition(":")[2].strip()
        elif field is None:
            return {}
        elif field.kind == "multiline":
            values[field.id] += f"\n{line}"
        elif line.strip():
            raise FormError(f"I don't know what “{line.strip()[:80]}” belongs to. {_example(form)}")
    return {name: value.strip() for name, value in values.items()}


def _named(form: Form, line: str) -> Input | None:
    name, colon, _ = line.partition(":")
    wanted = name.strip().casefold()
    found = (f for f in form.fields if wanted in (f.label.casefold(), f.id.casefold()))
    return next(found, None) if colon else None


def _whole(form: Form, text: str) -> dict[str, str]:
    only = _only(form)
    if only is None:
        raise FormError(f"I don't know which field this is for. {_example(form)}")
    return {only.id: text.strip()}


def _example(form: Form) -> str:
    lines = "\n".join(f"{field.label}: {field.initial[:40] or '…'}" for field in form.fields[:4])
    return f"Reply once more, with one line for each field you want to change, like:\n{lines}"


def _check(field: Input, value: str) -> None:
    if len(value) > field.max_chars:
        raise FormError(
            f"“{field.label}” takes {field.max_chars:,} characters; this has {len(value):,}."
        )
    if value and field.choices and value not in field.choices:
        raise FormError(f"“{field.label}” is one of: {', '.join(field.choices)}.")


def _inert(text: str) -> str:
    return escape(text, quote=False)
