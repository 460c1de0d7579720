"""The edit form of an action: which arguments a person may change, and how typed text becomes one.

A reference (which payment, which invoice) is never edited: another reference is another question.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contract import Operation, PermanentError, Role
from engine.chat.messages import Input

KINDS: dict[Role, Any] = {
    "amount": "number",
    "text": "multiline",
    "destination": "text",
    "title": "text",
    "value": "text",
    "when": "text",
}
TEXT_CHARS_MAX = 20_000
LIST_MARK = ", "


def fields(operation: Operation, args: dict[str, Any]) -> tuple[Input, ...]:
    """Return one input for every argument that may be edited, with its value now."""
    return tuple(
        Input(
            id=name,
            label=label(name),
            kind=KINDS[role],
            initial=_shown(args.get(name)),
            max_chars=TEXT_CHARS_MAX,
        )
        for name, role in operation.roles.items()
        if role in KINDS and _plain(args.get(name))
    )


def apply(
    operation: Operation, args: dict[str, Any], values: dict[str, str], locale: str
) -> dict[str, Any]:
    """Return the arguments with the typed values in them; PermanentError names a wrong one."""
    allowed = {field.id for field in fields(operation, args)}
    changed = dict(args)
    for name, typed in values.items():
        if name not in allowed:
            raise PermanentError(f"“{label(name)}” cannot be changed here.")
        changed[name] = _typed(operation.roles[name], args.get(name), typed, locale)
    return changed


def label(name: str) -> str:
    """Return an argument's name as a person reads it."""
    return name.replace("_", " ").capitalize()


def decimal(typed: str, locale: str) -> Decimal:
    """Return the number as written in the operator's locale, or plainly ("1250.50").

    Digit groups must stand where the locale puts them, so "1,25" is never read as 125.
    """
    from babel.numbers import NumberFormatError, parse_decimal

    text = typed.strip().replace("\u00a0", " ").strip("€$£ ")
    try:
        return parse_decimal(text, locale=locale, strict=True)
    except NumberFormatError:
        pass
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise PermanentError(f"“{typed}” is not a number I can read. Write it like 1250.50.")
    return number


def _typed(role: Role, old: Any, typed: str, locale: str) -> Any:
    if role == "amount":
        amount = decimal(typed, locale)
        if amount != amount.quantize(Decimal("0.01")):
            raise PermanentError(f"“{typed}” has more than two decimals.")
        return str(amount.quantize(Decimal("0.01")))
    text = typed.replace("\r\n", "\n").strip()
    if isinstance(old, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text or None if old is None else text


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int | float)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return LIST_MARK.join(value) if isinstance(value, list) else str(value)
