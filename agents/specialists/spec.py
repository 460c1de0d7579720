"""AgentSpec: who does what, with which operations, words, money and checks. A file, never code.

does: matches what the bank says with invoices and payments
may: [payments.*, invoices.*]     # whatever is not here is refused, by a rule of the floor
tier: small                       # local: it asks no language model
mode: creative                    # where a wish says nothing of it
calls_max: 12                     # models asked for one task, at most
checks: {words: 120, judge: true} # of its texts, beside those of every draft
"""

import ast
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from agents.specialists.spec_checks import Checks
from agents.specialists.spec_fields import FIELDS_MAX, Fields, model
from connectors.files.own_code import WORK
from engine.planning import specs
from policies.facts import nearest

Tier = Literal["local", "small", "large", "judge"]
Mode = Literal["exploratory", "deterministic", "creative"]
MAY = re.compile(r"\*|[\w-]+(?:\.[\w-]+)*\.(?:\*|[\w-]+)", re.ASCII)
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
MAY_MAX, OPERATION_CHARS_MAX = 40, 100
PROMPT_CHARS_MAX = 8000
CODE_CHARS_MAX = 100_000
MEND = "Mend the file and start again."


class SpecError(ValueError):
    """Files of specialists have faults; the message names every one of them."""

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__(f"Specialists: {'; '.join(faults)}. {MEND}")
        self.faults = tuple(faults)


class AgentSpec(BaseModel, frozen=True, extra="forbid"):
    """A specialist's contract. `may`: operations, or all of a connector (`email.*`)."""

    name: str = Field(pattern=NAME, min_length=2, max_length=31)
    does: str = Field(min_length=3, max_length=200)
    may: tuple[str, ...] = Field(default=(), max_length=MAY_MAX)
    tier: Tier = "local"
    mode: Mode | None = None  # how it writes; a wish's own mode goes before it
    checks: Checks = Checks()
    takes: Fields = Field(default={}, max_length=FIELDS_MAX)
    gives: Fields = Field(default={}, max_length=FIELDS_MAX)
    calls_max: int = Field(default=12, ge=0, le=1000)  # to models, for one task
    cost_max: Decimal | None = Field(default=None, ge=0)  # a day, in the company's currency
    prompt: str = Field(default="", max_length=PROMPT_CHARS_MAX)  # NAME.md beside it
    code: str = Field(default="", max_length=CODE_CHARS_MAX)  # NAME.py; see own_code.py

    @field_validator("may")
    @classmethod
    def _globs(cls, may: tuple[str, ...]) -> tuple[str, ...]:
        for one in may:
            if not MAY.fullmatch(one) or len(one) > OPERATION_CHARS_MAX:
                raise ValueError(
                    f"“{one}” is neither an operation nor all of a connector (email.*)"
                )
        return may

    def holds(self, operation: str) -> bool:
        """Say whether the contract holds this operation."""
        return any(fnmatchcase(operation, one) for one in self.may)

    @property
    def says(self) -> dict[str, Any]:
        """Return all of it that makes a difference, as it is kept."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def version(self) -> str:
        """Return the name of this version; how it describes itself makes no other."""
        return specs.version_of({key: one for key, one in self.says.items() if key != "does"})

    @property
    def input(self) -> type[BaseModel]:
        return model(f"{self.name}_takes", self.takes)

    @property
    def output(self) -> type[BaseModel]:
        return model(f"{self.name}_gives", self.gives)


def load(folder: Path, operations: Collection[str], *, code: bool) -> tuple[AgentSpec, ...]:
    """Return the specialists of a folder; none where there is no folder. SpecError: all faults.

    `code`: whether a Python file beside a spec belongs to it, as in the operator's own folder.
    """
    faults: list[str] = []
    found = []
    for path in sorted(folder.glob("*.yaml")):
        spec = _read(path, faults, code=code)
        if spec is not None:
            faults += [f"{path.name}: {fault}" for fault in _faults(spec, operations)]
            found.append(spec)
    if faults:
        raise SpecError(faults)
    return tuple(found)


def _read(path: Path, faults: list[str], *, code: bool) -> AgentSpec | None:
    try:
        said = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        prompt = _beside(path, ".md").strip()
        written = _beside(path, ".py") if code else ""
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        faults.append(f"{path.name}: it cannot be read: {' '.join(str(error).split())}")
        return None
    if not isinstance(said, dict):
        faults.append(f"{path.name}: begin with `does:`, what it does in a few words")
        return None
    own = {"name": path.stem, "prompt": prompt, "code": written}
    if clash := sorted(set(said) & {"name", "prompt", "code"}):
        faults.append(f"{path.name}: leave out `{clash[0]}`: it follows from the file's name")
        return None
    try:
        return AgentSpec.model_validate(said | own)
    except ValidationError as error:
        faults += [f"{path.name}: {_said(one)}" for one in error.errors()]
        return None


def _beside(path: Path, suffix: str) -> str:
    other = path.with_suffix(suffix)
    return other.read_text("utf-8") if other.exists() else ""


def _said(error: Any) -> str:
    """Return one fault of a file in a person's words."""
    where = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"it needs `{where}`"
        case "extra_forbidden":
            keys = (Checks if where.startswith("checks.") else AgentSpec).model_fields
            known = nearest(where.rpartition(".")[2], keys)
            return f"there is no key `{where}`{known}"
        case "string_pattern_mismatch" if where == "name":
            return "a name has small letters, digits and single dashes between them"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"`{where}`: {said[:1].lower()}{said[1:]}"


def _faults(spec: AgentSpec, operations: Collection[str]) -> Iterator[str]:
    """Yield what is wrong though it is well written. Tools of servers may come and go."""
    connectors = {name.partition(".")[0] for name in operations}
    if "*" in spec.may and spec.code:
        yield "with code of its own it must name what it may; “*” is everything"
    for one in spec.may:
        known = one.partition(".")[0] in connectors
        if known and not any(fnmatchcase(name, one) for name in operations):
            yield f"there is no operation “{one}”{nearest(one, operations)}"
    if spec.tier != "local" and not spec.calls_max:
        yield "it has a tier of models and may call none; write `tier: local`"
    if spec.prompt and spec.tier == "local":
        yield "it has a prompt and `tier: local`, so nobody would read it"
    if spec.tier == "local" and (spec.checks.judge or spec.mode == "creative"):
        yield "it is creative or asks a judge, and `tier: local` asks no model"
    if spec.code:
        yield from _faults_of_code(spec)
    if spec.mode == "exploratory" and spec.may:
        yield "exploratory means that it only reads, so it may hold no operation"


def _faults_of_code(spec: AgentSpec) -> Iterator[str]:
    try:
        tree = ast.parse(spec.code)
    except (SyntaxError, ValueError, RecursionError) as error:
        yield f"{spec.name}.py is not Python: {error}"
        return
    if not any(isinstance(node, ast.FunctionDef) and node.name == WORK for node in tree.body):
        yield f"{spec.name}.py defines no `def {WORK}(given)`"
    if "wants" in spec.gives:
        yield "`wants` in `gives` is the word for calls beside the plan; call it something else"
