"""How a record is shown beside another, or beside itself at another time: field by field."""

from collections.abc import Iterator
from typing import Any

from engine.chat import words
from engine.chat.messages import FieldRow

VALUE_CHARS_MAX = 120


def says(state: dict[str, Any], settings: dict[str, Any]) -> tuple[str, ...]:
    """Return what a record says besides its name, one line a field."""
    said = ((name, value(each, settings)) for name, each in state.items() if name != "name")
    return tuple(f"{label(name)}: {each}" for name, each in said if each) or ("nothing more",)


def changes(
    now: dict[str, Any], then: dict[str, Any], settings: dict[str, Any]
) -> Iterator[FieldRow]:
    """Yield each field that would be another, as it is and as it would be."""
    for name, wanted in then.items():
        if (wanted or None) != (now.get(name) or None):
            yield FieldRow(
                label=label(name),
                old=value(now.get(name), settings) or None,
                new=value(wanted, settings) or None,
            )


def value(given: Any, settings: dict[str, Any]) -> str:
    if isinstance(given, dict):
        given = [f"{name}: {words.shown(str(each), settings)}" for name, each in given.items()]
    listed = given if isinstance(given, list) else [given or ""]
    text = ", ".join(words.shown(str(each), settings) for each in listed)
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[: VALUE_CHARS_MAX - 1]}…"


def label(name: str) -> str:
    return words.label(name)
