"""Fields of the operator's own: what else a record may hold, by `fields.yaml` in the data folder.

person:
  shoe_size: {type: number, label: Shoe size}
  member: {type: choice, choices: [gold, silver], class: personal}
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from memory.canon.kinds import KINDS, Plain, says

FILE = "fields.yaml"
MEND = "Mend the file and try again."
FIELDS_MAX = 50  # of one kind
Type = Literal["text", "number", "date", "yes_no", "choice"]
WRONG = {
    "number": "is not a number; write it like 42 or 1.5",
    "date": "is not a date; write it like 2026-11-30",
    "yes_no": "is neither yes nor no",
}
YES, NO = ("yes", "ja", "true", "1", "x"), ("no", "nein", "false", "0", "")


class FieldsError(ValueError):
    """The file has faults; the message names every one of them."""


class Own(BaseModel, frozen=True, extra="forbid"):
    """One field: what may stand in it, how it is called, how private it is."""

    type: Type
    label: str = Field(default="", max_length=60)
    choices: tuple[str, ...] = ()
    data_class: Literal["public", "business", "personal"] = Field("personal", alias="class")

    @model_validator(mode="after")
    def _whole(self) -> "Own":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("a choice, and only that, has choices")
        return self

    def read(self, written: str) -> Plain:
        """Return what was written as it is kept. ValueError: it does not fit."""
        text = written.strip()
        try:
            return self._read(text)
        except (ValueError, InvalidOperation, StopIteration):
            why = WRONG.get(self.type, f"is not one of {', '.join(self.choices)}")
            raise ValueError(f"“{written}” {why}") from None

    def _read(self, text: str) -> Plain:
        match self.type:
            case "number":
                return format(Decimal(text.replace(",", ".")), "f")
            case "date":
                return date.fromisoformat(text).isoformat()
            case "yes_no":
                return _yes(text.casefold())
            case "choice":
                return next(c for c in self.choices if c.casefold() == text.casefold())
        return text


Fields = dict[str, dict[str, Own]]  # kind → name → field


def load(folder: Path) -> Fields:
    """Return the fields of each kind; none without the file. FieldsError names every fault."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        said = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FieldsError(f"{FILE} cannot be read: {_where(error)}. {MEND}") from None
    found: Fields = {}
    faults = list(_faults(said, found))
    if faults:
        raise FieldsError(f"{FILE} has faults: {'; '.join(faults)}. {MEND}")
    return found


def read_all(own: dict[str, Own], written: dict[str, str]) -> dict[str, Plain]:
    """Return what was written into these fields as it is kept. ValueError names every fault."""
    kept: dict[str, Plain] = {}
    faults = []
    for name, text in written.items():
        try:
            kept[name] = own[name].read(text)
        except ValueError as error:
            faults.append(f"{own[name].label or name}: {error}")
    if faults:
        raise ValueError("; ".join(faults))
    return kept


def columns(own: dict[str, Own]) -> dict[str, str]:
    """Return the name of each field by what a column of it may be called, in small letters."""
    return {
        called.casefold(): name
        for name, field in own.items()
        for called in (name, name.replace("_", " "), field.label)
        if called
    }


def _where(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """Return what is wrong in the file, in one line, and in which of its lines."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


def _yes(text: str) -> bool:
    if text not in (*YES, *NO):
        raise ValueError(text)
    return text in YES


def _faults(said: Any, found: Fields) -> Iterator[str]:
    if not isinstance(said, dict):
        yield "it must name kinds of records, each with its fields"
        return
    for kind, own in said.items():
        if kind not in KINDS:
            yield f"{kind}: I know no such kind; I know {', '.join(KINDS)}"
        elif not isinstance(own, dict) or len(own) > FIELDS_MAX:
            yield f"{kind}: it must name its fields, {FIELDS_MAX} at most"
        else:
            yield from _faults_of(kind, own, found.setdefault(kind, {}))


def _faults_of(kind: str, own: dict[Any, Any], found: dict[str, Own]) -> Iterator[str]:
    for name, given in own.items():
        if not (isinstance(name, str) and name.isidentifier()):
            yield f"{kind}.{name}: a name has letters, digits and _ only"
        elif name in KINDS[kind].model_fields:
            yield f"{kind}.{name}: every {kind} has this field already"
        else:
            try:
                found[name] = Own.model_validate(given)
            except ValidationError as error:
                yield f"{kind}.{name}: {says(error)}"
