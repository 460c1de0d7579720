"""The arguments of an outside tool, held to its JSON schema. Pure, and nothing of it is executed.

Types, required names, choices and nesting are checked. What a schema says besides (patterns,
formats, addresses of other schemas) may be a trap, so it is left to the server.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, RootModel, WithJsonSchema
from pydantic_core import PydanticCustomError

DEPTH_MAX = 12
WAYS_MAX, WAYS_DEPTH_MAX = 10, 3
LISTED_MAX = 8
TOLD_DEPTH_MAX, TOLD_MAX = 3, 24  # of what a planner is told
PLAIN = re.compile(r"[\w.:/+-]{1,40}")  # a name or a choice, and no sentence
KINDS: Mapping[str, tuple[str, tuple[type, ...]]] = {  # in JSON → in words, in Python
    "string": ("text", (str,)),
    "integer": ("a whole number", (int,)),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", (bool,)),
    "array": ("a list", (list, tuple)),
    "object": ("a group of values", (dict,)),
    "null": ("nothing", (type(None),)),
}
Schema = Mapping[str, Any]


def names(takes: Schema) -> tuple[str, ...]:
    """Return the names of the arguments, the required ones first."""
    known, required = _properties(takes), _required(takes)
    return tuple(sorted(known, key=lambda name: name not in required))


def kind(takes: Schema, name: str) -> str:
    """Return an argument's JSON type; "" where there is no single one."""
    kinds = [one for one in _kinds(_properties(takes).get(name, {})) if one != "null"]
    return kinds[0] if len(kinds) == 1 else ""


def model(takes: Schema) -> type[BaseModel]:
    """Return the model of a tool's arguments: a group of JSON values that fits its schema.

    Its own JSON schema says names, types, what is required and choices, and no more of the server's
    words: a planner reads it.
    """
    fits = AfterValidator(partial(_fitting, takes))
    return RootModel[Annotated[dict[str, Any], fits, WithJsonSchema(_bare(takes, takes))]]


def _bare(schema: Any, root: Schema, depth: int = 0) -> dict[str, Any]:
    """Return a schema without its sentences, as deep as somebody may need to write a value."""
    if depth > TOLD_DEPTH_MAX or not isinstance(schema, Mapping):
        return {}
    schema = _named(schema, root)
    if ways := [*_list(schema.get("anyOf")), *_list(schema.get("oneOf"))]:
        return {"anyOf": [_bare(one, root, depth + 1) for one in ways[:LISTED_MAX]]}
    choices = [one for one in _list(schema.get("enum")) if PLAIN.fullmatch(str(one))]
    if choices:
        return {"enum": choices[:LISTED_MAX]}
    kinds = _kinds(schema) or (["object"] if _properties(schema) else [])
    told = [_bare_of(kind, schema, root, depth) for kind in kinds]
    return told[0] if len(told) == 1 else {"anyOf": told} if told else {}


def _bare_of(kind: str, schema: Schema, root: Schema, depth: int) -> dict[str, Any]:
    if kind == "array":
        return {"type": kind, "items": _bare(schema.get("items"), root, depth + 1)}
    known, required = _properties(schema), _required(schema)
    told = [name for name in names(schema) if PLAIN.fullmatch(name)][:TOLD_MAX]
    if kind != "object" or not told:
        return {"type": kind}
    inside = {name: _bare(known[name], root, depth + 1) for name in told}
    needed = [name for name in told if name in required]
    return {"type": kind, "properties": inside, "required": needed}


def _fitting(takes: Schema, args: dict[str, Any]) -> dict[str, Any]:
    known = _properties(takes)
    read = {name: _read(value, takes, name) for name, value in args.items()}
    read = {name: value for name, value in read.items() if not _left_out(value, known.get(name))}
    strange = (
        f"“{name}” is none of its arguments ({_listed(known)})" for name in read.keys() - known
    )
    wrong = [*sorted(strange), *_faults(read, takes, takes, "")]
    if wrong:
        raise PydanticCustomError("arguments", "{said}.", {"said": "; ".join(wrong)})
    return read


def _left_out(value: Any, schema: Schema | None) -> bool:
    """Say whether it is the empty field of a form, where nothing is no value of its own."""
    kinds = _kinds(schema or {})
    return value is None and bool(kinds) and "null" not in kinds


def _read(value: Any, takes: Schema, name: str) -> Any:
    """Return a number or a yes that was typed into a form as what it is."""
    wanted = kind(takes, name)
    if isinstance(value, str) and wanted == "boolean":
        return {"true": True, "false": False}.get(value.casefold(), value)
    if isinstance(value, str) and wanted in ("integer", "number"):
        try:
            return int(value) if wanted == "integer" or value.isdigit() else float(value)
        except ValueError:
            return value
    return value


def _faults(value: Any, schema: Any, root: Schema, at: str, depth: int = 0) -> Iterator[str]:
    """Yield in words where a value does not fit; deeper than anybody needs, all fits."""
    if depth > DEPTH_MAX or not isinstance(schema, Mapping):
        return
    schema = _named(schema, root)
    ways = [*_list(schema.get("anyOf")), *_list(schema.get("oneOf"))]
    tried = len(ways) <= WAYS_MAX and depth <= WAYS_DEPTH_MAX  # ways within ways multiply
    if ways and tried and all(any(_faults(value, one, root, at, depth + 1)) for one in ways):
        yield f"“{at}” fits none of the {len(ways)} ways to write it"
    kinds = _kinds(schema)
    if kinds and not any(_is(value, one) for one in kinds):
        yield f"“{at}” must be {' or '.join(KINDS[one][0] for one in kinds)}"
        return
    choices = _list(schema.get("enum")) or [schema[name] for name in ("const",) if name in schema]
    if choices and value not in choices:
        yield f"“{at}” must be one of: {_listed(choices)}"
    if isinstance(value, Mapping):
        yield from _faults_inside(value, schema, root, at, depth)
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _faults(one, schema.get("items"), root, f"{at}.{place}", depth + 1)


def _faults_inside(
    value: Mapping[str, Any], schema: Schema, root: Schema, at: str, depth: int
) -> Iterator[str]:
    known, inside = _properties(schema), f"{at}." if at else ""
    for name in sorted(_required(schema) - value.keys()):
        yield f"“{inside}{name}” is missing"
    if at and known and not schema.get("additionalProperties"):
        for name in sorted(value.keys() - known):
            yield f"“{inside}{name}” is not known there"
    for name, one in value.items():
        yield from _faults(one, known.get(name), root, f"{inside}{name}", depth + 1)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, KINDS[kind][1])


def _named(schema: Schema, root: Schema) -> Schema:
    """Return what a reference within the same schema stands for; any other says nothing."""
    for _ in range(DEPTH_MAX):
        where = schema.get("$ref")
        if not isinstance(where, str):
            return schema
        found: Any = root if where.startswith("#/") else {}
        for step in where[2:].split("/"):
            found = found.get(step) if isinstance(found, Mapping) else None
        schema = found if isinstance(found, Mapping) else {}
    return {}


def _kinds(schema: Schema) -> list[str]:
    return [one for one in _list(schema.get("type")) if isinstance(one, str) and one in KINDS]


def _properties(schema: Schema) -> dict[str, Any]:
    said = schema.get("properties")
    if not isinstance(said, Mapping):
        return {}
    return {str(name): one if isinstance(one, Mapping) else {} for name, one in said.items()}


def _required(schema: Schema) -> set[str]:
    return {one for one in _list(schema.get("required")) if isinstance(one, str)}


def _list(said: Any) -> list[Any]:
    if isinstance(said, list):
        return said
    return [] if said is None else [said]


def _listed(names: Any) -> str:
    every = [str(one)[:80] for one in names]
    more = f" and {len(every) - LISTED_MAX} more" if len(every) > LISTED_MAX else ""
    return (", ".join(every[:LISTED_MAX]) or "it takes none") + more
