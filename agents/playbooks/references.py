"""What `${…}` in a playbook stands for: the records and values that its slots were filled with."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from agents.reading.words import Candidate, address
from memory.canon import records
from memory.canon.records import Record
from memory.db import Reader

AHEAD = "in_days"  # ${in_days.7.date}, ${in_days.7.0900}: counted from the day of the wish
SITUATION = ("mail", "company", "today", "goal", AHEAD)  # names the caller may add to a scope
DRAFT = "draft"  # {draft: NAME}: a text the writer composes
WRITE = "write"  # {write: WHAT}: a text that a model writes when its turn comes
STEPS = "steps"  # ${steps.KEY.ARGUMENT}, ${steps.KEY.result.id}: of the plan's other steps

_REFERENCE = re.compile(r"\$\{(?P<path>[a-z_][\w.]*)(?P<optional>\?)?\}")
_ABSENT = object()


async def scope(
    reader: Reader,
    values: Mapping[str, Candidate],
    defaults: Mapping[str, Any] | None = None,
    situation: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what references may name: for every slot its value, its parts, its record's state.

    A record brings its `id`, `kind`, `name` and state; its `customer` is a record in turn, and a
    payment has `left`: what was not refunded yet. A text has a `slug`. `defaults` (slot → value
    or references) fill, in their order, the slots that the words left open.
    """
    names: dict[str, Any] = dict(situation or {})
    for name, given in values.items():
        names[name] = {**await _record(reader, given.ref), **given.more}
        names[name]["value"] = given.ref or given.value
    for name, default in (defaults or {}).items():
        if name not in names and (found := _default(default, names)) is not None:
            names[name] = found
    return names


def resolve(
    args: Mapping[str, Any], scope: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the arguments with every reference replaced, and the paths that led nowhere.

    A reference that is the whole value keeps its type; inside a longer text it is inserted.
    One that ends at a slot or record gives its `value`. An optional one (`${order.number?}`) that
    leads nowhere is left out. `{draft: NAME}` stays as it is: the writer renders it.
    """
    missing: list[str] = []
    resolved = {name: _resolve(value, scope, missing) for name, value in args.items()}
    present = {name: value for name, value in resolved.items() if value is not _ABSENT}
    return present, tuple(dict.fromkeys(missing))


def writes(value: Any) -> bool:
    """Say whether an argument is a text that a model writes when its turn comes."""
    return isinstance(value, Mapping) and WRITE in value


def is_one(value: Any) -> bool:
    """Say whether a value is a reference and nothing else."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def roots(value: Any) -> set[str]:
    """Return the first names of every reference in the value: the slots it needs."""
    return {path.partition(".")[0] for path in paths(value)}


def paths(value: Any) -> set[str]:
    """Return the path of every reference in the value: “steps.brief.text”."""
    if isinstance(value, str):
        return {match["path"] for match in _REFERENCE.finditer(value)}
    items: Iterable[Any] = ()
    if isinstance(value, Mapping):
        items = value.values()
    elif isinstance(value, list | tuple):
        items = value
    return {path for item in items for path in paths(item)}


def _default(default: Any, names: Mapping[str, Any]) -> Any:
    """Return a default: a whole record where it refers to one, None where it leads nowhere."""
    whole = _REFERENCE.fullmatch(default) if isinstance(default, str) else None
    if whole:
        return _find(whole["path"], names)
    filled, missing = resolve({"it": default}, names)
    return None if missing else filled.get("it")


async def _record(reader: Reader, ref: str | None) -> dict[str, Any]:
    record = await records.get(reader, ref) if ref else None
    if record is None:
        return {}
    state = _state(record)
    customer = record.state.get("customer")
    holder = await records.get(reader, customer) if customer else None
    return {**state, "customer": _state(holder)} if holder else state


def _state(record: Record) -> dict[str, Any]:
    state = {**record.state, "id": record.id, "kind": record.kind, "name": record.name}
    if record.kind == "payment":
        left = Decimal(record.state["amount"]) - Decimal(record.state["refunded"])
        state["left"] = f"{left:.2f}"
    return {"value": record.id, "slug": address(record.name), **state}


def _resolve(value: Any, scope: Mapping[str, Any], missing: list[str]) -> Any:
    if isinstance(value, str):
        return _text(value, scope, missing)
    if isinstance(value, Mapping):
        items = {name: _resolve(item, scope, missing) for name, item in value.items()}
        return {name: item for name, item in items.items() if item is not _ABSENT}
    if isinstance(value, list | tuple):
        resolved = [_resolve(item, scope, missing) for item in value]
        return [item for item in resolved if item is not _ABSENT]
    return value


def _text(text: str, scope: Mapping[str, Any], missing: list[str]) -> Any:
    whole = _REFERENCE.fullmatch(text)
    if whole:
        return _value(whole, scope, missing)
    inserted = {m[0]: _value(m, scope, missing) for m in _REFERENCE.finditer(text)}
    return _REFERENCE.sub(lambda m: "" if inserted[m[0]] is _ABSENT else str(inserted[m[0]]), text)


def _value(match: re.Match[str], scope: Mapping[str, Any], missing: list[str]) -> Any:
    found = _find(match["path"], scope)
    if isinstance(found, Mapping):
        found = found.get("value")
    if found not in (None, ""):
        return found
    if not match["optional"]:
        missing.append(match["path"])
    return _ABSENT


def _find(path: str, scope: Mapping[str, Any]) -> Any:
    found: Any = scope
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
