"""What a model is asked for a plan: the words, what is known, what can be done, and the shape.

It never reads what others wrote (SAFETY: plan before reading), so no mail can put a step into it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field

from agents.models.pinned import Prompt
from agents.models.wish import Part, Wish
from agents.playbooks.library import Playbook
from agents.playbooks.references import DRAFT, WRITE
from connectors.contract import Operation
from engine.models import model_calls
from engine.rules.house import House

PURPOSE = "plan"
STEP = "plan/{prompt}"
REPAIR = "plan.repair/{prompt}"
AGENT = "planner"
STEPS_MAX = 12
TOKENS_MAX, CHARS_MAX = 3000, 16_000
KIND_CHARS_MAX = 300
NAME = re.compile(r"[\w.:/+-]{1,40}")  # of an argument: a tool's server may call it anything
TASK = """\
{prompt}

Operations:
{operations}

How the owner's own playbooks do it:
{playbooks}"""
REPAIRS = "The plan that you made has faults. Mend them and give the whole plan again."


class ProposedStep(BaseModel):
    """One step as a model proposes it."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    title: str = Field(min_length=1, max_length=100)
    operation: str = Field(max_length=100)
    args: dict[str, Any]
    after: list[str] = Field(default=[], max_length=STEPS_MAX)
    why: str = Field(default="", max_length=300)
    risk: str = Field(default="", max_length=300)


class Proposed(BaseModel):
    """A plan as a model proposes it: steps, or a question, or nothing it understood."""

    understood: bool
    question: str = Field(default="", max_length=300)
    title: str = Field(default="", max_length=100)
    steps: list[ProposedStep] = Field(default=[], max_length=STEPS_MAX)


@dataclass(frozen=True, slots=True)
class Given:
    """What a plan is made from. `said`: the operator's words, the newest last.

    `known`: one line per record; `alike`: how finished plans of this kind went; `done`: finished
    steps that are kept; `before`: the plan that is made anew, and `because` the reason.
    """

    goal: str
    said: Sequence[str]
    known: Sequence[str] = ()
    now: str = ""
    alike: Sequence[Part] = ()
    recalled: Sequence[tuple[str, float]] = ()
    done: Sequence[Mapping[str, Any]] = ()
    before: str = ""
    because: str = ""
    faults: Sequence[str] = ()
    answer: str = ""  # the plan with these faults
    cause: str = ""  # the event that asked for it
    playbooks: Sequence[Playbook] = field(default_factory=tuple)

    def basis(self) -> str:
        """Return a digest of what the answer is for, so that a retry invents nothing."""
        parts = [*self.said, self.before, self.because, *self.faults]
        return model_calls.digest(parts, [dict(one) for one in self.done])


def wish(house: House, given: Given, prompt: Prompt) -> Wish[Proposed]:
    """Return the question: what lasts first, then what this wish is about."""
    return Wish(
        wanted=model_calls.Wanted(
            step=(REPAIR if given.faults else STEP).format(prompt=prompt.number),
            agent=AGENT,
            basis=given.basis(),
            task=given.goal,  # it has no task yet; what it was answered stays its answer
            goal=given.goal,
            recalled=tuple(given.recalled),
            cause=given.cause or None,
        ),
        tier="large",
        task=TASK.format(
            prompt=prompt.text,
            operations="\n".join(_operations(house.operations)),
            playbooks="\n".join(_examples(given.playbooks)),
        ),
        parts=tuple(_parts(given)),
        gives=Proposed,
        tokens_max=TOKENS_MAX,
        chars_max=CHARS_MAX,
        first=prompt.first,
    )


def _parts(given: Given) -> Iterator[Part]:
    yield from given.alike
    if given.known:
        yield Part("records", "\n".join(given.known), "personal")
    yield Part("now", given.now, "public")
    if given.before:
        yield Part("the plan so far", given.before, "personal")
    if given.done:
        kept = "\n".join(f"{one['key']}: {one['title']} ({one['operation']})" for one in given.done)
        yield Part("steps that are done and stay", kept, "personal")
    if given.because:
        yield Part("why it is planned anew", given.because, "personal")
    yield Part("the wish in the owner's words", "\n".join(given.said), "personal")
    if given.faults:
        yield Part("your plan", given.answer, "personal")
        yield Part("its faults", "\n".join([REPAIRS, *given.faults]), "personal")


def _operations(operations: Mapping[str, Operation]) -> Iterator[str]:
    """Yield every operation that somebody has classified, with its arguments."""
    for name, one in sorted(operations.items()):
        if one.effect is None:
            continue
        yield f"{name}: {one.does} (effect: {one.effect})"
        schema = one.args.model_json_schema()
        known = schema.get("properties", {})  # none for a tool whose server says nothing of them
        for arg in filter(NAME.fullmatch, one.roles):
            need = "optional" if known and arg not in schema.get("required", ()) else "required"
            kind = _kind(known.get(arg, {}), schema.get("$defs", {}))
            yield f"  {arg}: {kind[:KIND_CHARS_MAX]}, {need}"


def _kind(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    """Say in a few words what a value looks like."""
    if "$ref" in schema:
        return _kind(defs.get(str(schema["$ref"]).rpartition("/")[2], {}), defs)
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "anyOf" in schema:
        kinds = (_kind(one, defs) for one in schema["anyOf"] if one.get("type") != "null")
        return " or ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), defs)}"
    if "properties" in schema:
        inner = (f"{name}: {_kind(one, defs)}" for name, one in schema["properties"].items())
        return f"{{{', '.join(inner)}}}"
    return str(schema.get("format") or schema.get("type") or "value")


def _examples(playbooks: Iterable[Playbook]) -> Iterator[str]:
    """Yield the steps of each playbook as a plan would have them, on one line."""
    for playbook in playbooks:
        if playbook.steps:
            steps = [
                {"key": s.key, "operation": s.operation, "args": _plain(s.args), "after": s.after}
                for s in playbook.steps
            ]
            yield f"{playbook.title}: {json.dumps(steps, ensure_ascii=False)}"


def _plain(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return a playbook's arguments with its drafts as texts to be written."""
    return {
        name: {WRITE: str(value[DRAFT]).replace("_", " ")}
        if isinstance(value, Mapping) and DRAFT in value
        else value
        for name, value in args.items()
    }
