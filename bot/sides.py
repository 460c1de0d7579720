"""How a record is shown beside another, or beside itself at another time: field by field."""

from collections.abc import Iterator
from typing import Any

from engine import words
from engine.messages import FieldRow

VALUE_CHARS_MAX = 120


def says(state: dict[str, Any]) -> tuple[str, ...]:
    """Return what a record says besides its name, one line a field."""
    said = ((name, value(each)) for name, each in state.items() if name != "name")
    return tuple(f"{label(name)}: {each}" for name, each in said if each) or ("nothing more",)


def changes(now: dict[str, Any], then: dict[str, Any]) -> Iterator[FieldRow]:
    """Yield each field that would be another, as it is and as it would be."""
    for name, wanted in then.items():
        if (wanted or None) != (now.get(name) or None):
            yield FieldRow(
                label=label(name), old=value(now.get(name)) or None, new=value(wanted) or None
            )


def value(given: Any) -> str:
    if isinstance(given, dict):
        given = [f"{name}: {each}" for name, each in given.items()]
    text = ", ".join(map(str, given)) if isinstance(given, list) else str(given or "")
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[: VALUE_CHARS_MAX - 1]}…"


def label(name: str) -> str:
    return words.label(name)
