"""Code of a specialist of the operator's own: what it is given, what it gives, what it wants.

It runs in a process that can only compute (connectors/files/own_code.py). Whatever it answers is
checked against its spec, and then weighed like anything else that an agent wants.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from agents.specialists.crew import Crew
from agents.specialists.spec import AgentSpec
from agents.specialists.specialist import Scope, Specialist, Wanted, by_rules
from connectors.contract import PermanentError
from connectors.files import process, syscalls
from connectors.files.shapes import Limits
from engine.planning.plans import Task
from memory.db import Reader

WALL_S = 10.0
WANTS_MAX, OPERATION_CHARS_MAX = 10, 100
LIMITS = Limits(
    wall_s=WALL_S,
    cpu_s=5,
    memory_bytes_max=256 << 20,
    answer_bytes_max=1 << 20,
    open_files_max=16,
)
CANNOT = "“{name}” has code of its own, and this machine cannot shut it in, so it was not run."
SLOW = "“{name}” took longer than it may, so it was ended."
MUTE = "“{name}” ended without an answer, or said more than it may."
FAULT = "“{name}” broke off: {fault}."
GIVEN = "“{name}” takes what this step does not have: {faults}."
GAVE = "“{name}” gave something else than it should: {faults}."


class Call(BaseModel, frozen=True, extra="forbid"):
    operation: str = Field(max_length=OPERATION_CHARS_MAX)
    args: dict[str, Any]


class Answer(BaseModel, frozen=True, extra="forbid"):
    """`gives`: values of the step's arguments. `wants`: calls beside the plan, never made so."""

    gives: dict[str, Any] = {}
    wants: tuple[Call, ...] = Field(default=(), max_length=WANTS_MAX)


@dataclass(frozen=True, slots=True)
class WithOwnCode:
    """A specialist with code fills a step's arguments in by it; for the others `otherwise` does."""

    crew: Crew
    otherwise: Specialist = by_rules

    async def __call__(self, reader: Reader, task: Task, scope: Scope) -> tuple[Wanted, ...]:
        """Return the step's call as the code leaves it, and what it wants besides."""
        wanted = await self.otherwise(reader, task, scope)
        spec = self.crew.roster.spec(task.agent, task.spec)
        if spec is None or not spec.code:
            return wanted
        planned = wanted[0]
        given = {name: planned.args[name] for name in spec.takes if name in planned.args}
        answer = await work(spec, given)
        call = Wanted(planned.operation, planned.args | answer.gives)
        return (call, *(Wanted(one.operation, one.args) for one in answer.wants))


async def work(spec: AgentSpec, given: Mapping[str, Any]) -> Answer:
    """Run a specialist's code once. PermanentError: a sentence that says why nothing came of it."""
    if not syscalls.known():
        raise PermanentError(CANNOT.format(name=spec.name))
    taken = _checked(spec, spec.input, given, GIVEN)
    asked = {"limits": asdict(LIMITS), "code": spec.code, "given": taken}
    deadline = asyncio.get_running_loop().time() + WALL_S
    try:
        came = await process.ask("own_code", json.dumps(asked).encode(), deadline)
    except TimeoutError:
        raise PermanentError(SLOW.format(name=spec.name)) from None
    said = _read(spec, came)
    wants = said.pop("wants", ())
    gives = _checked(spec, spec.output, said, GAVE)
    try:
        return Answer(gives={n: v for n, v in gives.items() if v is not None}, wants=wants)
    except ValidationError as error:
        raise PermanentError(GAVE.format(name=spec.name, faults=_faults(error))) from None


def _read(spec: AgentSpec, came: bytes) -> dict[str, Any]:
    """Return what the code answered, as it stands there."""
    try:
        said = from_json(came, allow_inf_nan=False)
    except ValueError:
        raise PermanentError(MUTE.format(name=spec.name)) from None
    if not isinstance(said, dict) or "fault" in said:
        fault = str(said["fault"]) if isinstance(said, dict) else "no object came"
        raise PermanentError(FAULT.format(name=spec.name, fault=fault))
    gives = said.get("gives")
    if not isinstance(gives, dict):
        raise PermanentError(GAVE.format(name=spec.name, faults="it must return a dict"))
    return gives


def _checked(
    spec: AgentSpec, shape: type[BaseModel], values: Mapping[str, Any], says: str
) -> dict[str, Any]:
    try:
        return shape.model_validate(dict(values)).model_dump(mode="json")
    except ValidationError as error:
        raise PermanentError(says.format(name=spec.name, faults=_faults(error))) from None


def _faults(error: ValidationError) -> str:
    found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return "; ".join(found)[:300]
